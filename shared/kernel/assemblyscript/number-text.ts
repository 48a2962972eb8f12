import {
  NUMBER_BLANK_SIGN,
  NUMBER_EXPLICIT_SCALE,
  NUMBER_MOST_DIGITS,
  NUMBER_POINT,
  NUMBER_PUNCHES,
  NUMBER_SIGN,
  SIGN_LEADING,
  SIGN_LEADING_SEPARATE,
  SIGN_TRAILING,
  SIGN_TRAILING_SEPARATE,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';
import { isBlank } from './blanks';
import { readDigit } from './digits';

/** Reads one number, digit by digit, if the vector loops cannot. decode-number.ts does the same in clearer code. */

const SPACE: u8 = 0x20;
const PLUS: u8 = 0x2b;
const COMMA: u8 = 0x2c;
const MINUS: u8 = 0x2d;
const POINT: u8 = 0x2e;

/** The largest number of significant digits that any type has. */
const MOST_DIGITS = 38;
/** Significant digits of the number being read. */
const digits: usize = memory.data(64);
let digitCount = 0;
let negative = false;

/** The byte is no digit with a sign over it, or may be two different ones. */
export const NOT_PUNCHED = 255;

/** Adds a digit to the number. Leading zeros are skipped; digits after the 38th are counted but not kept. */
export function collect(digit: i32): void {
  if (digitCount === 0 && digit === 0) return;
  if (digitCount < MOST_DIGITS) store<u8>(digits + digitCount, digit as u8);
  digitCount++;
}

/** Takes a leading sign, and the blanks around it; returns the address of what follows, or 0 if the sign is missing and must not be. */
function skipSign(start: usize, end: usize, form: usize): usize {
  const place = start;
  while (start < end && load<u8>(start) === SPACE) start++;
  const byte = start < end ? load<u8>(start) : SPACE;
  if (byte !== MINUS && byte !== PLUS) {
    // A digit at the place of the sign is no sign.
    return load<i32>(form, NUMBER_BLANK_SIGN) !== 0 && load<u8>(place) === SPACE ? start : 0;
  }
  negative = byte === MINUS;
  start++;
  while (start < end && load<u8>(start) === SPACE) start++;
  return start;
}

function collectImplied(start: usize, end: usize, sign: i32, form: usize): i32 {
  let last = -1;
  if (sign === SIGN_TRAILING_SEPARATE) {
    const byte = load<u8>(--end);
    if (byte === MINUS) negative = true;
    else if (byte !== PLUS && (byte !== SPACE || load<i32>(form, NUMBER_BLANK_SIGN) === 0))
      return STATE_INVALID;
  } else if (sign === SIGN_TRAILING || sign === SIGN_LEADING) {
    const place = sign === SIGN_LEADING ? start++ : --end;
    const digit = load<u8>((load<u32>(form, NUMBER_PUNCHES) as usize) + load<u8>(place)) as i32;
    if (digit === NOT_PUNCHED) return STATE_INVALID;
    negative = digit >= 16;
    if (sign === SIGN_LEADING) collect(digit & 15);
    else last = digit & 15;
  }
  if (sign === SIGN_LEADING_SEPARATE) {
    start = skipSign(start, end, form);
    if (start === 0) return STATE_INVALID;
  } else if (sign !== SIGN_LEADING) while (start < end && load<u8>(start) === SPACE) start++;
  if (start === end && sign !== SIGN_TRAILING && sign !== SIGN_LEADING) return STATE_INVALID;
  for (; start < end; start++) {
    const digit = readDigit(start);
    if (digit > 9) return STATE_INVALID;
    collect(digit as i32);
  }
  if (last >= 0) collect(last);
  return STATE_VALUE;
}

/** Is a byte the point? `point` is its character; 0 if it may be a point or a comma. */
export function isPoint(byte: u8, point: u8): bool {
  return point === 0 ? byte === POINT || byte === COMMA : byte === point;
}

/** `1.000` is one, or one thousand: a digit or a few, then exactly three after a character that may be either. */
export function readsTwoWays(whole: i32, fraction: i32): bool {
  return fraction === 3 && whole > 0 && whole < 4;
}

function collectExplicit(start: usize, end: usize, sign: i32, scale: i32, form: usize): i32 {
  const point = load<u8>(form, NUMBER_POINT);
  const fieldEnd = end;
  while (end > start && load<u8>(end - 1) === SPACE) end--;
  if (sign === SIGN_TRAILING_SEPARATE) {
    const byte = load<u8>(end - 1);
    if (byte === PLUS || byte === MINUS) {
      negative = byte === MINUS;
      end--;
      while (end > start && load<u8>(end - 1) === SPACE) end--;
    } else if (load<i32>(form, NUMBER_BLANK_SIGN) === 0 || end === fieldEnd) return STATE_INVALID;
  }
  if (sign === SIGN_LEADING_SEPARATE) {
    start = skipSign(start, end, form);
    if (start === 0) return STATE_INVALID;
  } else while (start < end && load<u8>(start) === SPACE) start++;
  const begin = start;
  let fraction = -1;
  for (; start < end; start++) {
    const digit = readDigit(start);
    if (digit > 9) {
      if (fraction >= 0 || !isPoint(load<u8>(start), point)) return STATE_INVALID;
      fraction = 0;
      continue;
    }
    // Digits beyond the scale must be zeros: nothing is rounded.
    if (fraction >= scale && digit > 0) return STATE_INVALID;
    if (fraction < scale) collect(digit as i32);
    if (fraction >= 0) fraction++;
  }
  const whole = ((end - begin) as i32) - (fraction < 0 ? 0 : fraction + 1);
  if (whole === 0 && fraction <= 0) return STATE_INVALID;
  if (point === 0 && readsTwoWays(whole, fraction)) return STATE_INVALID;
  for (let missing = scale - (fraction > 0 ? fraction : 0); missing > 0; missing--) collect(0);
  return STATE_VALUE;
}

/**
 * Reads the number in [start, start + width), written as `form` says (NUMBER_… in shapes.ts), into `digits` and returns its state. The
 * value can then be taken by `collectedInt64` or `storeCollected128`.
 */
export function readNumber(start: usize, width: i32, form: usize): i32 {
  if (isBlank(start, width)) return STATE_NULL;
  beginNumber();
  const sign = load<i32>(form, NUMBER_SIGN);
  const explicitScale = load<i32>(form, NUMBER_EXPLICIT_SCALE);
  const state =
    explicitScale < 0
      ? collectImplied(start, start + width, sign, form)
      : collectExplicit(start, start + width, sign, explicitScale, form);
  return state === STATE_VALUE && digitCount > load<i32>(form, NUMBER_MOST_DIGITS) ? STATE_INVALID : state;
}

/** Begins a new number, whose digits `collect` adds. */
export function beginNumber(): void {
  negative = false;
  digitCount = 0;
}

export function setNegative(isNegative: bool): void {
  negative = isNegative;
}

/** The number of significant digits. */
export function collectedCount(): i32 {
  return digitCount;
}

/** Value of the number just read, of at most 18 digits. */
export function collectedInt64(): i64 {
  let value: i64 = 0;
  for (let index = 0; index < digitCount; index++) value = value * 10 + (load<u8>(digits + index) as i64);
  return negative ? -value : value;
}

/** Stores the number just read, of at most 38 digits, as 16 bytes in two's complement, high byte first. */
export function storeCollected128(out: usize): void {
  let low: u64 = 0;
  let high: u64 = 0;
  for (let index = 0; index < digitCount; index++) {
    // × 10 in halves of 32 bits, so that the carry is not lost.
    const lower = (low & 0xffffffff) * 10 + (load<u8>(digits + index) as u64);
    const upper = (low >>> 32) * 10 + (lower >>> 32);
    low = (upper << 32) | (lower & 0xffffffff);
    high = high * 10 + (upper >>> 32);
  }
  if (negative) {
    low = ~low + 1;
    high = ~high + (low === 0 ? 1 : 0);
  }
  store<u64>(out, bswap<u64>(high));
  store<u64>(out, bswap<u64>(low), 8);
}
