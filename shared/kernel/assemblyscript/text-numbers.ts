import {
  INVALID_COUNT_UNIT,
  NUMBER_EXPLICIT_SCALE,
  NUMBER_MOST_DIGITS,
  NUMBER_NOTED,
  NUMBER_SIGN,
  SIGN_NONE,
  STATE_INVALID,
  STATE_NULL,
  STATE_VALUE,
} from '../shapes';
import { foldDigits, lastLanes, powerOfTen, readDigit } from './digits';
import { readNoted } from './noted-numbers';
import { collectedInt64, readNumber, storeCollected128 } from './number-text';
import { RESULT } from './result';

const ZERO: u8 = 0x30;

/** Decodes integers, and decimals of at most 18 digits as their unscaled value, 8 bytes each. `form`: NUMBER_… in shapes.ts. */
export function decodeInt64s(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  form: usize,
  states: usize,
  values: usize,
): i32 {
  const isPlain = load<i32>(form, NUMBER_SIGN) === SIGN_NONE && load<i32>(form, NUMBER_EXPLICIT_SCALE) < 0;
  if (isPlain && load<i32>(form, NUMBER_NOTED) === 0 && width <= 18) {
    return decodeDigits(records, count, at, width, form, states, values);
  }
  let failed = 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    failed += decodeWritten(start, width, form, states + record, values + (record << 3));
  }
  return failed;
}

/** Decodes fields of at most 18 digits and nothing else: the last 16 as one vector, one or two before them singly. */
function decodeDigits(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  form: usize,
  states: usize,
  values: usize,
): i32 {
  let failed = 0;
  const limit = powerOfTen(load<i32>(form, NUMBER_MOST_DIGITS));
  const before = width > 16 ? width - 16 : 0;
  const lanes = lastLanes(width > 16 ? 16 : width);
  const zeros = i8x16.splat(ZERO);
  const nines = i8x16.splat(9);
  let record = 0;
  while (true) {
    // Without calls, which would slow down all numbers.
    for (; record < count; record++) {
      const start = (load<u32>(records + (record << 2)) as usize) + at;
      const digits = v128.and(i8x16.sub(v128.load(start + width - 16), zeros), lanes);
      let wrong = v128.any_true(i8x16.gt_u(digits, nines)) as u32;
      let value = foldDigits(digits);
      if (before > 0) {
        const first = readDigit(start);
        const second = before > 1 ? readDigit(start + 1) : 0;
        wrong |= ((first > 9) as u32) | ((second > 9) as u32);
        const upper = before > 1 ? first * 10 + second : first;
        value += (upper as u64) * 10_000_000_000_000_000;
      }
      if (wrong !== 0 || value >= limit) break;
      store<u8>(states + record, STATE_VALUE as u8);
      store<u64>(values + (record << 3), value);
    }
    if (record >= count) return failed;
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    failed += decodeWritten(start, width, form, states + record, values + (record << 3));
    record++;
  }
}

/** Decodes one number by its characters. Returns what it adds to the count of nulls and invalid values. */
function decodeWritten(start: usize, width: i32, form: usize, stateAt: usize, valueAt: usize): i32 {
  const noted = load<i32>(form, NUMBER_NOTED) !== 0;
  const state = noted ? readNoted(start, width, form) : readNumber(start, width, form);
  store<u8>(stateAt, state as u8);
  if (state === STATE_VALUE) store<i64>(valueAt, collectedInt64());
  return state === STATE_VALUE ? 0 : state === STATE_NULL ? 1 : INVALID_COUNT_UNIT;
}

/** Decodes decimals of up to 38 digits: 16 bytes each, two's complement, high byte first. The arguments are those of `decodeInt64s`. */
export function decodeInt128s(
  records: usize,
  count: i32,
  at: i32,
  width: i32,
  form: usize,
  states: usize,
  values: usize,
): i32 {
  let nulls = 0;
  let invalids = 0;
  const noted = load<i32>(form, NUMBER_NOTED) !== 0;
  for (let record = 0; record < count; record++) {
    const start = (load<u32>(records + (record << 2)) as usize) + at;
    const state = noted ? readNoted(start, width, form) : readNumber(start, width, form);
    store<u8>(states + record, state as u8);
    if (state === STATE_VALUE) storeCollected128(values + (record << 4));
    else if (state === STATE_NULL) nulls++;
    else invalids++;
  }
  return nulls + invalids * INVALID_COUNT_UNIT;
}

/**
 * Sums the values of records whose `counted` byte is set; of all if `counted` is 0. `absolute`: signs are ignored. RESULT: the sum in
 * three words of 64 bits, low word first, since a sum of 38-digit values outgrows two; then how many values are undecodable.
 */
export function sumInt64s(states: usize, values: usize, counted: usize, count: i32, absolute: bool): void {
  clearSum();
  for (let record = 0; record < count; record++) {
    if (counted !== 0 && load<u8>(counted + record) === 0) continue;
    const state = load<u8>(states + record);
    if (state === (STATE_INVALID as u8)) sumUndecodable++;
    if (state !== (STATE_VALUE as u8)) continue;
    let value = load<i64>(values + (record << 3));
    if (absolute && value < 0) value = -value;
    addToSum(value as u64, value >> 63);
  }
  storeSum();
}

/** Like `sumInt64s`, for values of 16 bytes. */
export function sumInt128s(states: usize, values: usize, counted: usize, count: i32, absolute: bool): void {
  clearSum();
  for (let record = 0; record < count; record++) {
    if (counted !== 0 && load<u8>(counted + record) === 0) continue;
    const state = load<u8>(states + record);
    if (state === (STATE_INVALID as u8)) sumUndecodable++;
    if (state !== (STATE_VALUE as u8)) continue;
    const value = values + (record << 4);
    let low = bswap<u64>(load<u64>(value, 8));
    let high = bswap<u64>(load<u64>(value));
    if (absolute && (high as i64) < 0) {
      low = ~low + 1;
      high = ~high + (low === 0 ? 1 : 0);
    }
    addToSum(low, high as i64);
  }
  storeSum();
}

let sumLow: u64 = 0;
let sumHigh: u64 = 0;
let sumTop: i64 = 0;
let sumUndecodable: i32 = 0;

function clearSum(): void {
  sumLow = 0;
  sumHigh = 0;
  sumTop = 0;
  sumUndecodable = 0;
}

function addToSum(low: u64, high: i64): void {
  sumLow += low;
  const carry: u64 = sumLow < low ? 1 : 0;
  const upper = sumHigh + carry;
  sumTop += upper < carry ? 1 : 0;
  sumHigh = upper + (high as u64);
  sumTop += (high >> 63) + (sumHigh < upper ? 1 : 0);
}

function storeSum(): void {
  store<u64>(RESULT, sumLow);
  store<u64>(RESULT, sumHigh, 8);
  store<i64>(RESULT, sumTop, 16);
  store<i32>(RESULT, sumUndecodable, 24);
}
