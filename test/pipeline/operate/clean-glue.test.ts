import { expect, it } from 'vitest';
import { adoptTables } from '../../../shared/pipeline/operate/adopt-tables.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { lakeOnGlue } from '../../support/lake-on-glue.ts';
import { strictGlue } from '../../support/strict-glue.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

it('on Glue, clean lets go of old snapshots by the pointer, and removes what only they had', async () => {
  const double = await strictGlue();
  const { lake, store, load, clock, layouts, seen, filesOf } = await lakeOnGlue(double.client);
  await using _ = lake;
  await adoptTables(lake.ports, layouts);
  for (const product of ['A', 'B', 'C']) await load('a_20250812.txt', product);
  const [first] = (await seen('small'))?.metadata.snapshots ?? [];
  // Time passes, and another day is published.
  clock.now = () => new Date('2025-10-01T06:00:00Z');
  await load('a_20250930.txt', 'A');
  clock.now = () => new Date('2025-10-02T06:00:00Z');
  const before = await filesOf();
  const removed: string[] = [];
  store.beforeCall = (operation, key) => {
    if (operation === 'delete') removed.push(key);
  };
  const options = { runsOlderThanMs: 15 * DAY_MS, generationsOlderThanMs: 30 * DAY_MS, graceMs: 0 };
  const planned = await cleanLake(lake.ports, { ...options, dryRun: true });
  expect(removed).toEqual([]);
  const keys = new Set(store.keys());
  expect((await cleanLake(lake.ports, { ...options, dryRun: false })).failed).toEqual([]);
  const gone = [...keys].filter((key) => !store.keys().includes(key));
  expect(planned.removed.length).toBeGreaterThan(0);
  const lists = gone.filter((key) => /^small(_days)?\/metadata\/snap-/.test(key));
  expect(lists.length).toBeGreaterThanOrEqual(4);
  expect(gone).toContain(first!['manifest-list'].slice('s3://lake/'.length));
  expect(
    gone.filter((key) => /^(ledger|small_rejects\/year)/.test(key) && !/^ledger\/.*_holds/.test(key)),
  ).toEqual([]);
  expect(await filesOf()).toEqual(before);
  for (const table of ['small', 'small_days']) {
    const { metadata } = (await seen(table))!;
    expect(metadata.snapshots.map(({ summary }) => summary['business-date'])).toEqual([
      '2025-08-12',
      '2025-09-30',
    ]);
  }
  expect(await lake.ports.catalog.snapshots('small')).toMatchObject([
    { commit: 3 },
    { commit: 1, isCurrent: true },
  ]);
  const { findings } = await verifyLake(lake.ports, { depth: 'full' });
  expect(findings.filter(({ level }) => level === 'damage')).toEqual([]);
  await double.close();
});
