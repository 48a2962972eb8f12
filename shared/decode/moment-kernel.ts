import type { DateFormat } from '../layout/date-format.ts';
import { daysSinceEpoch } from './calendar.ts';

/** Dates and timestamps of one field, without objects per value. */

export const MOMENT_INVALID = Number.NaN;

const ZERO = 0x30;

/** Days since 1970-01-01, or NaN. */
export function readDays(bytes: Uint8Array, start: number, format: DateFormat): number {
  for (let index = 0; index < format.literals.length; index++) {
    const literal = format.literals[index]!;
    if (bytes[start + literal.at] !== literal.byte) return MOMENT_INVALID;
  }
  return daysSinceEpoch(
    readDigits(bytes, start + format.yearAt, 4),
    readDigits(bytes, start + format.monthAt, 2),
    readDigits(bytes, start + format.dayAt, 2),
  );
}

/** Microseconds since midnight of the same text's time of day, or NaN. Literals are checked by `readDays`. */
export function readMicrosOfDay(bytes: Uint8Array, start: number, format: DateFormat): number {
  const hour = readDigits(bytes, start + format.hourAt, 2);
  const minute = format.minuteAt < 0 ? 0 : readDigits(bytes, start + format.minuteAt, 2);
  const second = format.secondAt < 0 ? 0 : readDigits(bytes, start + format.secondAt, 2);
  let fraction = 0;
  if (format.fractionAt >= 0) {
    fraction = readDigits(bytes, start + format.fractionAt, format.fractionDigits);
    for (let digits = format.fractionDigits; digits < 6; digits++) fraction *= 10;
  }
  if (hour < 0 || minute < 0 || second < 0 || fraction < 0) return MOMENT_INVALID;
  if (hour > 23 || minute > 59 || second > 59) return MOMENT_INVALID;
  return (hour * 3600 + minute * 60 + second) * 1_000_000 + fraction;
}

/** -1 or less where a byte is no digit; -1 makes every later check fail. */
function readDigits(bytes: Uint8Array, start: number, length: number): number {
  let value = 0;
  for (let at = start; at < start + length; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
