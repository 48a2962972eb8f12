import {
  CHARACTER_OTHER,
  CHARACTER_SLOT_BYTES,
  RECORD_ILL_FORMED,
  RECORD_OK,
  RECORD_TOO_LONG,
  RECORD_TOO_SHORT,
} from '../shapes';
import { codeOf, shadowOf } from './character-page';
import { RESULT } from './result';
import { measureSequence } from './utf8';

let areAscii = false;

/** Are all lines ASCII that the last call of `narrowLines` judged? */
export function areLinesAscii(): bool {
  return areAscii;
}

/** True if a byte of [at, end) is above 0x7f. Reads up to 63 bytes beyond. */
function hasHighBytes(at: usize, end: usize): bool {
  for (; at + 64 <= end; at += 64) {
    const first = v128.or(v128.load(at), v128.load(at, 16));
    const second = v128.or(v128.load(at, 32), v128.load(at, 48));
    if (i8x16.bitmask(v128.or(first, second)) !== 0) return true;
  }
  for (; at < end; at += 16) {
    const left = end - at;
    const lanes: i32 = left < 16 ? (1 << (left as i32)) - 1 : 0xffff;
    if ((i8x16.bitmask(v128.load(at)) & lanes) !== 0) return true;
  }
  return false;
}

/**
 * Writes the first `length` characters of [at, end), which is UTF-8, to `out`, a byte each, and fills up what is missing with `space`.
 * Returns how many characters there are; if it is ill-formed, those before the first bad byte, as -1 - count. Writes up to 15 bytes beyond.
 */
export function narrowRecord(at: usize, end: usize, out: usize, length: i32, space: u8): i32 {
  const shadow = shadowOf(out);
  let count = 0;
  let isWhole = true;
  while (at < end) {
    const bytes = v128.load(at);
    const high = i8x16.bitmask(bytes);
    const left = end - at;
    let run = high === 0 ? 16 : ctz(high);
    if (left < (run as usize)) run = left as i32;
    if (run > 0) {
      if (count < length) v128.store(out + count, bytes);
      count += run;
      at += run;
      if (at === end) break;
    }
    if (load<u8>(at) < 0x80) continue;
    const sequence = measureSequence(at, end);
    if (sequence === 0) {
      isWhole = false;
      break;
    }
    if (count < length) {
      const word = load<u32>(at) & (0xffffffff >>> ((4 - sequence) << 3));
      const code = codeOf(word, sequence);
      store<u8>(out + count, code);
      if (code === (CHARACTER_OTHER as u8) && shadow !== 0)
        store<u32>(shadow + count * CHARACTER_SLOT_BYTES, word);
    }
    count++;
    at += sequence;
  }
  if (count < length) memory.fill(out + count, space, length - count);
  return isWhole ? count : -1 - count;
}

/** Index of the first line that is shorter than `length` and has a byte above 0x7f among its first `before`; -1 if there is none. */
export function findOpenLine(rawStarts: usize, rawLengths: usize, count: i32, length: i32, before: i32): i32 {
  for (let record = 0; record < count; record++) {
    const held = load<i32>(rawLengths + (record << 2));
    if (held >= length) continue;
    const start = load<u32>(rawStarts + (record << 2)) as usize;
    if (hasHighBytes(start, start + min(held, before))) return record;
  }
  return -1;
}

/**
 * Judges lines by their characters: `findLines` found them and compared their bytes. Lines that are not ASCII, and short ones with
 * `padShort`, are narrowed to `padAt`; `starts` then points there. Stores the number of characters of each line in `lengths`; of an
 * ill-formed one, of those before the first bad byte. Stops if there is no room. Returns how many lines are done; RESULT: the first
 * address that is not, or 0; whether a line is shorter than `length` and filled up.
 */
export function narrowLines(
  start: usize,
  end: usize,
  count: i32,
  length: i32,
  padShort: bool,
  space: u8,
  padAt: usize,
  padEnd: usize,
  starts: usize,
  rawStarts: usize,
  rawLengths: usize,
  lengths: usize,
  outcomes: usize,
): i32 {
  const isAscii = !hasHighBytes(start, end);
  areAscii = isAscii;
  let isPadded = false;
  let record = 0;
  store<u32>(RESULT, 0);
  for (; record < count; record++) {
    const from = load<u32>(rawStarts + (record << 2)) as usize;
    const byteLength = load<i32>(rawLengths + (record << 2));
    const to = from + byteLength;
    const outcome = load<u8>(outcomes + record) as i32;
    const fills = padShort && outcome === RECORD_TOO_SHORT;
    if (!fills && (isAscii || !hasHighBytes(from, to))) {
      store<i32>(lengths + (record << 2), byteLength);
      continue;
    }
    if (padAt + length > padEnd) {
      store<u32>(RESULT, from as u32);
      break;
    }
    let found = narrowRecord(from, to, padAt, length, space);
    let narrowed = RECORD_OK;
    if (found < 0) {
      found = -1 - found;
      narrowed = RECORD_ILL_FORMED;
    } else if (found > length) narrowed = RECORD_TOO_LONG;
    else if (found < length) {
      if (!padShort) narrowed = RECORD_TOO_SHORT;
      else isPadded = true;
    }
    store<u8>(outcomes + record, narrowed as u8);
    store<u32>(starts + (record << 2), padAt as u32);
    store<i32>(lengths + (record << 2), found);
    padAt += length;
  }
  store<i32>(RESULT, isPadded as i32, 4);
  return record;
}
