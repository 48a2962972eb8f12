import {
  FORMAT_CENTURY,
  FORMAT_DAY,
  FORMAT_DAY_OF_YEAR,
  FORMAT_FRACTION,
  FORMAT_FRACTION_DIGITS,
  FORMAT_HOUR,
  FORMAT_LITERAL_COUNT,
  FORMAT_LITERALS,
  FORMAT_MINUTE,
  FORMAT_MONTH,
  FORMAT_PIVOT_YEAR,
  FORMAT_SECOND,
  FORMAT_YEAR,
  FORMAT_YEAR_DIGITS,
  INVALID_COUNT_UNIT,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';
import { isBlank } from './blanks';
import { readDigit } from './digits';
import { storeState } from './vector-members';

const NO_DAY: i32 = i32.MIN_VALUE;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/** 9999-12-31, after which there is no day. */
const LAST_DAY: i32 = 2_932_896;

function isLeap(year: i32): bool {
  return (year & 3) === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** By year, 0 to 9999: twice the days from 1970-01-01 to its first day, plus one in leap years; `NO_DAY` for year 0. */
const YEARS: usize = memory.data(4 * 10_000, 4);
/** By month · 100 + day: days since the first of the year, or -1 if there is no such day; for common years, then for leap years. */
const DAYS_OF_YEAR: usize = memory.data(2 * 2 * 10_000, 4);
const COMMON_BYTES: usize = 2 * 10_000;
let areFilled = false;

function fillCalendar(): void {
  let firstDay = -719_162;
  store<i32>(YEARS, NO_DAY);
  for (let year = 1; year < 10_000; year++) {
    store<i32>(YEARS + (year << 2), (firstDay << 1) | (isLeap(year) as i32));
    firstDay += isLeap(year) ? 366 : 365;
  }
  memory.fill(DAYS_OF_YEAR, 0xff, 2 * COMMON_BYTES);
  for (let leap = 0; leap < 2; leap++) {
    let days = 0;
    for (let month = 1; month <= 12; month++) {
      const last = month === 2 ? 28 + leap : 30 + ((month + (month >> 3)) & 1);
      for (let day = 1; day <= last; day++) {
        store<i16>(DAYS_OF_YEAR + leap * COMMON_BYTES + ((month * 100 + day) << 1), days as i16);
        days++;
      }
    }
  }
  areFilled = true;
}

/** Days from the first of a year to a day of it; negative if there is no such day. `year`: its entry of `YEARS`. */
function daysOfYear(year: i32, monthAndDay: i32): i32 {
  return load<i16>(DAYS_OF_YEAR + (year & 1) * COMMON_BYTES + (monthAndDay << 1)) as i32;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, or `NO_DAY`; both arguments must be below 10,000. */
function findDay(year: i32, monthAndDay: i32): i32 {
  const first = load<i32>(YEARS + (year << 2));
  const days = daysOfYear(first, monthAndDay);
  return first === NO_DAY || days < 0 ? NO_DAY : (first >> 1) + days;
}

function countDays(year: i32, month: i32, day: i32): i32 {
  return year < 1 || month < 0 || day < 0 ? NO_DAY : findDay(year, month * 100 + day);
}

/** Reads a number of `width` digits; -1 if a byte is not a digit. */
function readDigits(at: usize, width: i32): i32 {
  let value = 0;
  for (let index = 0; index < width; index++) {
    const digit = readDigit(at + index);
    if (digit > 9) return -1;
    value = value * 10 + (digit as i32);
  }
  return value;
}

/** Reads the day of yyyyMMdd, eight digits in a row. */
function readCompactDays(at: usize): i32 {
  const digits = load<u64>(at) ^ 0x3030303030303030;
  // A half above 9 carries into the upper half of its byte.
  if (((digits + 0x0606060606060606) | digits) & 0xf0f0f0f0f0f0f0f0) return NO_DAY;
  const pairs = (digits * 10 + (digits >>> 8)) & 0x00ff00ff00ff00ff;
  const fours = pairs * 100 + (pairs >>> 16);
  return findDay((fours & 0xffff) as i32, ((fours >>> 32) & 0xffff) as i32);
}

function literalsFit(at: usize, format: usize): bool {
  const count = load<i32>(format, FORMAT_LITERAL_COUNT);
  for (let index = 0; index < count; index++) {
    const literal = format + FORMAT_LITERALS + (index << 3);
    if ((load<u8>(at + load<u32>(literal)) as u32) !== load<u32>(literal, 4)) return false;
  }
  return true;
}

/** Reads the year; below 1 if there is none. */
function readYear(at: usize, format: usize): i32 {
  const digits = load<i32>(format, FORMAT_YEAR_DIGITS);
  const year = readDigits(at + load<i32>(format, FORMAT_YEAR), digits);
  if (digits === 4 || year < 0) return year;
  const centuryAt = load<i32>(format, FORMAT_CENTURY);
  if (centuryAt >= 0) {
    const century = readDigits(at + centuryAt, 1);
    return century < 0 ? century : 1900 + century * 100 + year;
  }
  const pivotYear = load<i32>(format, FORMAT_PIVOT_YEAR);
  const first = pivotYear % 100;
  return pivotYear - first + year + (year < first ? 100 : 0);
}

function readFormattedDays(at: usize, format: usize): i32 {
  if (!literalsFit(at, format)) return NO_DAY;
  const year = readYear(at, format);
  const dayOfYearAt = load<i32>(format, FORMAT_DAY_OF_YEAR);
  if (dayOfYearAt >= 0) {
    const day = readDigits(at + dayOfYearAt, 3);
    if (year < 1 || day < 1 || day > (isLeap(year) ? 366 : 365)) return NO_DAY;
    return countDays(year, 1, 1) + day - 1;
  }
  return countDays(
    year,
    readDigits(at + load<i32>(format, FORMAT_MONTH), 2),
    readDigits(at + load<i32>(format, FORMAT_DAY), 2),
  );
}

/** Reads the two digits at an offset; 0 if the format has no such part (a negative offset), -1 if they are not digits. */
function readPart(at: usize, offset: i32): i32 {
  return offset < 0 ? 0 : readDigits(at + offset, 2);
}

/** Reads the microseconds since midnight; -1 if there is no such time. Hour 24 is the end of the day, as Db2 writes it: 24.00.00. */
function readMicrosOfDay(at: usize, format: usize): i64 {
  const hour = readPart(at, load<i32>(format, FORMAT_HOUR));
  const minute = readPart(at, load<i32>(format, FORMAT_MINUTE));
  const second = readPart(at, load<i32>(format, FORMAT_SECOND));
  let fraction = 0;
  const fractionAt = load<i32>(format, FORMAT_FRACTION);
  if (fractionAt >= 0) {
    const fractionDigits = load<i32>(format, FORMAT_FRACTION_DIGITS);
    fraction = readDigits(at + fractionAt, fractionDigits);
    if (fraction < 0) return -1;
    for (let digit = fractionDigits; digit < 6; digit++) fraction *= 10;
  }
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return hour === 24 && minute === 0 && second === 0 && fraction === 0 ? MICROS_PER_DAY : -1;
  }
  return ((hour * 3600 + minute * 60 + second) as i64) * 1_000_000 + (fraction as i64);
}

/** Decodes dates into days since 1970-01-01, 4 bytes each. `format`: FORMAT_… in shapes.ts. `compact`: the format is yyyyMMdd. */
export function decodeDates(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  format: usize,
  compact: bool,
  states: usize,
  values: usize,
): i32 {
  if (!areFilled) fillCalendar();
  if (compact) return decodeCompactDates(records, count, at, states, values);
  let unread = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const days = readFormattedDays(start, format);
    unread += storeDays(days, start, width, states + record, values + (record << 2));
  }
  return unread;
}

/** Decodes dates of eight digits in a row, two at a time. */
function decodeCompactDates(records: usize, count: i32, at: i32, states: usize, values: usize): i32 {
  let unread = 0;
  let record = 0;
  while (true) {
    // Without calls, which would slow down all dates.
    for (; record + 1 < count; record += 2) {
      const first = (load<u32>(records + (record << 2)) as usize) + at;
      const second = (load<u32>(records + (record << 2), 4) as usize) + at;
      const bytes = v128.load_lane<u64>(second, v128.load64_zero(first), 1);
      const digits = i8x16.sub(bytes, i8x16.splat(0x30));
      if (v128.any_true(i8x16.gt_u(digits, i8x16.splat(9)))) break;
      const tens = i16x8.mul(v128.and(digits, i16x8.splat(0xff)), i16x8.splat(10));
      const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8));
      // yyyy MMdd yyyy MMdd
      const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
      const firstYear = load<i32>(YEARS + (i32x4.extract_lane(fours, 0) << 2));
      const firstDays = daysOfYear(firstYear, i32x4.extract_lane(fours, 1));
      const secondYear = load<i32>(YEARS + (i32x4.extract_lane(fours, 2) << 2));
      const secondDays = daysOfYear(secondYear, i32x4.extract_lane(fours, 3));
      if ((firstDays | secondDays) < 0 || min<i32>(firstYear, secondYear) === NO_DAY) break;
      store<i32>(values + (record << 2), (firstYear >> 1) + firstDays);
      store<i32>(values + (record << 2), (secondYear >> 1) + secondDays, 4);
      store<u16>(states + record, (STATE_VALUE | (STATE_VALUE << 8)) as u16);
    }
    // The two at which the loop stopped, or the last one.
    const end = min<i32>(record + 2, count);
    if (record >= end) return unread;
    for (; record < end; record++) {
      const start = (load<u32>(records + (record << 2)) as usize) + at;
      unread += storeDays(readCompactDays(start), start, 8, states + record, values + (record << 2));
    }
  }
}

/** Stores a date and its state. Returns what it adds to the count of nulls and invalid values. */
function storeDays(days: i32, start: usize, width: i32, stateAt: usize, valueAt: usize): i32 {
  store<i32>(valueAt, days);
  if (days !== NO_DAY) return storeState(stateAt, STATE_VALUE);
  return storeState(stateAt, isBlank(start, width) ? STATE_NULL : STATE_INVALID);
}

/** Decodes timestamps into microseconds since 1970-01-01 00:00 local time, 8 bytes each. `format`: FORMAT_… in shapes.ts. */
export function decodeTimestamps(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  format: usize,
  states: usize,
  values: usize,
): i32 {
  if (!areFilled) fillCalendar();
  let nulls = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const days = readFormattedDays(start, format);
    const micros = readMicrosOfDay(start, format);
    if (days !== NO_DAY && micros >= 0 && (micros < MICROS_PER_DAY || days < LAST_DAY)) {
      store<u8>(states + record, STATE_VALUE as u8);
      store<i64>(values + (record << 3), (days as i64) * MICROS_PER_DAY + micros);
      continue;
    }
    const blank = isBlank(start, width);
    nulls += blank as i32;
    invalids += !blank as i32;
    store<u8>(states + record, (blank ? STATE_NULL : STATE_INVALID) as u8);
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}
