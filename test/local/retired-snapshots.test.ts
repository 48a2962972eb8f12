import { describe, expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import { lakeWithIceberg, shownTable } from '../support/iceberg-folder.ts';
import type { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const HOUR = 3_600_000;

/** A lake whose file is replaced at each full hour from 6 on, the second day beside it. */
async function replacedHourly(times: number) {
  let ms = Date.parse('2025-08-13T06:00:00Z');
  const lake = await lakeWithIceberg(() => new Date(ms));
  const load = async (name: string, id: string) => {
    await lake.putRaw(name, smallFile(smallLine(id, 1)));
    await lake.convert({ sourceKey: name, layout: smallLayout(), force: true });
  };
  await load('a_20250813.txt', 'B');
  for (let version = 1; version <= times; version++) {
    await load('a_20250812.txt', `V${version}`);
    ms += HOUR;
  }
  const clean = async (hours: number, graceHours = 0, dryRun = false) => {
    const ages = { runsOlderThanMs: 1e12, generationsOlderThanMs: hours * HOUR, graceMs: graceHours * HOUR };
    const report = await cleanLake(lake.ports, { ...ages, dryRun });
    expect(report.failed).toEqual([]);
    return report;
  };
  const wait = (hours: number) => {
    ms += hours * HOUR;
  };
  return { lake, clean, wait, load };
}

/** Every object that some snapshot of the table needs, and all that there are. */
async function objectsOf({ ports: { lake } }: TestLake) {
  const { metadata } = (await shownTable(lake, 'small'))!;
  const needed = new Set<string>();
  const keyOf = (uri: string) => `processed/${uri.slice('/lake/processed/'.length)}`;
  for (const { 'snapshot-id': id, 'manifest-list': list } of metadata.snapshots) {
    const { manifests, files } = (await shownTable(lake, 'small', id))!;
    for (const key of [keyOf(list), ...manifests.map((one) => keyOf(one.manifest_path)), ...files])
      needed.add(key);
  }
  const all = await Array.fromAsync(lake.list('processed/small/'));
  const there = all.map(({ key }) => key).filter((key) => /\.(avro|parquet)$/.test(key));
  return { needed: [...needed].sort(), there: there.sort(), snapshots: metadata.snapshots.length };
}

describe('clean', () => {
  it('lets go of the snapshots that were replaced long ago, and of all that only they had', async () => {
    const { lake, clean } = await replacedHourly(5);
    await using _ = lake;
    const before = await objectsOf(lake);
    expect([before.snapshots, before.there]).toEqual([6, before.needed]);
    const dry = await clean(2, 0, true);
    expect(await objectsOf(lake)).toEqual(before);
    const { removed } = await clean(2);
    expect(removed.map(({ what, key }) => [what, key])).toEqual(
      dry.removed.map(({ what, key }) => [what, key]),
    );
    const after = await objectsOf(lake);
    // Version 5, which readers see, and version 4, which was replaced an hour ago. Version 3 was replaced exactly two hours ago.
    expect(after.snapshots).toBe(2);
    expect(after.there).toEqual(after.needed);
    expect(after.there.length).toBeLessThan(before.there.length);
    const { metadata } = (await shownTable(lake.ports.lake, 'small'))!;
    expect(metadata['snapshot-log'].map((one) => one['snapshot-id'])).toEqual(
      metadata.snapshots.map((one) => one['snapshot-id']),
    );
    const { findings } = await verifyLake(lake.ports, { depth: 'full' });
    expect(findings.filter(({ level }) => level !== 'note')).toEqual([]);
    expect((await clean(2)).removed).toEqual([]);
    await clean(0);
    expect((await objectsOf(lake)).snapshots).toBe(1);
  });

  it('keeps what readers were shown within the grace time, and removes it later', async () => {
    const { lake, clean, wait } = await replacedHourly(3);
    await using _ = lake;
    const before = await objectsOf(lake);
    await clean(0, 10);
    expect(await objectsOf(lake)).toEqual(before);
    await clean(0, 1);
    // Snapshots are gone from the metadata; what one reads who looked an hour ago is there.
    const after = await objectsOf(lake);
    expect(after.snapshots).toBe(1);
    expect(after.there).toEqual(before.there);
    wait(2);
    await clean(0, 1);
    const last = await objectsOf(lake);
    expect([last.snapshots, last.there]).toEqual([1, last.needed]);
  });

  it('keeps a snapshot that a tag names, with its files, also when there are many others', async () => {
    const { lake, clean, load, wait } = await replacedHourly(2);
    await using _ = lake;
    const store = lake.ports.lake as MemoryObjectStore;
    const { version, metadata } = (await shownTable(store, 'small'))!;
    const [, tagged] = metadata.snapshots;
    const refs = { ...metadata.refs, audit: { 'snapshot-id': tagged!['snapshot-id'], type: 'tag' } };
    const key = `processed/small/metadata/v${version}.metadata.json`;
    store.replace(key, Buffer.from(JSON.stringify({ ...metadata, refs })));
    await load('a_20250812.txt', 'V3');
    wait(1);
    await clean(0);
    const after = await objectsOf(lake);
    expect([after.snapshots, after.there]).toEqual([2, after.needed]);
    const now = (await shownTable(store, 'small'))!;
    expect(now.metadata.refs?.audit?.['snapshot-id']).toBe(tagged!['snapshot-id']);
  });

  it('leaves alone what a publisher wrote who has not shown it yet, and goes on after one that died', async () => {
    const { lake, clean, wait, load } = await replacedHourly(3);
    await using _ = lake;
    const store = lake.ports.lake as MemoryObjectStore;
    const written = 'processed/small/metadata/day-2025-08-12-00009-0123456789abcdef.avro';
    await store.put(written, new Uint8Array(1));
    let writes = 0;
    // Dies at each of its writes and removals in turn.
    for (let failing = 1; writes >= failing - 1; failing++) {
      writes = 0;
      store.beforeCall = (operation) => {
        if (!/^(put|delete)/.test(operation) || ++writes !== failing) return;
        throw new Error('no more');
      };
      await cleanLake(lake.ports, { runsOlderThanMs: 1e12, generationsOlderThanMs: 0, dryRun: false }).catch(
        () => undefined,
      );
      delete store.beforeCall;
      const { needed, there } = await objectsOf(lake);
      expect(there).toEqual(expect.arrayContaining(needed));
      expect(fromJsonBytes(await hinted(store), 'v', tableMetadataShape).snapshots.length).toBeGreaterThan(0);
      await load('a_20250812.txt', `W${failing}`);
      wait(1);
    }
    await clean(0);
    const { needed, there } = await objectsOf(lake);
    expect(there).toEqual([...needed, written].sort());
  });
});

async function hinted(store: MemoryObjectStore): Promise<Uint8Array> {
  const hint = await store.get('processed/small/metadata/version-hint.text');
  return (await store.get(`processed/small/metadata/v${Buffer.from(hint!.bytes).toString()}.metadata.json`))!
    .bytes;
}
