import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT } from '../bundle/bundle-functions.ts';

const run = promisify(execFile);

/** A Python that has what a requirements file pins, or the sentence that says why there is none. */
type PythonTool = { python: string } | { missing: string };

/**
 * A Python with the packages of `tools/python/<name>.txt`, in a virtual environment below `.python/` that is made when it is first asked
 * for. A machine without Python or without a package index is not at fault: whoever asks goes on without.
 */
export async function pythonTool(
  name: string,
  { interpreter = 'python3', folder = join(PROJECT, '.python') } = {},
): Promise<PythonTool> {
  const requirements = join(PROJECT, 'tools', 'python', `${name}.txt`);
  const [pinned = ''] = (await readFile(requirements, 'utf8')).split('\n');
  // The first line pins the tool itself: another version is another environment.
  const environment = join(folder, pinned.replace('==', '-'));
  const python = join(environment, 'bin', 'python');
  if (existsSync(python)) return { python };
  const making = `${environment}.${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    await run(interpreter, ['-m', 'venv', making]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
    await run(join(making, 'bin', 'python'), install, { timeout: INSTALL_LIMIT_MS });
    // Python finds its packages beside itself, so the folder may move; scripts with a path in them are not used.
    await rename(making, environment);
    return { python };
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (existsSync(python)) return { python };
    return { missing: reason(error, pinned) };
  }
}

const INSTALL_LIMIT_MS = 300_000;

function reason(error: unknown, pinned: string): string {
  const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') return 'there is no Python 3';
  const said = stderr.trim().split('\n').at(-1);
  return `${pinned} cannot be installed${said ? `: ${said}` : ''}`;
}
