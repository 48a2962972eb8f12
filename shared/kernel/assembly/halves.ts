/** Sixteen half bytes in a word, a digit each, the highest first. */

/** Is each of sixteen halves at most 9? Above it are those with the eights and the fours or the twos. */
export function areDigits(halves: u64): bool {
  return (halves & ((halves << 1) | (halves << 2)) & 0x8888888888888888) === 0;
}

/** The number of sixteen digits, the highest in the highest half: 16 digits → 8 pairs → 4 fours → 2 eights. */
export function digitsOf(halves: u64): u64 {
  const pairs = (halves & 0x0f0f0f0f0f0f0f0f) + ((halves >>> 4) & 0x0f0f0f0f0f0f0f0f) * 10;
  const fours = (pairs & 0x00ff00ff00ff00ff) + ((pairs >>> 8) & 0x00ff00ff00ff00ff) * 100;
  const eights = (fours & 0x0000ffff0000ffff) + ((fours >>> 16) & 0x0000ffff0000ffff) * 10_000;
  return (eights & 0xffffffff) + (eights >>> 32) * 100_000_000;
}

/** The last eight halves as eight characters of ASCII, as they are to stand in memory. */
export function spelled(halves: u64): u64 {
  const words = (halves | (halves << 16)) & 0x0000ffff0000ffff;
  const bytes = (words | (words << 8)) & 0x00ff00ff00ff00ff;
  return bswap<u64>((bytes | (bytes << 4)) & 0x0f0f0f0f0f0f0f0f) | 0x3030303030303030;
}
