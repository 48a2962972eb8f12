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
import { areSameBytes, compareBytes, isLess128 } from './bytes-order';
import { addIndexes, enter, hashWord, MIX } from './dictionary-table';
import { isAbsent } from './vector-members';

/**
 * Functions that append values of a field vector to an open page, from member `from` on, as indexes into the chunk's dictionary.
 * PAGE_LENGTH counts the bytes of the indexes, 2 each. All return the member at which the dictionary is full, or `count`. If it is full,
 * the caller makes room or goes on in PLAIN form.
 */

/** 16 bytes of ones, then 16 of zeros: a vector loaded at offset 16 − n has ones in its first n lanes. */
const FIRST_LANES: usize = memory.data<u8>([
  255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0,
]);

/** Ones in the lanes of a text of at most 16 bytes. */
function lanesOf(length: usize): v128 {
  return v128.load(FIRST_LANES + 16 - length);
}

/** Hashes a text of at most 16 bytes; the other bytes of `bytes` are zero. */
function hashShort(bytes: v128, length: usize): u32 {
  const first = i64x2.extract_lane(bytes, 0) as u64;
  const second = i64x2.extract_lane(bytes, 1) as u64;
  return hashWord(rotl<u64>(first, 5) ^ (second * MIX) ^ (length as u64));
}

function hashBytes(at: usize, length: usize): u32 {
  return length <= 16 ? hashShort(v128.and(v128.load(at), lanesOf(length)), length) : hashLong(at, length);
}

function hashLong(at: usize, length: usize): u32 {
  let hash: u64 = length as u64;
  // The last word overlaps the one before it.
  const last = at + length - 8;
  for (; at < last; at += 8) hash = (rotl<u64>(hash, 23) ^ load<u64>(at)) * MIX;
  return (((rotl<u64>(hash, 23) ^ load<u64>(last)) * MIX) >>> 32) as u32;
}

function areSameLong(a: usize, b: usize, length: usize): bool {
  const last = length - 16;
  for (let at: usize = 0; at < last; at += 16) {
    if (v128.any_true(v128.xor(v128.load(a + at), v128.load(b + at)))) return false;
  }
  return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)));
}

/** Appends a text in PLAIN form to the dictionary's data, and stores { offset, length } of its bytes there in `entry`. */
function addText(entry: usize, data: usize, dataLength: usize, text: usize, length: usize): void {
  store<u32>(data + dataLength, length as u32);
  for (let at: usize = 0; at < length; at += 16) v128.store(data + dataLength + at, v128.load(text + at), 4);
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
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  const firstOut = (load<u32>(page, PAGE_INDEXES) as usize) + load<u32>(page, PAGE_LENGTH);
  let out = firstOut;
  let plainBytes: usize = 0;
  let index = from;
  let slot: u32 = 0;
  while (true) {
    // Known texts of at most 16 bytes, as most columns with a dictionary hold, without calls, which would slow down all of them.
    for (; index < count; index++) {
      const member = load<u16>(members + (index << 1)) as u32;
      if (isAbsent(states, member)) continue;
      const length = load<u32>(values + (member << 3), 4) as usize;
      if (length > 16) break;
      const lanes = lanesOf(length);
      const bytes = v128.and(v128.load(load<u32>(values + (member << 3)) as usize), lanes);
      slot = hashShort(bytes, length) & mask;
      let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
      while (entry >= 0) {
        const known = entries + (entry << 3);
        const other = v128.and(v128.load(data + load<u32>(known)), lanes);
        if ((load<u32>(known, 4) as usize) === length && !v128.any_true(v128.xor(other, bytes))) break;
        slot = (slot + 1) & mask;
        entry = (load<u16>(table + (slot << 1)) as i32) - 1;
      }
      if (entry < 0) break;
      store<u16>(out, entry as u16);
      store<u8>(used + entry, 1);
      plainBytes += 4 + length;
      out += 2;
    }
    if (index >= count) break;
    let entry = 0;
    // Long texts often come one after the other.
    do {
      const value = values + ((load<u16>(members + (index << 1)) as usize) << 3);
      const text = load<u32>(value) as usize;
      const length = load<u32>(value, 4) as usize;
      entry = length > 16 ? findLong(page, text, length) : enterText(page, text, length, slot);
      if (entry < 0) break;
      store<u16>(out, entry as u16);
      store<u8>(used + entry, 1);
      plainBytes += 4 + length;
      out += 2;
      index++;
    } while (index < count && isLong(states, values, load<u16>(members + (index << 1))));
    if (entry < 0) break;
  }
  store<u32>(page, load<u32>(page, PAGE_LENGTH) + ((out - firstOut) as u32), PAGE_LENGTH);
  store<u32>(page, load<u32>(page, PAGE_PLAIN_BYTES) + (plainBytes as u32), PAGE_PLAIN_BYTES);
  return index;
}

function isLong(states: usize, values: usize, member: u32): bool {
  return !isAbsent(states, member) && load<u32>(values + (member << 3), 4) > 16;
}

/** Finds the entry of a text of more than 16 bytes, which it enters if it is new; -1 if there is no room for it. */
function findLong(page: usize, text: usize, length: usize): i32 {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  let slot = hashLong(text, length) & mask;
  let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
  while (entry >= 0) {
    const known = entries + (entry << 3);
    const isSameLength = (load<u32>(known, 4) as usize) === length;
    if (isSameLength && areSameLong(data + load<u32>(known), text, length)) return entry;
    slot = (slot + 1) & mask;
    entry = (load<u16>(table + (slot << 1)) as i32) - 1;
  }
  return enterText(page, text, length, slot);
}

/** Enters a new text, whose slot is free; -1 if there is no room for it. */
function enterText(page: usize, text: usize, length: usize, slot: u32): i32 {
  const entry = load<i32>(page, DICTIONARY_COUNT);
  const dataLength = load<u32>(page, DICTIONARY_DATA_LENGTH) as usize;
  const dataEnd = dataLength + 4 + length;
  if (entry === load<i32>(page, DICTIONARY_CAPACITY)) return -1;
  if (dataEnd > (load<u32>(page, DICTIONARY_DATA_CAPACITY) as usize)) return -1;
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  addText(entries + (entry << 3), load<u32>(page, DICTIONARY_DATA) as usize, dataLength, text, length);
  store<u16>((load<u32>(page, DICTIONARY_TABLE) as usize) + (slot << 1), (entry + 1) as u16);
  store<i32>(page, entry + 1, DICTIONARY_COUNT);
  store<u32>(page, dataEnd as u32, DICTIONARY_DATA_LENGTH);
  return entry;
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
