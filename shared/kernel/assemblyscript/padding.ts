import { CODE_LATIN1, CODE_UTF8 } from '../shapes';

/**
 * Padding: what fills up a text besides blanks: control characters, NUL among them, and the no-break space.
 *
 *     41 4E 41 00 00 20   → ANA        41 C2 A0 00   UTF-8 → A
 */

const SPACE: u8 = 0x20;
const DELETE: u8 = 0x7f;
/** In UTF-8 it follows a byte of its own. */
export const NO_BREAK_SPACE: u8 = 0xa0;
const NO_BREAK_LEAD: u8 = 0xc2;

/**
 * Sets the highest bit of each byte that is not padding of ASCII. No-break spaces, which are above ASCII, are left to `trimPadding`. One
 * comparison does it, because DEL + 1 is the smallest number with a sign.
 */
export function findVisible(bytes: v128): v128 {
  const next = i8x16.add(bytes, i8x16.splat(1));
  return v128.or(bytes, i8x16.gt_s(next, i8x16.splat(0x21)));
}

export function isAsciiPadding(byte: u8): bool {
  return byte <= SPACE || byte === DELETE;
}

/** Address at which the padding at the end of [start, end) begins. `code`: CODE_… in shapes.ts. */
export function trimPadding(start: usize, end: usize, code: i32): usize {
  while (end > start) {
    const last = load<u8>(end - 1);
    if (isAsciiPadding(last) || (last === NO_BREAK_SPACE && code === CODE_LATIN1)) end--;
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
    if (isAsciiPadding(first) || (first === NO_BREAK_SPACE && code === CODE_LATIN1)) start++;
    else if (first === NO_BREAK_LEAD && code === CODE_UTF8 && end - start >= 2) {
      if (load<u8>(start, 1) !== NO_BREAK_SPACE) break;
      start += 2;
    } else break;
  }
  return start;
}
