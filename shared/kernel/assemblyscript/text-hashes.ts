import { hashWord, MIX } from './dictionary-table';

/** 16 bytes of ones, then 16 of zeros: a vector loaded at offset 16 − n has ones in its first n lanes. */
const FIRST_LANES: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0,
]);

/** Ones in the lanes of a text of at most 16 bytes. */
export function lanesOf(length: usize): v128 {
  return v128.load(FIRST_LANES + 16 - length);
}

/** For each length of a text of at most eight bytes: ones in its bytes. */
export const FIRST_BYTES: usize = memory.data<u64>([
  0, 0xff, 0xffff, 0xff_ffff, 0xffff_ffff, 0xff_ffff_ffff, 0xffff_ffff_ffff, 0xff_ffff_ffff_ffff, -1,
]);

/** Hashes a text of at most eight bytes; the other bytes of `word` are zero. */
export function hashTiny(word: u64, length: usize): u32 {
  return hashWord(rotl<u64>(word, 5) ^ (length as u64));
}

/** The same for at most 16 bytes, whose second eight may all be zero. */
export function hashShort(bytes: v128, length: usize): u32 {
  const first = i64x2.extract_lane(bytes, 0) as u64;
  const second = i64x2.extract_lane(bytes, 1) as u64;
  return hashWord(rotl<u64>(first, 5) ^ (second * MIX) ^ (length as u64));
}

/** Hashes a text of 17 to 32 bytes: `head` and `tail` are its first and its last 16. */
export function hashMiddle(head: v128, tail: v128, length: usize): u32 {
  const first = rotl<u64>(i64x2.extract_lane(head, 0), 5) ^ (i64x2.extract_lane(head, 1) * MIX);
  const last = i64x2.extract_lane(tail, 0) ^ rotl<u64>(i64x2.extract_lane(tail, 1), 29);
  return hashWord(first + rotl<u64>(last, 17) * MIX + (length as u64));
}

export function hashBytes(at: usize, length: usize): u32 {
  if (length <= 16) return hashShort(v128.and(v128.load(at), lanesOf(length)), length);
  return length <= 32 ? hashMiddle(v128.load(at), v128.load(at + length - 16), length) : hashLong(at, length);
}

function hashLong(at: usize, length: usize): u32 {
  let hash: u64 = length as u64;
  // The last word overlaps the one before it.
  const last = at + length - 8;
  for (; at < last; at += 8) hash = (rotl<u64>(hash, 23) ^ load<u64>(at)) * MIX;
  return (((rotl<u64>(hash, 23) ^ load<u64>(last)) * MIX) >>> 32) as u32;
}
