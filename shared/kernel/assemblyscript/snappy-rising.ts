import { SNAPPY_TABLE_BYTES } from '../shapes';
import { matchLength, matchLengthOf32, writeCopy, writeShortLiteral } from './snappy-tokens';

/**
 * PLAIN texts of one length that rise slowly, such as identifiers in the order of a file. Matches are looked for at one place of each:
 *
 *     0f 00 00 00  C T R 1 0 0 0 0 0 6 5 5 │ 7 8 0  0f 00 00 00  C T R 1 0 0 0 0 0 6 │ 5 5 8 2 7
 *                                          └ the last three characters, wherever they ended a value last, and on
 *                                            into the next value as far as it begins alike; the rest is a literal
 *
 * That is a tenth larger than what a search makes of them, and takes half the time.
 */
const TABLE_BITS: u64 = 12;
const TABLE_BYTES: usize = 2 << (TABLE_BITS as usize);
const LEAST_LENGTH: usize = 8;
const MOST_LENGTH: usize = 40;
/** How many characters at the end of a value may differ from the value before. */
const MOST_DIFFERING: usize = 6;
/** After this many compressed values, the next ones are looked at again. */
const STRETCH_VALUES = 1024;
/** The number of values that are looked at, and how many of them must begin as the one before. */
const SAMPLE_VALUES: usize = 64;
const LEAST_ALIKE = 60;
/** Compressing stops this far before the end: values are read and written 16 bytes at a time. */
const TAIL_BYTES: usize = 128;
/** Address at which compressing stopped. */
const RESULT: usize = SNAPPY_TABLE_BYTES - 4;

/** True if the next values have one length, and all but a few begin as the one before them and end in another way. */
function areRising(at: usize, end: usize): bool {
  const length = load<u32>(at) as usize;
  if (length < LEAST_LENGTH || length > MOST_LENGTH) return false;
  const stride: usize = 4 + length;
  if (end - at < SAMPLE_VALUES * stride + TAIL_BYTES) return false;
  let alike = 0;
  for (let value: usize = 1; value < SAMPLE_VALUES; value++) {
    at += stride;
    if ((load<u32>(at) as usize) !== length) return false;
    const same: usize = matchLength(at, at - stride, at + stride);
    alike += (same < stride && same + MOST_DIFFERING >= stride) as i32;
  }
  return alike >= LEAST_ALIKE;
}

/**
 * Compresses the values of [base, end) as long as the next ones are such texts. Returns the address after the tokens; the last word of
 * `table` is the address of the first byte that is not compressed.
 */
export function compressRising(base: usize, end: usize, out: usize, table: usize): usize {
  let pending = base;
  let at = base;
  memory.fill(table, 0, TABLE_BYTES);
  while (areRising(at, end)) {
    const length = load<u32>(at) as usize;
    const stride: usize = 4 + length;
    for (let value = 0; value < STRETCH_VALUES && end - at >= TAIL_BYTES; value++, at += stride) {
      if ((load<u32>(at) as usize) !== length) break;
      // The value before ended in a way that is new: this one begins as that one.
      if (pending <= at && at - base >= stride) {
        const same: usize = matchLengthOf32(at, at - stride, end);
        if (same >= 4) {
          out = writeShortLiteral(out, pending, at - pending);
          out = writeCopy(out, stride, same);
          pending = at + same;
        }
      }
      const ending = at + stride - 3;
      const back = replaceLast(table, load<u64>(ending) << 40, ending - base);
      const matched = matchLengthOf32(ending, ending - back, end);
      if (matched < 4 || back === 0 || ending < pending) continue;
      out = writeShortLiteral(out, pending, ending - pending);
      out = writeCopy(out, back, matched);
      pending = ending + matched;
    }
  }
  store<u32>(table + RESULT, pending as u32);
  return out;
}

/** Stores `position` in the slot of a key and returns its distance from the position that was there before, modulo 64 KiB. */
function replaceLast(table: usize, key: u64, position: usize): usize {
  const slot = table + ((((key * 0x9e3779b185ebca87) >>> (64 - TABLE_BITS)) as usize) << 1);
  const back: usize = (position - load<u16>(slot)) & 0xffff;
  store<u16>(slot, position as u16);
  return back;
}
