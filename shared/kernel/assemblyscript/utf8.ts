/**
 * Length of the well-formed UTF-8 sequence at `at`, whose first byte is above 0x7f; 0 if it is ill-formed or cut off by `end`.
 * (The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.)
 */
export function measureSequence(at: usize, end: usize): i32 {
  const lead = load<u8>(at);
  let length = 0;
  let lowest: u8 = 0x80;
  let highest: u8 = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead === 0xe0) lowest = 0xa0;
    if (lead === 0xed) highest = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead === 0xf0) lowest = 0x90;
    if (lead === 0xf4) highest = 0x8f;
  }
  if (length === 0 || at + length > end) return 0;
  const second = load<u8>(at, 1);
  if (second < lowest || second > highest) return 0;
  for (let index = 2; index < length; index++) {
    const byte = load<u8>(at + index);
    if (byte < 0x80 || byte > 0xbf) return 0;
  }
  return length;
}

/** True if no byte of [at, end) is above 0x7f. */
export function isAscii(at: usize, end: usize): bool {
  while (at < end && load<u8>(at) < 0x80) at++;
  return at >= end;
}

/** True if [at, end) is well-formed UTF-8. */
export function isUtf8(at: usize, end: usize): bool {
  while (at < end) {
    if (load<u8>(at) < 0x80) at++;
    else {
      const length = measureSequence(at, end);
      if (length === 0) return false;
      at += length;
    }
  }
  return true;
}

/**
 * For each pattern of which of eight characters are above 0x7f: the bytes to keep of their long form, two bytes a character, of which
 * ASCII needs the second:
 *
 *     a  é  →  c2 61  c3 a9  →  61 c3 a9
 */
const KEPT: usize = memory.data(256 * 16, 16);
let isFilled = false;

function fillKept(): void {
  for (let pattern: usize = 0; pattern < 256; pattern++) {
    let at = KEPT + (pattern << 4);
    for (let index: usize = 0; index < 8; index++) {
      if ((pattern >>> index) & 1) store<u8>(at++, (index << 1) as u8);
      store<u8>(at++, ((index << 1) + 1) as u8);
    }
  }
  isFilled = true;
}

/** Must be called before `writeLatin1`. */
export function prepareLatin1(): void {
  if (!isFilled) fillKept();
}

/**
 * Writes 16 characters of ISO-8859-1 as UTF-8 to `out`, and 16 bytes beyond the eighth one. `high`: a bit for each character above 0x7f.
 */
export function writeLatin1(bytes: v128, high: u32, out: usize): void {
  // 80 to BF → C2 80 to C2 BF, C0 to FF → C3 80 to C3 BF.
  const leads = i8x16.sub(i8x16.splat(-62), i8x16.gt_s(bytes, i8x16.splat(-65)));
  const isHigh = i8x16.lt_s(bytes, i8x16.splat(0));
  const seconds = v128.andnot(bytes, v128.and(isHigh, i8x16.splat(0x40)));
  const first = (high & 0xff) as usize;
  const low = i8x16.shuffle(leads, seconds, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  v128.store(out, i8x16.swizzle(low, v128.load(KEPT + (first << 4))));
  const behind = i8x16.shuffle(leads, seconds, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const kept = v128.load(KEPT + (((high >>> 8) as usize) << 4));
  v128.store(out + 8 + popcnt<usize>(first), i8x16.swizzle(behind, kept));
}

/** Writes [at, end) of ISO-8859-1 as UTF-8 to `out` and returns the address after it. Reads and writes up to 31 bytes beyond. */
export function latin1ToUtf8(at: usize, end: usize, out: usize): usize {
  prepareLatin1();
  for (; at < end; at += 16) {
    const bytes = v128.load(at);
    const left = end - at;
    const lanes: i32 = left < 16 ? (1 << (left as i32)) - 1 : 0xffff;
    const high = i8x16.bitmask(bytes) & lanes;
    writeLatin1(bytes, high, out);
    out += (left < 16 ? left : 16) + (popcnt<i32>(high) as usize);
  }
  return out;
}
