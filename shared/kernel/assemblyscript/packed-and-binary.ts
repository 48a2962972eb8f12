import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_NULL, STATE_VALUE } from '../shapes';
import { isFilledWith } from './blanks';
import { powerOfTen } from './digits';
import {
  beginNumber,
  collect,
  collectedCount,
  collectedInt64,
  setNegative,
  storeCollected128,
} from './number-text';
import { areDigits, foldHalves } from './packed-digits';

/** Packed decimals and binary integers. `wide` values take 16 bytes, others 8. */

const SIGN_MINUS = 0x0d;
const SIGN_MINUS_TOO = 0x0b;
const MOST_OF_19_DIGITS: u64 = 9_999_999_999_999_999_999;

/**
 * Decodes packed decimals, two digits a byte, the last half a sign: `12 34 5C` → 12345. Without `signNibble` all halves are digits. With
 * it, a field full of `space` is null: no number looks like that. Without it, such a field is invalid if `rejectBlanks`.
 */
export function decodePacked(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  signNibble: bool,
  signed: bool,
  rejectBlanks: bool,
  space: u8,
  maxDigits: i32,
  wide: bool,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  let invalids = 0;
  // Up to sixteen halves at once. A field that is not plainly a number is read by `readPacked`.
  const isShort = width <= 8;
  const unused = ((8 - width) << 3) as u64;
  const limit: u64 = maxDigits > 18 ? u64.MAX_VALUE : powerOfTen(maxDigits);
  // No number has the other word.
  const blanks: u64 = rejectBlanks ? fillWord(space) >>> unused : u64.MAX_VALUE;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    if (isShort) {
      const word = bswap<u64>(load<u64>(start)) >>> unused;
      const sign = (word & 15) as i32;
      const digits = signNibble ? word >>> 4 : word;
      const negative = signNibble && (sign === SIGN_MINUS || sign === SIGN_MINUS_TOO);
      const isNumber =
        areDigits(digits) && (!signNibble || sign > 9) && (signed || !negative) && word !== blanks;
      const magnitude = foldHalves(digits);
      if (isNumber && magnitude < limit) {
        store<u8>(states + record, STATE_VALUE as u8);
        const value = negative ? -(magnitude as i64) : (magnitude as i64);
        if (wide) {
          store<u64>(values + (record << 4), (value >> 63) as u64);
          store<u64>(values + (record << 4), bswap<u64>(value as u64), 8);
        } else store<i64>(values + (record << 3), value);
        continue;
      }
    }
    const state = readPacked(start, width, signNibble, signed, rejectBlanks, space, maxDigits);
    store<u8>(states + record, state as u8);
    if (state === STATE_VALUE) {
      if (wide) storeCollected128(values + (record << 4));
      else store<i64>(values + (record << 3), collectedInt64());
    } else if (state === STATE_NULL) nulls++;
    else invalids++;
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}

/** Eight times the same byte. */
export function fillWord(byte: u8): u64 {
  return (byte as u64) * 0x0101010101010101;
}

function readPacked(
  start: usize,
  width: i32,
  signNibble: bool,
  signed: bool,
  rejectBlanks: bool,
  space: u8,
  maxDigits: i32,
): i32 {
  beginNumber();
  if ((signNibble || rejectBlanks) && isFilledWith(start, width, space)) {
    return signNibble ? STATE_NULL : STATE_INVALID;
  }
  for (let index = 0; index < width; index++) {
    const byte = load<u8>(start + index) as i32;
    const upper = byte >>> 4;
    const lower = byte & 15;
    if (upper > 9) return STATE_INVALID;
    collect(upper);
    if (index < width - 1 || !signNibble) {
      if (lower > 9) return STATE_INVALID;
      collect(lower);
    } else {
      if (lower < 10) return STATE_INVALID;
      const negative = lower === SIGN_MINUS || lower === SIGN_MINUS_TOO;
      if (negative && !signed) return STATE_INVALID;
      setNegative(negative);
    }
  }
  return collectedCount() > maxDigits ? STATE_INVALID : STATE_VALUE;
}

/**
 * Decodes binary integers of 1 to 8 bytes, two's complement if `signed`. Any bytes are a number, so no field is null; one full of `space`
 * is invalid if `rejectBlanks`. Reads up to 7 bytes beyond.
 */
export function decodeBinaryInts(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  littleEndian: bool,
  signed: bool,
  rejectBlanks: bool,
  space: u8,
  maxDigits: i32,
  wide: bool,
  states: usize,
  values: usize,
): i32 {
  let invalids = 0;
  // More than 19 digits are not a limit: a field of 8 bytes has at most 20.
  const limit: u64 =
    maxDigits > 19 ? u64.MAX_VALUE : maxDigits === 19 ? MOST_OF_19_DIGITS : powerOfTen(maxDigits) - 1;
  const unused = ((8 - width) << 3) as u64;
  const blanks = fillWord(space) >>> unused;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const bytes = load<u64>(start);
    let word = (littleEndian ? bytes << unused : bswap<u64>(bytes)) >>> unused;
    if (signed) word = (((word << unused) as i64) >> (unused as i64)) as u64;
    const negative = signed && (word as i64) < 0;
    const magnitude = negative ? 0 - word : word;
    if (magnitude > limit || word === blanks) {
      if (rejectBlanks || magnitude > limit) {
        store<u8>(states + record, STATE_INVALID as u8);
        invalids++;
        continue;
      }
    }
    store<u8>(states + record, STATE_VALUE as u8);
    if (wide) {
      store<u64>(values + (record << 4), negative ? u64.MAX_VALUE : 0);
      store<u64>(values + (record << 4), bswap<u64>(word), 8);
    } else store<u64>(values + (record << 3), word);
  }
  return invalids * INVALID_COUNT_UNIT;
}
