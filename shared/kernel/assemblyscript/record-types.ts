import {
  MATCH_AT,
  MATCH_LITERAL_COUNT,
  MATCH_LITERALS,
  MATCH_PLACE_BYTES,
  MATCH_WIDTH,
  RECORD_HEADER_INSIDE,
  RECORD_OK,
  RECORD_PARENT_MISSING,
  RECORD_TOO_SHORT,
  RECORD_TRAILER_INSIDE,
  TYPE_UNKNOWN,
} from '../shapes';

/** True if the bytes from `at` on are one of `count` literals of `width` bytes each. */
function isAnyOf(at: usize, literals: usize, count: i32, width: i32): bool {
  for (let index = 0; index < count; index++) {
    if (memory.compare(at, literals + index * width, width) === 0) return true;
  }
  return false;
}

/** True if a record at `start` has one of the literals at each place from the second on. */
function holdsOthers(start: usize, places: usize, placeCount: i32): bool {
  for (let index = 1; index < placeCount; index++) {
    const place = places + index * MATCH_PLACE_BYTES;
    const at = start + load<i32>(place + MATCH_AT);
    const literals = load<u32>(place + MATCH_LITERALS) as usize;
    if (!isAnyOf(at, literals, load<i32>(place + MATCH_LITERAL_COUNT), load<i32>(place + MATCH_WIDTH))) {
      return false;
    }
  }
  return true;
}

/**
 * Gives `type` to records that have no type yet and hold one of the literals at each place. A record that has fewer than
 * `leastBytes`, the end of the last place, does not match, whatever bytes follow it.
 */
export function assignType(
  starts: usize,
  rawLengths: usize,
  outcomes: usize,
  count: i32,
  places: usize,
  placeCount: i32,
  leastBytes: i32,
  type: u8,
  types: usize,
): void {
  const at = load<i32>(places + MATCH_AT);
  const width = load<i32>(places + MATCH_WIDTH);
  const literals = load<u32>(places + MATCH_LITERALS) as usize;
  const literalCount = load<i32>(places + MATCH_LITERAL_COUNT);
  for (let record = 0; record < count; record++) {
    if (load<u8>(types + record) !== (TYPE_UNKNOWN as u8)) continue;
    const outcome = load<u8>(outcomes + record);
    if (outcome !== (RECORD_OK as u8)) {
      if (load<i32>(rawLengths + (record << 2)) < leastBytes) continue;
      if (outcome === (RECORD_HEADER_INSIDE as u8) || outcome === (RECORD_TRAILER_INSIDE as u8)) continue;
    }
    const start = load<u32>(starts + (record << 2)) as usize;
    if (!isAnyOf(start + at, literals, literalCount, width)) continue;
    if (placeCount === 1 || holdsOthers(start, places, placeCount)) store<u8>(types + record, type);
  }
}

/**
 * Gives `outcome` to records that could be decoded, or are only too short, and hold one of the literals at each place: to those of no
 * type yet, or to all if `types` is 0. Returns how many there are.
 */
export function markInside(
  starts: usize,
  rawLengths: usize,
  outcomes: usize,
  types: usize,
  count: i32,
  places: usize,
  placeCount: i32,
  leastBytes: i32,
  outcome: u8,
): i32 {
  const at = load<i32>(places + MATCH_AT);
  const width = load<i32>(places + MATCH_WIDTH);
  const literals = load<u32>(places + MATCH_LITERALS) as usize;
  const literalCount = load<i32>(places + MATCH_LITERAL_COUNT);
  // Almost no record matches, so that the first eight bytes of the only literal decide in one comparison.
  const mask: u64 =
    literalCount > 1 ? 0 : width < 8 ? ((1 as u64) << ((width as u64) << 3)) - 1 : ~(0 as u64);
  const word = load<u64>(literals) & mask;
  let marked = 0;
  for (let record = 0; record < count; record++) {
    if (types !== 0 && load<u8>(types + record) !== (TYPE_UNKNOWN as u8)) continue;
    const start = load<u32>(starts + (record << 2)) as usize;
    if ((load<u64>(start + at) & mask) !== word) continue;
    if (!isAnyOf(start + at, literals, literalCount, width)) continue;
    const found = load<u8>(outcomes + record);
    if (found !== (RECORD_OK as u8)) {
      if (found !== (RECORD_TOO_SHORT as u8)) continue;
      if (load<i32>(rawLengths + (record << 2)) < leastBytes) continue;
    }
    if (placeCount > 1 && !holdsOthers(start, places, placeCount)) continue;
    store<u8>(outcomes + record, outcome);
    marked++;
  }
  return marked;
}

/** Writes indexes, starts and outcomes of the records of a type. Returns how many there are. */
export function gatherType(
  types: usize,
  type: u8,
  count: i32,
  starts: usize,
  outcomes: usize,
  outIndexes: usize,
  outStarts: usize,
  outOutcomes: usize,
): i32 {
  let found = 0;
  for (let record = 0; record < count; record++) {
    if (load<u8>(types + record) !== type) continue;
    store<u32>(outIndexes + (found << 2), record);
    store<u32>(outStarts + (found << 2), load<u32>(starts + (record << 2)));
    store<u8>(outOutcomes + found, load<u8>(outcomes + record));
    found++;
  }
  return found;
}

/** `out[i] = source[indexes[i]]`, 4 bytes each. */
export function gatherAddresses(source: usize, indexes: usize, count: i32, out: usize): void {
  for (let index = 0; index < count; index++) {
    const from = load<u32>(indexes + (index << 2));
    store<u32>(out + (index << 2), load<u32>(source + (from << 2)));
  }
}

/**
 * Finds the parent of each record. Each type that is a parent has a slot, which holds the address of its last record, or 0.
 *
 *     slotOf    slot of each type, or 255          parentSlotOf  slot of each type's parent, or 255
 *     resets    bits of the slots that a record of each type empties, 4 bytes each
 *     last      the slots, 4 bytes each            lastEnds      ends of those records, 4 bytes each
 *     out       addresses in each slot as they were at each record, `stride` records a slot; outEnds: their ends
 *
 * `ends` is 0 if every record has `recordBytes`.
 *
 * A record whose parent is missing or cannot be decoded becomes RECORD_PARENT_MISSING, and is not a parent itself. Its fields are decoded
 * all the same, with those of others: they are read from `nobody`, the address of a blank record.
 */
export function trackParents(
  types: usize,
  outcomes: usize,
  starts: usize,
  ends: usize,
  recordBytes: i32,
  count: i32,
  slotOf: usize,
  parentSlotOf: usize,
  resets: usize,
  slotCount: i32,
  last: usize,
  lastEnds: usize,
  out: usize,
  outEnds: usize,
  stride: i32,
  nobody: usize,
): void {
  for (let record = 0; record < count; record++) {
    const type = load<u8>(types + record) as usize;
    if (type === TYPE_UNKNOWN) continue;
    for (let slot = 0; slot < slotCount; slot++) {
      const at = (slot * stride + record) << 2;
      const parent = load<u32>(last + (slot << 2));
      const end = parent !== 0 ? load<u32>(lastEnds + (slot << 2)) : (nobody as u32) + recordBytes;
      store<u32>(out + at, parent !== 0 ? parent : (nobody as u32));
      store<u32>(outEnds + at, end);
    }
    const parentSlot = load<u8>(parentSlotOf + type) as usize;
    if (parentSlot !== 255 && load<u32>(last + (parentSlot << 2)) === 0) {
      if (load<u8>(outcomes + record) === (RECORD_OK as u8)) {
        store<u8>(outcomes + record, RECORD_PARENT_MISSING as u8);
      }
    }
    const emptied = load<u32>(resets + (type << 2));
    for (let slot = 0; slot < slotCount; slot++) {
      if (((emptied >>> (slot as u32)) & 1) !== 0) store<u32>(last + (slot << 2), 0);
    }
    const slot = load<u8>(slotOf + type) as usize;
    if (slot === 255) continue;
    const decodable = load<u8>(outcomes + record) === (RECORD_OK as u8);
    const start = load<u32>(starts + (record << 2));
    store<u32>(last + (slot << 2), decodable ? start : 0);
    store<u32>(lastEnds + (slot << 2), ends !== 0 ? load<u32>(ends + (record << 2)) : start + recordBytes);
  }
}

/** Writes 1 for each record that holds one of the literals at `at`, else 0. Returns how many zeros it wrote. */
export function selectRecords(
  addresses: usize,
  count: i32,
  at: i32,
  literals: usize,
  literalCount: i32,
  width: i32,
  mask: usize,
): i32 {
  let unselected = 0;
  for (let record = 0; record < count; record++) {
    const from = (load<u32>(addresses + (record << 2)) as usize) + at;
    const selected = isAnyOf(from, literals, literalCount, width);
    store<u8>(mask + record, selected as u8);
    if (!selected) unselected++;
  }
  return unselected;
}
