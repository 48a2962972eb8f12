import { INVALID_COUNT_UNIT, STATE_INVALID, STATE_VALUE } from '../shapes';
import { fillWord } from './packed-and-binary';

/**
 * Decodes floating-point numbers of 4 or 8 bytes into doubles. IBM's have a sign, seven bits of a power of sixteen (excess 64) and a
 * fraction of 24 or 56 bits: 42 64 00 00 → 100. Infinities and NaN are invalid, and so is a field full of `space` if `rejectBlanks`. Reads
 * up to 4 bytes beyond.
 */
export function decodeFloats(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  ibm: bool,
  littleEndian: bool,
  rejectBlanks: bool,
  space: u8,
  states: usize,
  values: usize,
): i32 {
  const unused = ((8 - width) << 3) as u64;
  const blanks = fillWord(space) >>> unused;
  let invalids = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const bytes = load<u64>(start);
    const word = (littleEndian ? bytes << unused : bswap<u64>(bytes)) >>> unused;
    const double = ibm ? fromIbm(word, width) : fromIeee(word, width);
    if (!isFinite(double) || word === blanks) {
      if (rejectBlanks || !isFinite(double)) {
        store<u8>(states + record, STATE_INVALID as u8);
        invalids++;
        continue;
      }
    }
    store<u8>(states + record, STATE_VALUE as u8);
    store<f64>(values + (record << 3), double);
  }
  return invalids * INVALID_COUNT_UNIT;
}

function fromIeee(word: u64, width: i32): f64 {
  return width === 4 ? (reinterpret<f32>(word as u32) as f64) : reinterpret<f64>(word);
}

function fromIbm(word: u64, width: i32): f64 {
  const fractionBits = (width === 4 ? 24 : 56) as u64;
  const fraction = word & (((1 as u64) << fractionBits) - 1);
  const head = (word >>> fractionBits) as i32;
  // Only a fraction of more than 53 bits is rounded, once; the power of two is exact: 2^(4 · (exponent - 64) - fraction bits).
  const power = (((head & 0x7f) - 64) << 2) - (fractionBits as i32);
  const magnitude = (fraction as f64) * reinterpret<f64>(((power + 1023) as u64) << 52);
  return head & 0x80 ? -magnitude : magnitude;
}
