import { describe, expect, it } from 'vitest';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { advanceRun, entryVersions, updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { checksumOf, smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

describe('the ledger', () => {
  it('keeps every version of an entry as it was', async () => {
    await using lake = await TestLake.make();
    const { load } = smallDay(lake);
    const seen: LedgerEntry[] = [];
    const { lake: store } = lake.ports;
    const watch = async (key: string) => {
      if (/\/small\/.*\/f_[^/]*\.json$/.test(key) && !key.includes('/_history/'))
        seen.push(await readJson(store, key, ledgerEntryShape));
    };
    lake.ports.lake = Object.assign(Object.create(store), {
      putOnce: async (key: string, bytes: Uint8Array) => {
        const tag = await store.putOnce(key, bytes);
        await watch(key);
        return tag;
      },
      putIf: async (key: string, bytes: Uint8Array, tag: string) => {
        const next = await store.putIf(key, bytes, tag);
        await watch(key);
        return next;
      },
    });
    await load(KEY, smallFile(smallLine('A1', 100)));
    const result = await load(KEY, smallFile(smallLine('A1', 200)));
    const kept: LedgerEntry[] = [];
    for await (const version of entryVersions(store, result.ledgerKey)) kept.push(version);
    expect(seen.length).toBeGreaterThan(8);
    expect(kept.reverse()).toEqual(seen);
    expect(kept.map(({ revision }) => revision)).toEqual(seen.map((_, index) => index + 1));
  });

  it('has checksums of the file and its outputs, and a lease while a run goes on', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    const bytes = smallFile(smallLine('A1', 100), smallLine('B1', 1, 'B'));
    await lake.putRaw(KEY, bytes);
    const request = { layout: smallLayout(), sourceKey: KEY, rangeSizeBytes: 5 };
    const split = await splitFile(lake.ports, 'x', request);
    expect((await entryOf(split)).leaseUntil).toBe('2025-08-13T08:00:00.000Z');
    const { loaded, leaseUntil } = await entryOf(await lake.convert(request));
    expect(leaseUntil).toBeUndefined();
    expect(loaded?.checksum).toBe(checksumOf(bytes));
    const outputs = loaded?.outputs ?? [];
    expect(outputs).not.toEqual([]);
    for (const { mergedKey, checksum } of outputs) {
      const stored = await lake.ports.lake.get(mergedKey);
      expect(checksum).toBe(stored && checksumOf(stored.bytes));
    }
  });

  it('moves a run on, once for each step, and lets no other run write over it', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const { lake: store } = lake.ports;
    const at = '2025-08-13T07:00:00.000Z';
    const result = await load(KEY, smallFile(smallLine('A1', 100)));
    const { ledgerKey } = result;
    const loaded = await entryOf(result);
    const runId = loaded.runId!;
    for (const [key, run] of [
      [ledgerKey, 'another'],
      ['ledger/small/nothing.json', runId],
    ] as const) {
      await expect(advanceRun(store, key, run, 'merging', at)).rejects.toMatchObject({
        name: 'RunInconsistent',
        message: expect.stringContaining(`this is run ${run}`),
      });
    }
    // A late step of a run that is loaded changes nothing, nor does a step that was taken.
    for (const state of ['merging', 'loaded'] as const) {
      expect(await advanceRun(store, ledgerKey, runId, state, at)).toEqual(loaded);
    }
    expect(await advanceRun(store, ledgerKey, runId, 'loaded', at, { rows: 5 })).toMatchObject({ rows: 5 });
    expect(await advanceRun(store, ledgerKey, runId, 'failed', at)).toMatchObject({ state: 'failed' });
    const parsing = await advanceRun(store, ledgerKey, runId, 'parsing', at);
    expect(parsing).toMatchObject({ state: 'parsing', updatedAt: at });
    expect(await advanceRun(store, ledgerKey, runId, 'merging', at)).toMatchObject({ state: 'merging' });
  });

  it('does not write an entry that is left as it is, nor make one of nothing', async () => {
    await using lake = await TestLake.make();
    const { lake: store } = lake.ports;
    const key = 'ledger/small/one.json';
    expect(await updateEntry(store, key, () => undefined)).toBeUndefined();
    expect(await store.get(key)).toBeUndefined();
    const first = await updateEntry(store, key, () => sampleEntry('a'));
    expect(first?.revision).toBe(1);
    expect(await updateEntry(store, key, (current) => current)).toEqual(first);
    const second = await updateEntry(store, key, (current) => ({ ...current!, attempt: 7 }));
    expect(second).toMatchObject({ revision: 2, attempt: 7 });
    expect(await Array.fromAsync(entryVersions(store, key))).toEqual([second, first]);
  });
});
