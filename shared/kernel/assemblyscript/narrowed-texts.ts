import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_NULL, STATE_VALUE } from '../shapes';
import { isFilledWith } from './blanks';
import { lengthOfWord, wordAt } from './character-page';
import { findVisible, isAsciiPadding } from './padding';

const SPACE: u8 = 0x20;
/** UTF-8 of the no-break space, C2 A0. */
const NO_BREAK_SPACE: u32 = 0xa0c2;

/** Is the character at `at` a blank, or what fills up a text in place of one? */
export function isNarrowedPadding(at: usize): bool {
  const byte = load<u8>(at);
  return byte < 0x80 ? isAsciiPadding(byte) : wordAt(at) === NO_BREAK_SPACE;
}

/** Address at which the padding of ASCII at the end of [start, end) begin. Reads up to 15 bytes beyond, and none before: a missing parent is at 0. */
function findVisibleEnd(start: usize, end: usize): usize {
  while (start + 16 <= end) {
    const visible = i8x16.bitmask(findVisible(v128.load(end - 16)));
    if (visible !== 0) return end - 16 + (32 - clz(visible));
    end -= 16;
  }
  const lanes = (1 << ((end - start) as i32)) - 1;
  const visible = i8x16.bitmask(findVisible(v128.load(start))) & lanes;
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
    let visible = findVisibleEnd(start, start + width);
    while (visible > start && isNarrowedPadding(visible - 1)) visible--;
    if (visible === start && (trimEnd || isFilledWith(start, width, SPACE))) {
      store<u8>(states + record, STATE_NULL as u8);
      nulls++;
      continue;
    }
    const end = trimEnd ? visible : start + width;
    if (trimStart) while (isNarrowedPadding(start)) start++;
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
