import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withFileLock } from '../../local/adapters/file-lock.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Runs holders at once; answers the most that held the lock at the same time. */
async function mostHolders(path: string, count: number): Promise<number> {
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: count }, () =>
      withFileLock(path, async () => {
        most = Math.max(most, ++holders);
        for (let turns = 0; turns < 5; turns++) await turn();
        holders--;
      }),
    ),
  );
  return most;
}

it('is held by one at a time, and leaves no file', async () => {
  expect(await mostHolders(join(dir, 'a.lock'), 16)).toBe(1);
  expect(await readdir(dir)).toEqual([]);
});

it('of a process that is gone is broken, and is still held by one at a time', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  for (let round = 0; round < 60; round++) {
    const path = join(dir, `${round}.lock`);
    await writeFile(path, String(pid));
    expect(await mostHolders(path, 8)).toBe(1);
  }
  expect(await readdir(dir)).toEqual([]);
});

it('of a running process is waited for, however long it takes', async () => {
  const path = join(dir, 'b.lock');
  await writeFile(path, String(process.pid));
  let held = false;
  const waiting = withFileLock(path, async () => {
    held = true;
  });
  for (let turns = 0; turns < 200; turns++) await turn();
  expect(held).toBe(false);
  await rm(path);
  await waiting;
  expect(held).toBe(true);
});
