import { DICTIONARY_COUNT, PAGE_LENGTH, PAGE_PLAIN_BYTES } from '../shapes';

/** 2⁶⁴ divided by the golden ratio. Any odd number with well mixed bits would do. */
export const MIX: u64 = 0x9e3779b97f4a7c15;

export function hashWord(word: u64): u32 {
  return ((word * MIX) >>> 32) as u32;
}

/** Enters a new entry into a table of hashes. Its slots have 2 bytes each: the entry + 1, or 0 if the slot is free. */
export function enter(table: usize, mask: u32, hash: u32, entry: i32): void {
  let slot = hash & mask;
  while (load<u16>(table + (slot << 1)) !== 0) slot = (slot + 1) & mask;
  store<u16>(table + (slot << 1), (entry + 1) as u16);
}

/** Counts what was appended to a page: its indexes, 2 bytes each, and the bytes that its values would take in PLAIN form. */
export function addIndexes(
  page: usize,
  indexBytes: usize,
  entryCount: i32,
  valueBytesPerIndexByte: usize,
): void {
  store<i32>(page, entryCount, DICTIONARY_COUNT);
  store<u32>(page, load<u32>(page, PAGE_LENGTH) + (indexBytes as u32), PAGE_LENGTH);
  const plainBytes = (indexBytes * valueBytesPerIndexByte) as u32;
  store<u32>(page, load<u32>(page, PAGE_PLAIN_BYTES) + plainBytes, PAGE_PLAIN_BYTES);
}
