import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Twin } from './twin.ts';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Not in git. */
const FOLDER = fileURLToPath(new URL('../../.twins/', import.meta.url));
const INSTALL_MS = 20 * 60 * 1000;
/** The versions are fixed for it: newer and older Pythons have no wheels of some of them. */
const LEAST_PYTHON = [3, 10] as const;

/** Why no twin can be installed here, or undefined if Python is at hand. */
export async function lackOfPython(): Promise<string | undefined> {
  const code = 'import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])';
  const answer = await run('python3', ['-c', code]).catch(() => undefined);
  if (!answer) return 'python3 with venv is missing (Debian: python3-venv)';
  const [major = 0, minor = 0] = answer.stdout.trim().split(' ').map(Number);
  if (major === LEAST_PYTHON[0] && minor >= LEAST_PYTHON[1]) return undefined;
  return `python3 is ${major}.${minor}, and ${LEAST_PYTHON.join('.')} or newer is needed`;
}

/** The folder of a virtual environment with exactly the twin's packages; made once for a list of packages. */
export async function installTwin(twin: Twin): Promise<string> {
  const list = join(HERE, twin.requirements);
  const hash = createHash('sha256')
    .update(await readFile(list))
    .digest('hex')
    .slice(0, 12);
  const folder = join(FOLDER, `${twin.name}-${hash}`);
  const done = join(folder, 'installed');
  if (
    await access(done).then(
      () => true,
      () => false,
    )
  )
    return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const limit = { timeout: INSTALL_MS, maxBuffer: 64 * 1024 * 1024 };
  await run('python3', ['-m', 'venv', folder], limit);
  // The list is complete: nothing else is looked for.
  const flags = [
    'install',
    '--quiet',
    '--no-deps',
    '--no-compile',
    '--disable-pip-version-check',
    '-r',
    list,
  ];
  await run(join(folder, 'bin', 'pip'), flags, limit);
  await writeFile(done, '');
  return folder;
}
