import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import { dayCommitKey } from '../../../shared/keys/lake-keys.ts';
import { showDayRow, writeDayRow } from '../../../shared/pipeline/publish/day-row.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import type { Catalog } from '../../../shared/ports/catalog.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { testPorts } from '../../support/test-ports.ts';

/** A commit of two files of a day. */
function commitOf(businessDate: string, commit: number): DayCommit {
  const file = (sourceId: string, rows: number, rejectedRows: number) => ({
    ...{ sourceId, sourceKey: `${sourceId}.txt`, version: 'v', runId: sourceId },
    ...{ recordsRead: rows + rejectedRows, rows, rejectedRows, inputBytes: 1 },
  });
  return {
    ...{ dataset: 'small', businessDate, commit, committedAt: '2025-08-13T06:00:00.123Z' },
    files: [file('a', 40, 3), file('b', 2, 4)],
    tables: [{ dataset: 'small', columns: [], partitionKeys: [], partitions: [] }],
  };
}

/** A lake with these commits, and a catalog that tells what it is shown: it has a table of days if somebody made one. */
function lakeOf(commits: DayCommit[], hasTable: boolean) {
  const store = new MemoryObjectStore();
  const writes = new HeldWrites();
  for (const commit of commits) {
    const key = dayCommitKey('small', commit.businessDate, commit.commit);
    store.replace(key, sealedBytes(key, commit));
  }
  const told: string[] = [];
  const catalog: Catalog = {
    ...createFileCatalog(store),
    hasDaysTable: true,
    tableOf: async () => (hasTable ? { columns: [], partitionKeys: [] } : undefined),
    publishDay: async ({ dataset, businessDate, commit }) => {
      await writes.told('a day', () => told.push(`show ${dataset} ${businessDate} ${commit}`));
      return true;
    },
    restore: (table, days) =>
      writes.told('a table', () =>
        told.push(`restore ${table}`, ...days.map(({ businessDate, commit }) => `${businessDate} ${commit}`)),
      ),
  };
  return { store, told, writes, ports: testPorts(store, store, { catalog }) };
}

describe('the row of a day', () => {
  const commit = commitOf('2025-08-12', 3);

  it('says what its commit holds', async () => {
    const { store, ports } = lakeOf([], true);
    const { partitions } = await writeDayRow(ports, commit);
    const [key] = partitions.flatMap(({ files }) => files);
    const bytes = store.bytesOf(`processed/${key}`);
    expect(await parquetReadObjects({ file: bytes.slice().buffer })).toEqual([
      {
        business_date: new Date('2025-08-12T00:00:00Z'),
        commit: 3n,
        published_at: new Date('2025-08-13T06:00:00.123Z'),
        files: 2n,
        rows: 42n,
        rejected_rows: 7n,
      },
    ]);
  });

  it('is written once, and again only if it was cut off', async () => {
    const { store, ports } = lakeOf([], true);
    const { partitions } = await writeDayRow(ports, commit);
    await writeDayRow(ports, commit);
    expect(store.calls.put).toBe(1);
    const [key] = partitions.flatMap(({ files }) => files);
    const sound = store.bytesOf(`processed/${key}`);
    store.replace(`processed/${key}`, sound.slice(1));
    await writeDayRow(ports, commit);
    expect(store.bytesOf(`processed/${key}`)).toEqual(sound);
  });
});

describe('readers are shown', () => {
  const days = [commitOf('2025-08-11', 1), commitOf('2025-08-11', 2), commitOf('2025-08-12', 3)];
  const [first, , last] = days as [DayCommit, DayCommit, DayCommit];

  it.each([
    ['the row of the commit, if they have the table', days, true, ['show small_days 2025-08-12 3']],
    ['the row of the commit, if it is of the first day', [last], false, ['show small_days 2025-08-12 3']],
    [
      'the last row of every day, if they do not have the table',
      days,
      false,
      ['restore small_days', '2025-08-11 2', '2025-08-12 3'],
    ],
    [
      'the last row that can be read of every day',
      [first, last, { ...last, businessDate: '2025-08-13' }],
      false,
      ['restore small_days', '2025-08-11 1', '2025-08-12 3'],
    ],
    [
      'no row of a day whose only commit is a blank one',
      [{ ...first, files: [], tables: [] }, commitOf('2025-08-10', 1), last],
      false,
      ['restore small_days', '2025-08-10 1', '2025-08-12 3'],
    ],
  ])('%s', async (_, commits, hasTable, shown) => {
    const { store, told, writes, ports } = lakeOf(commits, hasTable);
    if (commits.at(-1) !== last) store.replace(dayCommitKey('small', '2025-08-13', 3), Buffer.from('{'));
    // The commits before 3 were lost.
    for (const number of [1, 2]) store.lose(dayCommitKey('small', '2025-08-12', number));
    await showDayRow(ports, last);
    await writes.assertEnded();
    expect(told).toEqual(shown);
  });
});
