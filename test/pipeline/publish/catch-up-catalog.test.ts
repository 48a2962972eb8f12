import { describe, expect, it } from 'vitest';
import { catchUpCatalog, isCatalogUpToDate } from '../../../shared/pipeline/publish/catch-up-catalog.ts';
import { lastCommit } from '../../../shared/pipeline/store/day-ledger.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLine } from '../../support/small-contracts.ts';
import { smallDay } from '../../support/small-day.ts';

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
