import { INVALID_COUNT_UNIT, STATE_NULL, STATE_UNDECIDED, STATE_VALUE } from '../shapes';
import { readDigit } from './digits';

const SPACE: u8 = 0x20;

/** 10⁰ to 10²²: all of these are exact. */
const POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
]);

/**
 * Decodes texts into doubles, 8 bytes each, if their digits and their power of ten are both exact, so that one division rounds correctly
 * (W. Clinger, How to read floating point numbers accurately). All others become `STATE_UNDECIDED` and count as invalid; the caller
 * decodes them.
 */
export function decodeDoubles(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  let undecided = 0;
  for (let record = 0; record < count; record++) {
    let start = (load<u32>(records + (record << 2)) as usize) + at;
    let end = start + width;
    while (end > start && load<u8>(end - 1) === SPACE) end--;
    while (start < end && load<u8>(start) === SPACE) start++;
    if (start === end) {
      store<u8>(states + record, STATE_NULL as u8);
      nulls++;
      continue;
    }
    const negative = load<u8>(start) === 0x2d;
    if (negative || load<u8>(start) === 0x2b) start++;
    let digits = 0;
    let fraction = -1;
    let value: u64 = 0;
    for (; start < end; start++) {
      const digit = readDigit(start);
      if (digit <= 9) {
        value = value * 10 + (digit as u64);
        digits++;
        if (fraction >= 0) fraction++;
      } else if (fraction < 0 && load<u8>(start) === 0x2e) fraction = 0;
      else break;
    }
    if (start < end || digits === 0 || digits > 15) {
      store<u8>(states + record, STATE_UNDECIDED as u8);
      undecided++;
      continue;
    }
    let double = value as f64;
    if (fraction > 0) double /= load<f64>(POWERS + (fraction << 3));
    store<u8>(states + record, STATE_VALUE as u8);
    store<f64>(values + (record << 3), negative ? -double : double);
  }
  return nulls + undecided * INVALID_COUNT_UNIT;
}
