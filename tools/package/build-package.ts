import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { versionOfSources } from '../../local/local-version.ts';
import { buildPage } from '../../studio/build/build-page.ts';
import { PROJECT } from '../bundle/bundle-functions.ts';
import { NODE_BUNDLE } from '../bundle/node-bundle.ts';
import { withoutLambda } from '../bundle/without-lambda.ts';

/** Folder of the compiled package, as `bin/positional-lake.mjs` and `exports` in package.json name it. */
export const PACKAGE_FOLDER = join(PROJECT, 'dist/package');

/** What is started or imported from outside; each becomes a file of its own beside the chunks that they share. */
const ENTRIES = [
  'bin/main.ts',
  'library/main.ts',
  // Modules that are named by their URL: workers, their functions, and the command that may start from the project's bundle.
  'local/state-machine/worker.ts',
  'local/embedded-functions.ts',
  'local/judge-function.ts',
  'local/early-threads.ts',
  'cli/convert-command.ts',
];
/** Packages that look for files beside their module, or bring a binary. They are dependencies of the package. */
const NOT_BUNDLED = ['@duckdb/node-api'];

/** Modules from elsewhere that may lack something on the user's machine, and what says so. */
const SHIMS: Record<string, string> = {
  'node:zlib': 'tools/package/older-zlib.ts',
  '@duckdb/node-api': 'tools/package/duckdb-if-installed.ts',
};

/** Modules of which the package has another form. */
const REPLACED: Record<string, string> = {
  'tools/check-deploy/main.ts': 'tools/package/command-elsewhere.ts',
  'studio/build/page-files.ts': 'tools/package/built-page.ts',
};

/**
 * Compiles the program and the library into `folder`, two folders below the root of the package: JavaScript that Node 20 reads, with
 * what it needs of other packages inside.
 */
export async function buildPackage(folder = PACKAGE_FOLDER): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { devDependencies } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const { metafile } = await build({
    ...NODE_BUNDLE,
    target: 'node20',
    minifySyntax: true,
    absWorkingDir: PROJECT,
    entryPoints: ENTRIES.map((entry) => ({ in: entry, out: entryName(entry) })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunk-[hash]',
    splitting: true,
    external: NOT_BUNDLED,
    inject: ['tools/package/older-node.ts'],
    define: {
      BUNDLED_CODE_VERSION: JSON.stringify(versionOfSources()),
      DUCKDB_VERSION: JSON.stringify(devDependencies['@duckdb/node-api']),
    },
    plugins: [withoutLambda, placesInPackage(folder), withoutNativeCode],
  });
  const { script, style } = await buildPage((_, part) => Object.assign(metafile.inputs, part.inputs));
  await mkdir(join(folder, 'studio'));
  await writeFile(join(folder, 'studio/page.js'), script);
  await writeFile(join(folder, 'studio/page.css'), style);
  return metafile;
}

/** ssh2 is faster with compiled code, and does without where it cannot be loaded: a package for every machine has none. */
const withoutNativeCode: Plugin = {
  name: 'without-native-code',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\.node$|^cpu-features$/ }, ({ path }) => ({ path, namespace: 'native' }));
    onLoad({ filter: /.*/, namespace: 'native' }, () => ({
      contents: "throw new Error('this package has no compiled code')",
      loader: 'js',
    }));
  },
};

function entryName(path: string): string {
  return path === 'library/main.ts' ? 'library' : basename(path).replace(/\.ts$/, '');
}

/**
 * A bundled module no longer lies where its source does. Files that it looks for (layouts, prices, the state machine) have the same paths
 * below the root of the package as below the project; modules that it starts lie beside the bundle.
 */
function placesInPackage(folder: string): Plugin {
  return {
    name: 'places-in-package',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^(node:zlib|@duckdb\/node-api)$/ }, ({ path, importer }) => {
        const ours = join(PROJECT, SHIMS[path] ?? '');
        return importer === ours || importer.includes('node_modules') ? undefined : { path: ours };
      });
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const name = relative(PROJECT, path);
        const source = join(PROJECT, REPLACED[name] ?? name);
        const text = await readFile(source, 'utf8');
        return { loader: 'ts', contents: withPlaces(text, name, folder), resolveDir: dirname(source) };
      });
    },
  };
}

function withPlaces(text: string, name: string, folder: string): string {
  const root = `new URL(${JSON.stringify(`${relative(folder, PROJECT)}/`)}, import.meta.url)`;
  return text
    .replaceAll(/new URL\('(\.[^']*\.ts)', import\.meta\.url\)/g, (_, module: string) => {
      const entry = relative(PROJECT, resolve(PROJECT, dirname(name), module));
      if (!ENTRIES.includes(entry)) throw new Error(`${name} names ${entry} by its URL: add it to ENTRIES`);
      return `new URL('./${entryName(entry)}.mjs', import.meta.PLACE)`;
    })
    .replaceAll('import.meta.url', `new URL(${JSON.stringify(name)}, ${root}).href`)
    .replaceAll('import.meta.PLACE', 'import.meta.url');
}

/** Packages whose code is in the bundle, with the folder of each. */
export function bundledPackages({ inputs }: Metafile): Map<string, string> {
  const packages = new Map<string, string>();
  for (const path of Object.keys(inputs)) {
    const [folder, name] = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    if (folder !== undefined && name !== undefined) packages.set(name, folder);
  }
  return packages;
}
