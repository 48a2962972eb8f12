import {
  DICTIONARY_CAPACITY,
  DICTIONARY_COUNT,
  DICTIONARY_ENTRIES,
  DICTIONARY_MASK,
  DICTIONARY_NEAR,
  DICTIONARY_NEAR_COUNT,
  DICTIONARY_NEAR_FIRST,
  DICTIONARY_TABLE,
  DICTIONARY_USED,
  PAGE_GREATEST,
  PAGE_INDEXES,
  PAGE_LEAST,
  PAGE_LENGTH,
} from '../shapes';
import { areSameBytes } from './bytes-order';
import { addIndexes, enter, hashWord } from './dictionary-table';
import { hashBytes } from './text-hashes';
import { isAbsent } from './vector-members';

/**
 * Appends integers of 4 bytes as indexes (see dictionary.ts). Most are dates, which lie close together: values of one range are looked
 * up directly, in DICTIONARY_NEAR, and only the others by hash.
 */
export function appendIndexesOfInt32s(
  page: usize,
  states: usize,
  values: usize,
  members: usize,
  from: i32,
  count: i32,
): i32 {
  const near = load<u32>(page, DICTIONARY_NEAR) as usize;
  const nearFirst = load<i32>(page, DICTIONARY_NEAR_FIRST);
  const nearCount = load<u32>(page, DICTIONARY_NEAR_COUNT);
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const capacity = load<i32>(page, DICTIONARY_CAPACITY);
  let entryCount = load<i32>(page, DICTIONARY_COUNT);
  let out = (load<u32>(page, PAGE_INDEXES) as usize) + load<u32>(page, PAGE_LENGTH);
  const firstOut = out;
  let least = load<i64>(page, PAGE_LEAST) as i32;
  let greatest = load<i64>(page, PAGE_GREATEST) as i32;
  let index = from;
  while (true) {
    // Known values of the range, without calls, which would slow down all of them.
    for (; index < count; index++) {
      const member = load<u16>(members + (index << 1)) as u32;
      if (isAbsent(states, member)) continue;
      const value = load<i32>(values + (member << 2));
      const place = (value - nearFirst) as u32;
      if (place >= nearCount) break;
      const next = load<u16>(near + (place << 1)) as i32;
      if (next === 0) break;
      store<u16>(out, (next - 1) as u16);
      out += 2;
      least = min<i32>(least, value);
      greatest = max<i32>(greatest, value);
    }
    if (index >= count) break;
    const value = load<i32>(values + ((load<u16>(members + (index << 1)) as usize) << 2));
    const place = (value - nearFirst) as u32;
    const slot: usize =
      place < nearCount
        ? near + ((place as usize) << 1)
        : table + (findSlot(table, mask, entries, value) << 1);
    let entry = (load<u16>(slot) as i32) - 1;
    if (entry < 0) {
      if (entryCount === capacity) break;
      entry = entryCount++;
      store<i32>(entries + (entry << 2), value);
      store<u16>(slot, entryCount as u16);
    }
    store<u16>(out, entry as u16);
    out += 2;
    least = min<i32>(least, value);
    greatest = max<i32>(greatest, value);
    index++;
  }
  store<i64>(page, least as i64, PAGE_LEAST);
  store<i64>(page, greatest as i64, PAGE_GREATEST);
  addIndexes(page, out - firstOut, entryCount, 2);
  return index;
}

/** Finds the slot of an integer of 4 bytes in the table of hashes, or the free slot where it belongs. */
function findSlot(table: usize, mask: u32, entries: usize, value: i32): usize {
  let slot = hashWord(value as u64) & mask;
  let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
  while (entry >= 0 && load<i32>(entries + (entry << 2)) !== value) {
    slot = (slot + 1) & mask;
    entry = (load<u16>(table + (slot << 1)) as i32) - 1;
  }
  return slot as usize;
}

/** Enters all entries into new, empty tables. */
export function rehashInt32s(page: usize): void {
  const near = load<u32>(page, DICTIONARY_NEAR) as usize;
  const nearFirst = load<i32>(page, DICTIONARY_NEAR_FIRST);
  const nearCount = load<u32>(page, DICTIONARY_NEAR_COUNT);
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const entryCount = load<i32>(page, DICTIONARY_COUNT);
  for (let entry = 0; entry < entryCount; entry++) {
    const value = load<i32>(entries + (entry << 2));
    const place = (value - nearFirst) as u32;
    if (place < nearCount) store<u16>(near + ((place as usize) << 1), (entry + 1) as u16);
    else enter(table, mask, hashWord(value as u64), entry);
  }
}

/** Appends integers of 8 bytes as indexes (see dictionary.ts). */
export function appendIndexesOfInt64s(
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
  let entryCount = load<i32>(page, DICTIONARY_COUNT);
  let out = (load<u32>(page, PAGE_INDEXES) as usize) + load<u32>(page, PAGE_LENGTH);
  const firstOut = out;
  let least = load<i64>(page, PAGE_LEAST);
  let greatest = load<i64>(page, PAGE_GREATEST);
  let index = from;
  for (; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<i64>(values + (member << 3));
    let slot = hashWord(value as u64) & mask;
    let entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    while (entry >= 0 && load<i64>(entries + (entry << 3)) !== value) {
      slot = (slot + 1) & mask;
      entry = (load<u16>(table + (slot << 1)) as i32) - 1;
    }
    if (entry < 0) {
      if (entryCount === capacity) break;
      entry = entryCount++;
      store<i64>(entries + (entry << 3), value);
      store<u16>(table + (slot << 1), entryCount as u16);
    }
    store<u16>(out, entry as u16);
    out += 2;
    least = select<i64>(value, least, value < least);
    greatest = select<i64>(value, greatest, value > greatest);
  }
  store<i64>(page, least, PAGE_LEAST);
  store<i64>(page, greatest, PAGE_GREATEST);
  addIndexes(page, out - firstOut, entryCount, 4);
  return index;
}

/** Enters all entries into a new, empty table. */
export function rehashInt64s(page: usize): void {
  const table = load<u32>(page, DICTIONARY_TABLE) as usize;
  const mask = load<u32>(page, DICTIONARY_MASK);
  const entries = load<u32>(page, DICTIONARY_ENTRIES) as usize;
  const entryCount = load<i32>(page, DICTIONARY_COUNT);
  for (let entry = 0; entry < entryCount; entry++) {
    enter(table, mask, hashWord(load<u64>(entries + (entry << 3))), entry);
  }
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
