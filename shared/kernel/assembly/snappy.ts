/**
 * Snappy block format (google/snappy, format_description.txt): the length as a varint, then literals and copies.
 *
 *     lllll00 + bytes      literal of l + 1 bytes, up to 60; above it the length follows in one or two bytes
 *     ooolll01 oooooooo    copy of l + 4 bytes from o bytes back
 *     llllll10 oooooooo×2  copy of l + 1 bytes from o bytes back
 *
 * Matches are looked for in windows of 64 KiB through a table of the last position of each hash.
 */
const WINDOW_BYTES: usize = 65_536;
const TABLE_BITS = 14;
/** Searches stop so far before the end that a whole word can be read and a literal copied in sixteens. */
const TAIL_BYTES: usize = 24;
export const TABLE_BYTES: usize = 2 << TABLE_BITS;

function hashOf(word: u64): usize {
  return (((word << 32) * 0x9e3779b185ebca87) >>> (64 - TABLE_BITS)) as usize;
}

function writeLiteral(out: usize, from: usize, length: usize): usize {
  const code = length - 1;
  if (code < 60) {
    store<u8>(out++, (code << 2) as u8);
  } else if (code < 256) {
    store<u8>(out, 60 << 2);
    store<u8>(out, code as u8, 1);
    out += 2;
  } else {
    store<u8>(out, 61 << 2);
    store<u16>(out, code as u16, 1);
    out += 3;
  }
  v128.store(out, v128.load(from));
  if (length > 16) {
    let at: usize = 16;
    while (at < length) {
      v128.store(out + at, v128.load(from + at));
      at += 16;
    }
  }
  return out + length;
}

function writeCopy(out: usize, back: usize, length: usize): usize {
  // A copy holds 64 bytes at most, and what is left must be at least four.
  while (length >= 68) {
    store<u8>(out, (63 << 2) | 2);
    store<u16>(out, back as u16, 1);
    out += 3;
    length -= 64;
  }
  if (length > 64) {
    store<u8>(out, (59 << 2) | 2);
    store<u16>(out, back as u16, 1);
    out += 3;
    length -= 60;
  }
  if (length >= 12 || back >= 2048) {
    store<u8>(out, (((length - 1) << 2) | 2) as u8);
    store<u16>(out, back as u16, 1);
    return out + 3;
  }
  store<u8>(out, (((back >>> 8) << 5) | ((length - 4) << 2) | 1) as u8);
  store<u8>(out, back as u8, 1);
  return out + 2;
}

/** Bytes from `at` on that equal those from `from` on; `end` bounds `at`. */
function matchLength(at: usize, from: usize, end: usize): usize {
  const start = at;
  while (at + 8 <= end) {
    const difference = load<u64>(at) ^ load<u64>(from);
    if (difference !== 0) return at - start + ((ctz(difference) >>> 3) as usize);
    at += 8;
    from += 8;
  }
  while (at < end && load<u8>(at) === load<u8>(from)) {
    at++;
    from++;
  }
  return at - start;
}

/** Most bytes `compressSnappy` writes for `length` bytes, its margin included. */
export function snappyBound(length: usize): usize {
  return length + length / 6 + 96;
}

/** Compresses [from, from + length) to `out` and returns the bytes written. `table` has room for TABLE_BYTES. */
export function compressSnappy(from: usize, length: usize, out: usize, table: usize): usize {
  const firstOut = out;
  let rest = length;
  while (rest > 0x7f) {
    store<u8>(out++, ((rest & 0x7f) | 0x80) as u8);
    rest >>>= 7;
  }
  store<u8>(out++, rest as u8);
  const end = from + length;
  while (from < end) {
    const windowEnd = end - from < WINDOW_BYTES ? end : from + WINDOW_BYTES;
    out = compressWindow(from, windowEnd, out, table);
    from = windowEnd;
  }
  return out - firstOut;
}

function compressWindow(base: usize, end: usize, out: usize, table: usize): usize {
  let pending = base;
  const limit = end - base > TAIL_BYTES ? end - TAIL_BYTES : base;
  if (limit > base) memory.fill(table, 0, TABLE_BYTES);
  let at = base + 1;
  while (at < limit) {
    let candidate = base;
    // The longer nothing matches, the larger the steps: bytes that do not compress cost little.
    for (let steps: usize = 16; at < limit; at += steps++ >>> 4) {
      const word = load<u64>(at);
      const slot = table + (hashOf(word) << 1);
      candidate = base + load<u16>(slot);
      store<u16>(slot, (at - base) as u16);
      if (load<u32>(candidate) === (word as u32)) break;
    }
    if (at >= limit) break;
    while (at > pending && candidate > base && load<u8>(at - 1) === load<u8>(candidate - 1)) {
      at--;
      candidate--;
    }
    if (at > pending) out = writeLiteral(out, pending, at - pending);
    // Copies that follow each other without a literal between.
    while (true) {
      const matched = 4 + matchLength(at + 4, candidate + 4, end);
      out = writeCopy(out, at - candidate, matched);
      at += matched;
      pending = at;
      if (at >= limit) break;
      const before = load<u64>(at - 1);
      store<u16>(table + (hashOf(before) << 1), (at - 1 - base) as u16);
      const word = load<u64>(at);
      const slot = table + (hashOf(word) << 1);
      candidate = base + load<u16>(slot);
      store<u16>(slot, (at - base) as u16);
      if (load<u32>(candidate) !== (word as u32)) break;
    }
    at++;
  }
  return pending < end ? writeLiteral(out, pending, end - pending) : out;
}
