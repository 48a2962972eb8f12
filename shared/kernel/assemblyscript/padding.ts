import { CODE_LATIN1, CODE_UTF8 } from '../shapes';

/**
 * Padding: what fills up a text besides blanks: control characters, NUL among them, and the no-break space.
 *
 *     41 4E 41 00 00 20   → ANA        41 C2 A0 00   UTF-8 → A
 */

const SPACE: u8 = 0x20;
const DELETE: u8 = 0x7f;
/** In UTF-8 it follows a byte of its own. */
const NO_BREAK_SPACE: u8 = 0xa0;
const NO_BREAK_LEAD: u8 = 0xc2;

/** Address at which the padding at the end of [start, end) begins. `code`: CODE_… in shapes.ts. */
export function trimPadding(start: usize, end: usize, code: i32): usize {
  while (end > start) {
    const last = load<u8>(end - 1);
    if (last <= SPACE || last === DELETE || (last === NO_BREAK_SPACE && code === CODE_LATIN1)) end--;
    else if (last === NO_BREAK_SPACE && code === CODE_UTF8 && end - start >= 2) {
      if (load<u8>(end - 2) !== NO_BREAK_LEAD) break;
      end -= 2;
    } else break;
  }
  return end;
}

/** Address at which the padding at the beginning of [start, end) ends. */
export function skipPadding(start: usize, end: usize, code: i32): usize {
  while (start < end) {
    const first = load<u8>(start);
    if (first <= SPACE || first === DELETE || (first === NO_BREAK_SPACE && code === CODE_LATIN1)) start++;
    else if (first === NO_BREAK_LEAD && code === CODE_UTF8 && end - start >= 2) {
      if (load<u8>(start, 1) !== NO_BREAK_SPACE) break;
      start += 2;
    } else break;
  }
  return start;
}
