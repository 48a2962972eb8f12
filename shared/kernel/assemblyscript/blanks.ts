const SPACE: u8 = 0x20;

/** True if all `width` bytes from `at` on are ASCII spaces. Reads up to 15 bytes beyond. */
export function isBlank(at: usize, width: i32): bool {
  return isFilledWith(at, width, SPACE);
}

/** True if all `width` bytes from `at` on are `byte`. Reads up to 15 bytes beyond. */
export function isFilledWith(at: usize, width: i32, byte: u8): bool {
  const spaces = i8x16.splat(byte);
  let left = width;
  while (left >= 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(at), spaces)) !== 0xffff) return false;
    at += 16;
    left -= 16;
  }
  if (left === 0) return true;
  const lanes = (1 << left) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(at), spaces)) & lanes) === lanes;
}
