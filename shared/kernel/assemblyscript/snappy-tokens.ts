/**
 * Tokens of the Snappy block format (google/snappy, format_description.txt). The first byte says what a token is:
 *
 *     llllll00 + bytes     literal of l + 1 bytes, up to 60; a longer length follows in one to three bytes
 *     ooolll01 oooooooo    copy of l + 4 bytes from o bytes back
 *     llllll10 oooooooo×2  copy of l + 1 bytes from o bytes back
 *
 * All functions that write return the address after what they wrote.
 */
/** Copies of up to 11 bytes from less than this far back need two bytes, all others three. */
const NEAR_BYTES: usize = 2048;

/** Writes the length of what is compressed, which precedes the first token. */
export function writeLength(out: usize, length: usize): usize {
  while (length > 0x7f) {
    store<u8>(out++, ((length & 0x7f) | 0x80) as u8);
    length >>>= 7;
  }
  store<u8>(out++, length as u8);
  return out;
}

/** Writes a literal. Reads and writes up to 15 bytes beyond. */
export function writeLiteral(out: usize, from: usize, length: usize): usize {
  const code = length - 1;
  if (code < 60) {
    store<u8>(out++, (code << 2) as u8);
  } else if (code < 256) {
    store<u8>(out, 60 << 2);
    store<u8>(out, code as u8, 1);
    out += 2;
  } else if (code < 65_536) {
    store<u8>(out, 61 << 2);
    store<u16>(out, code as u16, 1);
    out += 3;
  } else {
    store<u8>(out, 62 << 2);
    store<u32>(out, code as u32, 1);
    out += 4;
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

/** Like `writeLiteral`, also of no bytes: most are shorter than 17 bytes, and these need no branch. */
export function writeShortLiteral(out: usize, from: usize, length: usize): usize {
  if (length > 16) return writeLiteral(out, from, length);
  store<u8>(out, ((length - 1) << 2) as u8);
  v128.store(out, v128.load(from), 1);
  return out + length + ((length !== 0) as usize);
}

/** Writes a copy of 4 to 11 bytes. */
export function writeShortCopy(out: usize, back: usize, length: usize): usize {
  return writeCopyOfForm(out, back, length, back < NEAR_BYTES);
}

/** Writes a copy of at least 4 bytes. */
export function writeCopy(out: usize, back: usize, length: usize): usize {
  // One token copies at most 64 bytes, and at least four must be left for the last.
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
  return writeCopyOfForm(out, back, length, length < 12 && back < NEAR_BYTES);
}

/** Writes either form without a branch, which would be mispredicted. Writes up to two bytes beyond. */
export function writeCopyOfForm(out: usize, back: usize, length: usize, isNear: bool): usize {
  const near = ((back & 0xff) << 8) | ((back >>> 8) << 5) | ((length - 4) << 2) | 1;
  const far = (back << 8) | ((length - 1) << 2) | 2;
  store<u32>(out, select<usize>(near, far, isNear) as u32);
  return out + 3 - (isNear as usize);
}

/** Counts equal bytes before both addresses, at most `most` and at most eight. */
export function matchBefore(at: usize, from: usize, most: usize): usize {
  const same: usize = (clz<u64>(load<u64>(at - 8) ^ load<u64>(from - 8)) >>> 3) as usize;
  return same < most ? same : most;
}

/** Like `matchLength`, if at least 16 bytes are left: most matches are shorter and need no loop. */
export function matchLengthOf16(at: usize, from: usize, end: usize): usize {
  const same = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(from)));
  return same === 0xffff ? 16 + matchLength(at + 16, from + 16, end) : (ctz(~same) as usize);
}

/** Like `matchLength`, if at least 32 bytes are left, without a branch for shorter matches. */
export function matchLengthOf32(at: usize, from: usize, end: usize): usize {
  const first = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(from)));
  const second = i8x16.bitmask(i8x16.eq(v128.load(at, 16), v128.load(from, 16)));
  const same = (second << 16) | first;
  return same === -1 ? 32 + matchLength(at + 32, from + 32, end) : (ctz(~same) as usize);
}

/** Counts the bytes from `at` on, up to `end`, that equal those from `from` on. */
export function matchLength(at: usize, from: usize, end: usize): usize {
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
