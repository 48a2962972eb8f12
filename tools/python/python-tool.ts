import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../bundle/bundle-functions.ts';

const run = promisify(execFile);

/** A Python that has what a requirements file pins, or the sentence that says why there is none. */
type PythonTool = { python: string } | { missing: string };

/** The lists are for it: older Pythons have no wheels of some of the versions. */
const LEAST_MINOR = 10;
const INSTALL_LIMIT_MS = 20 * 60_000;
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * A Python with exactly the packages of `tools/python/<name>.txt`, in a virtual environment below `.python/` that is made when it is first
 * asked for. A machine without Python or without a package index is not at fault: whoever asks goes on without.
 */
export async function pythonTool(
  name: string,
  { interpreter = 'python3', folder = join(PROJECT, '.python') } = {},
): Promise<PythonTool> {
  const list = join(PROJECT, 'tools', 'python', `${name}.txt`);
  // Another list is another environment.
  const hash = createHash('sha256').update(await readFile(list));
  const environment = join(folder, `${name}-${hash.digest('hex').slice(0, 12)}`);
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return { python };
  const lack = await lackOfPython(interpreter);
  if (lack) return { missing: lack };
  const making = `${environment}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    const limit = { timeout: INSTALL_LIMIT_MS, maxBuffer: MOST_OUTPUT_BYTES };
    await run(interpreter, ['-m', 'venv', making], limit);
    // The list is complete: nothing else is looked for.
    const flags = ['--quiet', '--no-deps', '--no-compile', '--disable-pip-version-check'];
    const install = ['-m', 'pip', 'install', ...flags, '-r', list];
    await run(join(making, 'bin', 'python'), install, limit);
    // Python finds its packages beside itself, so the folder may move; scripts with a path in them are not used.
    await rename(making, environment);
    return { python };
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (existsSync(python)) return { python };
    const { stderr = '', message } = error as { stderr?: string; message: string };
    const said = (stderr.trim() || message).split('\n').at(-1);
    return { missing: `${name} cannot be installed: ${said}` };
  }
}

/** Why nothing can be installed with this interpreter, or undefined if it can. */
async function lackOfPython(interpreter: string): Promise<string | undefined> {
  const code = 'import sys, venv, ensurepip; print(sys.version_info[0], sys.version_info[1])';
  const answer = await run(interpreter, ['-c', code]).catch(() => undefined);
  if (!answer) return 'there is no Python 3 with venv (Debian: python3-venv)';
  const [major = 0, minor = 0] = answer.stdout.trim().split(' ').map(Number);
  if (major === 3 && minor >= LEAST_MINOR) return undefined;
  return `Python is ${major}.${minor}, and 3.${LEAST_MINOR} or newer is needed`;
}
