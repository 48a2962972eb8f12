import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
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

/**
 * Bundles each function of functions/ into `<out>/<function>/` (`index.mjs` and the layouts) and zips that folder. The same sources give
 * the same bytes. Names are kept: the state machine's `ErrorEquals` matches them.
 */
export async function bundleFunctions(out: string): Promise<FunctionBundle[]> {
  return Promise.all(FUNCTION_NAMES.toSorted().map((name) => bundleFunction(name, out)));
}

async function bundleFunction(name: FunctionName, out: string): Promise<FunctionBundle> {
  const folder = join(out, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { outputFiles, metafile } = await build({
    ...NODE_BUNDLE,
    absWorkingDir: PROJECT,
    entryPoints: [join('functions', name, 'index.ts')],
    outfile: join(folder, 'index.mjs'),
    minifySyntax: true,
    alias: { '@aws-sdk/credential-provider-node': join(PROJECT, 'tools/bundle/function-credentials.ts') },
    // Beside the folder, not in it: it would be most of the package, and reading it would slow the start.
    sourcemap: 'external',
    write: false,
  });
  const code = outputFiles.find(({ path }) => path.endsWith('.mjs'))!;
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))!;
  await writeFile(join(folder, 'index.mjs'), code.contents);
  await writeFile(join(out, `${name}.mjs.map`), map.contents);
  await cp(join(PROJECT, 'layouts'), join(folder, 'layouts'), { recursive: true });
  const zipFile = join(out, `${name}.zip`);
  const zip = await zipFolder(folder);
  // Something else may be reading the archive of before.
  await writeFile(`${zipFile}.${process.pid}`, zip);
  await rename(`${zipFile}.${process.pid}`, zipFile);
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined)!;
  const inputs = Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput]);
  return {
    ...{ name, folder, zipFile },
    codeBytes: code.contents.length,
    zipBytes: zip.length,
    inputs: Object.fromEntries(inputs),
  };
}

/** The code of a bundle, as text. */
export function readBundle(bundle: FunctionBundle): Promise<string> {
  return readFile(join(bundle.folder, 'index.mjs'), 'utf8');
}
