import { areDigits, spellHalves } from './packed-digits';

/**
 * Spells the digits of packed and binary numbers as ASCII text, for dates and timestamps. Each function writes `digits` characters of
 * each record to `out`, `stride` bytes apart, and their addresses to `addresses`; the decoders of text read them there.
 */

const SPACE: u8 = 0x20;
const ZERO: u8 = 0x30;
/** Neither a digit nor a blank: the decoders read it as an invalid date. */
const NONE: u8 = 0xff;
const SIGN_MINUS = 0x0d;
const SIGN_MINUS_TOO = 0x0b;

/** `02 02 50 81 2C` → `20250812`; a field full of `space` → blanks; a negative number, a number of more digits, or no number → an invalid date. */
export function spellPacked(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  signNibble: bool,
  space: u8,
  digits: i32,
  out: usize,
  stride: i32,
  addresses: usize,
): void {
  const halves = width * 2 - (signNibble as i32);
  const isShort = width <= 8 && digits < 16;
  const unused = ((8 - width) << 3) as u64;
  const above = (digits << 2) as u64;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    store<u32>(addresses + (record << 2), out as u32);
    if (isShort) {
      // All halves at once. A field that is not plainly a number is read half by half below.
      const word = bswap<u64>(load<u64>(start)) >>> unused;
      const sign = (word & 15) as i32;
      const plain = !signNibble || (sign > 9 && sign !== SIGN_MINUS && sign !== SIGN_MINUS_TOO);
      const number = signNibble ? word >>> 4 : word;
      if (plain && areDigits(number) && number >>> above === 0) {
        const first = number << (64 - above);
        store<u64>(out, spellHalves(first >>> 32));
        store<u64>(out, spellHalves(first & 0xffffffff), 8);
        out += stride;
        continue;
      }
    }
    let wrong = false;
    let blank = signNibble;
    // Halves before the date must be zeros. A layout whose date begins before the field is refused.
    for (let half = 0; half < halves; half++) {
      const byte = load<u8>(start + (half >> 1)) as u32;
      const digit = half & 1 ? byte & 15 : byte >>> 4;
      const place = half - (halves - digits);
      wrong = wrong || digit > 9 || (place < 0 && digit > 0);
      if (place >= 0) store<u8>(out + place, ZERO + (digit as u8));
    }
    for (let index = 0; blank && index < width; index++) blank = load<u8>(start + index) === space;
    if (signNibble) {
      const sign = load<u8>(start + width - 1) & 15;
      wrong = wrong || sign < 10 || sign === SIGN_MINUS || sign === SIGN_MINUS_TOO;
    }
    if (blank) memory.fill(out, SPACE, digits);
    else if (wrong) memory.fill(out, NONE, digits);
    out += stride;
  }
}

/** `01 34 FF BC` → `20250556`. Any bytes are a number, so no field is blank. */
export function spellBinary(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  littleEndian: bool,
  signed: bool,
  digits: i32,
  out: usize,
  stride: i32,
  addresses: usize,
): void {
  const top = ((width << 3) - 1) as u64;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    let word: u64 = 0;
    for (let index = 0; index < width; index++) {
      const byte = load<u8>(littleEndian ? start + (width - 1 - index) : start + index);
      word = (word << 8) | (byte as u64);
    }
    const negative = signed && ((word >>> top) & 1) === 1;
    for (let place = digits - 1; place >= 0; place--) {
      store<u8>(out + place, ZERO + ((word % 10) as u8));
      word /= 10;
    }
    if (negative || word > 0) memory.fill(out, NONE, digits);
    store<u32>(addresses + (record << 2), out as u32);
    out += stride;
  }
}
