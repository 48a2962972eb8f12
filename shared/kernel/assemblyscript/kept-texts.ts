import { CODE_LATIN1, CODE_UTF8, KEEP_ALPHANUMERIC, STATE_INVALID, STATE_NULL, STATE_VALUE } from '../shapes';
import { isAscii, isUtf8 } from './utf8';
import { storeState, storeText } from './vector-members';

/** Finds the bytes that are kept, digits and those of `letters`: 0xff for each. */
function findKeptLanes(bytes: v128, letters: v128): v128 {
  const digits = i8x16.le_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(9));
  // Bit 5 turns a capital into a small letter.
  const small = v128.or(bytes, i8x16.splat(0x20));
  return v128.or(digits, v128.and(i8x16.le_u(i8x16.sub(small, i8x16.splat(0x61)), i8x16.splat(25)), letters));
}

/** For each pattern of which of eight lanes are kept: their numbers, in the left or the right half of 16 lanes. */
const LEFT: usize = memory.data(256 * 8, 16);
const RIGHT: usize = memory.data(256 * 8, 16);
let areLanesFilled = false;

function fillLanes(): void {
  for (let pattern = 0; pattern < 256; pattern++) {
    let at: usize = pattern << 3;
    for (let lane = 0; lane < 8; lane++) {
      if (((pattern >>> lane) & 1) === 0) continue;
      store<u8>(LEFT + at, lane as u8);
      store<u8>(RIGHT + at, (lane + 8) as u8);
      at++;
    }
  }
  areLanesFilled = true;
}

/**
 * Like `decodeTexts`, for fields that keep only some characters, all of them ASCII (`keep`: KEEP_… in shapes.ts). The whole field must
 * be valid in its code page: bytes that cannot be read are not silently dropped.
 */
export function decodeKept(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  code: i32,
  keep: i32,
  side: usize,
  states: usize,
  values: usize,
): i32 {
  if (!areLanesFilled) fillLanes();
  const letters = i8x16.splat(keep === KEEP_ALPHANUMERIC ? -1 : 0);
  const lanes: u32 = 0xffff >>> (16 - width);
  let unread = 0;
  let record = 0;
  while (true) {
    // Without calls, which would slow down all texts.
    for (; record < count && width <= 16; record++) {
      const bytes = v128.load((load<u32>(records + (record << 2)) as usize) + at);
      if ((i8x16.bitmask(bytes) & lanes) !== 0) break;
      const end = writeKept(bytes, i8x16.bitmask(findKeptLanes(bytes, letters)) & lanes, side);
      if (end === side) break;
      store<u8>(states + record, STATE_VALUE as u8);
      storeText(values + (record << 3), side, end);
      side = end;
    }
    if (record >= count) return unread;
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const end = keepCharacters(start, width, letters, side);
    const isReadable =
      code === CODE_LATIN1 ||
      (code === CODE_UTF8 ? isUtf8(start, start + width) : isAscii(start, start + width));
    const state = !isReadable ? STATE_INVALID : end === side ? STATE_NULL : STATE_VALUE;
    unread += storeState(states + record, state);
    storeText(values + (record << 3), side, end);
    side = end;
    record++;
  }
}

/** Writes those characters of a text that are kept. Returns the address after them. */
function keepCharacters(start: usize, width: i32, letters: v128, out: usize): usize {
  for (; width > 0; width -= 16) {
    const bytes = v128.load(start);
    const kept: u32 = i8x16.bitmask(findKeptLanes(bytes, letters));
    out = writeKept(bytes, width >= 16 ? kept : kept & ((1 << width) - 1), out);
    start += 16;
  }
  return out;
}

/** Writes the kept ones of 16 bytes side by side, and up to 15 bytes beyond. `kept`: a bit for each. Returns the address after them. */
function writeKept(bytes: v128, kept: u32, out: usize): usize {
  const left = (kept & 0xff) as usize;
  const right = (kept >>> 8) as usize;
  v128.store(out, i8x16.swizzle(bytes, v128.load64_zero(LEFT + (left << 3))));
  out += popcnt<usize>(left);
  v128.store(out, i8x16.swizzle(bytes, v128.load64_zero(RIGHT + (right << 3))));
  return out + popcnt<usize>(right);
}
