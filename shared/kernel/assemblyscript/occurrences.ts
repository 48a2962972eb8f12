import {
  ENTRY_EMPTY_LIST,
  ENTRY_NULL_LIST,
  ENTRY_VALUE,
  INVALID_COUNT_UNIT,
  PAGE_COUNT,
  PAGE_LEVELS,
  PAGE_REPEATS,
  PAGE_ROWS,
  RECORD_OK,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';

/**
 * A table is a part of a record that occurs several times. Its occurrences become entries, numbered through all records of a batch.
 *
 *     records    0        1     2 (empty)  3
 *     entries    a b c    d     –          e f       – only for lists: one entry for an empty or missing list
 *     offsets    0        3     4          5    7
 *     repeats    0 1 1    0     0          0 1
 */

/**
 * Stores how often the table occurs in each record, from the vector of its counter; -1 if the counter is not a number from `least` to
 * `most`. Returns how many are -1.
 */
export function countOccurrences(
  states: usize,
  values: usize,
  outcomes: usize,
  count: i32,
  least: i32,
  most: i32,
  counts: usize,
): i32 {
  let wrong = 0;
  for (let record = 0; record < count; record++) {
    let times: i64 = 0;
    if (load<u8>(outcomes + record) === (RECORD_OK as u8)) {
      const state = load<u8>(states + record);
      times =
        state === (STATE_VALUE as u8)
          ? load<i64>(values + (record << 3))
          : state === (STATE_NULL as u8)
            ? 0
            : -1;
      if (times < (least as i64) || times > (most as i64)) {
        times = -1;
        wrong++;
      }
    }
    store<i32>(counts + (record << 2), times as i32);
  }
  return wrong;
}

/**
 * Lays out the entries of a batch. `counts` is 0 if the table occurs `most` times in every record. `present` is 0, or has a byte for each
 * record, 0 if its list is missing. Records that cannot be decoded have no entries. Returns how many entries there are.
 */
export function placeOccurrences(
  starts: usize,
  outcomes: usize,
  count: i32,
  stride: i32,
  counts: usize,
  most: i32,
  isList: bool,
  present: usize,
  offsets: usize,
  addresses: usize,
  recordOf: usize,
  kinds: usize,
  repeats: usize,
): i32 {
  let entry = 0;
  for (let record = 0; record < count; record++) {
    store<u32>(offsets + (record << 2), entry);
    if (load<u8>(outcomes + record) !== (RECORD_OK as u8)) continue;
    const start = load<u32>(starts + (record << 2));
    let times = counts === 0 ? most : load<i32>(counts + (record << 2));
    let kind = ENTRY_VALUE;
    if (isList) {
      if (present !== 0 && load<u8>(present + record) === 0) {
        kind = ENTRY_NULL_LIST;
        times = 1;
      } else if (times <= 0) {
        kind = ENTRY_EMPTY_LIST;
        times = 1;
      }
    }
    for (let time = 0; time < times; time++) {
      store<u32>(addresses + (entry << 2), start + (kind === ENTRY_VALUE ? time * stride : 0));
      store<u32>(recordOf + (entry << 2), record);
      store<u8>(kinds + entry, kind as u8);
      store<u8>(repeats + entry, (time > 0) as u8);
      entry++;
    }
  }
  store<u32>(offsets + (count << 2), entry);
  return entry;
}

/** Numbers the entries of each record from 1, as values of 8 bytes. */
export function numberOccurrences(
  offsets: usize,
  recordOf: usize,
  count: i32,
  states: usize,
  values: usize,
): void {
  for (let entry = 0; entry < count; entry++) {
    const first = load<u32>(offsets + (load<u32>(recordOf + (entry << 2)) << 2));
    store<i64>(values + (entry << 3), (entry - first + 1) as i64);
    store<u8>(states + entry, STATE_VALUE as u8);
  }
}

/**
 * Replaces the states of entries for empty or missing lists by their kinds: what was decoded there means nothing. Returns how many of
 * these were null + how many were invalid × INVALID_COUNT_UNIT.
 */
export function settleEntries(kinds: usize, count: i32, states: usize): i32 {
  let nulls = 0;
  let invalids = 0;
  for (let entry = 0; entry < count; entry++) {
    const kind = load<u8>(kinds + entry);
    if (kind === (ENTRY_VALUE as u8)) continue;
    const state = load<u8>(states + entry);
    if (state === (STATE_NULL as u8)) nulls++;
    else if (state !== (STATE_VALUE as u8)) invalids++;
    store<u8>(states + entry, kind);
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}

/** Sets values that are not selected to null. Returns how many had a value + how many were invalid × INVALID_COUNT_UNIT. */
export function nullUnselected(mask: usize, count: i32, states: usize): i32 {
  let values = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    if (load<u8>(mask + record) !== 0) continue;
    const state = load<u8>(states + record);
    if (state === (STATE_VALUE as u8)) values++;
    else if (state === (STATE_INVALID as u8)) invalids++;
    else continue;
    store<u8>(states + record, STATE_NULL as u8);
  }
  return values + invalids * INVALID_COUNT_UNIT;
}

/** Writes the entries of the records in `members`, 2 bytes each. Returns how many there are. */
export function expandMembers(offsets: usize, members: usize, count: i32, out: usize): i32 {
  let found = 0;
  for (let index = 0; index < count; index++) {
    const record = load<u16>(members + (index << 1)) as u32;
    const end = load<u32>(offsets + ((record + 1) << 2));
    for (let entry = load<u32>(offsets + (record << 2)); entry < end; entry++) {
      store<u16>(out + (found << 1), entry as u16);
      found++;
    }
  }
  return found;
}

/**
 * Appends the levels of entries to a page: the definition level of each (0 no list, 1 an empty list, 2 a null element, 3 a value), and
 * its repetition level (1 if it is not the first of its row).
 */
export function appendEntries(
  page: usize,
  states: usize,
  entryRepeats: usize,
  members: usize,
  count: i32,
): void {
  const entries = load<i32>(page, PAGE_ROWS);
  const levels = (load<u32>(page, PAGE_LEVELS) as usize) + entries;
  const repeats = (load<u32>(page, PAGE_REPEATS) as usize) + entries;
  let present = 0;
  for (let index = 0; index < count; index++) {
    const entry = load<u16>(members + (index << 1)) as usize;
    const state = load<u8>(states + entry);
    let level: u8 = 2;
    if (state === (STATE_VALUE as u8)) {
      level = 3;
      present++;
    } else if (state === (ENTRY_EMPTY_LIST as u8)) level = 1;
    else if (state === (ENTRY_NULL_LIST as u8)) level = 0;
    store<u8>(levels + index, level);
    store<u8>(repeats + index, load<u8>(entryRepeats + entry));
  }
  store<i32>(page, entries + count, PAGE_ROWS);
  store<i32>(page, load<i32>(page, PAGE_COUNT) + present, PAGE_COUNT);
}
