import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { queryTexts } from '../../local/serve/query-catalog.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../shared/operations/metrics-table.ts';
import { NODE_BUNDLE } from './node-bundle.ts';
import { zipFolder } from './zip-folder.ts';

export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** A function as it is deployed. */
interface FunctionBundle {
  name: FunctionName;
  folder: string;
  /** Size of `index.mjs`. */
  codeBytes: number;
  zipFile: string;
  zipBytes: number;
  /** Bytes that each module adds to it, by path. */
  inputs: Record<string, number>;
}

/** Stands in the code until its hash is known, and is as long: places in the source map stay. */
const NO_HASH_YET = '@@code-version@@';
/**
 * The functions that decide what is below `runs/<runId>/`. Another version of one of them makes other runs; one of the others, such as the
 * finalizer, goes on with the runs that there are.
 */
const RUN_WRITERS: readonly FunctionName[] = ['splitter', 'parser', 'reconciler', 'merger'];

/**
 * Bundles each function of functions/ into `<out>/<function>/` (`index.mjs` and the layouts) and zips that folder. The same sources give
 * the same bytes. Names are kept: the state machine's `ErrorEquals` matches them.
 */
export async function bundleFunctions(out: string): Promise<FunctionBundle[]> {
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const built = await Promise.all(
    FUNCTION_NAMES.toSorted().map((name) => buildFunction(name, out, `${version}+${NO_HASH_YET}`)),
  );
  const digits = runCodeHash(built);
  return Promise.all(
    built.map((one) => packFunction({ ...one, code: one.code.replaceAll(NO_HASH_YET, digits) }, out)),
  );
}

/** Hash of the code that decides what a run writes. */
export function runCodeHash(built: readonly Pick<BuiltFunction, 'name' | 'code'>[]): string {
  const hash = createHash('sha256');
  for (const { name, code } of built) {
    if (RUN_WRITERS.includes(name)) hash.update(`${name} ${code.length}\n${code}`);
  }
  return hash.digest('hex').slice(0, NO_HASH_YET.length);
}

interface BuiltFunction extends Pick<FunctionBundle, 'name' | 'folder' | 'inputs'> {
  code: string;
  map: Uint8Array;
}

async function buildFunction(name: FunctionName, out: string, version: string): Promise<BuiltFunction> {
  const folder = join(out, name);
  const { outputFiles, metafile } = await build({
    ...NODE_BUNDLE,
    absWorkingDir: PROJECT,
    entryPoints: [join('functions', name, 'index.ts')],
    outfile: join(folder, 'index.mjs'),
    minifySyntax: true,
    alias: { '@aws-sdk/credential-provider-node': join(PROJECT, 'tools/bundle/function-credentials.ts') },
    define: { BUNDLED_CODE_VERSION: JSON.stringify(version) },
    // Beside the folder, not in it: it would be most of the package, and reading it would slow the start.
    sourcemap: 'external',
    write: false,
  });
  const code = outputFiles.find(({ path }) => path.endsWith('.mjs'))!.text;
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))!.contents;
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)!;
  const inputs = Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]);
  return { name, folder, code, map, inputs: Object.fromEntries(inputs) };
}

async function packFunction(
  { name, folder, code, map, inputs }: BuiltFunction,
  out: string,
): Promise<FunctionBundle> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'index.mjs'), code);
  await writeFile(join(out, `${name}.mjs.map`), map);
  await cp(join(PROJECT, 'layouts'), join(folder, 'layouts'), { recursive: true });
  if (name === 'query') await writeFile(join(folder, 'queries.json'), JSON.stringify(await queryTexts()));
  const zipFile = join(out, `${name}.zip`);
  const zip = await zipFolder(folder);
  // Something else may be reading the archive of before.
  await writeFile(`${zipFile}.${process.pid}`, zip);
  await rename(`${zipFile}.${process.pid}`, zipFile);
  return { name, folder, zipFile, inputs, codeBytes: Buffer.byteLength(code), zipBytes: zip.length };
}

/** The code of a bundle, as text. */
export function readBundle(bundle: FunctionBundle): Promise<string> {
  return readFile(join(bundle.folder, 'index.mjs'), 'utf8');
}
