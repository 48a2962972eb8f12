import { CODE_LATIN1, STATE_NULL, STATE_VALUE } from '../shapes';
import { findVisible, NO_BREAK_SPACE, trimPadding } from './padding';
import { prepareLatin1, writeLatin1 } from './utf8';

/** Texts that are looked at to see how many of them are all ASCII. */
const SAMPLE = 32;

/**
 * True for texts of ISO-8859-1 of 17 to 64 bytes if so many hold characters above ASCII among their first 16 that it is never clear
 * whether the next one does.
 */
export function areNames(records: usize, count: i32, at: i32, width: i32, code: i32): bool {
  if (code !== CODE_LATIN1 || width <= 16 || width > 64 || count < SAMPLE) return false;
  const step = count / SAMPLE;
  let high = 0;
  for (let record = 0; record < count; record += step) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    high += (i8x16.bitmask(v128.load(start)) !== 0) as i32;
  }
  return high > SAMPLE >>> 3;
}

/** Decodes such texts, trimmed at their end, in the same steps whether they are all ASCII or not. */
export function decodeNames(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  prepareLatin1();
  let nulls = 0;
  // Four pieces of 16 bytes that overlap, so that the last one ends with the field.
  const last = width - 16;
  const third = min<i32>(last, 32);
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const head = v128.load(start);
    const next = v128.load(start, 16);
    const tail = v128.load(start + last);
    let high = (i8x16.bitmask(head) as u64) | ((i8x16.bitmask(tail) as u64) << (last as u64));
    let visible =
      (i8x16.bitmask(findVisible(head)) as u64) |
      ((i8x16.bitmask(findVisible(tail)) as u64) << (last as u64));
    if (width > 32) {
      const middle = v128.load(start + third);
      high |= ((i8x16.bitmask(next) as u64) << 16) | ((i8x16.bitmask(middle) as u64) << (third as u64));
      visible |=
        ((i8x16.bitmask(findVisible(next)) as u64) << 16) |
        ((i8x16.bitmask(findVisible(middle)) as u64) << (third as u64));
    }
    let length = (64 - clz<u64>(visible)) as usize;
    if (load<u8>(start + length - 1) === NO_BREAK_SPACE) {
      length = length === 0 ? 0 : trimPadding(start, start + length, CODE_LATIN1) - start;
    }
    store<u32>(values + (record << 3), side as u32);
    store<u8>(states + record, (length === 0 ? STATE_NULL : STATE_VALUE) as u8);
    nulls += (length === 0) as i32;
    // Characters after the text are no part of it.
    high &= ~((-2 as u64) << (length - 1));
    writeLatin1(head, (high as u32) & 0xffff, side);
    let out = side + 16 + popcnt<usize>((high as u32) & 0xffff);
    writeLatin1(next, (high as u32) >>> 16, out);
    for (let from: usize = 32; from < length; from += 16) {
      out = side + from + (popcnt<u64>(high & ~((-1 as u64) << (from as u64))) as usize);
      writeLatin1(v128.load(start + from), ((high >>> (from as u64)) as u32) & 0xffff, out);
    }
    const bytes = length + (popcnt<u64>(high) as usize);
    store<u32>(values + (record << 3), bytes as u32, 4);
    side += bytes;
  }
  return nulls;
}
