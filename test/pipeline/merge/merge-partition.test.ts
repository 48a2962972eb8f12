import { expect, test } from 'vitest';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { readRejects } from '../../../shared/pipeline/operate/read-rejects.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { mergeSpecShape } from '../../../shared/run/merge-spec.ts';
import { finishFile, planned, TestLake } from '../../support/run-pipeline.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DAY, KEY, smallDay } from '../../support/small-day.ts';

const IDS = Array.from({ length: 9 }, (_, index) => `A${index}`);

/** Nine records, each in a range and so a part of its own; every third is rejected. */
async function mergedLake(lake: TestLake) {
  const lines = IDS.map((id, index) => smallLine(id, index % 3 === 2 ? 'X' : index, index < 6 ? 'A' : 'B'));
  const { load, entryOf } = smallDay(lake);
  const { loaded } = await entryOf(await load(KEY, smallFile(...lines), { rangeSizeBytes: 21 }));
  return loaded!;
}

test('rows of small parts are all in the merged file, in their order, and so are rejects', async () => {
  await using lake = await TestLake.make();
  const { outputs, rejectOutputs, rows } = await mergedLake(lake);
  expect(outputs.map(({ partition, rows }) => [partition.product, rows]).sort()).toEqual([
    ['A', 4],
    ['B', 2],
  ]);
  expect([rows, rejectOutputs.map((output) => output.rows)]).toEqual([6, [3]]);
  const shown = await lake.publishedRows('small', 'id, amount');
  expect(shown.map(({ id, amount }) => `${id} ${amount}`)).toEqual([
    ...['A0 0.00', 'A1 0.01', 'A3 0.03', 'A4 0.04', 'A6 0.06', 'A7 0.07'],
  ]);
  const rejects = await Array.fromAsync(readRejects(lake.ports, DAY));
  expect(rejects.map(({ byteOffset }) => byteOffset)).toEqual([42, 105, 168]);
});

test('the ledger knows the size and the checksum of each merged file', async () => {
  await using lake = await TestLake.make();
  const { outputs, rejectOutputs } = await mergedLake(lake);
  for (const { mergedKey, bytes, checksum } of [...outputs, ...rejectOutputs]) {
    const stored = (await lake.ports.lake.get(mergedKey))!;
    expect([bytes, checksum]).toEqual([stored.bytes.length, checksumOf(stored.bytes)]);
  }
});

test('small row groups are joined into one for each file, with the same rows and rejects', async () => {
  await using lake = await TestLake.make();
  const { lake: store } = lake.ports;
  const lines = IDS.map((id, index) => smallLine(id, index % 3 === 2 ? 'X' : index, index < 6 ? 'A' : 'B'));
  await lake.putRaw(KEY, smallFile(...lines));
  const request = { layout: smallLayout(), sourceKey: KEY, rangeSizeBytes: 21 };
  const split = planned(await splitFile(lake.ports, 'one', request));
  await lake.parseAll(split);
  const reconciled = await reconcileFile(lake.ports, split.planKey);
  const merges = reconciled.verdict === 'balanced' ? (reconciled.merges?.flat() ?? []) : [];
  expect(merges).toHaveLength(3);
  for (const mergeIndex of merges) {
    const key = runKeys(split.runId).mergeSpec(mergeIndex);
    const spec = await readJson(store, key, mergeSpecShape);
    await store.put(key, Buffer.from(JSON.stringify({ ...spec, mode: 'join' })));
  }
  await finishFile(lake.ports, split.planKey, reconciled);
  const { outputs, rejectOutputs, rowGroups } = (await smallDay(lake).entryOf(split)).loaded!;
  expect(outputs.map(({ rows }) => rows).sort()).toEqual([2, 4]);
  expect(rowGroups).toMatchObject({ count: 2, min: 2, max: 4 });
  for (const { mergedKey, bytes, checksum } of [...outputs, ...rejectOutputs]) {
    const stored = (await store.get(mergedKey))!;
    expect([bytes, checksum]).toEqual([stored.bytes.length, checksumOf(stored.bytes)]);
  }
  const shown = await lake.publishedRows('small', 'id, amount');
  expect(shown.map(({ id, amount }) => `${id} ${amount}`)).toEqual([
    ...['A0 0.00', 'A1 0.01', 'A3 0.03', 'A4 0.04', 'A6 0.06', 'A7 0.07'],
  ]);
  const rejects = await Array.fromAsync(readRejects(lake.ports, DAY));
  expect(rejects.map(({ byteOffset }) => byteOffset)).toEqual([42, 105, 168]);
});

test('the parts of a file of few ranges are its files, those of one of many ranges are merged', async () => {
  const loadedWith = async (mostRanges: number) => {
    await using lake = await TestLake.make();
    lake.ports.settings = { ...lake.ports.settings, wholePartOfFew: { mostRanges, bytes: 1 } };
    const { load, entryOf } = smallDay(lake);
    const lines = IDS.slice(0, 4).map((id, index) => smallLine(id, index, 'A'));
    const { loaded } = await entryOf(await load(KEY, smallFile(...lines), { rangeSizeBytes: 42 }));
    const shown = await lake.publishedRows('small', 'id');
    expect(shown.map(({ id }) => id)).toEqual(IDS.slice(0, 4));
    return loaded!.outputs.map(({ rows }) => rows);
  };
  expect(await loadedWith(2)).toEqual([2, 2]);
  expect(await loadedWith(1)).toEqual([4]);
});
