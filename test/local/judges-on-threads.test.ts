import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { judgesOnThreads, threadCount } from '../../local/judges-on-threads.ts';
import * as parts from '../../shared/pipeline/verify/judge-part.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

test('threads find in a damaged lake what one thread finds, in the same order', async () => {
  await using lake = await TestLake.make('on disk');
  for (const day of ['11', '12', '13']) {
    for (const file of ['a', 'b']) {
      const sourceKey = `${file}_202508${day}.txt`;
      await lake.putRaw(
        sourceKey,
        smallFile(smallLine(`${file}${day}`, 1), smallLine(`X${file}${day}`, 'X')),
      );
      await lake.convert({ layout: smallLayout(), sourceKey });
    }
  }
  const lakeDir = join(lake.dir, 'lake');
  const day = 'ledger/small/year=2025/month=08/day=12';
  await writeFile(join(lakeDir, day, '_day/1.json'), '{');
  await rm(join(lakeDir, day, '_terms/1.json'));
  const { lake: store } = lake.ports;
  const published = (await Array.fromAsync(store.list('processed/small/'))).map(({ key }) => key);
  await writeFile(join(lakeDir, published.find((key) => key.includes('day=13'))!), 'other bytes');
  const [plan] = (await Array.fromAsync(store.list('runs/'))).filter(({ key }) => key.endsWith('/plan.json'));
  await writeFile(join(lakeDir, plan!.key), 'no plan');
  const alone = await verifyLake(lake.ports, { depth: 'full' });
  expect(alone.findings.length).toBeGreaterThanOrEqual(4);
  const judges = judgesOnThreads(lakeDir, { aloneMs: 0, count: 2 });
  const here = vi.spyOn(parts, 'judgePart');
  try {
    // Verdicts of threads travel as JSON, in which a key without a value is not there.
    expect(JSON.stringify(await verifyLake(lake.ports, { depth: 'full', judges }))).toBe(
      JSON.stringify(alone),
    );
    expect(here).not.toHaveBeenCalled();
  } finally {
    here.mockRestore();
    await judges.close();
  }
});

test('what a thread cannot judge is judged here, with the error that it is', async () => {
  await using lake = await TestLake.make('on disk');
  await lake.putRaw('a_20250812.txt', smallFile(smallLine('A1', 1)));
  await lake.convert({ layout: smallLayout(), sourceKey: 'a_20250812.txt' });
  const judges = judgesOnThreads(join(lake.dir, 'lake'), { aloneMs: 0, count: 1 });
  const part = { what: 'runs', roots: ['runs/../'], waiting: [] } as const;
  const failing = judges.judge({ ...part, roots: [...part.roots], waiting: [] }, 'full');
  await expect(failing).rejects.toMatchObject({ name: 'ObjectNotFound' });
  await judges.close();
});

test('more threads than processors are started only if they would wait for the disk', () => {
  expect([1, 2, 8, 64].map((processors) => threadCount(false, processors))).toEqual([1, 2, 8, 16]);
  expect([1, 2, 8, 64].map((processors) => threadCount(true, processors))).toEqual([4, 4, 16, 16]);
});
