import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../shared/errors.ts';

/** Longer than any holder needs for one small write. */
const STALE_AFTER_MS = 30_000;
const WAIT_MS = 5;
const GIVE_UP_AFTER_MS = 60_000;

/**
 * Runs `action` while a file named `path` exists that nobody else could create. A lock whose process is gone, or that is
 * older than any honest holder, is broken.
 */
export async function withFileLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const since = performance.now();
  while (!(await acquire(path))) {
    if (await isStale(path)) await rm(path, { force: true });
    else if (performance.now() - since > GIVE_UP_AFTER_MS) {
      throw new StoreUnavailable({
        what: 'another process holds the lock of a small file for a minute',
        where: path,
        next: 'Look for a hanging process; if there is none, remove the lock file.',
      });
    } else await sleep(WAIT_MS * (0.5 + Math.random()));
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

async function acquire(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string): Promise<boolean> {
  const [holder, stats] = await Promise.all([
    readFile(path, 'utf8').catch(() => ''),
    stat(path).catch(() => undefined),
  ]);
  if (!stats) return false;
  if (/^\d+$/.test(holder) && !isRunning(Number(holder))) return true;
  return Date.now() - stats.mtimeMs > STALE_AFTER_MS;
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is running too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
