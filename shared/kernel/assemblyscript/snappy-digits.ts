import { SNAPPY_TABLE_BYTES } from '../shapes';
import { writeCopyOfForm, writeLiteral, writeShortCopy } from './snappy-tokens';

/**
 * PLAIN texts of mostly digits that do not repeat each other, such as tax numbers. A search finds matches of little more than four
 * bytes in them, at unpredictable places. So matches are looked for at fixed places only:
 *
 *     0b 00 00 00  3 9 0 5 3 3 4 4 7 0 5
 *     └───────┬────────┘ └─────┘ └─────┘  each four digits, wherever they occurred last
 *             └ the length and the digits before the fours, wherever both occurred last
 *
 * The key of a four is a number made of the low halves of its characters, which for digits is their value.
 */
const FOURS: usize = 0;
/** Four halves of 15 make the largest key, 16,665. */
const FOURS_BYTES: usize = 2 * 16_672;
/** Last positions of a length together with the digits after it. */
const BEGINNINGS: usize = FOURS + FOURS_BYTES;
const BEGINNING_BITS: u64 = 12;
/** Last positions of a length alone. */
const LENGTHS: usize = BEGINNINGS + (2 << (BEGINNING_BITS as usize));
const MOST_LENGTH: usize = 16;
const LEAST_LENGTH: usize = 8;
/** Keys of the fours that begin at each character of the current value. */
const KEYS: usize = LENGTHS + 2 * (MOST_LENGTH + 1) + 14;
const TABLES_BYTES: usize = KEYS;
/** Address at which compressing stopped. */
const RESULT: usize = SNAPPY_TABLE_BYTES - 4;

/** Fewer bytes hold too few fours: a search finds more. */
const LEAST_BYTES: usize = 80 * 1024;
/** After this many compressed values, the next ones are looked at again. */
const STRETCH_VALUES = 1024;
/** The number of values that are looked at. */
const SAMPLE_VALUES = 64;
/** Compressing stops this far before the end: values are read and written 16 bytes at a time. */
const TAIL_BYTES: usize = 48;

/** True if the next values are mostly digits and differ from the values before them: a search does not compress such values better. */
function areRandomDigits(at: usize, end: usize): bool {
  let digits = 0;
  let same = 0;
  let total = 0;
  let before = i8x16.splat(0);
  for (let value = 0; value < SAMPLE_VALUES && end - at >= TAIL_BYTES; value++) {
    const length = load<u32>(at) as usize;
    if (length < LEAST_LENGTH || length > MOST_LENGTH) return false;
    const text = v128.load(at, 4);
    const inside = (1 << (length as i32)) - 1;
    const isDigit = i8x16.lt_u(i8x16.sub(text, i8x16.splat(0x30)), i8x16.splat(10));
    digits += popcnt<i32>(i8x16.bitmask(isDigit) & inside);
    same += popcnt<i32>(i8x16.bitmask(i8x16.eq(text, before)) & inside);
    total += length as i32;
    before = text;
    at += 4 + length;
  }
  return total > 0 && digits * 10 >= total * 8 && same * 10 <= total * 3;
}

/**
 * Compresses the values of [base, end) as long as the next ones are such digits. Returns the address after the tokens; the last word of
 * `table` is the address of the first byte that is not compressed.
 */
export function compressDigits(base: usize, end: usize, out: usize, table: usize): usize {
  let pending = base;
  let at = end - base < LEAST_BYTES ? end : base;
  memory.fill(table, 0, TABLES_BYTES);
  while (areRandomDigits(at, end)) {
    for (let value = 0; value < STRETCH_VALUES && end - at >= TAIL_BYTES; value++) {
      const length = load<u32>(at) as usize;
      if (length < LEAST_LENGTH || length > MOST_LENGTH) break;
      const position = at - base;
      writeKeys(table + KEYS, v128.load(at, 4));

      const rest = length & 3;
      const word = load<u64>(at);
      const mask = ~(0 as u64) >>> ((32 - (rest << 3)) as u64);
      // Half a byte for each digit, all ones for one that is not there.
      const halves = ((word | ~mask) >>> 32) as usize;
      const beginning = (halves & 0xf) | ((halves >>> 4) & 0xf0) | ((halves >>> 8) & 0xf00);
      let back = replaceLast(table + BEGINNINGS + (beginning << 1), position);
      const backToLength = replaceLast(table + LENGTHS + (length << 1), position);
      let covered: usize = 4 + rest;
      let first = rest;
      if (((word ^ load<u64>(at - back)) & mask) !== 0) {
        back = backToLength;
        covered = 4;
      }
      if (load<u32>(at - back) === (word as u32) && back !== 0) {
        if (at > pending) out = writeLiteral(out, pending, at - pending);
        // The same value again, such as the next contract of a client, is one copy.
        const same = i8x16.bitmask(i8x16.eq(v128.load(at, 4), v128.load(at - back, 4)));
        if ((~same & ((1 << (length as i32)) - 1)) === 0) {
          covered = 4 + length;
          first = length;
        }
        out = writeCopyOfForm(out, back, covered, covered < 12 && back < 2048);
        pending = at + covered;
      }

      for (let index = first; index < length; index += 4) {
        const here = at + 4 + index;
        const key = load<u16>(table + KEYS + (index << 1)) as usize;
        const back: usize = (here - base - load<u16>(table + FOURS + (key << 1))) & 0xffff;
        if (load<u32>(here) === load<u32>(here - back) && back !== 0) {
          if (here > pending) out = writeLiteral(out, pending, here - pending);
          out = writeShortCopy(out, back, 4);
          pending = here + 4;
        }
      }
      for (let index: usize = 0; index < length - 3; index++) {
        const key = load<u16>(table + KEYS + (index << 1)) as usize;
        store<u16>(table + FOURS + (key << 1), (position + 4 + index) as u16);
      }
      at += 4 + length;
    }
  }
  store<u32>(table + RESULT, pending as u32);
  return out;
}

/** Stores `position` in a slot and returns its distance from the position that was there before, modulo 64 KiB. */
function replaceLast(slot: usize, position: usize): usize {
  const back: usize = (position - load<u16>(slot)) & 0xffff;
  store<u16>(slot, position as u16);
  return back;
}

/** Writes, for each of 16 characters, the key of the four that begins there. */
function writeKeys(keys: usize, text: v128): void {
  const halves = v128.and(text, i8x16.splat(15));
  const twice = i8x16.add(halves, halves);
  const eightfold = i8x16.add(i8x16.add(twice, twice), i8x16.add(twice, twice));
  const next = i8x16.shuffle(halves, halves, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15);
  const pairs = i8x16.add(i8x16.add(eightfold, twice), next);
  const nextPairs = i8x16.shuffle(pairs, pairs, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15, 15);
  const hundreds = i8x16.splat(100);
  const low = i16x8.extmul_low_i8x16_u(pairs, hundreds);
  const high = i16x8.extmul_high_i8x16_u(pairs, hundreds);
  v128.store(keys, i16x8.add(low, i16x8.extend_low_i8x16_u(nextPairs)));
  v128.store(keys, i16x8.add(high, i16x8.extend_high_i8x16_u(nextPairs)), 16);
}
