import { expect, test } from 'vitest';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { KEY, smallDay } from '../support/small-day.ts';

test('a refused run loses its manifests and then its parts, and keeps its rejects', async () => {
  await using lake = await TestLake.make();
  const { keysBelow, load } = smallDay(lake);
  const { lake: store } = lake.ports;
  const calls: string[][] = [];
  const remove = store.delete.bind(store);
  store.delete = async (keys) => {
    calls.push(keys.map((key) => (key.endsWith('.json') ? 'manifest' : 'part')));
    await remove(keys);
  };
  const bytes = smallFile(smallLine('A1', 1), smallLine('A2', 'X'), smallLine('A3', 3));
  const layout = smallLayout({ rejects: { maxPercent: 0 } });
  const { status } = await load(KEY, bytes, { rangeSizeBytes: 21 }, layout);
  expect(status).toBe('refused');
  expect(calls).toEqual([
    ['manifest', 'manifest', 'manifest'],
    ['part', 'part'],
  ]);
  const left = await keysBelow('runs/');
  expect(left.filter((key) => key.includes('/parts/'))).toEqual([]);
  expect(left.filter((key) => key.includes('/rejects/'))).toHaveLength(1);
});
