/** RLE / bit-packed hybrid of Parquet (Encodings.md): definition levels, dictionary indexes, booleans. */

function storeVarint(out: usize, value: u32): usize {
  while (value > 0x7f) {
    store<u8>(out++, (value & 0x7f) | 0x80);
    value >>>= 7;
  }
  store<u8>(out++, value);
  return out;
}

/** Packs bytes of 0 and 1, one bit each, lowest bit first; returns the bytes written. Reads up to 15 bytes beyond. */
export function packBits(bytes: usize, count: i32, out: usize): i32 {
  const packedBytes = (count + 7) >>> 3;
  const zeros = i8x16.splat(0);
  for (let at = 0; at < count; at += 16) {
    let bits = i8x16.bitmask(i8x16.ne(v128.load(bytes + at), zeros));
    const left = count - at;
    if (left < 16) bits &= (1 << left) - 1;
    store<u16>(out + (at >>> 3), bits as u16);
  }
  return packedBytes;
}

/**
 * Writes the definition levels of a page after their length of 4 bytes: one run if no row or every row is null, else bits. `levels`
 * may be 0 if no row is null. Returns the bytes written.
 */
export function writeLevels(levels: usize, rows: i32, present: i32, out: usize): i32 {
  let at = out + 4;
  if (present === rows || present === 0) {
    at = storeVarint(at, (rows as u32) << 1);
    store<u8>(at++, present === 0 ? 0 : 1);
  } else {
    at = storeVarint(at, ((((rows + 7) >>> 3) as u32) << 1) | 1);
    at += packBits(levels, rows, at);
  }
  store<u32>(out, (at - out - 4) as u32);
  return (at - out) as i32;
}

/** So wide are indexes of which four fit into a word beside up to seven bits. */
const MOST_FOUR_BITS: i32 = 14;

/**
 * Writes the dictionary indexes of a page: the bit width, then one run if all are equal, else all of them packed. Returns the bytes
 * written.
 */
export function writeIndexes(indexes: usize, count: i32, bitWidth: i32, out: usize): i32 {
  let at = out;
  store<u8>(at++, bitWidth as u8);
  if (count === 0) return 1;
  const first = load<u16>(indexes);
  let same = 1;
  while (same < count && load<u16>(indexes + (same << 1)) === first) same++;
  if (same === count) {
    at = storeVarint(at, (count as u32) << 1);
    for (let bits = 0; bits < bitWidth; bits += 8) store<u8>(at++, (first >>> (bits as u16)) as u8);
    return (at - out) as i32;
  }
  const groups = (count + 7) >>> 3;
  at = storeVarint(at, ((groups as u32) << 1) | 1);
  const end = at + groups * bitWidth;
  let buffer: u64 = 0;
  let bits = 0;
  let index = 0;
  if (bitWidth <= MOST_FOUR_BITS) {
    const apart: u64 = (16 - bitWidth) as u64;
    const width = bitWidth as u64;
    for (; index + 4 <= count; index += 4) {
      // Four indexes of 16 bits → two pairs → all of them side by side.
      const word = load<u64>(indexes + (index << 1));
      const pairs = (word & 0x0000_ffff_0000_ffff) | ((word & 0xffff_0000_ffff_0000) >>> apart);
      const four = (pairs & 0xffff_ffff) | ((pairs >>> 32) << (width << 1));
      buffer |= four << (bits as u64);
      store<u64>(at, buffer);
      bits += bitWidth << 2;
      buffer >>>= (bits & 0x38) as u64;
      at += bits >>> 3;
      bits &= 7;
    }
  }
  for (; index < count; index++) {
    buffer |= (load<u16>(indexes + (index << 1)) as u64) << (bits as u64);
    bits += bitWidth;
    if (bits >= 32) {
      store<u32>(at, buffer as u32);
      at += 4;
      buffer >>>= 32;
      bits -= 32;
    }
  }
  store<u64>(at, buffer);
  // Zeros fill up the last group.
  const written = at + ((bits + 7) >>> 3);
  if (written < end) memory.fill(written, 0, end - written);
  return (end - out) as i32;
}

/**
 * Writes levels of list entries after their length of 4 bytes, `bitWidth` (1 or 2) bits each: one run if all are the same, else bits.
 * Returns the bytes written.
 */
export function writeEntryLevels(levels: usize, count: i32, bitWidth: i32, out: usize): i32 {
  let at = out + 4;
  const first = load<u8>(levels);
  let same = 1;
  while (same < count && load<u8>(levels + same) === first) same++;
  if (same >= count) {
    at = storeVarint(at, (count as u32) << 1);
    store<u8>(at++, first);
  } else {
    at = storeVarint(at, ((((count + 7) >>> 3) as u32) << 1) | 1);
    if (bitWidth === 1) at += packBits(levels, count, at);
    else at += packPairs(levels, count, at);
  }
  store<u32>(out, (at - out - 4) as u32);
  return (at - out) as i32;
}

/** Packs bytes of 0 to 3, two bits each, in whole groups of eight. */
function packPairs(levels: usize, count: i32, out: usize): i32 {
  const packedBytes = ((count + 7) >>> 3) << 1;
  memory.fill(out, 0, packedBytes);
  for (let index = 0; index < count; index++) {
    const at = out + (index >>> 2);
    store<u8>(at, load<u8>(at) | (load<u8>(levels + index) << (((index & 3) << 1) as u8)));
  }
  return packedBytes;
}
