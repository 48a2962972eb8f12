import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../bundle/bundle-functions.ts';

const TYPESCRIPT = join(PROJECT, 'node_modules/typescript/bin/tsc');

/**
 * Writes the types of the library into `folder`. They name nothing outside of `library/`: what does is marked as internal there and left
 * out, so that an editor needs these files alone.
 */
export async function writeDeclarations(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'positional-lake-types-'));
  try {
    const options = [
      '--noEmit',
      'false',
      '--emitDeclarationOnly',
      '--declaration',
      '--stripInternal',
      '--noCheck',
    ];
    const project = join(scratch, 'tsconfig.json');
    await writeFile(
      project,
      JSON.stringify({
        extends: join(PROJECT, 'tsconfig.json'),
        files: [join(PROJECT, 'library/main.ts')],
        include: [],
      }),
    );
    const paths = [
      '--outDir',
      scratch,
      '--rootDir',
      PROJECT,
      '--typeRoots',
      join(PROJECT, 'node_modules/@types'),
    ];
    // Files that the library imports cannot all be declared, and need not be: only those of library/ are kept.
    await promisify(execFile)(process.execPath, [TYPESCRIPT, '-p', project, ...options, ...paths]).catch(
      () => undefined,
    );
    await cp(join(scratch, 'library'), folder, { recursive: true });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const text = await readFile(file, 'utf8');
    if (/from '\.\.\//.test(text)) {
      if (name !== 'record-reader.d.ts')
        throw new Error(`${name} names types outside of library/: mark them @internal`);
      await rm(file);
    } else await writeFile(file, text.replaceAll(/from '(\.\/[^']*)\.ts'/g, "from '$1.js'"));
  }
}
