import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dashboardPage } from '../../shared/dashboard/dashboard-page.ts';
import { DASHBOARDS, type Dashboard, type DashboardPart } from '../../shared/dashboard/dashboards.ts';
import { gapsOf } from '../../shared/dashboard/gaps.ts';
import { keyFigures } from '../../shared/dashboard/key-figures.ts';
import type { PartAnswer } from '../../shared/dashboard/part-answer.ts';

const [VOLUME] = DASHBOARDS as [Dashboard];

function volumeOf(
  rows: [night: string, contracts: number, customers: number, value: string | null][],
  night: string,
): PartAnswer {
  const columns = ['night', 'contracts', 'customers', 'total_value'].map((name) => ({ name }));
  return { columns, rows, params: { business_date: night }, commits: {} };
}

function answerOf(
  { columns }: DashboardPart,
  rows: unknown[][],
  params: Record<string, unknown>,
): PartAnswer {
  return { columns: columns.map(({ column }) => ({ name: column })), rows, params, commits: {} };
}

function pageOf(dashboard: Dashboard, answers: PartAnswer[]): string {
  return dashboardPage({ dashboard, answers, language: 'en', table: 'contracts' });
}

const texts = (answer: PartAnswer) => keyFigures(VOLUME, answer, 'en').map(({ text }) => text);

describe('what a dashboard says', () => {
  it('are the figures of the night that is asked for, also if that night is empty', () => {
    const before: [string, number, number, string] = ['2025-08-11', 7, 3, '12.50'];
    expect(texts(volumeOf([before, ['2025-08-12', 9, 4, '-1.00']], '2025-08-12'))).toEqual([
      '9',
      '4',
      '−1.00',
    ]);
    expect(texts(volumeOf([before], '2025-08-12'))).toEqual(['0', '0', '0.00']);
    expect(texts(volumeOf([], '2025-08-12'))).toEqual(['0', '0', '0.00']);
  });

  it('is that there is nothing to compare the first night with, and not that nothing changed', () => {
    const change = VOLUME.parts[1]!;
    const rows = [['CDC', 5, 0, 0, '10.00', '0.00']];
    const volume = volumeOf([['2025-08-12', 5, 2, '10.00']], '2025-08-12');
    const params = { business_date: '2025-08-12', earlier_date: '2025-08-12' };
    expect(pageOf(VOLUME, [volume, answerOf(change, rows, params)])).toContain('no earlier night to compare');
    const page = pageOf(VOLUME, [volume, answerOf(change, rows, { ...params, earlier_date: '2025-08-11' })]);
    expect(page).not.toContain('no earlier night to compare');
  });

  it('names weekdays without contracts and rows that are not drawn', () => {
    const volume = volumeOf(
      ['2025-08-07', '2025-08-08', '2025-08-12'].map((night) => [night, 1, 1, '1.00']),
      '2025-08-12',
    );
    const many = Array.from({ length: 25 }, (_, index) => [`P${index}`, 1, 0, 0, '1.00', '1.00']);
    const page = pageOf(VOLUME, [volume, answerOf(VOLUME.parts[1]!, many, { business_date: '2025-08-12' })]);
    expect(page).toContain('Between the first and the last there is nothing of: 2025-08-11.');
    expect(page).toContain('Drawn are the first 20 of 25 rows.');
  });

  it('leaves out no weekday and no month between the first and the last', () => {
    const day = fc
      .integer({ min: 0, max: 60 })
      .map((more) => new Date(Date.UTC(2025, 6, 1) + more * 864e5).toISOString().slice(0, 10));
    fc.assert(
      fc.property(fc.uniqueArray(day, { maxLength: 30 }), (days) => {
        const gaps = gapsOf(days, 'date');
        const all = [...days, ...gaps].sort();
        expect(new Set(all).size).toBe(all.length);
        for (const [index, one] of all.slice(1).entries()) {
          const between = (Date.parse(one) - Date.parse(all[index]!)) / 864e5;
          // From a Friday to a Monday.
          expect(between).toBeLessThanOrEqual(3);
        }
      }),
    );
    expect(gapsOf(['2025-11-01', '2026-02-01'], 'month')).toEqual(['2025-12', '2026-01']);
    expect(gapsOf([1, 5], 'count')).toEqual([]);
  });
});
