import { expect, it } from 'vitest';
import type { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { dayCommitShape } from '../../../shared/day/day-commit.ts';
import { cleanLake } from '../../../shared/pipeline/operate/clean-lake.ts';
import { dayStatus } from '../../../shared/pipeline/operate/day-status.ts';
import { rollBack } from '../../../shared/pipeline/operate/roll-back.ts';
import { readJson } from '../../../shared/pipeline/store/json-object.ts';
import { sealedBytes } from '../../../shared/pipeline/store/sealed-json.ts';
import { tableOwnerShape } from '../../../shared/pipeline/store/table-owner.ts';
import { repairLake } from '../../../shared/pipeline/verify/repair-lake.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { readRows } from '../../../tools/damaged-lakes/read-rows.ts';
import { SampleLake } from '../../../tools/damaged-lakes/sample-lake.ts';
import { TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { DATE, DAY, KEY, smallDay } from '../../support/small-day.ts';

const FULL = { depth: 'full' } as const;
const ROLLBACK = { dataset: 'night', businessDate: '2025-08-12', reason: 'x' };
/** One record of 7 cents. */
const row = (id: string) => Buffer.from(`${id.padEnd(6)}000000007A    \n`);
const TERMS = 'ledger/small/year=2025/month=08/day=12/_terms/1.json';

it('every missing object of a refused and of a waiting file is named', async () => {
  const lake = new SampleLake();
  const bytes = Buffer.from('A1    000000007A    \n');
  const waiting = { expectedFiles: 2, isVisible: false };
  await lake.load('w_20250812.txt', 'night', { bytes, rows: [] }, waiting);
  await lake.convert('r_20250813.txt', Buffer.from('A1    X        A    \n'), { layout: 'night' });
  expect((await verifyLake(lake.ports, FULL)).findings).toEqual([]);
  const unnamed: string[] = [];
  for (const key of lake.lake.keys()) {
    const before = lake.lake.bytesOf(key);
    lake.lake.lose(key);
    const { findings } = await verifyLake(lake.ports, FULL);
    if (!findings.some((finding) => finding.key === key)) unnamed.push(key);
    lake.lake.replace(key, before);
  }
  // An execution that ended needs its pointer no more.
  expect(unnamed.filter((key) => !key.startsWith('runs/executions/'))).toEqual([]);
});

it('the last terms of a day are missed by what was planned under them, and written again as they were', async () => {
  const lake = new SampleLake();
  for (const [id, expectedFiles] of [['F1', 2] as const, ['G1', 3] as const]) {
    const waiting = { expectedFiles, isVisible: false };
    await lake.load(`${id}_20250812.txt`, 'night', { bytes: row(id), rows: [] }, waiting);
  }
  const last = 'ledger/night/year=2025/month=08/day=12/_terms/2.json';
  const before = Buffer.from(lake.lake.bytesOf(last));
  lake.lake.lose(last);
  expect((await verifyLake(lake.ports, FULL)).findings.map(({ key }) => key)).toEqual([last]);
  await repairLake(lake.ports, FULL);
  expect(before.equals(lake.lake.bytesOf(last))).toBe(true);
  expect((await verifyLake(lake.ports, FULL)).findings).toEqual([]);
});

it('terms that no plan holds are asked for with the expected files that are known', async () => {
  await using lake = await TestLake.make();
  const { load } = smallDay(lake);
  lake.ports.settings.expectedFiles = 2;
  const announced = smallLayout({ day: { manifest: 'day_{yyyyMMdd}.json' } });
  await load(KEY, smallFile(smallLine('A1', 1)), {}, announced);
  lake.ports.settings.expectedFiles = undefined;
  await lake.ports.lake.delete([TERMS]);
  const [finding] = (await verifyLake(lake.ports, FULL)).findings.filter(({ level }) => level === 'damage');
  expect(finding).toMatchObject({
    key: TERMS,
    mend: { by: 'command', command: { sourceKey: KEY, expectedFiles: 2 } },
  });
});

it('damaged terms of a day of which no file is loaded are moved aside, and the next file says them again', async () => {
  await using lake = await TestLake.make();
  const { load, ids } = smallDay(lake);
  await load(KEY, smallFile(smallLine('A1', 1), smallLine(' ', 2)));
  await load('s_20250812.txt', smallFile(smallLine('A2', 2)), { supplementOf: KEY, businessDate: DATE });
  await rollBack(lake.ports, { ...DAY, file: KEY, remove: true, reason: 'x' });
  await cleanLake(lake.ports, { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false });
  (lake.ports.lake as MemoryObjectStore).replace(TERMS, Buffer.from('{'));
  const damaged = async () =>
    (await verifyLake(lake.ports, FULL)).findings.filter(({ level }) => level === 'damage');
  expect(await damaged()).toMatchObject([{ key: TERMS, mend: { by: 'repair' } }]);
  await repairLake(lake.ports, FULL);
  expect(await damaged()).toEqual([]);
  await load('g_20250812.txt', smallFile(smallLine('G1', 1)));
  expect(await ids()).toEqual(['G1']);
  expect(await damaged()).toEqual([]);
});

it('a day whose last commits are lost is committed again as the catalog shows it, and its next files follow', async () => {
  for (const damage of ['cut', 'missing', 'cut, and the catalog'] as const) {
    const lake = new SampleLake();
    const load = (name: string, id: string) => {
      return lake.load(`${name}_20250812.txt`, 'night', { bytes: row(id), rows: [`${id} 7 A`] });
    };
    await load('f', 'F1');
    await load('g', 'G1');
    await load('f', 'F2');
    await rollBack(lake.ports, { ...ROLLBACK, file: 'f_20250812.txt' });
    const right = ['F1 7 A', 'G1 7 A'];
    const key = (number: number) => `ledger/night/year=2025/month=08/day=12/_day/${number}.json`;
    const before = await readJson(lake.lake, key(4), dayCommitShape);
    for (const number of [3, 4]) {
      if (damage === 'missing') lake.lake.lose(key(number));
      else lake.lake.replace(key(number), lake.lake.bytesOf(key(number)).subarray(0, 50));
    }
    if (damage === 'cut, and the catalog') lake.lake.replace('catalog/night.json', Buffer.from('{'));
    const { failed, verdict } = await repairLake(lake.ports, FULL);
    expect(failed).toEqual([]);
    expect(verdict.findings.filter(({ level }) => level === 'damage')).toEqual([]);
    expect(await readRows(lake.lake, 'night')).toEqual(right);
    if (damage !== 'cut, and the catalog') {
      const { tables, files } = await readJson(lake.lake, key(4), dayCommitShape);
      expect({ files, tables }).toEqual({ files: before.files, tables: before.tables });
    }
    await load('h', 'H1');
    expect(await readRows(lake.lake, 'night')).toEqual([...right, 'H1 7 A']);
  }
});

it("a plan and a list of its run that stand in each other's place are both named", async () => {
  const lake = new SampleLake();
  await lake.load('f_20250812.txt', 'night', { bytes: row('F1'), rows: ['F1 7 A'] });
  const plan = lake.lake.keys().find((key) => key.endsWith('/plan.json'))!;
  for (const list of ['ranges.json', 'merges.json'].map((name) => plan.replace('plan.json', name))) {
    const [ofPlan, ofList] = [lake.lake.bytesOf(plan), lake.lake.bytesOf(list)];
    lake.lake.replace(plan, ofList);
    lake.lake.replace(list, ofPlan);
    const { findings } = await verifyLake(lake.ports, FULL);
    expect(findings.map(({ key }) => key)).toEqual(expect.arrayContaining([plan, list]));
    lake.lake.replace(plan, ofPlan);
    lake.lake.replace(list, ofList);
  }
});

it('a lost entry comes back with what a rollback made of it, by repair and by a forced conversion alike', async () => {
  for (const healing of ['repair', 'convert'] as const) {
    const lake = new SampleLake();
    const load = (id: string) =>
      lake.load('f_20250812.txt', 'night', { bytes: row(id), rows: [`${id} 7 A`] });
    await load('F1');
    await load('F2');
    await rollBack(lake.ports, { ...ROLLBACK, file: 'f_20250812.txt' });
    const isEntry = (key: string) => /day=12\/f_20250812-[0-9a-f]{8}\.json$/.test(key);
    const key = lake.lake.keys().find(isEntry)!;
    const { loaded, rolledBack, revision = 0 } = await readJson(lake.lake, key, ledgerEntryShape);
    lake.lake.lose(key);
    if (healing === 'repair') await repairLake(lake.ports, FULL);
    else
      await lake.convert('f_20250812.txt', Buffer.from('A1    X        A    \n'), {
        layout: 'night',
        force: true,
      });
    const healed = await readJson(lake.lake, key, ledgerEntryShape);
    expect(healed).toMatchObject({ loaded, rolledBack });
    // No two versions have the same number.
    expect(healed.revision).toBeGreaterThan(revision);
    expect(await readRows(lake.lake, 'night')).toEqual(['F1 7 A']);
  }
});

it('status shows a day whose terms cannot be read, and says so', async () => {
  const lake = new SampleLake();
  const waiting = { expectedFiles: 2, isVisible: false };
  await lake.load('f_20250812.txt', 'night', { bytes: row('F1'), rows: [] }, waiting);
  const terms = 'ledger/night/year=2025/month=08/day=12/_terms/1.json';
  lake.lake.replace(terms, Buffer.from('{'));
  const status = await dayStatus(lake.ports, 'night', '2025-08-12');
  expect(status.files.map(({ name, status }) => [name, status])).toEqual([['f_20250812.txt', 'loaded']]);
  expect(status.damaged?.map(({ key }) => key)).toEqual([terms]);
});

it('an owner without columns, as in a lake of an earlier version, gets those that readers have', async () => {
  const lake = new SampleLake();
  await lake.load('f_20250812.txt', 'night', { bytes: row('F1'), rows: ['F1 7 A'] });
  const key = 'ledger/_tables/night.json';
  const before = await readJson(lake.lake, key, tableOwnerShape);
  lake.lake.replace(key, sealedBytes(key, { layout: 'night' }));
  const { findings } = await verifyLake(lake.ports, FULL);
  expect(findings.map(({ level, key: found }) => [level, found])).toEqual([['note', key]]);
  expect((await repairLake(lake.ports, FULL)).verdict.findings).toEqual([]);
  expect(await readJson(lake.lake, key, tableOwnerShape)).toEqual(before);
});
