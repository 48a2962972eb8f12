import { UsageError } from '../shared/errors.ts';

const MS_PER_DAY = 86_400_000;
const FIRST_YEAR = 1990;
const LAST_YEAR = 2100;

/** Days since 1970-01-01 of `yyyy-MM-dd`. Fails with `UsageError` if it is not a day between 1990 and 2100. */
export function parseBusinessDate(text: string): number {
  const date = new Date(`${text}T00:00:00Z`);
  const year = date.getUTCFullYear();
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(text) ||
    Number.isNaN(date.getTime()) ||
    isoDate(date.getTime() / MS_PER_DAY) !== text ||
    year < FIRST_YEAR ||
    year > LAST_YEAR
  ) {
    throw new UsageError({
      what: `the business date is '${text}'`,
      why: `It must be a day as yyyy-MM-dd between ${FIRST_YEAR} and ${LAST_YEAR}`,
      next: 'Write it as, for example, 2025-08-12.',
    });
  }
  return date.getTime() / MS_PER_DAY;
}

/** yyyy-MM-dd of a day since 1970-01-01. */
export function isoDate(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The first Monday to Friday after `day`. Holidays count as working days. */
function nextBusinessDay(day: number): number {
  // 1970-01-01 was a Thursday: (day + 4) % 7 is 0 on Sundays.
  const weekday = (day + 4) % 7;
  if (weekday === 5) return day + 3;
  return weekday === 6 ? day + 2 : day + 1;
}

/** The business days of `count` nights from `firstDay` on; `firstDay` itself may be any day. */
export function businessDays(firstDay: number, count: number): number[] {
  const days = [firstDay];
  while (days.length < count) days.push(nextBusinessDay(days.at(-1)!));
  return days.slice(0, count);
}
