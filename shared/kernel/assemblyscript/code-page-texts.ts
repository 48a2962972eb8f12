import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_NULL, STATE_VALUE } from '../shapes';
import { isFilledWith } from './blanks';

const DELETE: u8 = 0x7f;

/**
 * Maps `width` bytes of each record through a table of 256 bytes and writes them to `out`, `stride` bytes apart. `addresses` receives
 * the address of each. The decoders of ASCII text then read them there.
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

/** Address at which the padding at the end of [start, end) begins. All bytes up to the blank are padding, and those that `padding` marks. */
function findVisibleEnd(start: usize, end: usize, space: u8, ascii: usize, padding: usize): usize {
  const blanks = i8x16.splat(space);
  let visible = 0;
  while (start + 16 <= end) {
    visible = i8x16.bitmask(i8x16.gt_u(v128.load(end - 16), blanks));
    if (visible !== 0) break;
    end -= 16;
  }
  if (visible !== 0) end = end - 16 + (32 - clz(visible));
  else while (end > start && load<u8>(end - 1) <= space) end--;
  // Padding above the blank, DEL and the no-break space, is no printable character of ASCII, as few last characters are.
  if (end > start && load<u8>(ascii + load<u8>(end - 1)) >= DELETE) {
    while (end > start && load<u8>(padding + load<u8>(end - 1)) !== 0) end--;
  }
  return end;
}

/**
 * Decodes texts of a code page of one byte a character into UTF-8, in `side`; `values` receives { address, length } of each. `runs`: how
 * most bytes become ASCII, 16 at a time: by the high half of a byte, what is added to it and the bit of its row, then, by its low half, in
 * which rows that holds. Tables by byte: `ascii`: its ASCII character, or 0x80. `lengths`: how many bytes of UTF-8 it becomes, 0 if it is undefined. `slots`: these bytes,
 * 4 a slot. `padding`: 1 if it is a blank, or fills up a text in place of one. `space`: the blank of the code page.
 */
export function decodeCodedTexts(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  runs: usize,
  ascii: usize,
  lengths: usize,
  slots: usize,
  padding: usize,
  space: u8,
  trimStart: bool,
  trimEnd: bool,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  const added = v128.load(runs);
  const rowBits = v128.load(runs, 16);
  const rowsByLow = v128.load(runs, 32);
  let nulls = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    let start = (load<u32>(records + (record << 2)) as usize) + at;
    let end = start + width;
    const visible = findVisibleEnd(start, end, space, ascii, padding);
    if (visible === start && (trimEnd || isFilledWith(start, width, space))) {
      store<u8>(states + record, STATE_NULL as u8);
      nulls++;
      continue;
    }
    if (trimEnd) end = visible;
    if (trimStart) while (load<u8>(padding + load<u8>(start)) !== 0) start++;
    const text = side;
    let defined = true;
    while (start < end && defined) {
      const left = end - start;
      const length: usize = left < 16 ? left : 16;
      const bytes = v128.load(start);
      const high = i8x16.shr_u(bytes, 4);
      const rows = v128.and(
        i8x16.swizzle(rowBits, high),
        i8x16.swizzle(rowsByLow, v128.and(bytes, i8x16.splat(0x0f))),
      );
      v128.store(side, i8x16.add(bytes, i8x16.swizzle(added, high)));
      const others = i8x16.bitmask(i8x16.eq(rows, i8x16.splat(0))) & ((1 << (length as i32)) - 1);
      const mapped: usize = others === 0 ? length : (ctz(others) as usize);
      side += mapped;
      start += mapped;
      // The others may become several bytes each, or be undefined.
      for (let run = others >> (mapped as i32); (run & 1) !== 0; run >>= 1, start++) {
        const byte = load<u8>(start);
        const written = load<u8>(lengths + byte) as usize;
        defined = defined && written > 0;
        store<u32>(side, load<u32>(slots + ((byte as usize) << 2)));
        side += written;
      }
    }
    if (!defined) {
      store<u8>(states + record, STATE_INVALID as u8);
      side = text;
      invalids++;
      continue;
    }
    store<u8>(states + record, STATE_VALUE as u8);
    store<u32>(values + (record << 3), text as u32);
    store<u32>(values + (record << 3), (side - text) as u32, 4);
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}

/**
 * Like `decodeCodedTexts`, for fields that keep only some characters, all of them ASCII. `kept`, by byte: 1 keeps it, 0 drops it, 0x80
 * if it is undefined, which makes the field invalid.
 */
export function decodeCodedKept(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  ascii: usize,
  kept: usize,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const text = side;
    let seen: u32 = 0;
    for (let index = 0; index < width; index++) {
      const byte = load<u8>(start + index);
      const step = load<u8>(kept + byte) as u32;
      store<u8>(side, load<u8>(ascii + byte));
      side += step & 1;
      seen |= step;
    }
    let state = side > text ? STATE_VALUE : STATE_NULL;
    if (seen & 0x80) {
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
