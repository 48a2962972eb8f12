import { describe, expect, it } from 'vitest';
import { dayChanges } from '../../shared/day/day-change.ts';
import { planDayCommit } from '../../shared/day/day-commit.ts';
import { sampleEntry } from '../support/sample-entry.ts';

const SCHEMAS = { rows: [], rejects: { dataset: 'small_rejects', columns: [], partitionKeys: [] } };

/** A day of files with these rows and sums. */
function day(date: string, files: { rows: number; sum?: string }[]) {
  const entries = files.map(({ rows, sum }, index) => {
    const total = { name: 't', expected: null, balanced: true, figure: 'sum(v)' };
    const controlTotals = sum === undefined ? [] : [{ ...total, actual: sum }];
    return sampleEntry(`f${index}`, { rows, controlTotals });
  });
  return planDayCommit('small', 1, date, 'now', entries, SCHEMAS, undefined);
}
const changes = (now: Parameters<typeof day>[1], then: Parameters<typeof day>[1], percent = 10) =>
  dayChanges(day('2025-08-12', now), day('2025-08-11', then), percent);

describe('a day beside the one before', () => {
  it('is unusual if its rows are further away than the layout says, up or down', () => {
    expect(changes([{ rows: 60 }, { rows: 50 }], [{ rows: 100 }])).toEqual([]);
    expect(changes([{ rows: 90 }], [{ rows: 100 }])).toEqual([]);
    expect(changes([{ rows: 111 }], [{ rows: 100 }])).toEqual([
      'rows is 111, and was 100 on 2025-08-11 (more than 10 % apart)',
    ]);
    expect(changes([{ rows: 89 }], [{ rows: 40 }, { rows: 60 }])).toHaveLength(1);
    expect(changes([{ rows: 1 }], [{ rows: 0 }])).toHaveLength(1);
    expect(changes([{ rows: 0 }], [{ rows: 0 }])).toEqual([]);
  });

  it('holds percents to a thousandth', () => {
    expect(changes([{ rows: 100_010 }], [{ rows: 100_000 }], 0.01)).toEqual([]);
    expect(changes([{ rows: 100_011 }], [{ rows: 100_000 }], 0.01)).toHaveLength(1);
    expect(changes([{ rows: 100_002 }], [{ rows: 100_000 }], 0.0016)).toEqual([]);
  });

  it('compares sums of any sign and scale, and only those that both days have', () => {
    const rows = 1;
    expect(changes([{ rows, sum: '-110.0' }], [{ rows, sum: '-100.00' }])).toEqual([]);
    expect(changes([{ rows, sum: '-110.01' }], [{ rows, sum: '-100' }])).toEqual([
      'sum(v) is -110.01, and was -100 on 2025-08-11 (more than 10 % apart)',
    ]);
    expect(changes([{ rows, sum: '100' }], [{ rows, sum: '-100' }])).toHaveLength(1);
    expect(changes([{ rows, sum: '5' }], [{ rows }])).toEqual([]);
    expect(changes([{ rows }], [{ rows, sum: '5' }])).toEqual([]);
  });
});
