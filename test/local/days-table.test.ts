import { expect, it } from 'vitest';
import { createFileCatalog } from '../../local/adapters/catalog-file.ts';
import { ledgerHash } from '../../shared/day/commit-facts.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { lastCommit } from '../../shared/pipeline/store/day-ledger.ts';
import { repairLake } from '../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../shared/pipeline/verify/verify-lake.ts';
import { ICEBERG, lakeWithIceberg, shownTable } from '../support/iceberg-folder.ts';
import { icebergRows } from '../support/iceberg-rows.ts';
import type { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

const HOUR = 3_600_000;

async function load(lake: TestLake, name: string, ...amounts: (number | string)[]) {
  await lake.putRaw(name, smallFile(...amounts.map((amount, row) => smallLine(`${name[0]}${row}`, amount))));
  await lake.convert({ sourceKey: name, layout: smallLayout(), force: true });
}

/** The rows of the days as another program reads them. */
async function daysShown({ ports: { lake } }: TestLake): Promise<string[]> {
  const shown = await shownTable(lake, 'small_days');
  const bytesOf = async (uri: string) =>
    (await lake.get(`${ICEBERG.publishedPrefix}${uri.slice(ICEBERG.root.length)}`))!.bytes;
  const rows = shown ? await icebergRows(shown.metadata, bytesOf) : [];
  return rows
    .map(({ year, month, day, commit, files, rows: count, rejected_rows: rejected }) =>
      [`${year}-${month}-${day}`, commit, files, count, rejected].join(' '),
    )
    .sort();
}

async function whatIsWrong(lake: TestLake): Promise<string[]> {
  const { findings } = await verifyLake(lake.ports, { depth: 'full' });
  // Notes on what was rolled back, or cleaned, are of no table.
  const ofTables = findings.filter(({ level, key }) => level === 'damage' || key.startsWith('catalog/'));
  return ofTables.map(({ level, key, what, mend }) => `${level} ${key}: ${what}; ${mend.by}`);
}

it('other programs see a row for each published day, which follows commits, rollbacks and clean', async () => {
  let ms = Date.parse('2025-08-13T06:00:00Z');
  await using lake = await lakeWithIceberg(() => new Date(ms));
  await load(lake, 'a_20250812.txt', 100, 200, 'x');
  await load(lake, 'b_20250812.txt', 300);
  await load(lake, 'a_20250813.txt', 400);
  expect(await daysShown(lake)).toEqual(['2025-08-12 2 2 3 1', '2025-08-13 1 1 1 0']);
  await rollBack(lake.ports, {
    dataset: 'small',
    businessDate: '2025-08-12',
    file: 'b_20250812.txt',
    remove: true,
    reason: 'no',
  });
  expect(await daysShown(lake)).toEqual(['2025-08-12 3 1 2 1', '2025-08-13 1 1 1 0']);
  const { snapshot } = (await shownTable(lake.ports.lake, 'small_days'))!;
  const commit = (await lastCommit(lake.ports.lake, 'small', '2025-08-12'))!;
  expect(snapshot?.summary).toMatchObject({ commit: '3', 'ledger-sha256': ledgerHash(commit) });
  expect(await whatIsWrong(lake)).toEqual([]);

  const stored = async () =>
    (await Array.fromAsync(lake.ports.lake.list('processed/small_days/year')))
      .map(({ key }) => key.slice('processed/small_days/year=2025/month=08/'.length))
      .sort();
  expect(await stored()).toHaveLength(4);
  ms += 3 * HOUR;
  const ages = { runsOlderThanMs: 1e12, generationsOlderThanMs: HOUR, graceMs: 0, dryRun: false };
  expect((await cleanLake(lake.ports, ages)).failed).toEqual([]);
  expect(await stored()).toEqual(['day=12/gen=00003/day.parquet', 'day=13/gen=00001/day.parquet']);
  expect(await daysShown(lake)).toEqual(['2025-08-12 3 1 2 1', '2025-08-13 1 1 1 0']);
  expect(await whatIsWrong(lake)).toEqual([]);
});

it('repair mends a table of days whose catalog is damaged and whose file of a day is lost, in one go', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250812.txt', 100);
  await load(lake, 'a_20250813.txt', 200);
  const { lake: store } = lake.ports;
  await store.put('catalog/small_days.json', Buffer.from('{'));
  await store.delete(['processed/small_days/year=2025/month=08/day=13/gen=00001/day.parquet']);
  expect(await whatIsWrong(lake)).toHaveLength(2);
  expect((await repairLake(lake.ports, { depth: 'full' })).failed).toEqual([]);
  expect(await whatIsWrong(lake)).toEqual([]);
});

it('a day from which its only file was taken out before it was published has no row, and nothing is missed', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250813.txt', 100);
  lake.ports.settings.expectedFiles = 2;
  await load(lake, 'a_20250812.txt', 200);
  const day = { dataset: 'small', businessDate: '2025-08-12' };
  await rollBack(lake.ports, { ...day, file: 'a_20250812.txt', remove: true, reason: 'no' });
  expect(await daysShown(lake)).toEqual(['2025-08-13 1 1 1 0']);
  expect(await whatIsWrong(lake)).toEqual([]);
});

it('a lost or damaged table of days is told, and repair writes it again from the commits', async () => {
  await using lake = await lakeWithIceberg();
  await load(lake, 'a_20250812.txt', 100);
  await load(lake, 'a_20250813.txt', 200);
  const rows = await daysShown(lake);
  const { lake: store } = lake.ports;
  const day = 'processed/small_days/year=2025/month=08/day=12/gen=00001/day.parquet';
  const { metadata } = (await shownTable(store, 'small_days'))!;
  const current = metadata.snapshots.at(-1)!['manifest-list'].slice(ICEBERG.root.length);
  for (const lost of [[day], [`processed/${current}`], [day, 'catalog/small_days.json']]) {
    await store.delete(lost);
    expect((await whatIsWrong(lake)).length).toBeGreaterThan(0);
    await repairLake(lake.ports, { depth: 'full' });
    expect(await daysShown(lake)).toEqual(rows);
    expect(await whatIsWrong(lake)).toEqual([]);
  }
});

it('a lake that an earlier version filled is published as it was, and has the days with its next commit', async () => {
  await using lake = await lakeWithIceberg();
  const { catalog } = lake.ports;
  lake.ports.catalog = createFileCatalog(lake.ports.lake);
  await load(lake, 'a_20250811.txt', 100);
  await load(lake, 'a_20250812.txt', 100);
  await load(lake, 'a_20250812.txt', 100, 200);
  expect(await daysShown(lake)).toEqual([]);
  lake.ports.catalog = catalog;
  expect(await dayStatus(lake.ports, 'small', '2025-08-12')).toMatchObject({ published: { commit: 2 } });
  await load(lake, 'a_20250813.txt', 300);
  expect(await daysShown(lake)).toEqual(['2025-08-11 1 1 1 0', '2025-08-12 2 1 2 0', '2025-08-13 1 1 1 0']);
  expect(await whatIsWrong(lake)).toEqual([]);
});
