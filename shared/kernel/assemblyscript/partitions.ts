import { RECORD_OK } from '../shapes';
import { keepLowBytes } from './bytes-order';

/**
 * Routes records to partitions by the raw bytes of their partition fields.
 *
 *     segments  { at, width } of each partition field
 *     table     route + 1 by hash, 4 bytes each, 0 if the slot is free; their number is a power of two
 *     keys      raw bytes of the partition fields of each route; keys are `stride` bytes apart
 *     targets   partition of each route, 4 bytes each, or -1
 */

/** True for a single field that three words cover, overlapping or not: most partition fields are such. */
function isShort(segments: usize, segmentCount: i32): bool {
  return segmentCount === 1 && load<u32>(segments, 4) - 8 <= 16;
}

/** Place of the middle one of the three words. */
function middleOf(width: usize): usize {
  return min<usize>(width - 8, 8);
}

function hashShort(at: usize, width: usize): u32 {
  return hashWords(load<u64>(at), load<u64>(at + middleOf(width)), load<u64>(at + width - 8));
}

function hashWords(first: u64, middle: u64, last: u64): u32 {
  return (((first ^ rotl<u64>(last, 23) ^ rotl<u64>(middle, 47)) * 0x9e3779b185ebca87) >>> 32) as u32;
}

function hashRoute(record: usize, segments: usize, segmentCount: i32): u32 {
  if (isShort(segments, segmentCount)) return hashShort(record + load<u32>(segments), load<u32>(segments, 4));
  let hash: u64 = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    let at = record + load<u32>(segments + (segment << 3));
    let left = load<u32>(segments + (segment << 3), 4) as usize;
    while (left > 0) {
      hash = (rotl<u64>(hash, 23) ^ keepLowBytes(load<u64>(at), left)) * 0x9e3779b185ebca87;
      if (left <= 8) break;
      at += 8;
      left -= 8;
    }
  }
  return (hash >>> 32) as u32;
}

function isSameRoute(record: usize, key: usize, segments: usize, segmentCount: i32): bool {
  for (let segment = 0; segment < segmentCount; segment++) {
    const at = record + load<u32>(segments + (segment << 3));
    const width = load<u32>(segments + (segment << 3), 4) as usize;
    for (let from: usize = 0; from < width; from += 8) {
      const left = width - from;
      if (keepLowBytes(load<u64>(at + from) ^ load<u64>(key + from), left) !== 0) return false;
    }
    key += width;
  }
  return true;
}

/**
 * Writes the partition and the route of each record from `from` on; -1 for both if it cannot be decoded. Returns the first record whose
 * partition fields have no route yet, or `count`.
 */
export function routeRecords(
  records: usize,
  outcomes: usize,
  from: i32,
  count: i32,
  segments: usize,
  segmentCount: i32,
  table: usize,
  mask: u32,
  keys: usize,
  stride: i32,
  targets: usize,
  routes: usize,
  partitions: usize,
): i32 {
  if (isShort(segments, segmentCount)) {
    const at = load<u32>(segments) as usize;
    const width = load<u32>(segments, 4) as usize;
    return routeByOne(
      records,
      outcomes,
      from,
      count,
      at,
      width,
      table,
      mask,
      keys,
      targets,
      routes,
      partitions,
    );
  }
  for (let index = from; index < count; index++) {
    if (load<u8>(outcomes + index) !== (RECORD_OK as u8)) {
      store<i32>(partitions + (index << 2), -1);
      store<i32>(routes + (index << 2), -1);
      continue;
    }
    const record = load<u32>(records + (index << 2)) as usize;
    let slot = hashRoute(record, segments, segmentCount) & mask;
    while (true) {
      const route = (load<u32>(table + (slot << 2)) as i32) - 1;
      if (route < 0) return index;
      if (isSameRoute(record, keys + route * stride, segments, segmentCount)) {
        store<i32>(partitions + (index << 2), load<i32>(targets + (route << 2)));
        store<i32>(routes + (index << 2), route);
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return count;
}

/** The same for a single short field, without calls, which would slow down all records. */
function routeByOne(
  records: usize,
  outcomes: usize,
  from: i32,
  count: i32,
  at: usize,
  width: usize,
  table: usize,
  mask: u32,
  keys: usize,
  targets: usize,
  routes: usize,
  partitions: usize,
): i32 {
  const middleAt = middleOf(width);
  const lastAt = width - 8;
  for (let index = from; index < count; index++) {
    if (load<u8>(outcomes + index) !== (RECORD_OK as u8)) {
      store<i32>(partitions + (index << 2), -1);
      store<i32>(routes + (index << 2), -1);
      continue;
    }
    const field = (load<u32>(records + (index << 2)) as usize) + at;
    const first = load<u64>(field);
    const middle = load<u64>(field + middleAt);
    const last = load<u64>(field + lastAt);
    let slot = hashWords(first, middle, last) & mask;
    let route = (load<u32>(table + (slot << 2)) as i32) - 1;
    while (route >= 0) {
      const key = keys + (route as usize) * width;
      const difference =
        (first ^ load<u64>(key)) | (middle ^ load<u64>(key + middleAt)) | (last ^ load<u64>(key + lastAt));
      if (difference === 0) break;
      slot = (slot + 1) & mask;
      route = (load<u32>(table + (slot << 2)) as i32) - 1;
    }
    if (route < 0) return index;
    store<i32>(partitions + (index << 2), load<i32>(targets + (route << 2)));
    store<i32>(routes + (index << 2), route);
  }
  return count;
}

/** Enters `route` into the table. Its key is the partition fields of `record`. */
export function addRoute(
  record: usize,
  segments: usize,
  segmentCount: i32,
  table: usize,
  mask: u32,
  route: i32,
): void {
  let slot = hashRoute(record, segments, segmentCount) & mask;
  while (load<u32>(table + (slot << 2)) !== 0) slot = (slot + 1) & mask;
  store<u32>(table + (slot << 2), (route + 1) as u32);
}

/**
 * Sorts records by partition (counting sort). `members` receives the indexes of the records of partition 0, then of 1, … in file order,
 * 2 bytes each; `ends` the end of each partition in `members`, 4 bytes each. Records without a partition are left out.
 */
export function groupByPartition(
  partitions: usize,
  count: i32,
  partitionCount: i32,
  ends: usize,
  members: usize,
): void {
  memory.fill(ends, 0, partitionCount << 2);
  for (let index = 0; index < count; index++) {
    const partition = load<i32>(partitions + (index << 2));
    if (partition < 0) continue;
    const counter = ends + (partition << 2);
    store<i32>(counter, load<i32>(counter) + 1);
  }
  let start = 0;
  for (let partition = 0; partition < partitionCount; partition++) {
    const counter = ends + (partition << 2);
    const size = load<i32>(counter);
    store<i32>(counter, start);
    start += size;
  }
  for (let index = 0; index < count; index++) {
    const partition = load<i32>(partitions + (index << 2));
    if (partition < 0) continue;
    const next = ends + (partition << 2);
    const at = load<i32>(next);
    store<u16>(members + (at << 1), index as u16);
    store<i32>(next, at + 1);
  }
}
