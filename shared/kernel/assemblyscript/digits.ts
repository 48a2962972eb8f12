const ZERO: u8 = 0x30;

/** 10⁰ to 10¹⁸. */
const POWERS: usize = memory.data<u64>([
  1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
  100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
  10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
]);

/** 16 bytes of zeros, then 20 of ones: a vector loaded at offset n has ones in its last n lanes. */
const LAST_LANES: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
  255, 255, 255, 255, 255, 255, 255, 255,
]);

export function powerOfTen(exponent: i32): u64 {
  return load<u64>(POWERS + (exponent << 3));
}

/** All ones in the last `count` of 16 lanes. */
export function lastLanes(count: i32): v128 {
  return v128.load(LAST_LANES + count);
}

/** The number made of the 16 digits of a vector, the first in lane 0, as values 0 to 9. */
export function foldDigits(digits: v128): u64 {
  // 16 digits → 8 pairs → 4 fours → 2 eights.
  const tens = i16x8.mul(v128.and(digits, i16x8.splat(0xff)), i16x8.splat(10));
  const pairs = i16x8.add(tens, i16x8.shr_u(digits, 8));
  const fours = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 100, 1, 100, 1, 100, 1));
  const packed = i16x8.narrow_i32x4_s(fours, fours);
  const eights = i32x4.dot_i16x8_s(packed, i16x8(10_000, 1, 10_000, 1, 10_000, 1, 10_000, 1));
  return (i32x4.extract_lane(eights, 0) as u64) * 100_000_000 + (i32x4.extract_lane(eights, 1) as u64);
}

/** Reads the digit at `at`; above 9 if the byte is not a digit. */
export function readDigit(at: usize): u32 {
  return (load<u8>(at) as u32) - (ZERO as u32);
}
