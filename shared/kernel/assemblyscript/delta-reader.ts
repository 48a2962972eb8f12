/**
 * Readers of the delta encodings that delta.ts writes: blocks of 128 differences in four miniblocks of 32. Each returns 0 or false if the
 * bytes of [at, end) do not hold what they should.
 */
const BLOCK = 128;
const MINIBLOCKS = 4;
const MINIBLOCK = 32;

/** Value and address after the last varint that was read. */
let varint: u64 = 0;

/** Returns the address after the varint; 0 if it does not end, or has more than 64 bits. */
function readVarint(at: usize, end: usize): usize {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 64; shift += 7) {
    if (at >= end) return 0;
    const byte = load<u8>(at++) as u64;
    if (shift === 63 && byte > 1) return 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varint = value;
      return at;
    }
  }
  return 0;
}

function fromZigzag(value: u64): i64 {
  return ((value >>> 1) ^ (0 - (value & 1))) as i64;
}

/** The number of `width` bits that begins `bit` bits after `at`; reads up to 8 bytes beyond. */
function readPacked(at: usize, bit: usize, width: usize): u64 {
  if (width === 0) return 0;
  const word = at + (bit >>> 3);
  const skipped = (bit & 7) as u64;
  let value = load<u64>(word) >>> skipped;
  if (skipped + (width as u64) > 64) value |= (load<u8>(word, 8) as u64) << (64 - skipped);
  return width === 64 ? value : value & (((1 as u64) << (width as u64)) - 1);
}

/**
 * Reads `count` integers of `1 << shift` bytes that are DELTA_BINARY_PACKED, at least one. Returns the address after them. Reads up to 8
 * bytes beyond `end`.
 */
export function readDeltaInts(at: usize, end: usize, count: i32, shift: i32, values: usize): usize {
  at = readVarint(at, end);
  if (at === 0 || varint !== BLOCK) return 0;
  at = readVarint(at, end);
  if (at === 0 || varint !== MINIBLOCKS) return 0;
  at = readVarint(at, end);
  if (at === 0 || varint !== (count as u64)) return 0;
  at = readVarint(at, end);
  if (at === 0) return 0;
  let value = fromZigzag(varint);
  storeInt(values, shift, 0, value);
  for (let first = 1; first < count; first += BLOCK) {
    const inBlock = min<i32>(BLOCK, count - first);
    at = readVarint(at, end);
    if (at === 0) return 0;
    const least = fromZigzag(varint);
    const widths = at;
    at += MINIBLOCKS;
    if (at > end) return 0;
    for (let miniblock = 0; miniblock < MINIBLOCKS; miniblock++) {
      const from = miniblock * MINIBLOCK;
      // A miniblock without values has a width and no bytes.
      if (from >= inBlock) break;
      const width = load<u8>(widths + miniblock) as usize;
      if (width > 64 || width << 2 > end - at) return 0;
      const inMiniblock = min<i32>(MINIBLOCK, inBlock - from);
      for (let index = 0; index < inMiniblock; index++) {
        value += least + (readPacked(at, (index as usize) * width, width) as i64);
        // Differences wrap round in the width of the type.
        if (shift === 2) value = value as i32 as i64;
        storeInt(values, shift, first + from + index, value);
      }
      at += width << 2;
    }
  }
  return at;
}

function storeInt(values: usize, shift: i32, index: i32, value: i64): void {
  const to = values + ((index as usize) << shift);
  if (shift === 2) store<i32>(to, value as i32);
  else store<i64>(to, value);
}

/** Stores { address, length } of `count` texts that are DELTA_LENGTH_BYTE_ARRAY, which must fill [at, end). `lengths` has 4 bytes for each. */
export function readDeltaLengths(at: usize, end: usize, count: i32, lengths: usize, entries: usize): bool {
  at = readDeltaInts(at, end, count, 2, lengths);
  if (at === 0) return false;
  for (let index = 0; index < count; index++) {
    const length = load<u32>(lengths + (index << 2)) as usize;
    if (length > end - at) return false;
    store<u32>(entries + (index << 3), at as u32);
    store<u32>(entries + (index << 3), length as u32, 4);
    at += length;
  }
  return at === end;
}

/**
 * Reads what `count` texts that are DELTA_BYTE_ARRAY share with the one before, and the lengths of their rests, into `lengths`: 4 bytes each
 * of the ones, then of the others. Returns how many bytes all texts have together; -1 if they do not fill [at, end).
 */
export function sumDeltaTexts(at: usize, end: usize, count: i32, lengths: usize): f64 {
  const rests = lengths + ((count as usize) << 2);
  at = readDeltaInts(at, end, count, 2, lengths);
  if (at === 0) return -1;
  at = readDeltaInts(at, end, count, 2, rests);
  if (at === 0) return -1;
  let total: u64 = 0;
  let restBytes: u64 = 0;
  let before: u64 = 0;
  for (let index = 0; index < count; index++) {
    const shared = load<u32>(lengths + (index << 2)) as u64;
    const rest = load<u32>(rests + (index << 2)) as u64;
    if (shared > before) return -1;
    before = shared + rest;
    total += before;
    restBytes += rest;
    if (restBytes > ((end - at) as u64)) return -1;
  }
  return restBytes === ((end - at) as u64) ? (total as f64) : -1;
}

/** Writes the texts whose lengths `sumDeltaTexts` read, and which end at `end`, to `out`, and { address, length } of each to `entries`. */
export function placeDeltaTexts(end: usize, count: i32, lengths: usize, out: usize, entries: usize): void {
  const rests = lengths + ((count as usize) << 2);
  let at = end;
  for (let index = 0; index < count; index++) at -= load<u32>(rests + (index << 2)) as usize;
  let before = out;
  for (let index = 0; index < count; index++) {
    const shared = load<u32>(lengths + (index << 2)) as usize;
    const rest = load<u32>(rests + (index << 2)) as usize;
    memory.copy(out, before, shared);
    memory.copy(out + shared, at, rest);
    store<u32>(entries + (index << 3), out as u32);
    store<u32>(entries + (index << 3), (shared + rest) as u32, 4);
    before = out;
    out += shared + rest;
    at += rest;
  }
}
