import { describe, expect, it } from 'vitest';
import {
  addDays,
  businessDateOfKey,
  businessDatesOfName,
  dayPath,
  daysBetween,
  isBusinessDate,
  possibleDatesOf,
} from '../../shared/keys/business-date.ts';
import { datesOfKey } from '../../shared/keys/key-dates.ts';

describe('a business date', () => {
  it.each([
    ['1990-01-01', true],
    ['1989-12-31', false],
    ['2100-12-31', true],
    ['2101-01-01', false],
    ['2024-02-29', true],
    ['2025-02-29', false],
    ['2025-04-31', false],
    ['2025-00-10', false],
    ['2025-13-01', false],
    ['2025-01-00', false],
    ['2025-01-32', false],
    ['2025-1-01', false],
    ['x2025-01-01', false],
  ])('%s: %s', (text, expected) => {
    expect(isBusinessDate(text)).toBe(expected);
  });

  it('is counted on and back over months and years', () => {
    expect(addDays('2025-08-31', 1)).toBe('2025-09-01');
    expect(addDays('2025-01-01', -1)).toBe('2024-12-31');
    expect(daysBetween('2025-08-12', '2025-08-31')).toBe(19);
    expect(daysBetween('2025-08-31', '2025-08-12')).toBe(-19);
    expect(dayPath('2025-08-12')).toBe('year=2025/month=08/day=12');
  });

  it('is found in folders and names, and only as exactly eight digits of a name', () => {
    expect(businessDateOfKey('in/year=2025/month=08/day=12/a.txt')).toBe('2025-08-12');
    expect(businessDateOfKey('year=2025/month=08/day=12/year=2025/month=08/day=13/a')).toBe('2025-08-12');
    expect(businessDateOfKey('in/year=2025/month=02/day=30/a.txt')).toBeUndefined();
    expect(businessDatesOfName('a_20250812_20250813_20250812_1.txt')).toEqual(['2025-08-12', '2025-08-13']);
    expect(businessDatesOfName('a_120250812.txt')).toEqual([]);
    expect(possibleDatesOf('120250812')).toEqual(['2025-08-12']);
    expect(possibleDatesOf('a2025-08-12b')).toEqual(['2025-08-12']);
  });
});

describe('the date that a key says', () => {
  const FOLDERS = 'year=2025/month=08/day=12';

  it('is that of its folders, else of a pattern, else of eight digits of its name', () => {
    const patterns = ['mov_{yyyyMMdd}_gen_*', 'other_*'];
    expect(datesOfKey(`${FOLDERS}/mov_20250811_gen_20250810.txt`, patterns)).toEqual({
      origin: 'key',
      dates: ['2025-08-12'],
      others: ['2025-08-11'],
    });
    expect(datesOfKey(`${FOLDERS}/x_20250810.txt`, patterns)).toEqual({
      origin: 'key',
      dates: ['2025-08-12'],
      others: ['2025-08-10'],
    });
    expect(datesOfKey('mov_20250811_gen_20250810.txt', patterns)).toEqual({
      origin: 'name',
      dates: ['2025-08-11'],
      others: [],
    });
    expect(datesOfKey('other_20250811_20250810.txt', patterns)).toEqual({
      origin: 'name',
      dates: ['2025-08-11', '2025-08-10'],
      others: [],
    });
  });

  it('is not taken from a pattern that names no date', () => {
    // Without the date, `a_*` fits whichever day the digits could mean.
    expect(datesOfKey('a_120250812.txt', ['a_*'])).toEqual({ origin: 'name', dates: [], others: [] });
    expect(datesOfKey('a_120250812.txt', ['a_1{yyyyMMdd}.txt']).dates).toEqual(['2025-08-12']);
    expect(datesOfKey('a_2025-08-12.txt', ['a_{yyyy-MM-dd}.txt']).dates).toEqual(['2025-08-12']);
  });
});
