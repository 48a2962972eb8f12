import { describe, expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import {
  catchUpCatalog,
  isCatalogUpToDate,
  isVisible,
} from '../../../shared/pipeline/publish/catch-up-catalog.ts';
import { lastCommit } from '../../../shared/pipeline/store/day-ledger.ts';
import type { Catalog } from '../../../shared/ports/catalog.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { DAY, smallDay } from '../../support/small-day.ts';

const DATES = ['2025-08-10', '2025-08-11', '2025-08-12'];

/** Three days that are published, and a catalog that lost them. */
async function lostCatalog(lake: TestLake): Promise<void> {
  for (const [index, date] of DATES.entries()) {
    await smallDay(lake).load(`f_${date.replaceAll('-', '')}.txt`, smallFile(smallLine('A1', index)));
  }
  await lake.ports.lake.delete(['catalog/small.json', 'catalog/small_rejects.json']);
}

const daysOf = async (lake: TestLake) => Object.keys((await lake.catalog('small'))?.days ?? {}).sort();

describe('a catalog that lags', () => {
  it('is pointed to the last commit of so many days, and of no more', async () => {
    await using lake = await TestLake.make();
    await lostCatalog(lake);
    expect((await catchUpCatalog(lake.ports, 'small', '2025-08-12', 2)).driven).toEqual([
      '2025-08-12',
      '2025-08-11',
    ]);
    expect(await daysOf(lake)).toEqual(['2025-08-11', '2025-08-12']);
    expect((await catchUpCatalog(lake.ports, 'small', '2025-08-13', 4)).driven).toEqual(['2025-08-10']);
    expect((await catchUpCatalog(lake.ports, 'small', '2025-08-13', 9)).driven).toEqual([]);
    expect(await daysOf(lake)).toEqual(DATES);
  });

  it('is pointed to the days before one that cannot be shown, which is told', async () => {
    await using lake = await TestLake.make();
    await lostCatalog(lake);
    const damaged = 'ledger/small/year=2025/month=08/day=12/_day/1.json';
    await lake.ports.lake.put(damaged, Buffer.from('{'));
    const { driven, failures } = await catchUpCatalog(lake.ports, 'small', '2025-08-12', 2);
    expect(driven).toEqual(['2025-08-11']);
    expect(failures).toMatchObject([{ name: 'ObjectDamaged', where: damaged }]);
  });

  it('lags if any table of the day does, rejects too, or the row that says the day is whole', async () => {
    await using lake = await TestLake.make();
    await lostCatalog(lake);
    await catchUpCatalog(lake.ports, 'small', '2025-08-12', 3);
    const commit = (await lastCommit(lake.ports.lake, 'small', '2025-08-12'))!;
    expect(await isCatalogUpToDate(lake.ports, commit)).toBe(true);
    const { catalog } = lake.ports;
    const behind = (dataset: string, hasDaysTable: boolean) => ({
      catalog: {
        ...catalog,
        hasDaysTable,
        standsAt: async (day: Parameters<typeof catalog.standsAt>[0]) => day.dataset !== dataset,
      },
    });
    expect(await isCatalogUpToDate(behind('small', false), commit)).toBe(false);
    expect(await isCatalogUpToDate(behind('small_rejects', false), commit)).toBe(false);
    expect(await isCatalogUpToDate(behind('small_days', false), commit)).toBe(true);
    expect(await isCatalogUpToDate(behind('small_days', true), commit)).toBe(false);
    expect(await isCatalogUpToDate(behind('nothing', true), commit)).toBe(true);
  });
});

describe('a commit is visible', () => {
  const commit: DayCommit = {
    ...DAY,
    commit: 1,
    committedAt: '2025-08-13T06:00:00.000Z',
    files: [],
    tables: [{ dataset: 'small', columns: [], partitionKeys: [], partitions: [] }],
  };
  it.each([
    ['if its tables show it and there is none of days', ['small'], false, [], true],
    ['also if a dataset is called as a table of days would be', ['small'], false, ['small_days'], true],
    ['if its tables and that of days show it', ['small', 'small_days'], true, ['small_days'], true],
    ['not while the table of days lacks its row', ['small'], true, ['small_days'], false],
    ['if an earlier version made no table of days', ['small'], true, [], true],
    ['not while one of its tables lags', ['small_days'], true, ['small_days'], false],
  ])('%s', async (_, standing, hasDaysTable, tables, isSeen) => {
    const catalog: Catalog = {
      ...createFileCatalog(new MemoryObjectStore()),
      hasDaysTable,
      standsAt: async ({ dataset }) => standing.includes(dataset),
      tableOf: async (table) => (tables.includes(table) ? { columns: [], partitionKeys: [] } : undefined),
    };
    expect(await isVisible({ catalog }, commit)).toBe(isSeen);
  });
});
