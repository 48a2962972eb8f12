import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../shared/errors.ts';
import { isCode } from './file-error.ts';

const WAIT_MS = 5;
const GIVE_UP_AFTER_MS = 60_000;

/**
 * Runs `action` while this caller alone holds the lock file `path`. A lock names its process from the moment it appears, and is broken
 * only if that process is gone. No clock decides: a slow holder keeps its lock.
 */
export async function withFileLock<T>(path: string, action: () => Promise<T>): Promise<T> {
  const since = performance.now();
  while (!(await acquire(path))) {
    if (await isAbandoned(path)) await breakAbandoned(path);
    if (performance.now() - since > GIVE_UP_AFTER_MS) {
      throw new StoreUnavailable({
        what: 'another process has held the lock of a small file for a minute',
        where: path,
        next: `Look for a hanging process; if there is none, remove ${path} and ${breakerOf(path)}.`,
      });
    }
    await sleep(WAIT_MS * (0.5 + Math.random()));
  }
  try {
    return await action();
  } finally {
    await rm(path, { force: true });
  }
}

/** A link to a finished file: the lock is never seen without its holder's name in it. */
async function acquire(path: string): Promise<boolean> {
  const mine = `${path}.${process.pid}-${randomUUID()}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const holder = await readFile(path, 'utf8').catch(() => '');
  return /^\d+$/.test(holder) && !isRunning(Number(holder));
}

function breakerOf(path: string): string {
  return `${path}.breaking`;
}

/**
 * Removes an abandoned lock. Two waiters may have seen the same one, and the slower must not remove the fresh lock that follows it, so
 * only one breaks at a time, and looks again first. If a breaker crashes in between, people must remove its file: no guess is safe.
 */
async function breakAbandoned(path: string): Promise<void> {
  const breaker = breakerOf(path);
  if (!(await acquire(breaker))) return;
  try {
    if (await isAbandoned(path)) await rm(path, { force: true });
  } finally {
    await rm(breaker, { force: true });
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is running too.
    return isCode(error, 'EPERM');
  }
}
