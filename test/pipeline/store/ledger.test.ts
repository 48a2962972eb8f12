import { describe, expect, it } from 'vitest';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { entryVersions } from '../../../shared/pipeline/store/ledger.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { TestLake } from '../../support/run-pipeline.ts';
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
});
