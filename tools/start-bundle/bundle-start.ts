import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { BUNDLE_SCRIPT } from '../../local/compiled-bundle.ts';
import { versionedSources, versionOfSources } from '../../local/local-version.ts';
import { START_BUNDLE_LIST, type StartBundle } from '../../local/start-bundle.ts';
import { NODE_BUNDLE } from '../bundle/node-bundle.ts';
import { withoutLambda } from '../bundle/without-lambda.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
/** The modules that a conversion imports first, in the process and in its threads, and what is imported from them. */
const OF_CONVERSIONS = {
  'cli/convert-command.ts': 'command',
  'local/embedded-functions.ts': 'invokeFunction',
};
/** And those of the threads that judge a lake. */
const ENTRIES = {
  ...OF_CONVERSIONS,
  'local/judge-function.ts': 'invokeFunction',
  'local/early-threads.ts': 'beginThreads, endEarlyThreads',
};
/** Packages that look for files beside their module. */
const NOT_BUNDLED = ['@duckdb/node-api'];
/** The lists of all checkouts that share the folder. */
const LISTS = /^bundle-[0-9a-f]{8}\.json$/;
/** By then every start has read its last file. */
const OLD_MS = 3_600_000;

/** What runs from the bundle knows that it is fresh. */
const URLS_IN_BUNDLE = `const files = ${JSON.stringify(
  Object.fromEntries(
    Object.keys(ENTRIES).map((entry) => [pathToFileURL(join(PROJECT, entry)).href, fileOf(entry)]),
  ),
)};
export const startUrl = (module) => (module.href in files ? new URL(files[module.href], bundleFolder) : module);`;

function fileOf(entry: string): string {
  return `${basename(entry, '.ts')}.mjs`;
}

/** Gives the script what it cannot import itself, and lets a module find layouts, the state machine and other modules from the place of its source, not from the bundle. */
const sourceUrls: Plugin = {
  name: 'source-urls',
  setup({ onLoad }) {
    onLoad({ filter: /\/local\/import-module\.ts$/ }, () => ({
      contents: 'const given = importModule; export { given as importModule };',
    }));
    onLoad({ filter: /\/local\/start-bundle\.ts$/ }, () => ({ contents: URLS_IN_BUNDLE }));
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const url = JSON.stringify(pathToFileURL(path).href);
      return { loader: 'ts', contents: text.replaceAll('import.meta.url', url) };
    });
  },
};

/**
 * Bundles the modules of a conversion's start into a new folder below `folder`, whose list then names the new one. Conversions that
 * start meanwhile, and other builds, keep theirs; folders from which no start can still be reading are removed.
 */
export async function bundleStart(folder: URL): Promise<void> {
  const name = `${Date.now()}-${process.pid}`;
  await removeOldBundles(folder);
  const entries = Object.keys(ENTRIES);
  const { metafile } = await build({
    ...NODE_BUNDLE,
    // Errors of ours say their names themselves; to name each closure when it is made takes longer than to make it.
    keepNames: false,
    absWorkingDir: PROJECT,
    stdin: {
      contents: `export const modules = {${entries.map((path) => `'${path}': () => require('./${path}'),`).join(' ')}};`,
      resolveDir: PROJECT,
    },
    outfile: fileURLToPath(new URL(`${name}/${BUNDLE_SCRIPT}`, folder)),
    format: 'cjs',
    banner: { js: '(function (exports, require, module, importModule, bundleFolder) {' },
    footer: { js: '})' },
    // Read as one byte a character, which is the fastest.
    charset: 'ascii',
    external: NOT_BUNDLED,
    define: { BUNDLED_CODE_VERSION: JSON.stringify(versionOfSources()) },
    plugins: [withoutLambda, sourceUrls],
  });
  const bundle: StartBundle = { sources: {}, modules: {} };
  const inputs = Object.keys(metafile.inputs).filter(
    (path) => !/^(node_modules\/|never-called:|<stdin>)/.test(path),
  );
  // If one that the version is a hash of changes, the bundle has the wrong one.
  for (const path of new Set([
    ...inputs,
    ...versionedSources(),
    'package.json',
    'tools/start-bundle/bundle-start.ts',
    'tools/bundle/without-lambda.ts',
  ])) {
    const { size, mtimeMs } = await stat(join(PROJECT, path));
    bundle.sources[path] = [size, mtimeMs];
  }
  const loader = JSON.stringify(new URL('../../local/compiled-bundle.ts', import.meta.url).href);
  for (const [entry, exported] of Object.entries(ENTRIES)) {
    const file = `${name}/${fileOf(entry)}`;
    const asked = `new URL('.', import.meta.url), '${entry}', ${JSON.stringify(Object.keys(OF_CONVERSIONS))}`;
    await writeFile(
      new URL(file, folder),
      `import { bundledModule } from ${loader};\nexport const { ${exported} } = bundledModule(${asked});\n`,
    );
    bundle.modules[pathToFileURL(join(PROJECT, entry)).href] = file;
  }
  const list = new URL(START_BUNDLE_LIST, folder);
  const incoming = new URL(`${name}/${START_BUNDLE_LIST}`, folder);
  await writeFile(incoming, JSON.stringify(bundle));
  await rename(incoming, list);
}

/** Removes folders that no checkout starts from any more, and the lists of checkouts that are gone. */
async function removeOldBundles(folder: URL): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const lists: string[] = [];
  for (const name of names.filter((name) => LISTS.test(name))) {
    const list = await readFile(new URL(name, folder), 'utf8').catch(() => '');
    if (await isOfCheckout(list)) lists.push(list);
    else await rm(new URL(name, folder), { force: true });
  }
  for (const name of names) {
    const madeMs = Number(/^(\d+)-\d+$/.exec(name)?.[1] ?? Number.NaN);
    if (!(Date.now() - madeMs > OLD_MS) || lists.some((list) => list.includes(name))) continue;
    await rm(new URL(name, folder), { recursive: true, force: true });
  }
}

/** Is one of the modules that the list names still there? */
async function isOfCheckout(list: string): Promise<boolean> {
  try {
    const [module] = Object.keys((JSON.parse(list) as StartBundle).modules);
    return module !== undefined && (await stat(fileURLToPath(module))).isFile();
  } catch {
    return false;
  }
}
