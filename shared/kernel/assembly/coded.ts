import {
  INVALID_COUNT_UNIT,
  KEEP_ALL,
  KEEP_ALPHANUMERIC,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';

/**
 * Writes `width` bytes of each record, byte by byte through a table of 256, to `out`, `stride` bytes apart; `addresses` receives where
 * each stands. The decoders of ASCII text then read them there.
 */
export function translate(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  table: usize,
  out: usize,
  stride: i32,
  addresses: usize,
): void {
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    for (let index = 0; index < width; index++) {
      store<u8>(out + index, load<u8>(table + load<u8>(start + index)));
    }
    store<u32>(addresses + (record << 2), out as u32);
    out += stride;
  }
}

function isKept(byte: u8, keep: i32): bool {
  if (byte >= 0x30 && byte <= 0x39) return true;
  return keep === KEEP_ALPHANUMERIC && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
}

/**
 * Texts of a code page of one byte a character: { address, length } of each in UTF-8, in `side`. `lengths` has the bytes that each
 * byte becomes, 0 where it is undefined, `slots` those bytes, 4 a slot; `space` is the page's blank.
 */
export function decodeCodedTexts(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  lengths: usize,
  slots: usize,
  space: u8,
  keep: i32,
  trimStart: bool,
  trimEnd: bool,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    let start = (load<u32>(records + (record << 2)) as usize) + at;
    let end = start + width;
    let visible = end;
    while (visible > start && load<u8>(visible - 1) === space) visible--;
    if (visible === start) {
      store<u8>(states + record, STATE_NULL as u8);
      nulls++;
      continue;
    }
    if (trimEnd) end = visible;
    if (trimStart) while (load<u8>(start) === space) start++;
    const text = side;
    let defined = true;
    for (; start < end; start++) {
      const byte = load<u8>(start);
      const length = load<u8>(lengths + byte) as usize;
      if (length === 0) {
        defined = false;
        break;
      }
      const slot = load<u32>(slots + ((byte as usize) << 2));
      if (keep !== KEEP_ALL && (length > 1 || !isKept(slot as u8, keep))) continue;
      store<u32>(side, slot);
      side += length;
    }
    let state = side > text ? STATE_VALUE : STATE_NULL;
    if (!defined) {
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
