import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_NULL, STATE_VALUE } from '../shapes';
import { lengthOfWord, wordAt } from './character-page';

const SPACE: u8 = 0x20;

/** Address at which the blanks at the end of [start, end) begin. Reads up to 15 bytes beyond, and none before: a missing parent is at 0. */
function findVisibleEnd(start: usize, end: usize): usize {
  const spaces = i8x16.splat(SPACE);
  while (start + 16 <= end) {
    const visible = ~i8x16.bitmask(i8x16.eq(v128.load(end - 16), spaces)) & 0xffff;
    if (visible !== 0) return end - 16 + (32 - clz(visible));
    end -= 16;
  }
  const lanes = (1 << ((end - start) as i32)) - 1;
  const visible = ~i8x16.bitmask(i8x16.eq(v128.load(start), spaces)) & lanes;
  return start + (32 - clz(visible));
}

/**
 * Decodes texts of narrowed records, trimmed, into UTF-8, in `side`, which has room for four times the field of every record and a
 * margin; `values` receives { address, length } of each.
 */
export function decodeNarrowedTexts(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
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
    const visible = findVisibleEnd(start, start + width);
    if (visible === start) {
      store<u8>(states + record, STATE_NULL as u8);
      nulls++;
      continue;
    }
    const end = trimEnd ? visible : start + width;
    if (trimStart) while (load<u8>(start) === SPACE) start++;
    const text = side;
    let isWhole = true;
    while (start < end) {
      const bytes = v128.load(start);
      v128.store(side, bytes);
      const high = i8x16.bitmask(bytes);
      const run: usize = high === 0 ? 16 : ctz(high);
      const left = end - start;
      if (left <= run) {
        side += left;
        break;
      }
      side += run;
      start += run;
      if (high === 0) continue;
      const word = wordAt(start);
      // A code without a character is never written; were it, the text would not be what the file says.
      isWhole = isWhole && word !== 0;
      store<u32>(side, word);
      side += lengthOfWord(word);
      start++;
    }
    if (!isWhole) {
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
