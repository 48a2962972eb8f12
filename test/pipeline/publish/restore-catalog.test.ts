import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { CommittedTable, DayCommit } from '../../../shared/day/day-commit.ts';
import { ObjectDamaged } from '../../../shared/errors.ts';
import { dayPartition } from '../../../shared/keys/business-date.ts';
import { dayCommitKey, fieldIdsKey, generationLocation } from '../../../shared/keys/lake-keys.ts';
import { planFreeCommit } from '../../../shared/pipeline/publish/free-commit.ts';
import {
  catalogOverDamage,
  isTableDamaged,
  restoreTables,
} from '../../../shared/pipeline/publish/restore-catalog.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import { DAY_KEYS } from '../../../shared/pipeline/store/table-schemas.ts';
import type { Catalog } from '../../../shared/ports/catalog.ts';
import { checksumOf } from '../../support/small-contracts.ts';
import { DATE, DAY } from '../../support/small-day.ts';
import { testPorts } from '../../support/test-ports.ts';

const ROWS = Buffer.from('rows!');
const DATES = ['2025-08-10', '2025-08-11', DATE];
const damaged = () =>
  Promise.reject(new ObjectDamaged({ what: 'it is cut off', where: 'catalog/small.json' }));
const failing = () => Promise.reject(new Error('no disk'));

/** A commit with one object, which its run still has, and an empty table of rejects. */
function commitOf(businessDate: string, commit = 1): DayCommit {
  const location = generationLocation('small', businessDate, {}, commit);
  const object = {
    ...{ sourceId: 'f', runId: 'r', fileName: 'a.parquet', key: `${location}a.parquet`, rows: 1 },
    ...{ mergedKey: `runs/r/${businessDate}.parquet`, bytes: ROWS.length, checksum: checksumOf(ROWS) },
  };
  const columns = [{ name: 'id', type: 'string' }];
  const partition = { values: dayPartition(businessDate), generation: commit, location, objects: [object] };
  const table = (dataset: string, partitions: CommittedTable['partitions']) => ({
    ...{ dataset, columns, partitionKeys: DAY_KEYS, partitions },
  });
  const tables = [table('small', [partition]), table('small_rejects', [])];
  return {
    dataset: 'small',
    businessDate,
    commit,
    committedAt: '2025-08-13T06:00:00.000Z',
    files: [],
    tables,
  };
}

/** Three days whose objects are not placed, and a catalog that tells which days of a table it is given again. */
function lakeOf(changes: Partial<Catalog> = {}) {
  const store = new MemoryObjectStore();
  for (const date of DATES) {
    const key = dayCommitKey('small', date, 1);
    store.replace(key, sealedBytes(key, commitOf(date)));
    store.replace(`runs/r/${date}.parquet`, ROWS);
  }
  // A day of which something is known, and no commit.
  store.replace('ledger/small/year=2025/month=08/day=13/x.json', Buffer.from('{}'));
  const restored: string[] = [];
  const catalog: Catalog = {
    ...createFileCatalog(store),
    restore: async (table, days) => {
      await setImmediate();
      for (const { businessDate, commit, fieldIds } of days)
        restored.push(`${table} ${businessDate} ${commit} ${fieldIds?.id ?? 'without ids'}`);
    },
    ...changes,
  };
  const placed = () => store.keys().filter((key) => /^processed\/small\/.*a\.parquet$/.test(key)).length;
  return { store, restored, placed, ports: testPorts(store, store, { catalog }) };
}

describe('tables that are written again', () => {
  it('are those that are lost, with all days in order, whose objects are placed', async () => {
    const { store, restored, placed, ports } = lakeOf();
    const ids: string[] = [];
    store.beforeCall = (operation, key) => {
      if (operation === 'get' && key === fieldIdsKey('small')) ids.push(key);
    };
    await restoreTables(ports, 'small', async (table) => table === 'small');
    expect(restored).toEqual(DATES.map((date) => `small ${date} 1 1`));
    expect(placed()).toBe(3);
    // Days of the same columns have the same ids.
    expect(ids).toHaveLength(1);
  });

  it.each([
    ['is lost', true, true, 3],
    ['is not lost', true, false, 0],
    ['is none of this catalog', false, true, 0],
  ])('have the rows of their days if the table of days %s', async (_, hasDaysTable, isLost, rows) => {
    const { store, restored, ports } = lakeOf({ hasDaysTable });
    await restoreTables(ports, 'small', async (table) => table === 'small' || isLost);
    expect(restored.filter((told) => told.startsWith('small_days'))).toHaveLength(rows);
    expect(store.keys().filter((key) => key.endsWith('day.parquet'))).toHaveLength(rows);
  });

  it('are written although objects of one day are gone, which is then told', async () => {
    const { store, restored, placed, ports } = lakeOf();
    store.lose('runs/r/2025-08-11.parquet');
    const isLost = async (table: string) => table === 'small';
    await expect(restoreTables(ports, 'small', isLost)).rejects.toMatchObject({ name: 'RunInconsistent' });
    expect([restored.length, placed()]).toEqual([3, 2]);
  });

  it('stay as they are if a commit cannot be read, or the store fails', async () => {
    const unreadable = lakeOf();
    unreadable.store.replace(dayCommitKey('small', DATE, 1), Buffer.from('{'));
    const broken = lakeOf();
    broken.store.beforeCall = (operation) => {
      if (operation === 'copy') throw new Error('no disk');
    };
    for (const [{ restored, ports }, name] of [
      [unreadable, 'ObjectDamaged'],
      [broken, 'Error'],
    ] as const) {
      await expect(restoreTables(ports, 'small', async () => true)).rejects.toMatchObject({ name });
      expect(restored).toEqual([]);
    }
  });
});

describe('a table that cannot be read', () => {
  const day = { ...DAY, columns: [], partitionKeys: [], commit: 1, partitions: [] };

  it('counts as new when people publish by force', async () => {
    const { ports } = lakeOf({ tableOf: damaged, standsAt: damaged });
    const over = catalogOverDamage(ports.catalog);
    expect([await over.tableOf('small'), await over.standsAt(day)]).toEqual([undefined, false]);
    expect(await isTableDamaged(ports.catalog, 'small')).toBe(true);
  });

  it('is another thing than a store that fails, and than a sound one', async () => {
    const { ports } = lakeOf({ tableOf: failing, standsAt: failing });
    const over = catalogOverDamage(ports.catalog);
    for (const asked of [over.tableOf('small'), over.standsAt(day), isTableDamaged(ports.catalog, 'small')])
      await expect(asked).rejects.toThrow('no disk');
    expect(await isTableDamaged(lakeOf().ports.catalog, 'small')).toBe(false);
  });
});

describe('the number of the next commit', () => {
  /** Plans it for readers who stand at commit `seen` of these tables. */
  const planned = async (seen: number, tables: string[], written: number[] = []) => {
    const { store, ports } = lakeOf({
      standsAt: async ({ dataset, commit }) => tables.includes(dataset) && commit <= seen,
    });
    for (const number of written) store.replace(dayCommitKey('small', DATE, number), Buffer.from('{}'));
    return (await planFreeCommit(ports, 2, (number) => commitOf(DATE, number))).commit;
  };

  it('is the next one, or the first that readers have not seen if commits were lost', async () => {
    expect(await planned(1, ['small'])).toBe(2);
    expect(await planned(4, ['small'])).toBe(5);
  });

  it('does not follow from a table of which the day has nothing', async () => {
    expect(await planned(4, ['small_rejects'])).toBe(2);
  });

  it('is somebody else’s if they wrote it just now', async () => {
    await expect(planned(2, ['small'], [2])).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });
});
