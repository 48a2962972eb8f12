import { expect, it } from 'vitest';
import { checksumOn } from '../../local/checksums-on-workers.ts';
import type { WorkerPool } from '../../local/state-machine/worker-pool.ts';
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';

/** Sums in a pool with so many workers, of which each answers in a later turn; `calls` has the number of files of each call. */
function open(workerCount: number, { fails = false } = {}) {
  const calls: number[] = [];
  let running = 0;
  let most = 0;
  const run: WorkerPool['run'] = async (_, input) => {
    const { paths } = input as { paths: string[] };
    calls.push(paths.length);
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (fails) throw new Error('no worker');
    return paths.map((path) => (path === 'gone' ? null : `sum of ${path}`));
  };
  const pool: WorkerPool = { run, close: async () => undefined };
  const options = { workerCount, signal: undefined } as never;
  return { sum: checksumOn({ pool, options }), calls, most: () => most };
}

it('thousands of files of which 256 are asked for at once go many a call, and each gets its own sum', async () => {
  const { sum, calls, most } = open(2);
  const paths = Array.from({ length: 3000 }, (_, index) => `${index}`);
  const sums = await inParallel(paths, 256, sum);
  expect(sums).toEqual(paths.map((path) => `sum of ${path}`));
  expect(most()).toBeLessThanOrEqual(8);
  // One call for each file would be 3,000.
  expect(calls.length).toBeLessThan(200);
  expect(Math.max(...calls)).toBeLessThanOrEqual(64);
});

it('a few files are spread over the workers', async () => {
  const { sum, calls } = open(2);
  await Promise.all(['a', 'b', 'c', 'd'].map(sum));
  expect(calls).toEqual([1, 1, 1, 1]);
});

it('a file that is not there has no sum, and a pool that fails fails all that was asked', async () => {
  expect(await open(1).sum('gone')).toBeUndefined();
  const { sum } = open(1, { fails: true });
  const results = await Promise.allSettled(['a', 'b'].map(sum));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
