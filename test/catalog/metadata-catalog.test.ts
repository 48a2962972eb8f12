import { describe, expect, it } from 'vitest';
import { snapshotIdOf } from '../../shared/iceberg/snapshot.ts';
import type { Catalog } from '../../shared/ports/catalog.ts';
import { BEFORE, beforeEachOnNewTables, DATE, filesOf, type MemoryTables } from '../support/memory-tables.ts';

let tables: MemoryTables;
let catalog: Catalog;
beforeEachOnNewTables((fresh) => {
  tables = fresh;
  catalog = fresh.catalog();
});

describe('a day that is published', () => {
  it('is shown with its files, and a second time changes nothing', async () => {
    const first = await tables.day(['A', null]);
    expect(await catalog.publishDay({ ...first, facts: { rows: '2' } })).toBe(true);
    const seen = tables.seen();
    expect(seen.files).toEqual(filesOf(first));
    expect(seen.snapshot?.summary).toMatchObject({ 'business-date': DATE, commit: '1', rows: '2' });
    // Whoever shows the commit gives it this id.
    const of = { dataset: 'contracts', businessDate: DATE, commit: 1 };
    expect(seen.snapshot?.['snapshot-id']).toBe(snapshotIdOf(of));
    expect(Object.keys(seen.metadata.properties)).toEqual(['schema.name-mapping.default']);
    expect(await tables.catalog().shownDay('contracts', DATE)).toEqual({
      commit: 1,
      partitions: first.partitions,
    });
    expect(await catalog.publishDay(first)).toBe(true);
    expect(await tables.catalog().publishDay(first)).toBe(true);
    expect(tables.seen().uri).toBe(seen.uri);
    expect(catalog.hasDaysTable).toBe(true);
    expect(catalog.nameOf('contracts')).toBe('memory:contracts');
    expect(await catalog.show('contracts')).toBeUndefined();
  });

  it('is not shown once a later commit of it is, and leaves other days alone', async () => {
    const before = await tables.day(['A'], 7, BEFORE);
    const [first, second] = [await tables.day(['A', 'B']), await tables.day(['B', 'C'], 2)];
    for (const one of [before, first, second]) await catalog.publishDay(one);
    const { uri, files, entries } = tables.seen();
    expect(await catalog.publishDay(first)).toBe(false);
    expect(tables.seen().uri).toBe(uri);
    expect(files).toEqual(filesOf(before, second));
    // Those that left are noted in the manifest of the day.
    expect(entries.map(({ status }) => status).sort()).toEqual([1, 1, 1, 2, 2]);
    expect(await catalog.shownDay('contracts', BEFORE)).toMatchObject({ commit: 7 });
  });

  it('keeps what is known of a file that it had before: only new files are read', async () => {
    const first = await tables.day(['A', 'B', 'C']);
    await catalog.publishDay(first);
    const before = tables.seen();
    const second = await tables.day(['D'], 2);
    second.partitions.push(...first.partitions);
    tables.store.bytesRead.clear();
    await tables.catalog().publishDay(second);
    const read = [...tables.store.bytesRead.keys()].filter((key) => key.endsWith('.parquet'));
    expect(read).toEqual([`processed/${second.partitions[0]?.files[0]}`]);
    const after = tables.seen();
    expect(after.files).toEqual(filesOf(second));
    const standing = after.entries.filter(({ status }) => status === 0);
    expect(after.entries.map(({ status }) => status).sort()).toEqual([0, 0, 0, 1]);
    expect(standing).toEqual(
      before.entries.map(({ file: known }) => ({
        status: 0,
        snapshotId: before.snapshot?.['snapshot-id'],
        sequenceNumber: 1,
        fileSequenceNumber: 1,
        file: known,
      })),
    );
    // Deleted files of a manifest are not those of a day any more.
    await catalog.publishDay(await tables.day(['E'], 3));
    await catalog.publishDay(await tables.day(['F'], 4));
    expect(
      tables
        .seen()
        .entries.map(({ status }) => status)
        .sort(),
    ).toEqual([1, 2]);
    expect((await catalog.shownDay('contracts', DATE))?.partitions).toHaveLength(1);
  });

  it('that becomes empty is remembered, so that an earlier commit does not come back', async () => {
    await catalog.publishDay(await tables.day(['A'], 1, BEFORE));
    await catalog.publishDay(await tables.day(['A']));
    const gone = await tables.day([], 2);
    expect(await catalog.publishDay(gone)).toBe(true);
    expect(await tables.catalog().publishDay(await tables.day(['A']))).toBe(false);
    expect(await tables.catalog().shownDay('contracts', DATE)).toEqual({ commit: 2, partitions: [] });
    expect(await tables.catalog().standsAt(gone)).toBe(true);
    expect(
      await tables.catalog().differences('contracts', [await tables.day(['A'], 1, BEFORE), gone]),
    ).toEqual([]);
    await catalog.publishDay(await tables.day(['C'], 3));
    expect(await catalog.shownDay('contracts', DATE)).toMatchObject({ commit: 3 });
    expect(tables.seen().metadata.properties).toMatchObject({
      'positional-lake.commits-of-empty-days': '{}',
    });
  });

  it('that never had a file makes no snapshot, and is not noted', async () => {
    await catalog.publishDay(await tables.day(['A'], 1, BEFORE));
    const { metadata } = tables.seen();
    const empty = await tables.day([], 1);
    expect(await catalog.publishDay(empty)).toBe(true);
    // Nor is one with partitions of which each is empty.
    const [partition] = (await tables.day(['A'])).partitions;
    await catalog.publishDay({ ...empty, partitions: [{ ...partition!, files: [] }] });
    const after = tables.seen().metadata;
    expect([after.snapshots, after.properties]).toEqual([metadata.snapshots, metadata.properties]);
    expect(await catalog.standsAt(empty)).toBe(true);
    expect(await catalog.differences('contracts', [await tables.day(['A'], 1, BEFORE), empty])).toEqual([]);
    // A later commit of it without files is: nothing before it may be shown.
    await catalog.publishDay(await tables.day([], 2));
    expect(await catalog.publishDay(await tables.day(['B'], 1))).toBe(false);
    expect(await catalog.shownDay('contracts', '2026-01-01')).toBeUndefined();
  });

  it('goes on from what a faster publisher has shown, and writes no manifest again', async () => {
    await catalog.publishDay(await tables.day(['A'], 1, BEFORE));
    const [mine, other] = [await tables.day(['B']), await tables.day(['C'], 1, '2026-03-10')];
    let puts: string[] = [];
    const { beforeCall } = tables.store;
    tables.store.beforeCall = (operation, key) => {
      if (operation === 'put') puts.push(key);
      return beforeCall?.(operation, key);
    };
    tables.beforePoint = async () => {
      tables.beforePoint = undefined;
      const own = puts;
      await tables.catalog().publishDay(other);
      puts = own;
    };
    expect(await tables.unwaited().publishDay(mine)).toBe(true);
    expect(tables.seen().files).toEqual(filesOf(await tables.day(['A'], 1, BEFORE), mine, other));
    expect(puts.filter((key) => /\/day-2026-03-09-.*\.avro$/.test(key))).toHaveLength(1);
    expect(tables.seen().metadata['last-sequence-number']).toBe(3);
  });

  it('has metadata whose name has its number, and which names those before', async () => {
    const uris: string[] = [];
    for (const commit of [1, 2, 3]) {
      await catalog.publishDay(await tables.day(['A'], commit));
      uris.push(tables.seen().uri);
    }
    for (const [number, uri] of uris.entries())
      expect(uri).toMatch(
        new RegExp(`^memory://lake/contracts/metadata/0000${number}-[0-9a-f]{32}\\.metadata\\.json$`),
      );
    const { metadata } = tables.seen();
    expect(metadata['metadata-log'].map((one) => one['metadata-file'])).toEqual(uris.slice(0, 2));
    const times = metadata['metadata-log'].map((one) => one['timestamp-ms']);
    // Times only grow, also if a clock stands still.
    const start = tables.now.getTime();
    expect([...times, metadata['last-updated-ms']]).toEqual([start + 1, start + 2, start + 3]);
    expect(metadata.snapshots.map((one) => one['sequence-number'])).toEqual([1, 2, 3]);
    expect(metadata.snapshots.map((one) => one['timestamp-ms'])).toEqual([start + 1, start + 2, start + 3]);
  });
});

describe('a table', () => {
  it('is opened without rows, once, and keeps what it has', async () => {
    expect(await catalog.tableOf('contracts')).toBeUndefined();
    expect(await catalog.fieldIdsOf('contracts')).toBeUndefined();
    const first = await tables.day(['A']);
    const { dataset, columns, partitionKeys, fieldIds } = first;
    const table = { dataset, columns, partitionKeys, fieldIds: fieldIds! };
    await catalog.open(table);
    const { uri } = tables.seen();
    await catalog.open(table);
    expect(tables.seen().uri).toBe(uri);
    expect(await catalog.tableOf('contracts')).toStrictEqual({ columns, partitionKeys });
    expect(await catalog.fieldIdsOf('contracts')).toEqual(fieldIds);
    await catalog.publishDay(first);
    await tables.catalog().open(table);
    expect(tables.seen().files).toEqual(filesOf(first));
    await catalog.open({
      ...table,
      columns: [...columns, { name: 'novo', type: 'date' }],
      fieldIds: { ...fieldIds, novo: 7 },
    });
    expect((await catalog.tableOf('contracts'))?.columns.map(({ name }) => name)).toEqual([
      'id',
      'amount',
      'novo',
    ]);
    // Columns alone show no other state of its rows.
    expect(tables.seen().files).toEqual(filesOf(first));
    expect(tables.seen().metadata.snapshots).toHaveLength(1);
    // Its pointer is that of an Iceberg table: what else is noted beside it does not count.
    tables.pointers.set('contracts', { ...tables.pointers.get('contracts')!, hasForeignRows: true });
    await tables.catalog().open(table);
  });

  it('that has rows of an earlier kind is not opened, read or published to', async () => {
    const first = await tables.day(['A']);
    const foreign = () =>
      tables.pointers.set('contracts', { version: 1, uri: undefined, hasForeignRows: true });
    foreign();
    for (const call of [
      () => catalog.open(first),
      () => catalog.publishDay(first),
      () => catalog.tableOf('contracts'),
    ])
      await expect(call()).rejects.toMatchObject({ name: 'ObjectDamaged', where: 'memory:contracts' });
    expect(tables.pointers.get('contracts')?.uri).toBeUndefined();
    expect(tables.metadataKeys()).toEqual([]);
  });

  it('whose pointer was written over is not taken for a new one as long as there are rows', async () => {
    const [first, second] = [await tables.day(['A'], 1, BEFORE), await tables.day(['B'])];
    await catalog.publishDay(first);
    tables.pointers.set('contracts', { version: 9, uri: undefined });
    for (const call of [() => catalog.publishDay(second), () => catalog.tableOf('contracts')]) {
      await expect(call()).rejects.toMatchObject({
        name: 'ObjectDamaged',
        where: 'memory:contracts',
        why: expect.stringMatching(
          /there is processed\/contracts\/metadata\/00000-[0-9a-f]+\.metadata\.json,/,
        ),
      });
    }
    expect(tables.pointers.get('contracts')?.uri).toBeUndefined();
    // Without metadata that says otherwise it is new, and so is a table without rows but for those that are being published.
    for (const key of tables.metadataKeys()) if (key.endsWith('.metadata.json')) tables.store.lose(key);
    expect(await catalog.tableOf('contracts')).toBeUndefined();
    expect(await catalog.publishDay(second)).toBe(true);
    expect(tables.seen().files).toEqual(filesOf(second));
  });

  it('of which only files stand that are being published is a new one', async () => {
    const first = await tables.day(['A']);
    await catalog.open(first);
    tables.pointers.set('contracts', { version: 9, uri: undefined });
    expect(await catalog.publishDay(first)).toBe(true);
    expect(tables.seen().files).toEqual(filesOf(first));
    // So is one whose metadata is lost.
    tables.damage(tables.seen().uri);
    expect(await tables.catalog().publishDay({ ...first, commit: 2 })).toBe(true);
    expect(tables.seen().metadata.snapshots).toHaveLength(1);
  });

  it('whose metadata is lost is neither read nor published to', async () => {
    const first = await tables.day(['A'], 1, BEFORE);
    await catalog.publishDay(first);
    const { uri, snapshot } = tables.seen();
    for (const lost of [uri, snapshot!['manifest-list']]) {
      const bytes = tables.store.bytesOf(tables.keyOf(lost));
      tables.damage(lost);
      const calls = [
        (late: Catalog) => tables.day(['B']).then((second) => late.publishDay(second)),
        (late: Catalog) => late.tableOf('contracts'),
        (late: Catalog) => late.shownDay('contracts', BEFORE),
        (late: Catalog) => late.snapshots('contracts'),
      ];
      for (const call of calls)
        await expect(call(tables.catalog())).rejects.toMatchObject({ name: 'ObjectDamaged', where: lost });
      expect(await tables.catalog().differences('contracts', [first])).toEqual([
        { kind: 'unreadable', what: `${lost} is missing or damaged` },
      ]);
      tables.damage(lost, bytes);
    }
    // What this program has read is what the pointer names: it is not read again.
    const known = tables.catalog();
    await known.tableOf('contracts');
    tables.store.lose(tables.keyOf(uri));
    expect(await known.shownDay('contracts', BEFORE)).toMatchObject({ commit: 1 });
    const { get } = tables.store;
    tables.store.get = () => Promise.reject(new Error('no network'));
    await expect(tables.catalog().tableOf('contracts')).rejects.toThrow('no network');
    tables.store.get = get;
  });

  it('is damaged if a byte of its metadata is no text', async () => {
    const first = await tables.day(['A']);
    await catalog.publishDay({ ...first, facts: { note: 'abc' } });
    const { uri } = tables.seen();
    const bytes = Buffer.from(tables.store.bytesOf(tables.keyOf(uri)));
    bytes[bytes.indexOf('abc')] = 0xff;
    tables.damage(uri, bytes);
    await expect(tables.catalog().snapshots('contracts')).rejects.toMatchObject({ where: uri });
  });

  it('that is not here is no table of this lake', async () => {
    const first = await tables.day(['A']);
    await catalog.publishDay(first);
    const { uri, metadata } = tables.seen();
    const elsewhere = uri.replace('memory:', 'other:');
    tables.pointers.set('contracts', { version: 9, uri: elsewhere });
    await expect(tables.catalog().tableOf('contracts')).rejects.toMatchObject({ where: elsewhere });
    const copied = uri.replace('00000-', '00009-');
    tables.damage(copied, Buffer.from(JSON.stringify({ ...metadata, location: 'memory://lake/others' })));
    tables.pointers.set('contracts', { version: 10, uri: copied });
    await expect(tables.catalog().tableOf('contracts')).rejects.toMatchObject({ where: copied });
  });
});
