import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = [
  'bin',
  'functions',
  'shared',
  'local',
  'terminal',
  'cli',
  'generator',
  'statemachine',
  'tools',
  'layouts',
];

/** A place in the sources that is broken on purpose. */
export interface Mutation {
  file: string;
  /** Must be in the file exactly once, so that a mutation that no longer breaks anything is noticed. */
  was: string;
  becomes: string;
}

/** A copy of the project's sources in a temporary folder, broken in one place; the caller removes it. */
export async function mutatedProject({ file, was, becomes }: Mutation): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mutated-'));
  for (const folder of COPIED) await cp(join(ROOT, folder), join(dir, folder), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) await cp(join(ROOT, file), join(dir, file));
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'), 'dir');
  const text = await readFile(join(dir, file), 'utf8');
  if (text.split(was).length !== 2) {
    await rm(dir, { recursive: true, force: true });
    throw new Error(`${file} holds ${text.split(was).length - 1} times, and not once: ${was}`);
  }
  await writeFile(
    join(dir, file),
    text.replace(was, () => becomes),
  );
  return dir;
}
