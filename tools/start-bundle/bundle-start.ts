import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { START_BUNDLE_LIST, type StartBundle } from '../../local/start-bundle.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** What a conversion imports first, in the process and in its threads. */
const ENTRIES = ['local/cli/convert-command.ts', 'local/embedded-functions.ts'];
/** Looks for a file of its own beside its module. */
const NOT_BUNDLED = ['tinypool', '@duckdb/node-api'];

/** A module finds layouts, the state machine and other modules from where its source stands, not from the bundle. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', url) };
    });
  },
};

/** Bundles what a conversion starts with into `folder`, which is replaced as a whole. */
export async function bundleStart(folder: URL): Promise<void> {
  const target = fileURLToPath(folder).replace(/\/$/, '');
  const incoming = `${target}.${process.pid}`;
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: ENTRIES,
    outdir: incoming,
    outbase: PROJECT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    keepNames: true,
    sourcemap: true,
    metafile: true,
    external: NOT_BUNDLED,
    plugins: [sourceUrls],
    // Some CommonJS packages inside still call require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const bundle: StartBundle = { sources: {}, modules: {} };
  const inputs = Object.keys(metafile.inputs).filter((path) => !path.startsWith('node_modules/'));
  for (const path of [...inputs, 'package-lock.json']) {
    const { size, mtimeMs } = await stat(join(PROJECT, path));
    bundle.sources[pathToFileURL(join(PROJECT, path)).href] = [size, mtimeMs];
  }
  for (const entry of ENTRIES) {
    bundle.modules[pathToFileURL(join(PROJECT, entry)).href] = entry.replace(/\.ts$/, '.mjs');
  }
  await mkdir(incoming, { recursive: true });
  await writeFile(join(incoming, START_BUNDLE_LIST), JSON.stringify(bundle));
  await rm(target, { recursive: true, force: true });
  await rename(incoming, target);
}
