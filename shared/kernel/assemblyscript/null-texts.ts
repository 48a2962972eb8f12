import { CODE_NARROWED, CODE_UTF8, CODE_UTF16, INVALID_COUNT_UNIT, STATE_NULL, STATE_VALUE } from '../shapes';
import { isNarrowedPadding } from './narrowed-texts';
import { isPadding, readUnit } from './national';
import { skipPadding, trimPadding } from './padding';

/**
 * Sets a field to null if it is one of `literals`, entries of { length, 4 bytes; bytes }, without the padding around it: that of UTF-8,
 * of UTF-16 or of narrowed records if `code` is one of these, else the bytes that `padding` marks. Returns how many of them had a value + how many were invalid ×
 * INVALID_COUNT_UNIT.
 */
export function nullTexts(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  literals: usize,
  literalCount: i32,
  code: i32,
  padding: usize,
  states: usize,
): i32 {
  let values = 0;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    const state = load<u8>(states + record);
    if (state === (STATE_NULL as u8)) continue;
    let start = (load<u32>(records + (record << 2)) as usize) + at;
    let end = start + width;
    if (code === CODE_UTF8) {
      end = trimPadding(start, end, code);
      start = skipPadding(start, end, code);
    } else if (code === CODE_UTF16) {
      while (end > start && isPadding(readUnit(end - 2))) end -= 2;
      while (start < end && isPadding(readUnit(start))) start += 2;
    } else if (code === CODE_NARROWED) {
      while (end > start && isNarrowedPadding(end - 1)) end--;
      while (start < end && isNarrowedPadding(start)) start++;
    } else {
      while (end > start && load<u8>(padding + load<u8>(end - 1)) !== 0) end--;
      while (start < end && load<u8>(padding + load<u8>(start)) !== 0) start++;
    }
    if (!isAnyLiteral(start, end - start, literals, literalCount)) continue;
    store<u8>(states + record, STATE_NULL as u8);
    if (state === (STATE_VALUE as u8)) values++;
    else invalids++;
  }
  return values + invalids * INVALID_COUNT_UNIT;
}

function isAnyLiteral(start: usize, length: usize, literals: usize, count: i32): bool {
  let entry = literals;
  for (let index = 0; index < count; index++) {
    const expected = load<u32>(entry) as usize;
    if (expected === length && memory.compare(start, entry + 4, length) === 0) return true;
    entry += 4 + expected;
  }
  return false;
}
