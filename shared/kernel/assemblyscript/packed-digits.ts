/** A word holds sixteen half bytes, a digit each, the first in the highest half. */

/** True if each half is at most 9: a larger one has its highest bit set together with the second or the third. */
export function areDigits(halves: u64): bool {
  return (halves & ((halves << 1) | (halves << 2)) & 0x8888888888888888) === 0;
}

/** The number made of the sixteen digits: 16 digits → 8 pairs → 4 fours → 2 eights. */
export function foldHalves(halves: u64): u64 {
  const pairs = (halves & 0x0f0f0f0f0f0f0f0f) + ((halves >>> 4) & 0x0f0f0f0f0f0f0f0f) * 10;
  const fours = (pairs & 0x00ff00ff00ff00ff) + ((pairs >>> 8) & 0x00ff00ff00ff00ff) * 100;
  const eights = (fours & 0x0000ffff0000ffff) + ((fours >>> 16) & 0x0000ffff0000ffff) * 10_000;
  return (eights & 0xffffffff) + (eights >>> 32) * 100_000_000;
}

/** The last eight halves as eight ASCII characters, in memory order. */
export function spellHalves(halves: u64): u64 {
  const words = (halves | (halves << 16)) & 0x0000ffff0000ffff;
  const bytes = (words | (words << 8)) & 0x00ff00ff00ff00ff;
  return bswap<u64>((bytes | (bytes << 4)) & 0x0f0f0f0f0f0f0f0f) | 0x3030303030303030;
}
