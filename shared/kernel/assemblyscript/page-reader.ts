import { STATE_NULL } from '../shapes';

/**
 * Functions that read pages of this program's own files into field vectors, so that small row groups can be joined. Unless they say
 * otherwise they return false if the bytes of [at, end) do not hold what they should; bytes outside are ignored.
 */

/**
 * Reads `count` values of `bitWidth` bits in the RLE / bit-packed hybrid into `out`, 2 bytes each if `wide`, else 1. Returns the
 * address after the last run, or 0 if the bytes do not hold what they should.
 */
export function readHybrid(at: usize, end: usize, bitWidth: i32, count: i32, out: usize, wide: bool): usize {
  const mask: u32 = (1 << bitWidth) - 1;
  let done = 0;
  while (done < count) {
    let header: u32 = 0;
    let shift: u32 = 0;
    while (true) {
      if (at >= end || shift > 28) return 0;
      const byte = load<u8>(at++) as u32;
      header |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7;
    }
    const left = count - done;
    if (header & 1) {
      const groups = header >>> 1;
      if (groups === 0 || (groups as u64) * (bitWidth as u64) > ((end - at) as u64)) return 0;
      const packed = (groups as u64) * 8 < (left as u64) ? ((groups << 3) as i32) : left;
      for (let index = 0; index < packed; index++) {
        const bit = index * bitWidth;
        // At most 7 bits of other values and 15 of this one: three bytes. A margin follows the page, so four can be read.
        const value = (load<u32>(at + (bit >>> 3)) >>> (bit & 7)) & mask;
        if (wide) store<u16>(out + ((done + index) << 1), value as u16);
        else store<u8>(out + done + index, value as u8);
      }
      at += (groups * bitWidth) as usize;
      done += packed;
    } else {
      const valueBytes = ((bitWidth + 7) >>> 3) as usize;
      const run = header >>> 1;
      if (run === 0 || at + valueBytes > end) return 0;
      let value: u32 = 0;
      for (let index: usize = 0; index < valueBytes; index++)
        value |= (load<u8>(at + index) as u32) << ((index << 3) as u32);
      if (value > mask) return 0;
      at += valueBytes;
      const repeated = run < (left as u32) ? (run as i32) : left;
      for (let index = 0; index < repeated; index++) {
        if (wide) store<u16>(out + ((done + index) << 1), value as u16);
        else store<u8>(out + done + index, value as u8);
      }
      done += repeated;
    }
  }
  return at;
}

/** Reads the definition levels of `rows` rows as states. Returns how many have a value; -1 instead of false. */
export function readLevels(at: usize, end: usize, rows: i32, states: usize): i32 {
  if (readHybrid(at, end, 1, rows, states, false) === 0) return -1;
  let present = 0;
  for (let row = 0; row < rows; row++) present += load<u8>(states + row) as i32;
  return present;
}

/** Reads the bit width and the dictionary indexes of `count` values, into 2 bytes each; all must be below `entryCount`. */
export function readIndexes(at: usize, end: usize, count: i32, entryCount: i32, indexes: usize): bool {
  if (count === 0) return true;
  if (at >= end) return false;
  const bitWidth = load<u8>(at) as i32;
  if (bitWidth > 15 || readHybrid(at + 1, end, bitWidth, count, indexes, true) === 0) return false;
  for (let index = 0; index < count; index++) {
    if ((load<u16>(indexes + (index << 1)) as i32) >= entryCount) return false;
  }
  return true;
}

/** Stores { address, length } of `count` PLAIN texts, which must fill [at, end). */
export function readTexts(at: usize, end: usize, count: i32, entries: usize): bool {
  for (let index = 0; index < count; index++) {
    if (end - at < 4) return false;
    const length = load<u32>(at) as usize;
    at += 4;
    if (length > end - at) return false;
    store<u32>(entries + (index << 3), at as u32);
    store<u32>(entries + (index << 3), length as u32, 4);
    at += length;
  }
  return at === end;
}

/** Reads PLAIN booleans, one bit each, into bytes. */
export function readBits(at: usize, end: usize, count: i32, values: usize): bool {
  const packedBytes = ((count + 7) >>> 3) as usize;
  if (end - at < packedBytes) return false;
  for (let index = 0; index < count; index++) {
    store<u8>(values + index, (load<u8>(at + (index >>> 3)) >>> ((index & 7) as u8)) & 1);
  }
  return true;
}

/**
 * Spreads values of `width` bytes over rows: each row that has a value gets the next one of `source`. If `indexes` is not 0, `source` is
 * a dictionary, and each row that has a value gets the entry with the next index.
 */
export function spread(
  states: usize,
  rows: i32,
  width: i32,
  source: usize,
  indexes: usize,
  values: usize,
): void {
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (load<u8>(states + row) === (STATE_NULL as u8)) continue;
    const entry = indexes === 0 ? next : (load<u16>(indexes + (next << 1)) as i32);
    next++;
    const from = source + entry * width;
    const to = values + row * width;
    if (width === 8) store<u64>(to, load<u64>(from));
    else if (width === 4) store<u32>(to, load<u32>(from));
    else if (width === 16) v128.store(to, v128.load(from));
    else store<u8>(to, load<u8>(from));
  }
}

/** Sums the bytes that the texts of a vector take in PLAIN form. */
export function sumTexts(states: usize, rows: i32, values: usize): u32 {
  let total: u32 = 0;
  for (let row = 0; row < rows; row++) {
    if (load<u8>(states + row) !== (STATE_NULL as u8)) total += 4 + load<u32>(values + (row << 3), 4);
  }
  return total;
}
