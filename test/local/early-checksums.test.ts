import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { earlyChecksums } from '../../local/early-checksums.ts';
import type { WorkerPool } from '../../local/state-machine/worker-pool.ts';
import { checksumOf as checksumOfBytes } from '../support/small-contracts.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'early-checksums-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sumOf = async (path: string) => {
  try {
    return checksumOfBytes(readFileSync(path));
  } catch {
    return undefined;
  }
};

/** Sums in a pool that answers in a later turn, and notes what it was asked; `now` has what was summed when it was asked for. */
function open(workerCount: number, { fails = false } = {}) {
  const calls: string[][] = [];
  const now: string[] = [];
  let most = 0;
  let running = 0;
  const run: WorkerPool['run'] = async (_, input) => {
    const { paths } = input as { paths: string[] };
    calls.push(paths);
    most = Math.max(most, ++running);
    const sums = await Promise.all(paths.map(sumOf));
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (fails) throw new Error('no worker');
    return JSON.parse(JSON.stringify(sums.map((sum) => sum ?? null)));
  };
  const early = earlyChecksums(
    { pool: { run, close: async () => undefined }, options: { workerCount } },
    (path) => {
      now.push(path);
      return sumOf(path);
    },
  );
  return { ...early, calls, now, mostAtOnce: () => most };
}

it('answers the sums of all files, each of which is summed once, at most as many calls at once as there are workers', async () => {
  const file = fc.record({ bytes: fc.uint8Array({ maxLength: 40 }), begun: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(file, { maxLength: 150 }),
      fc.integer({ min: 1, max: 3 }),
      async (files, workers) => {
        const paths = files.map(({ bytes }, index) => {
          const path = join(dir, String(index));
          writeFileSync(path, bytes);
          return path;
        });
        const least = 8;
        const { begin, checksumOf, calls, now, mostAtOnce } = open(workers);
        begin(
          paths.filter((_, index) => files[index]!.begun),
          least,
        );
        const sums = await Promise.all(paths.map(checksumOf));
        expect(sums).toEqual(files.map(({ bytes }) => checksumOfBytes(bytes)));
        const early = paths.filter((_, index) => files[index]!.begun && files[index]!.bytes.length >= least);
        expect(calls.flat()).toEqual(early);
        expect(now).toEqual(paths.filter((path) => !early.includes(path)));
        expect(mostAtOnce()).toBeLessThanOrEqual(workers);
      },
    ),
    { numRuns: 25 },
  );
});

it('sums a file again that was changed after its sum was taken, also if its time was set back', async () => {
  const path = join(dir, 'part');
  writeFileSync(path, 'as written');
  const { atime, mtime } = statSync(path);
  const { begin, checksumOf, now } = open(1);
  begin([path], 0);
  // The clock of file times ticks every few milliseconds.
  await new Promise((resolve) => setTimeout(resolve, 30));
  writeFileSync(path, 'as damaged');
  utimesSync(path, atime, mtime);
  expect(await checksumOf(path)).toBe(checksumOfBytes(Buffer.from('as damaged')));
  expect(now).toEqual([path]);
});

it('sums a file again that went away, that another one replaced, or that is asked for a second time', async () => {
  const paths = ['gone', 'replaced', 'same'].map((name) => join(dir, name));
  const [gone, replaced, same] = paths as [string, string, string];
  for (const path of paths) writeFileSync(path, 'first');
  const { begin, checksumOf, now } = open(2);
  begin(paths, 0);
  await new Promise((resolve) => setTimeout(resolve, 30));
  rmSync(gone);
  rmSync(replaced);
  writeFileSync(join(dir, 'other'), 'other');
  linkSync(join(dir, 'other'), replaced);
  expect(await checksumOf(gone)).toBeUndefined();
  expect(await checksumOf(replaced)).toBe(checksumOfBytes(Buffer.from('other')));
  expect(await checksumOf(same)).toBe(checksumOfBytes(Buffer.from('first')));
  expect(now).toEqual([gone, replaced]);
  expect(await checksumOf(same)).toBe(checksumOfBytes(Buffer.from('first')));
  expect(now).toEqual([gone, replaced, same]);
});

it('leaves it to whoever asks if the workers cannot sum', async () => {
  const path = join(dir, 'part');
  writeFileSync(path, 'bytes');
  const { begin, checksumOf, now } = open(1, { fails: true });
  begin([path, join(dir, 'never')], 0);
  expect(await checksumOf(path)).toBe(checksumOfBytes(Buffer.from('bytes')));
  expect(now).toEqual([path]);
});
