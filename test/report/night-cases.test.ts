import { describe, expect, it } from 'vitest';
import { dayStatus } from '../../shared/pipeline/operate/day-status.ts';
import { readRun } from '../../shared/pipeline/report/read-run.ts';
import { dayEntries } from '../../shared/pipeline/store/day-ledger.ts';
import { nightReport } from '../../shared/report/night-report.ts';
import { nightPage } from '../../shared/report/page/night-page.ts';
import { NIGHT, NightLake } from '../support/report-nights.ts';

describe('supplements', () => {
  it('are corrected records of another file, and nowhere once that file is replaced', async () => {
    const lake = new NightLake();
    lake.setTime(NIGHT, '03:00');
    await lake.loadFile(NIGHT, 1, { records: 70, badDays: 2 });
    await lake.loadCorrection(1, 2);
    const corrected = nightReport(await lake.facts());
    expect(corrected.records).toMatchObject({
      read: 72,
      accepted: 68,
      rejected: 2,
      corrected: 2,
      rows: 70,
      isWhole: true,
    });
    expect(corrected.totals).toEqual((await dayStatus(lake.ports, 'contratos', NIGHT)).totals);
    expect(corrected.tasks.map(({ kind }) => kind)).not.toContain('rejects');
    await lake.loadFile(NIGHT, 1, { records: 90, badDays: 1 });
    const replaced = nightReport(await lake.facts());
    expect(replaced.records).toMatchObject({ read: 92, accepted: 89, rejected: 1, corrected: 0, rows: 89 });
    expect(replaced.tasks.map(({ kind }) => kind)).toEqual(['missing-files', 'hidden', 'rejects']);
  });
});

describe('rejects of a refused file', () => {
  it('stand apart from those that the totals count', async () => {
    const lake = new NightLake();
    lake.setTime(NIGHT, '03:00');
    await lake.loadFile(NIGHT, 1, { records: 70, badDays: 1 });
    await lake.loadFile(NIGHT, 2, { records: 250, badDays: 6, isWrong: true });
    const { totals, rejects } = nightReport(await lake.facts());
    const counts = rejects.groups.map(({ count, isRefused }) => ({ count, isRefused }));
    expect(counts).toEqual([
      { count: 1, isRefused: false },
      { count: 6, isRefused: true },
    ]);
    expect(rejects).toMatchObject({ looked: totals.rejected, ofRefused: 6 });
    const page = nightPage(nightReport(await lake.facts()), 'en');
    expect(page).toContain('Rejects in refused files: 6.');
  });
});

describe('a night published in part first', () => {
  it('is on time by its first whole commit, and its readers see the last', async () => {
    const lake = new NightLake();
    lake.setTime(NIGHT, '03:00');
    await lake.loadFile(NIGHT, 1, { records: 10 });
    await lake.publishInPart('the others are late');
    lake.setTime(NIGHT, '08:00');
    await lake.loadFile(NIGHT, 2, { records: 10 });
    await lake.loadFile(NIGHT, 3, { records: 10 });
    lake.setTime(NIGHT, '11:00');
    await lake.loadFile(NIGHT, 3, { records: 12 });
    const report = nightReport(await lake.facts());
    expect(report.commits.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'partial replaced',
      'publication replaced',
      'publication current',
    ]);
    expect(report.verdict).toMatchObject({ state: 'published', commit: 3, marginMinutes: 59 });
    expect(report.nights.at(-1)).toMatchObject({
      businessDate: NIGHT,
      marginMinutes: 59,
      rows: 32,
      isPartial: false,
    });
    expect(report.commits.map(({ by }) => by)).toEqual(['ana', 'ana', 'ana']);
  });
});

it('a range has the times of its child, which the results of the map have', async () => {
  const lake = new NightLake();
  lake.setTime(NIGHT, '03:00');
  await lake.loadFile(NIGHT, 1, { records: 100 });
  const [entry] = await dayEntries(lake.lake, 'contratos', NIGHT);
  if (!entry?.runId) throw new Error('it was loaded');
  const child = {
    StartDate: '2025-08-13T05:59:50.000Z',
    StopDate: '2025-08-13T06:00:05.000Z',
    Status: 'SUCCEEDED',
  };
  const results = [
    { ...child, Input: JSON.stringify({ range: { rangeIndex: 1 } }) },
    // Neither one that says nothing of a range, nor one without times, is of any.
    { ...child, Input: 'no JSON' },
    { Input: JSON.stringify({ range: { rangeIndex: 0 } }) },
  ];
  const folder = `runs/${entry.runId}/results/parse`;
  await lake.lake.put(`${folder}/map/SUCCEEDED_0.json`, Buffer.from(JSON.stringify(results)));
  await lake.lake.put(`${folder}/map/SUCCEEDED_1.json`, Buffer.from('{'));
  const { parts } = await readRun(lake.lake, entry);
  expect(parts.map((part) => part.child?.startedAt)).toEqual([undefined, child.StartDate]);
  expect(nightReport(await lake.facts()).timelines[0]?.ranges).toMatchObject({
    count: 2,
    delayed: 1,
    retries: 0,
  });
});
