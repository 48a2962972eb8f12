import { describe, expect, it } from 'vitest';
import { metadataFaults } from '../../shared/catalog/iceberg-table.ts';
import type { Catalog, DayPublication } from '../../shared/ports/catalog.ts';
import { BEFORE, beforeEachOnNewTables, DATE, filesOf, type MemoryTables } from '../support/memory-tables.ts';

let tables: MemoryTables;
let catalog: Catalog;
beforeEachOnNewTables((fresh) => {
  tables = fresh;
  catalog = fresh.catalog();
});

describe('what differs from the commits', () => {
  it('is said of each day', async () => {
    const days = await Promise.all(
      ['05', '06', '07', '08'].map((date) => tables.day(['A', 'B'], 2, `2026-03-${date}`)),
    );
    expect(await catalog.differences('contracts', [])).toEqual([]);
    for (const some of [days, days.slice(1, 2)])
      expect(await catalog.differences('contracts', some)).toEqual([
        { kind: 'unreadable', what: 'it is missing' },
      ]);
    for (const one of days) await catalog.publishDay(one);
    expect(await tables.catalog().differences('contracts', days)).toEqual([]);
    const [one, two, three] = days as [DayPublication, DayPublication, DayPublication];
    const fewer = { ...three, partitions: three.partitions.slice(1) };
    const late = await tables.day(['A'], 1, '2026-03-09');
    const found = await catalog.differences('contracts', [
      { ...one, commit: 3 },
      { ...two, commit: 1 },
      fewer,
      late,
      await tables.day([], 1, '2026-03-10'),
      await tables.day([], 4, '2026-03-11'),
    ]);
    expect(found).toEqual([
      {
        kind: 'behind',
        businessDate: '2026-03-05',
        commit: 2,
        what: 'it shows commit 2 of 2026-03-05, and commit 3 is written',
      },
      {
        kind: 'ahead',
        businessDate: '2026-03-06',
        commit: 2,
        what: 'it shows commit 2 of 2026-03-06, which the ledger does not have',
      },
      {
        kind: 'other',
        businessDate: '2026-03-07',
        commit: 2,
        what: 'its files of 2026-03-07 are not those of commit 2',
      },
      {
        kind: 'behind',
        businessDate: '2026-03-09',
        commit: 0,
        what: 'it shows commit 0 of 2026-03-09, and commit 1 is written',
      },
      {
        kind: 'ahead',
        businessDate: '2026-03-08',
        commit: 2,
        what: 'it shows commit 2 of 2026-03-08, which the ledger does not have',
      },
    ]);
    // A later commit took its files out, and readers still have them.
    expect(
      await catalog.differences('contracts', [...days.slice(1), { ...one, commit: 3, partitions: [] }]),
    ).toEqual([expect.objectContaining({ kind: 'behind', commit: 2 })]);
    expect(await catalog.standsAt(one)).toBe(true);
    expect(await catalog.standsAt({ ...one, commit: 1 })).toBe(true);
    expect(await catalog.standsAt({ ...one, commit: 3 })).toBe(false);
    expect(await catalog.standsAt(late)).toBe(false);
    late.partitions.push({ ...late.partitions[0]!, files: [] });
    expect(await catalog.standsAt(late)).toBe(false);
    expect(await catalog.standsAt(await tables.day(['A'], 1, DATE, 'others'))).toBe(false);
    expect(await catalog.snapshots('others')).toEqual([]);
    expect(await catalog.daysOfSnapshot('others', 1)).toBeUndefined();
  });

  it('is said of a day whose manifest is lost, and of the others as well', async () => {
    const days = [await tables.day(['A'], 1, BEFORE), await tables.day(['A'])];
    for (const one of days) await catalog.publishDay(one);
    const { manifests } = tables.seen();
    const lost = manifests.find((one) => one.manifest_path.includes(DATE))!.manifest_path;
    tables.damage(lost);
    expect(await catalog.differences('contracts', days)).toEqual([
      { kind: 'unreadable', what: `${lost} is missing or damaged` },
    ]);
    tables.store.get = () => Promise.reject(new Error('no network'));
    await expect(catalog.differences('contracts', days)).rejects.toThrow('no network');
    await expect(tables.catalog().differences('contracts', days)).rejects.toThrow('no network');
  });
});

describe('faults of metadata', () => {
  it('are days that it shows otherwise than a catalog, and manifests that cannot be read', async () => {
    const days = [await tables.day(['A'], 1, BEFORE), await tables.day(['B'])];
    for (const one of days) await catalog.publishDay(one);
    const { metadata, manifests } = tables.seen();
    const [first, second] = days as [DayPublication, DayPublication];
    const { dataset, columns, partitionKeys } = first;
    const wanted = {
      ...{ dataset, columns, partitionKeys, days: { [BEFORE]: 1, [DATE]: 1 } },
      partitions: [...first.partitions, ...second.partitions],
    };
    const faults = (catalogFile: typeof wanted) => metadataFaults(tables.place, catalogFile, metadata);
    expect(await faults(wanted)).toEqual({ lagging: [], lost: [] });
    expect(await faults({ ...wanted, days: { [BEFORE]: 1, [DATE]: 2 } })).toMatchObject({
      lagging: [{ businessDate: DATE, commit: 2 }],
      lost: [],
    });
    const lost = manifests[1]!.manifest_path;
    tables.damage(lost);
    expect(await faults(wanted)).toEqual({ lagging: [], lost: [lost] });
  });
});

describe('a table that is written again from the commits', () => {
  it('shows what they say, whatever was lost', async () => {
    const days = [
      await tables.day(['A'], 1, '2026-03-07'),
      await tables.day(['A', 'B'], 1, BEFORE),
      await tables.day(['C']),
    ];
    await catalog.restore('contracts', []);
    expect(tables.pointers.size).toBe(0);
    for (const one of days) await catalog.publishDay(one);
    const { files, uri, manifests } = tables.seen();
    tables.damage(manifests[0]!.manifest_path);
    await catalog.restore('contracts', days);
    expect(tables.seen().files).toEqual(files);
    expect(await tables.catalog().differences('contracts', days)).toEqual([]);
    tables.damage(tables.seen().uri);
    tables.store.lose(tables.keyOf(uri));
    await tables.catalog().restore('contracts', days);
    expect(tables.seen().files).toEqual(files);
    expect(await tables.catalog().differences('contracts', days)).toEqual([]);
    const ids = (await tables.catalog().snapshots('contracts')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('keeps days that are shown at later commits, or that the commits do not name', async () => {
    const kept = await tables.day(['K'], 3, '2026-03-07');
    const later = await tables.day(['L', 'M'], 2, BEFORE);
    const same = await tables.day(['S'], 1);
    for (const one of [kept, later, same]) await catalog.publishDay(one);
    const before = tables.seen();
    await catalog.restore('contracts', [await tables.day(['X'], 1, BEFORE), { ...same, commit: 1 }]);
    const after = tables.seen();
    expect(after.files).toEqual(filesOf(kept, later, same));
    // Every manifest is made anew, and a state that was shown has an id of its own.
    expect(after.snapshot?.['snapshot-id']).not.toBe(before.snapshot?.['snapshot-id']);
    expect(after.manifests.every(({ added_snapshot_id: id }) => id === after.snapshot?.['snapshot-id'])).toBe(
      true,
    );
    expect(await catalog.differences('contracts', [kept, later, same])).toEqual([]);
    await catalog.restore('contracts', []);
    expect(tables.seen().files).toEqual(filesOf(kept, later, same));
    expect(tables.seen().snapshot?.['parent-snapshot-id']).toBe(after.snapshot?.['snapshot-id']);
  });

  it('is left alone if nobody knows what there is', async () => {
    const first = await tables.day(['A']);
    await catalog.publishDay(first);
    const { uri } = tables.seen();
    const { get } = tables.store;
    tables.store.get = () => Promise.reject(new Error('no network'));
    await expect(tables.catalog().restore('contracts', [first])).rejects.toThrow('no network');
    tables.store.get = get;
    expect(tables.seen().uri).toBe(uri);
  });

  it('is named after the last day that it shows newly', async () => {
    const days = [await tables.day(['A'], 1, '2026-03-07'), await tables.day(['A'], 4, BEFORE)];
    await catalog.restore('contracts', days);
    expect(tables.seen().snapshot?.summary).toMatchObject({ 'business-date': BEFORE, commit: '4' });
  });
});
