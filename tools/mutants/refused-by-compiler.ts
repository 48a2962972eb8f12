import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endsWithUs } from '../bound-child.ts';
import { mutated } from './mutant.ts';
import type { NumberedMutant } from './switched-source.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A condition that is always true leaves code that is not reached, and names that are not used: a person would remove them. */
const BESIDE_THE_POINT = { allowUnreachableCode: true, noUnusedLocals: false, noUnusedParameters: false };
/** Those that mutants are made of, and what they import. */
const ROOMS = ['shared', 'connector'];
const COPY = /\.mutant(\d+)\.ts\(/g;

/**
 * Numbers of the mutants that the compiler refuses: nobody can commit them, so that no test is needed. Each is written beside its file
 * under a name of its own, in a copy of the sources, and one run of the compiler judges all of them.
 */
export async function refusedByCompiler(mutants: readonly NumberedMutant[]): Promise<Set<number>> {
  const dir = await mkdtemp(join(tmpdir(), 'mutants-'));
  try {
    for (const room of ROOMS) await cp(join(ROOT, room), join(dir, room), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'), 'dir');
    await cp(join(ROOT, 'package.json'), join(dir, 'package.json'));
    const { compilerOptions } = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8'));
    const options = { ...compilerOptions, ...BESIDE_THE_POINT };
    await writeFile(
      join(dir, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, include: ROOMS.map((room) => `${room}/**/*.mutant*.ts`) }),
    );
    for (const { id, mutant } of mutants) {
      const changed = mutated(await readFile(join(dir, mutant.file), 'utf8'), mutant);
      await writeFile(join(dir, mutant.file.replace(/ts$/, `mutant${id}.ts`)), changed ?? '');
    }
    const told = await outputOf(join(ROOT, 'node_modules/.bin/tsc'), ['--pretty', 'false', '-p', '.'], dir);
    return new Set([...told.matchAll(COPY)].map(([, id]) => Number(id)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function outputOf(command: string, args: string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  endsWithUs(child);
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(told));
  });
}
