import { expect, it } from 'vitest';
import { ownsNothing } from '../../../shared/pipeline/store/table-owner.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

/** A day of three files is published when all are there: until then nothing but the ledger says whose tables they are. */
const LAYOUT = JSON.stringify({
  ...JSON.parse(smallLayout()),
  day: { expectedFiles: [KEY, 'b_{yyyyMMdd}.txt', 'c_{yyyyMMdd}.txt'] },
  rejects: { maxPercent: 0 },
});

it('a layout owns its tables as soon as one of its files is loaded, whatever became of the others', async () => {
  const lake = new MemoryLake();
  const load = async (key: string, bytes: Buffer) => (await lake.load(key, bytes, { layout: LAYOUT })).status;
  expect(await load('b_20250812.txt', smallFile(smallLine('B1', 'X')))).toBe('refused');
  expect(await ownsNothing(lake.ports, 'small')).toBe(true);
  expect(await load('c_20250812.txt', smallFile(smallLine('C1', 1)))).toBe('loaded');
  expect(await ownsNothing(lake.ports, 'small')).toBe(false);
});
