import {
  DICTIONARY_CAPACITY,
  DICTIONARY_COUNT,
  DICTIONARY_DATA,
  DICTIONARY_DATA_CAPACITY,
  DICTIONARY_DATA_LENGTH,
  DICTIONARY_ENTRIES,
  DICTIONARY_LONGEST,
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
import { enter } from './dictionary-table';
import { FIRST_BYTES, hashBytes, hashMiddle, hashShort, hashTiny, lanesOf } from './text-hashes';
import { isAbsent } from './vector-members';

/**
 * Functions that append values of a field vector to an open page, from member `from` on, as indexes into the chunk's dictionary.
 * PAGE_LENGTH counts the bytes of the indexes, 2 each. All return the member at which the dictionary is full, or `count`. If it is full,
 * the caller makes room or goes on in PLAIN form.
 */

/** Appends a text in PLAIN form to the dictionary's data, and stores { offset, length } of its bytes there in `entry`. */
function addText(entry: usize, data: usize, dataLength: usize, text: usize, length: usize): void {
  store<u32>(data + dataLength, length as u32);
  for (let at: usize = 0; at < length; at += 16) v128.store(data + dataLength + at, v128.load(text + at), 4);
  store<u32>(entry, (dataLength + 4) as u32);
  store<u32>(entry, length as u32, 4);
}

/** The next member, the address of its index, and bytes of the texts so far, each with its length. */
let nextIndex: i32 = 0;
let nextOut: usize = 0;
let textBytes: usize = 0;

/**
 * Appends texts as indexes. Entries are { offset in the dictionary's data, length }.
 *
 * Known texts of up to 8, of up to 16 and of 17 to 32 bytes are found in a loop each, without calls, which would slow down all of them.
 * It is left for a text of another length, and for one that is new.
 */
export function appendIndexesOfBytes(
  page: usize,
  states: usize,
  values: usize,
  members: usize,
  from: i32,
  count: i32,
): i32 {
  const firstOut = (load<u32>(page, PAGE_INDEXES) as usize) + load<u32>(page, PAGE_LENGTH);
  nextOut = firstOut;
  nextIndex = from;
  textBytes = 0;
  while (true) {
    if (load<u32>(page, DICTIONARY_LONGEST) <= 8) appendTiny(page, states, values, members, count);
    else appendShort(page, states, values, members, count);
    appendMiddle(page, states, values, members, count);
    if (nextIndex >= count) break;
    const value = values + ((load<u16>(members + (nextIndex << 1)) as usize) << 3);
    const length = load<u32>(value, 4) as usize;
    const entry = findOrEnter(page, load<u32>(value) as usize, length);
    if (entry < 0) break;
    store<u16>(nextOut, entry as u16);
    store<u8>((load<u32>(page, DICTIONARY_USED) as usize) + entry, 1);
    textBytes += 4 + length;
    nextOut += 2;
    nextIndex++;
  }
  store<u32>(page, load<u32>(page, PAGE_LENGTH) + ((nextOut - firstOut) as u32), PAGE_LENGTH);
  store<u32>(page, load<u32>(page, PAGE_PLAIN_BYTES) + (textBytes as u32), PAGE_PLAIN_BYTES);
  return nextIndex;
}

/** Appends known texts of up to eight bytes. */
function appendTiny(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  let index = nextIndex;
  let out = nextOut;
  let plainBytes = textBytes;
  for (; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<u64>(values + (member << 3));
    const text = value as u32 as usize;
    const length = (value >>> 32) as usize;
    if (length > 8) break;
    const lanes = load<u64>(FIRST_BYTES + (length << 3));
    const word = load<u64>(text) & lanes;
    let slot = hashTiny(word, length) & mask;
    let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    while (entry >= 0) {
      const known = load<u64>(entries + (entry << 3));
      const other = data + (known as u32 as usize);
      const difference = (load<u64>(other) & lanes) ^ word;
      if (((known >>> 32) as usize) === length && difference === 0) break;
      slot = (slot + 1) & mask;
      entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    }
    if (entry < 0) break;
    store<u16>(out, entry as u16);
    store<u8>(used + entry, 1);
    plainBytes += 4 + length;
    out += 2;
  }
  nextIndex = index;
  nextOut = out;
  textBytes = plainBytes;
}

/** Appends known texts of up to 16 bytes. */
function appendShort(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  let index = nextIndex;
  let out = nextOut;
  let plainBytes = textBytes;
  for (; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<u64>(values + (member << 3));
    const text = value as u32 as usize;
    const length = (value >>> 32) as usize;
    if (length > 16) break;
    const lanes = lanesOf(length);
    const bytes = v128.and(v128.load(text), lanes);
    let slot = hashShort(bytes, length) & mask;
    let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    while (entry >= 0) {
      const known = load<u64>(entries + (entry << 3));
      const other = data + (known as u32 as usize);
      const difference = v128.xor(v128.and(v128.load(other), lanes), bytes);
      if (((known >>> 32) as usize) === length && !v128.any_true(difference)) break;
      slot = (slot + 1) & mask;
      entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    }
    if (entry < 0) break;
    store<u16>(out, entry as u16);
    store<u8>(used + entry, 1);
    plainBytes += 4 + length;
    out += 2;
  }
  nextIndex = index;
  nextOut = out;
  textBytes = plainBytes;
}

/** Appends known texts of 17 to 32 bytes. */
function appendMiddle(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  const used = load<u32>(page, DICTIONARY_USED) as usize;
  let index = nextIndex;
  let out = nextOut;
  let plainBytes = textBytes;
  for (; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<u64>(values + (member << 3));
    const text = value as u32 as usize;
    const length = (value >>> 32) as usize;
    if (length <= 16 || length > 32) break;
    const head = v128.load(text);
    const tail = v128.load(text + length - 16);
    let slot = hashMiddle(head, tail, length) & mask;
    let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    while (entry >= 0) {
      const known = load<u64>(entries + (entry << 3));
      const other = data + (known as u32 as usize);
      const atEnd = v128.xor(tail, v128.load(other + length - 16));
      const difference = v128.or(v128.xor(head, v128.load(other)), atEnd);
      if (((known >>> 32) as usize) === length && !v128.any_true(difference)) break;
      slot = (slot + 1) & mask;
      entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    }
    if (entry < 0) break;
    store<u16>(out, entry as u16);
    store<u8>(used + entry, 1);
    plainBytes += 4 + length;
    out += 2;
  }
  nextIndex = index;
  nextOut = out;
  textBytes = plainBytes;
}

/** Finds the entry of a text, which it enters if it is new; -1 if there is no room for it. */
function findOrEnter(page: usize, text: usize, length: usize): i32 {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const data = load<u32>(page, DICTIONARY_DATA) as usize;
  let slot = hashBytes(text, length) & mask;
  let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
  while (entry >= 0) {
    const known = entries + (entry << 3);
    const isSameLength = (load<u32>(known, 4) as usize) === length;
    if (isSameLength && areSameBytes(data + load<u32>(known), text, length)) return entry;
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
  store<u32>(page, max<u32>(load<u32>(page, DICTIONARY_LONGEST), length as u32), DICTIONARY_LONGEST);
  return entry;
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
