import {
  DICTIONARY_CAPACITY,
  DICTIONARY_COUNT,
  DICTIONARY_DATA,
  DICTIONARY_DATA_CAPACITY,
  DICTIONARY_DATA_LENGTH,
  DICTIONARY_ENTRIES,
  DICTIONARY_MASK,
  DICTIONARY_TABLE,
  DICTIONARY_USED,
  PAGE_GREATEST,
  PAGE_INDEXES,
  PAGE_LEAST,
  PAGE_LENGTH,
  PAGE_PLAIN_BYTES,
} from '../shapes';
import { areSameBytes, compareBytes, isLess128, keepLowBytes } from './bytes-order';
import { addIndexes, enter, hashWord, MIX } from './dictionary-table';
import { isAbsent } from './vector-members';

/**
 * Functions that append values of a field vector to an open page, from member `from` on, as indexes into the chunk's dictionary.
 * PAGE_LENGTH counts the bytes of the indexes, 2 each. All return the member at which the dictionary is full, or `count`. If it is full,
 * the caller makes room or goes on in PLAIN form.
 */

/** Hashes a text of at most eight bytes; the other bytes of `word` are zero. */
function hashShort(word: u64, length: usize): u32 {
  return hashWord(rotl<u64>(word, 5) ^ (length as u64));
}

function hashBytes(at: usize, length: usize): u32 {
  return length <= 8 ? hashShort(keepLowBytes(load<u64>(at), length), length) : hashLong(at, length);
}

function hashLong(at: usize, length: usize): u32 {
  let hash: u64 = length as u64;
  for (let from: usize = 0; from < length; from += 8) {
    const word = keepLowBytes(load<u64>(at + from), length - from);
    hash = (rotl<u64>(hash, 23) ^ word) * MIX;
  }
  return (hash >>> 32) as u32;
}

/** Appends a text in PLAIN form to the dictionary's data, and stores { offset, length } of its bytes there in `entry`. */
function addText(entry: usize, data: usize, dataLength: usize, text: usize, length: usize): void {
  store<u32>(data + dataLength, length as u32);
  memory.copy(data + dataLength + 4, text, length);
  store<u32>(entry, (dataLength + 4) as u32);
  store<u32>(entry, length as u32, 4);
}

/** Appends texts as indexes. Entries are { offset in the dictionary's data, length }. */
export function appendIndexesOfBytes(
  page: usize,
  states: usize,
  values: usize,
  members: usize,
  from: i32,
  count: i32,
): i32 {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const capacity = load<i32>(page, DICTIONARY_CAPACITY);
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const dataCapacity = load<u32>(page, DICTIONARY_DATA_CAPACITY) as usize;
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  let dataLength = load<u32>(page, DICTIONARY_DATA_LENGTH) as usize;
  let entryCount = load<i32>(page, DICTIONARY_COUNT);
  let out = (load<u32>(page, PAGE_INDEXES) as usize) + load<u32>(page, PAGE_LENGTH);
  const firstOut = out;
  let plainBytes: usize = 0;
  let index = from;
  for (; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const text = load<u32>(values + (member << 3)) as usize;
    const length = load<u32>(values + (member << 3), 4) as usize;
    // Most columns with a dictionary hold codes and short names, which fit into one word.
    const isWord = length <= 8;
    const word = keepLowBytes(load<u64>(text), length);
    let slot = (isWord ? hashShort(word, length) : hashLong(text, length)) & mask;
    let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    while (entry >= 0) {
      const known = entries + (entry << 3);
      if ((load<u32>(known, 4) as usize) === length) {
        const at = data + load<u32>(known);
        if (isWord ? keepLowBytes(load<u64>(at), length) === word : areSameBytes(at, text, length)) break;
      }
      slot = (slot + 1) & mask;
      entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    }
    if (entry < 0) {
      if (entryCount === capacity || dataLength + 4 + length > dataCapacity) break;
      entry = entryCount++;
      addText(entries + (entry << 3), data, dataLength, text, length);
      dataLength += 4 + length;
      store<u16>(table + (slot << 1), entryCount as u16);
    }
    store<u16>(out, entry as u16);
    store<u8>(used + entry, 1);
    plainBytes += 4 + length;
    out += 2;
  }
  store<i32>(page, entryCount, DICTIONARY_COUNT);
  store<u32>(page, dataLength as u32, DICTIONARY_DATA_LENGTH);
  store<u32>(page, load<u32>(page, PAGE_LENGTH) + ((out - firstOut) as u32), PAGE_LENGTH);
  store<u32>(page, load<u32>(page, PAGE_PLAIN_BYTES) + (plainBytes as u32), PAGE_PLAIN_BYTES);
  return index;
}

/** Appends wide decimals, 16 bytes each, as indexes. */
export function appendIndexesOfInt128s(
  page: usize,
  states: usize,
  values: usize,
  members: usize,
  from: i32,
  count: i32,
): i32 {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const capacity = load<i32>(page, DICTIONARY_CAPACITY);
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  let entryCount = load<i32>(page, DICTIONARY_COUNT);
  let out = (load<u32>(page, PAGE_INDEXES) as usize) + load<u32>(page, PAGE_LENGTH);
  const firstOut = out;
  let index = from;
  for (; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = values + (member << 4);
    let slot = hashBytes(value, 16) & mask;
    let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    while (entry >= 0 && !areSameBytes(entries + (entry << 4), value, 16)) {
      slot = (slot + 1) & mask;
      entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    }
    if (entry < 0) {
      if (entryCount === capacity) break;
      entry = entryCount++;
      v128.store(entries + (entry << 4), v128.load(value));
      store<u16>(table + (slot << 1), entryCount as u16);
    }
    store<u16>(out, entry as u16);
    store<u8>(used + entry, 1);
    out += 2;
  }
  addIndexes(page, out - firstOut, entryCount, 8);
  return index;
}

/** Enters all entries into a new, empty table. */
export function rehashInt128s(page: usize): void {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const entryCount = load<i32>(page, DICTIONARY_COUNT);
  for (let entry = 0; entry < entryCount; entry++) {
    enter(table, mask, hashBytes(entries + (entry << 4), 16), entry);
  }
}

/** Enters all entries into a new, empty table. */
export function rehashBytes(page: usize): void {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const entryCount = load<i32>(page, DICTIONARY_COUNT);
  for (let entry = 0; entry < entryCount; entry++) {
    const known = entries + (entry << 3);
    enter(table, mask, hashBytes(data + load<u32>(known), load<u32>(known, 4) as usize), entry);
  }
}

/**
 * Finds the least and the greatest value that the page uses, stores their entries in PAGE_LEAST and PAGE_GREATEST, and clears
 * DICTIONARY_USED. The values are wide decimals if `wide`, else texts.
 */
export function findUsedRange(page: usize, wide: bool): void {
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  const entryCount = load<i32>(page, DICTIONARY_COUNT);
  let least = -1;
  let greatest = -1;
  for (let entry = 0; entry < entryCount; entry++) {
    if (load<u8>(used + entry) === 0) continue;
    store<u8>(used + entry, 0);
    if (least < 0 || isLess(entries, data, wide, entry, least)) least = entry;
    if (greatest < 0 || isLess(entries, data, wide, greatest, entry)) greatest = entry;
  }
  store<i64>(page, least as i64, PAGE_LEAST);
  store<i64>(page, greatest as i64, PAGE_GREATEST);
}

function isLess(entries: usize, data: usize, wide: bool, a: i32, b: i32): bool {
  if (wide) return isLess128(entries + (a << 4), entries + (b << 4));
  const first = entries + (a << 3);
  const second = entries + (b << 3);
  const order = compareBytes(
    data + load<u32>(first),
    load<u32>(first, 4) as usize,
    data + load<u32>(second),
    load<u32>(second, 4) as usize,
  );
  return order < 0;
}
