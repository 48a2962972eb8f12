import { describe, expect, it } from 'vitest';
import { foundReport } from '../../shared/pipeline/report/keep-report.ts';
import { readMonth } from '../../shared/pipeline/report/read-month.ts';
import { monthReport } from '../../shared/report/month-report.ts';
import { monthPage } from '../../shared/report/page/month-page.ts';
import { NIGHT, NIGHT_SETTINGS, NightLake, REPORT_NIGHTS } from '../support/report-nights.ts';

const DAY = { dataset: 'contratos', businessDate: NIGHT };
const FOLDER = 'ledger/contratos/year=2025/month=08/day=12/_day/';

function keepingLake(): NightLake {
  const lake = new NightLake();
  lake.ports.settings.reports = {
    ...{ place: 's3://lake/', timeZone: 'America/Sao_Paulo', deadline: '09:00' },
    ...{ businessDate: 'day-before', region: 'sa-east-1', language: 'pt' },
  };
  return lake;
}

describe('a lake that keeps reports', () => {
  it('has one next to each commit, and people are told where', async () => {
    const lake = keepingLake();
    await lake.loadNight(NIGHT, '02:47', 20);
    expect(lake.keys(FOLDER)).toEqual([`${FOLDER}1.json`, `${FOLDER}1.report.html`]);
    const page = Buffer.from(lake.lake.bytesOf(`${FOLDER}1.report.html`)).toString();
    expect(page).toContain('6 h 12 min antes do prazo de 09:00');
    expect(lake.notices.map(({ message }) => message).filter((text) => text.includes('report'))).toEqual([
      expect.stringContaining(`is published as commit 1. Its report: s3://lake/${FOLDER}1.report.html`),
    ]);
    expect(await foundReport(lake.ports, DAY, undefined)).toBe(`${FOLDER}1.report.html`);
    // The commits of the day are read past it.
    expect((await lake.facts()).commits.map(({ commit }) => commit.commit)).toEqual([1]);
  });

  it('publishes all the same if a report cannot be written, and says so', async () => {
    const lake = keepingLake();
    const { putOnce } = lake.lake;
    lake.lake.putOnce = (key, bytes) => {
      if (key.endsWith('.html')) throw new Error('a record: 12345');
      return putOnce.call(lake.lake, key, bytes);
    };
    await lake.loadNight(NIGHT, '02:47', 20);
    expect((await lake.facts()).status.published?.commit).toBe(1);
    expect(lake.notices.at(-1)?.message).toContain('Its report could not be written: Error');
    expect(lake.notices.at(-1)?.message).not.toContain('12345');
    lake.lake.putOnce = putOnce;
    // Whoever asks for it later gets it.
    expect(await foundReport(lake.ports, DAY, undefined)).toBe(`${FOLDER}1.report.html`);
    await expect(foundReport(lake.ports, DAY, 7)).rejects.toThrow('there is no report of commit 7');
  });

  it('has none for a day that is not published', async () => {
    const lake = keepingLake();
    await REPORT_NIGHTS.refused(lake);
    expect(lake.keys(FOLDER)).toEqual([]);
    await expect(foundReport(lake.ports, DAY, undefined)).rejects.toThrow('the day is not published');
  });
});

describe('the report of a month', () => {
  it('has each day by its state, and the sums of those that are published', async () => {
    const lake = new NightLake();
    await lake.loadPast(6);
    await REPORT_NIGHTS.refused(lake);
    const settings = { ...NIGHT_SETTINGS, lake: 'lake' };
    const report = monthReport(await readMonth(lake.ports, 'contratos', '2025-08', settings));
    const states = report.days.map(
      ({ businessDate, verdict }) => `${businessDate.slice(8)} ${verdict.state}`,
    );
    expect(states).toEqual([
      '04 published',
      '05 published',
      '06 published',
      '07 published',
      '08 late',
      '11 published',
      '12 refused',
    ]);
    expect([report.published, report.late]).toEqual([6, 1]);
    const rows = report.days.map(({ seen }) => seen?.rows ?? 0);
    expect(report.total.rows).toBe(rows.reduce((sum, count) => sum + count, 0));
    expect(report.days.at(-1)).toMatchObject({
      loaded: 2,
      expected: 3,
      waitingFor: '1 of 3 files',
      commits: 0,
    });
    const page = monthPage(report, 'en');
    expect(page).toContain('6 of 7 days are published.');
    expect(Buffer.byteLength(page)).toBeLessThan(100_000);
  });

  it('goes on past a day that cannot be read', async () => {
    const lake = new NightLake();
    await lake.loadNight(NIGHT, '02:47', 20);
    const [terms = ''] = lake.keys(`${FOLDER.replace('_day', '_terms')}`);
    for (const key of lake.keys('ledger/contratos/year=2025/month=08/day=12/'))
      if (!key.includes('_day')) lake.lake.replace(key, Buffer.from('{'));
    expect(terms).not.toBe('');
    const report = monthReport(await readMonth(lake.ports, 'contratos', '2025-08', NIGHT_SETTINGS));
    expect(report.days.map(({ verdict }) => verdict.state)).toEqual(['damaged']);
    expect(monthPage(report, 'pt')).toContain('Danificado');
  });
});
