import { RANGE_GREATEST, RANGE_LEAST } from '../shapes';
import { compareBytes, isLess128, readPrefix } from './bytes-order';
import { readHybrid } from './page-reader';
import { isUtf8 } from './utf8';

/**
 * Functions that prove what a page holds, independently of those that wrote it. Ranges go to `out` (RANGE_… in shapes.ts). `used` is a byte
 * for each value, 0 if it does not count; if `used` is 0, all count. Each range function returns false if no value counts.
 */

/** Reads `count` levels of `bitWidth` bits into a byte each; they must fill [at, end). */
export function fillWholeLevels(at: usize, end: usize, bitWidth: i32, count: i32, levels: usize): bool {
  return readHybrid(at, end, bitWidth, count, levels, false) === end;
}

export function countEqual(bytes: usize, count: i32, byte: i32): i32 {
  const wanted = i8x16.splat(byte as i8);
  let found = 0;
  let index = 0;
  for (; index + 16 <= count; index += 16)
    found += popcnt<i32>(i8x16.bitmask(i8x16.eq(v128.load(bytes + index), wanted)));
  for (; index < count; index++) found += (load<u8>(bytes + index) === (byte as u8)) as i32;
  return found;
}

/**
 * Counts the rows of a page of a list, from a byte of repetition and definition level an entry. Returns -1 if the first entry goes on with a
 * row of another page, or if a row without entries (a level below `leastOfEntry`) has more than one.
 */
export function countListRows(repeats: usize, levels: usize, count: i32, leastOfEntry: i32): i32 {
  let rows = 0;
  let isEmpty = true;
  for (let index = 0; index < count; index++) {
    const isFirst = load<u8>(repeats + index) === 0;
    const hasEntry = (load<u8>(levels + index) as i32) >= leastOfEntry;
    if (isFirst) rows++;
    else if (isEmpty || !hasEntry) return -1;
    isEmpty = !hasEntry;
  }
  return rows;
}

/** Sets the byte of each entry that one of `count` indexes of 2 bytes names. */
export function markUsed(indexes: usize, count: i32, used: usize): void {
  for (let index = 0; index < count; index++) store<u8>(used + load<u16>(indexes + (index << 1)), 1);
}

function isLeftOut(used: usize, index: i32): bool {
  return used !== 0 && load<u8>(used + index) === 0;
}

/** Integers of `1 << shift` bytes. */
export function findIntRange(values: usize, shift: i32, count: i32, used: usize, out: usize): bool {
  let least = i64.MAX_VALUE;
  let greatest = i64.MIN_VALUE;
  for (let index = 0; index < count; index++) {
    if (isLeftOut(used, index)) continue;
    const at = values + ((index as usize) << shift);
    const value = shift === 3 ? load<i64>(at) : shift === 2 ? (load<i32>(at) as i64) : (load<u8>(at) as i64);
    least = min<i64>(least, value);
    greatest = max<i64>(greatest, value);
  }
  store<i64>(out, least, RANGE_LEAST);
  store<i64>(out, greatest, RANGE_GREATEST);
  return least <= greatest;
}

/** Both are NaN if one of the values is. */
export function findDoubleRange(values: usize, count: i32, out: usize): bool {
  let least = Infinity;
  let greatest = -Infinity;
  for (let index = 0; index < count; index++) {
    const value = load<f64>(values + (index << 3));
    least = min<f64>(least, value);
    greatest = max<f64>(greatest, value);
  }
  store<f64>(out, least, RANGE_LEAST);
  store<f64>(out, greatest, RANGE_GREATEST);
  return count > 0;
}

/** Wide decimals of 16 bytes. */
export function findWideRange(values: usize, count: i32, used: usize, out: usize): bool {
  let least: usize = 0;
  let greatest: usize = 0;
  for (let index = 0; index < count; index++) {
    if (isLeftOut(used, index)) continue;
    const at = values + (index << 4);
    if (least === 0 || isLess128(at, least)) least = at;
    if (greatest === 0 || isLess128(greatest, at)) greatest = at;
  }
  storeText(out, RANGE_LEAST, least, 16);
  storeText(out, RANGE_GREATEST, greatest, 16);
  return least !== 0;
}

/** Texts, as { address, length } of 4 bytes each. */
export function findTextRange(entries: usize, count: i32, used: usize, out: usize): bool {
  let least: usize = 0;
  let greatest: usize = 0;
  let leastLength: usize = 0;
  let greatestLength: usize = 0;
  let leastPrefix: u64 = 0;
  let greatestPrefix: u64 = 0;
  for (let index = 0; index < count; index++) {
    if (isLeftOut(used, index)) continue;
    const at = load<u32>(entries + (index << 3)) as usize;
    const length = load<u32>(entries + (index << 3), 4) as usize;
    const prefix = length === 0 ? 0 : readPrefix(at, length);
    if (least === 0 || (prefix <= leastPrefix && compareBytes(at, length, least, leastLength) < 0)) {
      least = at;
      leastLength = length;
      leastPrefix = prefix;
    }
    if (
      greatest === 0 ||
      (prefix >= greatestPrefix && compareBytes(at, length, greatest, greatestLength) > 0)
    ) {
      greatest = at;
      greatestLength = length;
      greatestPrefix = prefix;
    }
  }
  storeText(out, RANGE_LEAST, least, leastLength);
  storeText(out, RANGE_GREATEST, greatest, greatestLength);
  return least !== 0;
}

function storeText(out: usize, word: usize, at: usize, length: usize): void {
  store<u32>(out + word, at as u32);
  store<u32>(out + word, length as u32, 4);
}

/** Is each of the texts ({ address, length }) well-formed UTF-8? Reads up to 15 bytes beyond each. */
export function areUtf8(entries: usize, count: i32): bool {
  for (let index = 0; index < count; index++) {
    const at = load<u32>(entries + (index << 3)) as usize;
    const length = load<u32>(entries + (index << 3), 4) as usize;
    for (let from: usize = 0; from < length; from += 16) {
      const left = length - from;
      const lanes: i32 = left < 16 ? (1 << (left as i32)) - 1 : 0xffff;
      if ((i8x16.bitmask(v128.load(at + from)) & lanes) === 0) continue;
      if (!isUtf8(at + from, at + length)) return false;
      break;
    }
  }
  return true;
}
