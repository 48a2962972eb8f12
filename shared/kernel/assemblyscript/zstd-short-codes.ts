import { BYTE_COUNTS } from './zstd-code-lengths';

/**
 * Huffman coding of sixteen bytes at once, for literals that nearly all have codes of at most seven bits and lie in three rows of the
 * table of bytes, such as digits with their lengths before them. Neighbours are joined by a multiplication with the power of two that makes
 * room for the later one:
 *
 *     codes   1 0 1 │ 0 0 1 1 │ …       powers   8 │ 16 │ …
 *     pairs   101 · 16 + 0011  =  1010011          128
 */
const MOST_BITS: u64 = 7;
const ROWS: i32 = 3;
/** At most one byte of so many may have a longer code, or lie in another row. */
const FEW: u32 = 64;

/** By byte: its code, and 2 to the power of its length; both are 0 without a short code. */
const SHORT_CODES: usize = memory.data(256, 16);
const POWERS: usize = memory.data(256, 16);
/** The first byte of each row, 4 bytes each. */
const FIRST_BYTES: usize = memory.data(3 * 4, 16);

/** May `writeShortStream` write literals in the code that was made last? */
export let areCodesShort: bool = false;

/** Notes the short codes of `codes`, 8 bytes each as zstd-huffman.ts describes them, for the bytes that were counted. */
export function noteShortCodes(codes: usize): void {
  let total: u32 = 0;
  for (let byte: usize = 0; byte < 256; byte++) {
    total += load<u32>(BYTE_COUNTS + (byte << 2));
    const entry = load<u64>(codes + (byte << 3));
    const length = entry & 63;
    const isShort = length !== 0 && length <= MOST_BITS;
    store<u8>(SHORT_CODES + byte, (isShort ? entry >>> (64 - length) : 0) as u8);
    store<u8>(POWERS + byte, (isShort ? (1 as u64) << length : 0) as u8);
  }
  let covered: u32 = 0;
  let before: u32 = u32.MAX_VALUE;
  for (let row = 0; row < ROWS; row++) {
    // The row that covers most of those that cover less than the one before, or as much and come after it.
    let most: u32 = 0;
    let found: u32 = 0;
    for (let first: u32 = 0; first < 256; first += 16) {
      const key = (countShort(first) << 4) | (15 - (first >>> 4));
      if (key >= before || key < most) continue;
      most = key;
      found = first;
    }
    before = most;
    covered += most >>> 4;
    store<u32>(FIRST_BYTES + (row << 2), found);
  }
  areCodesShort = (total - covered) * FEW <= total;
}

/** How many of the counted bytes lie in a row and have short codes. */
function countShort(first: u32): u32 {
  let short: u32 = 0;
  for (let byte = first as usize; byte < first + 16; byte++) {
    if (load<u8>(POWERS + byte) !== 0) short += load<u32>(BYTE_COUNTS + (byte << 2));
  }
  return short;
}

/** Like `writeStream` in zstd-huffman.ts: the same bits. */
export function writeShortStream(codes: usize, from: usize, end: usize, out: usize): usize {
  const firstRow = i8x16.splat(load<u8>(FIRST_BYTES));
  const secondRow = i8x16.splat(load<u8>(FIRST_BYTES, 4));
  const thirdRow = i8x16.splat(load<u8>(FIRST_BYTES, 8));
  const firstCodes = v128.load(SHORT_CODES + load<u32>(FIRST_BYTES));
  const secondCodes = v128.load(SHORT_CODES + load<u32>(FIRST_BYTES, 4));
  const thirdCodes = v128.load(SHORT_CODES + load<u32>(FIRST_BYTES, 8));
  const firstPowers = v128.load(POWERS + load<u32>(FIRST_BYTES));
  const secondPowers = v128.load(POWERS + load<u32>(FIRST_BYTES, 4));
  const thirdPowers = v128.load(POWERS + load<u32>(FIRST_BYTES, 8));
  let bits: u64 = 0;
  let filled: u64 = 0;
  // The last bytes, so that whole sixteens are left; later those before a sixteen that has other codes.
  let next = end - ((end - from) & 15);
  while (true) {
    for (; end > next; end--) {
      const entry = load<u64>(codes + ((load<u8>(end - 1) as usize) << 3));
      const length = entry & 63;
      if (length === 0) return 0;
      bits |= (entry >>> (64 - length)) << filled;
      filled += length;
      store<u64>(out, bits);
      out += (filled >>> 3) as usize;
      bits >>>= filled & 56;
      filled &= 7;
    }
    for (; end > from; end -= 16) {
      const bytes = v128.load(end - 16);
      const inFirst = i8x16.sub(bytes, firstRow);
      const inSecond = i8x16.sub(bytes, secondRow);
      const inThird = i8x16.sub(bytes, thirdRow);
      const powers = v128.or(
        v128.or(i8x16.swizzle(firstPowers, inFirst), i8x16.swizzle(secondPowers, inSecond)),
        i8x16.swizzle(thirdPowers, inThird),
      );
      if (!i8x16.all_true(powers)) break;
      const coded = v128.or(
        v128.or(i8x16.swizzle(firstCodes, inFirst), i8x16.swizzle(secondCodes, inSecond)),
        i8x16.swizzle(thirdCodes, inThird),
      );
      const low = i16x8.splat(0xff);
      const laterPowers = i16x8.shr_u(powers, 8);
      const pairs = i16x8.add(i16x8.mul(v128.and(coded, low), laterPowers), i16x8.shr_u(coded, 8));
      const pairPowers = i16x8.mul(v128.and(powers, low), laterPowers);
      const laterPairs = i32x4.shr_u(pairPowers, 16);
      const fours = i32x4.dot_i16x8_s(pairs, v128.or(laterPairs, i32x4.splat(0x1_0000)));
      const fourPowers = i32x4.dot_i16x8_s(pairPowers, laterPairs);
      let four = i64x2.extract_lane(fours, 1) as u64;
      let power = i64x2.extract_lane(fourPowers, 1) as u64;
      let later = ctz<u64>(power >>> 32);
      bits |= (((four & 0xffff_ffff) << later) | (four >>> 32)) << filled;
      filled += later + ctz<u64>(power);
      store<u64>(out, bits);
      out += (filled >>> 3) as usize;
      bits >>>= filled & 56;
      filled &= 7;
      four = i64x2.extract_lane(fours, 0) as u64;
      power = i64x2.extract_lane(fourPowers, 0) as u64;
      later = ctz<u64>(power >>> 32);
      bits |= (((four & 0xffff_ffff) << later) | (four >>> 32)) << filled;
      filled += later + ctz<u64>(power);
      store<u64>(out, bits);
      out += (filled >>> 3) as usize;
      bits >>>= filled & 56;
      filled &= 7;
    }
    if (end === from) break;
    next = end - 16;
  }
  store<u64>(out, bits | ((1 as u64) << filled));
  return out + (((filled + 8) >>> 3) as usize);
}
