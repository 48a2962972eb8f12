import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runKeys } from '../../../shared/keys/run-keys.ts';
import { mergeLots, onlyPart } from '../../../shared/pipeline/reconcile/merge-lots.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { readEntry } from '../../../shared/pipeline/store/ledger.ts';
import { plannedMergesShape, takenPartsShape } from '../../../shared/run/merge-spec.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';

describe('lots of merges', () => {
  it('hold every merge once, in order, in at most 60 lots of nearly the same number', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(10_000), { maxLength: 400 }), (indexes) => {
        const merges = indexes.map((mergeIndex) => ({ mergeIndex }));
        const lots = mergeLots(merges);
        expect(lots.flat()).toEqual(indexes);
        expect(lots.length).toBe(Math.min(60, indexes.length));
        const sizes = lots.map(({ length }) => length);
        expect(Math.max(0, ...sizes) - Math.min(...sizes, Math.max(0, ...sizes))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('take no part that is a file already', () => {
    const part = { key: 'a', rows: 1, bytes: 1, rowGroupRows: [1] };
    expect(onlyPart({ mode: 'concat', parts: [part] })).toBe(part);
    expect(onlyPart({ mode: 'join', parts: [part] })).toBeUndefined();
    expect(onlyPart({ mode: 'concat', parts: [part, part] })).toBeUndefined();
  });
});

describe('a file of one range', () => {
  const lines = [smallLine('A1', 100), smallLine('A2', 200, 'B'), smallLine('A3', 'x')];
  const request = { layout: smallLayout(), sourceKey: 'f_20250812.txt' };

  it('is loaded from its parts: nothing is left to merge, and no object is copied', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(request.sourceKey, smallFile(...lines));
    const split = planned(await splitFile(lake.ports, 'one', request));
    await lake.parseAll(split);
    const keys = runKeys(split.runId);
    const objects = async () =>
      (await Array.fromAsync(lake.ports.lake.list(keys.root))).map(({ key }) => key);
    const before = (await objects()).filter((key) => key.endsWith('.parquet'));
    expect(await reconcileFile(lake.ports, split.planKey)).not.toHaveProperty('merges');
    expect((await objects()).filter((key) => key.endsWith('.parquet'))).toEqual(before);
    const merges = await readJson(lake.ports.lake, keys.merges, plannedMergesShape);
    const { parts: merged } = await readJson(lake.ports.lake, keys.takenParts, takenPartsShape);
    expect(merges).toEqual(merged.map(({ mergeIndex }) => ({ mergeIndex, taken: true })));
    expect(merged.map(({ mergedKey }) => mergedKey).toSorted()).toEqual(before);
    // Rejects are always Snappy, and say so.
    const ends = merged.map(({ kind, fileName }) => [kind, ...fileName.split('.').slice(1)].join(' '));
    expect(new Set(ends)).toEqual(new Set(['rows parquet', 'rejects snappy parquet']));
  });

  it('has the rows that it has in several ranges', async () => {
    const rowsOf = async (rangeSizeBytes: number) => {
      await using lake = await TestLake.make();
      await lake.putRaw(request.sourceKey, smallFile(...lines));
      const { ledgerKey } = await lake.convert({ ...request, rangeSizeBytes });
      const entry = await readEntry(lake.ports.lake, ledgerKey);
      expect(entry?.loaded?.rejectOutputs).toHaveLength(1);
      const isPart = entry?.loaded?.outputs.map(({ mergedKey }) => mergedKey.includes('/parts/'));
      return { isPart, rows: await lake.publishedRows('small', '*') };
    };
    const [whole, cut] = [await rowsOf(1e6), await rowsOf(10)];
    expect(whole.rows).toHaveLength(2);
    expect(cut.rows).toEqual(whole.rows);
    expect(whole.isPart).toEqual([true, true]);
  });
});
