import { LayoutInvalid } from '../errors.ts';
import type { DateFormat } from '../layout/date-format.ts';
import type { Field } from '../layout/field.ts';

/** Days of the proleptic Gregorian calendar since 1970-01-01, or NaN if there is no such day. Years 1 to 9999. */
export function daysSinceEpoch(year: number, month: number, day: number): number {
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return Number.NaN;
  if (day > 28 && day > daysInMonth(year, month)) return Number.NaN;
  // Years are counted from 1 March, so that the leap day is the last of its year (H. Hinnant, chrono-compatible low-level date algorithms).
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 as yyyy-MM-dd. */
export function dateText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** The format of a date or timestamp; compiled layouts have one for each. */
export function dateFormatOf({ name, dateFormat }: Field): DateFormat {
  if (!dateFormat) throw new LayoutInvalid({ what: `the date or timestamp '${name}' has no format` });
  return dateFormat;
}
