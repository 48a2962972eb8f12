/** Keeps the first `count` bytes of a word, in memory order, and zeroes the others. */
export function keepLowBytes(word: u64, count: usize): u64 {
  return count >= 8 ? word : word & (((1 as u64) << ((count << 3) as u64)) - 1);
}

function reverseBytes(word: u64): u64 {
  const bytes = i8x16.swizzle(i64x2.splat(word), i8x16(7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0));
  return i64x2.extract_lane(bytes, 0);
}

/** Reads the first eight bytes of a text as a number that sorts as they do; bytes after its end count as zero. */
export function readPrefix(at: usize, length: usize): u64 {
  const word = reverseBytes(load<u64>(at));
  return length >= 8 ? word : word & ((-256 as i64) << ((56 - (length << 3)) as u64));
}

/** Compares two texts by their unsigned bytes; negative, zero or positive. */
export function compareBytes(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const shorter = aLength < bLength ? aLength : bLength;
  for (let from: usize = 0; from < shorter; from += 8) {
    const left = shorter - from;
    const first = readPrefix(a + from, left);
    const second = readPrefix(b + from, left);
    if (first !== second) return first < second ? -1 : 1;
  }
  return aLength === bLength ? 0 : aLength < bLength ? -1 : 1;
}

export function areSameBytes(a: usize, b: usize, length: usize): bool {
  for (let from: usize = 0; from < length; from += 8) {
    if (keepLowBytes(load<u64>(a + from) ^ load<u64>(b + from), length - from) !== 0) return false;
  }
  return true;
}

/** Compares two wide decimals: 16 bytes, two's complement, high byte first. */
export function isLess128(a: usize, b: usize): bool {
  const aHigh = bswap<u64>(load<u64>(a)) as i64;
  const bHigh = bswap<u64>(load<u64>(b)) as i64;
  if (aHigh !== bHigh) return aHigh < bHigh;
  return bswap<u64>(load<u64>(a, 8)) < bswap<u64>(load<u64>(b, 8));
}
