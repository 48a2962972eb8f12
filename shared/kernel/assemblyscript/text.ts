import {
  CODE_ASCII,
  CODE_LATIN1,
  INVALID_COUNT_UNIT,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';
import { isFilledWith } from './blanks';
import { areNames, decodeNames } from './names';
import { findVisible, NO_BREAK_SPACE, skipPadding, trimPadding } from './padding';
import { isAscii, isUtf8, latin1ToUtf8 } from './utf8';
import { storeState, storeText } from './vector-members';

const SPACE: u8 = 0x20;

/**
 * Decodes texts, without their padding, into UTF-8, in `side`, which has room for twice the field of every record and a margin; `values` receives
 * { address, length } of each. `code`: CODE_… in shapes.ts. Texts are copied to `side` because they lie close together there: reading
 * them in the records again, a cache line for each, takes longer than copying them.
 */
export function decodeTexts(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  code: i32,
  trimStart: bool,
  trimEnd: bool,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  if (trimStart || !trimEnd)
    return decodeEach(records, count, at, width, code, trimStart, trimEnd, side, states, values);
  if (width <= 16) return decodeShort(records, count, at, width, code, side, states, values);
  if (areNames(records, count, at, width, code))
    return decodeNames(records, count, at, width, side, states, values);
  return decodeEach(records, count, at, width, code, trimStart, trimEnd, side, states, values);
}

/** Decodes texts of at most 16 bytes, trimmed at their end. */
function decodeShort(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  code: i32,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  const lanes: u32 = 0xffff >>> (16 - width);
  let unread = 0;
  let record = 0;
  while (true) {
    // Without calls, which would slow down all texts.
    for (; record < count; record++) {
      const bytes = v128.load((load<u32>(records + (record << 2)) as usize) + at);
      if ((i8x16.bitmask(bytes) & lanes) !== 0) break;
      const visible = i8x16.bitmask(findVisible(bytes)) & lanes;
      const end = side + (32 - clz(visible));
      v128.store(side, bytes);
      store<u8>(states + record, (visible === 0 ? STATE_NULL : STATE_VALUE) as u8);
      unread += (visible === 0) as i32;
      storeText(values + (record << 3), side, end);
      side = end;
    }
    if (record >= count) return unread;
    const value = values + (record << 3);
    unread += decodeEach(
      records + (record << 2),
      1,
      at,
      width,
      code,
      false,
      true,
      side,
      states + record,
      value,
    );
    side = (load<u32>(value) as usize) + load<u32>(value, 4);
    record++;
  }
}

function decodeEach(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  code: i32,
  trimStart: bool,
  trimEnd: bool,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  const lanes: i32 = width >= 16 ? 0xffff : (1 << width) - 1;
  const trimsEndOnly = trimEnd && !trimStart;
  const keepsEnd: i32 = trimEnd ? 0 : 1;
  let unread = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    let high = 0;
    let length = 0;
    if (width <= 16) {
      const bytes = v128.load(start);
      v128.store(side, bytes);
      high = i8x16.bitmask(bytes) & lanes;
      const visible = i8x16.bitmask(findVisible(bytes)) & lanes;
      length = 32 - clz(visible);
    } else {
      let seen = i64x2.splat(0);
      let from = 0;
      for (; from + 16 <= width; from += 16) {
        const bytes = v128.load(start + from);
        v128.store(side + from, bytes);
        seen = v128.or(seen, bytes);
        const visible = i8x16.bitmask(findVisible(bytes));
        length = select<i32>(from + 32 - clz(visible), length, visible !== 0);
      }
      if (from < width) {
        // The last 16 bytes, some of which were read before.
        from = width - 16;
        const bytes = v128.load(start + from);
        v128.store(side + from, bytes);
        seen = v128.or(seen, bytes);
        const visible = i8x16.bitmask(findVisible(bytes));
        length = select<i32>(from + 32 - clz(visible), length, visible !== 0);
      }
      high = i8x16.bitmask(seen);
    }
    if ((high | keepsEnd) !== 0) {
      let from = start;
      let to = start + length;
      if (!trimsEndOnly || load<u8>(to - 1) === NO_BREAK_SPACE) {
        to = findTextEnd(start, width, length, code, trimEnd);
        if (trimStart) from = skipPadding(start, to, code);
      }
      let state = STATE_VALUE;
      let text = side + (from - start);
      if (to === start) state = STATE_NULL;
      else if (code === CODE_LATIN1) {
        text = side;
        side = latin1ToUtf8(from, to, side);
      } else if (code === CODE_ASCII ? isAscii(start, start + width) : isUtf8(start, start + width)) {
        side += to - start;
      } else state = STATE_INVALID;
      unread += storeState(states + record, state);
      storeText(values + (record << 3), text, side);
      continue;
    }
    if (length === 0) {
      unread += storeState(states + record, STATE_NULL);
      continue;
    }
    const text = trimStart ? side + (skipPadding(start, start + length, CODE_ASCII) - start) : side;
    side += length;
    store<u8>(states + record, STATE_VALUE as u8);
    storeText(values + (record << 3), text, side);
  }
  return unread;
}

/** Address at which a text ends that is not all ASCII or keeps its padding. `length`: where its blanks and controls begin. */
function findTextEnd(start: usize, width: i32, length: i32, code: i32, trimEnd: bool): usize {
  if (trimEnd) return trimPadding(start, start + length, code);
  return isFilledWith(start, width, SPACE) ? start : start + width;
}

/** Stores { address, length } of the raw bytes of a field; null if all are `space`, the code page's blank. */
export function decodeBinary(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  space: u8,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const blank = isFilledWith(start, width, space);
    nulls += blank as i32;
    store<u8>(states + record, (blank ? STATE_NULL : STATE_VALUE) as u8);
    store<u32>(values + (record << 3), start as u32);
    store<u32>(values + (record << 3), width as u32, 4);
  }
  return nulls;
}

/**
 * Decodes booleans into one byte each, 0 or 1: looks up each trimmed text in `texts`, entries of { length, value, bytes } in the order of
 * the layout.
 */
export function decodeBooleans(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  texts: usize,
  textCount: i32,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    let start = (load<u32>(records + (record << 2)) as usize) + at;
    let end = start + width;
    while (end > start && load<u8>(end - 1) === SPACE) end--;
    while (start < end && load<u8>(start) === SPACE) start++;
    let state = STATE_NULL;
    if (end > start) {
      state = STATE_INVALID;
      let entry = texts;
      for (let index = 0; index < textCount; index++) {
        const length = load<u8>(entry) as usize;
        if (length === end - start && memory.compare(start, entry + 2, length) === 0) {
          store<u8>(values + record, load<u8>(entry, 1));
          state = STATE_VALUE;
          break;
        }
        entry += 2 + length;
      }
    }
    nulls += (state === STATE_NULL) as i32;
    invalids += (state === STATE_INVALID) as i32;
    store<u8>(states + record, state as u8);
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}
