import {
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

/** Reads one number in any spelling, digit by digit, if the vector loops cannot. decode-value.ts does the same in clearer code. */

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

const NOT_PUNCHED = 255;

/** Reads a digit with an overpunched sign: 0–9 positive, 16–25 negative, else `NOT_PUNCHED`. */
function readOverpunched(byte: u8): i32 {
  const code = byte as i32;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  // { A … I
  if (code === 0x7b) return 0;
  if (code >= 0x41 && code <= 0x49) return code - 0x40;
  // } J … R
  if (code === 0x7d) return 16;
  if (code >= 0x4a && code <= 0x52) return 16 + code - 0x49;
  // p … y
  if (code >= 0x70 && code <= 0x79) return 16 + code - 0x70;
  return NOT_PUNCHED;
}

/** Adds a digit to the number. Leading zeros are skipped; digits after the 38th are counted but not kept. */
export function collect(digit: i32): void {
  if (digitCount === 0 && digit === 0) return;
  if (digitCount < MOST_DIGITS) store<u8>(digits + digitCount, digit as u8);
  digitCount++;
}

/** Skips a leading sign, if there is one, and the blanks after it; returns the address of what follows. */
function skipSign(start: usize, end: usize): usize {
  const byte = load<u8>(start);
  if (byte !== MINUS && byte !== PLUS) return start;
  negative = byte === MINUS;
  start++;
  while (start < end && load<u8>(start) === SPACE) start++;
  return start;
}

function collectImplied(start: usize, end: usize, sign: i32): i32 {
  let last = -1;
  let punched = false;
  if (sign === SIGN_TRAILING_SEPARATE) {
    const byte = load<u8>(--end);
    if (byte === MINUS) negative = true;
    else if (byte !== PLUS && byte !== SPACE) return STATE_INVALID;
  } else if (sign === SIGN_TRAILING) {
    last = readOverpunched(load<u8>(--end));
    if (last === NOT_PUNCHED) return STATE_INVALID;
    negative = last >= 16;
    last &= 15;
    punched = true;
  } else if (sign === SIGN_LEADING) {
    const first = readOverpunched(load<u8>(start++));
    if (first === NOT_PUNCHED) return STATE_INVALID;
    negative = first >= 16;
    collect(first & 15);
    punched = true;
  }
  if (sign !== SIGN_LEADING) while (start < end && load<u8>(start) === SPACE) start++;
  if (sign === SIGN_LEADING_SEPARATE && start < end) start = skipSign(start, end);
  if (start === end && !punched) return STATE_INVALID;
  for (; start < end; start++) {
    const digit = readDigit(start);
    if (digit > 9) return STATE_INVALID;
    collect(digit as i32);
  }
  if (last >= 0) collect(last);
  return STATE_VALUE;
}

function collectExplicit(start: usize, end: usize, sign: i32, scale: i32): i32 {
  while (end > start && load<u8>(end - 1) === SPACE) end--;
  if (sign === SIGN_TRAILING_SEPARATE) {
    const byte = load<u8>(end - 1);
    if (byte === PLUS || byte === MINUS) {
      negative = byte === MINUS;
      end--;
      while (end > start && load<u8>(end - 1) === SPACE) end--;
    }
  }
  while (start < end && load<u8>(start) === SPACE) start++;
  if (sign === SIGN_LEADING_SEPARATE && start < end) start = skipSign(start, end);
  let seen = 0;
  let fraction = -1;
  for (; start < end; start++) {
    const byte = load<u8>(start);
    if (fraction < 0 && (byte === POINT || byte === COMMA)) {
      fraction = 0;
      continue;
    }
    const digit = readDigit(start);
    if (digit > 9) return STATE_INVALID;
    seen++;
    // Digits beyond the scale must be zeros: nothing is rounded.
    if (fraction >= scale && digit > 0) return STATE_INVALID;
    if (fraction < scale) collect(digit as i32);
    if (fraction >= 0) fraction++;
  }
  if (seen === 0) return STATE_INVALID;
  for (let missing = scale - (fraction > 0 ? fraction : 0); missing > 0; missing--) collect(0);
  return STATE_VALUE;
}

/**
 * Reads the number in [start, start + width) into `digits` and returns its state. `explicitScale` is -1 if the point is implied. The
 * value can then be taken by `collectedInt64` or `storeCollected128`.
 */
export function readNumber(start: usize, width: i32, sign: i32, explicitScale: i32, maxDigits: i32): i32 {
  if (isBlank(start, width)) return STATE_NULL;
  beginNumber();
  const state =
    explicitScale < 0
      ? collectImplied(start, start + width, sign)
      : collectExplicit(start, start + width, sign, explicitScale);
  return state === STATE_VALUE && digitCount > maxDigits ? STATE_INVALID : state;
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
