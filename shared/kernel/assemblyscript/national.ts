import {
  INVALID_COUNT_UNIT,
  KEEP_ALL,
  KEEP_ALPHANUMERIC,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';

/** National text is UTF-16, high byte first. */

const SPACE: u32 = 0x20;
const DELETE: u32 = 0x7f;
const NO_BREAK_SPACE: u32 = 0xa0;

export function readUnit(at: usize): u32 {
  return bswap<u16>(load<u16>(at)) as u32;
}

/** A blank, or what fills up a text in place of one. */
export function isPadding(unit: u32): bool {
  return unit <= SPACE || unit === NO_BREAK_SPACE || unit === DELETE;
}

function isBlankText(at: usize, end: usize): bool {
  while (at < end && readUnit(at) === SPACE) at += 2;
  return at >= end;
}

function isKept(unit: u32, keep: i32): bool {
  if (unit >= 0x30 && unit <= 0x39) return true;
  return keep === KEEP_ALPHANUMERIC && ((unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a));
}

/**
 * Decodes texts of UTF-16 into UTF-8, in `side`, which has room for twice the field of every record; `values` receives { address,
 * length } of each. `width` is even. `keep`: KEEP_… in shapes.ts. A surrogate without its other half makes the field invalid.
 */
export function decodeNational(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  keep: i32,
  trimStart: bool,
  trimEnd: bool,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  const aboveAscii = i16x8.splat(0x80ff as i16);
  let nulls = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    let start = (load<u32>(records + (record << 2)) as usize) + at;
    let end = start + width;
    let visible = end;
    while (visible > start && isPadding(readUnit(visible - 2))) visible -= 2;
    if (visible === start && (trimEnd || isBlankText(start, end))) {
      store<u8>(states + record, STATE_NULL as u8);
      nulls++;
      continue;
    }
    if (trimEnd) end = visible;
    if (trimStart) while (isPadding(readUnit(start))) start += 2;
    const text = side;
    let wellFormed = true;
    while (start < end) {
      if (keep === KEEP_ALL && start + 16 <= end) {
        // Eight ASCII characters at once: every other byte.
        const units = v128.load(start);
        if (!v128.any_true(v128.and(units, aboveAscii))) {
          const bytes = i8x16.swizzle(units, i8x16(1, 3, 5, 7, 9, 11, 13, 15, 1, 3, 5, 7, 9, 11, 13, 15));
          store<u64>(side, i64x2.extract_lane(bytes, 0));
          start += 16;
          side += 8;
          continue;
        }
      }
      const unit = readUnit(start);
      start += 2;
      if (unit < 0x80) {
        if (keep !== KEEP_ALL && !isKept(unit, keep)) continue;
        store<u8>(side++, unit as u8);
        continue;
      }
      let length = unit < 0x800 ? 2 : 3;
      let code = unit;
      if ((unit & 0xf800) === 0xd800) {
        const low: u32 = start < end ? readUnit(start) : 0;
        if (unit >= 0xdc00 || (low & 0xfc00) !== 0xdc00) {
          wellFormed = false;
          break;
        }
        start += 2;
        code = 0x10000 + ((unit & 0x3ff) << 10) + (low & 0x3ff);
        length = 4;
      }
      if (keep !== KEEP_ALL) continue;
      storeUtf8(side, code, length);
      side += length;
    }
    let state = side > text ? STATE_VALUE : STATE_NULL;
    if (!wellFormed) {
      state = STATE_INVALID;
      side = text;
    }
    nulls += (state === STATE_NULL) as i32;
    invalids += (state === STATE_INVALID) as i32;
    store<u8>(states + record, state as u8);
    store<u32>(values + (record << 3), text as u32);
    store<u32>(values + (record << 3), (side - text) as u32, 4);
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}

/** Writes a code point of two to four bytes. */
function storeUtf8(out: usize, code: u32, length: i32): void {
  for (let index = length - 1; index > 0; index--) {
    store<u8>(out + index, 0x80 | (code & 0x3f));
    code >>>= 6;
  }
  // 110xxxxx, 1110xxxx, 11110xxx
  store<u8>(out, ((0xff00 >>> length) & 0xff) | code);
}
