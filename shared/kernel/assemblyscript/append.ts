import {
  PAGE_COUNT,
  PAGE_GREATEST,
  PAGE_GREATEST_PREFIX,
  PAGE_LEAST,
  PAGE_LEAST_PREFIX,
  PAGE_LENGTH,
  PAGE_LEVELS,
  PAGE_ROWS,
  PAGE_VALUES,
  STATE_VALUE,
} from '../shapes';
import { compareBytes, isLess128, readPrefix } from './bytes-order';
import { isAbsent } from './vector-members';

/**
 * Functions that append values of a field vector to an open page in PLAIN form and keep its least and greatest value up to date.
 * `members`: indexes into the vector, 2 bytes each; those without a value are left out. If `states` is 0, all have a value. The
 * page must have room for the appended values and a margin.
 */

/** Appends the definition level of each row, and counts the rows and those that have a value. If `states` is 0, all have one. */
export function appendRows(page: usize, states: usize, members: usize, count: i32): void {
  const rows = load<i32>(page, PAGE_ROWS);
  const levels = load<u32>(page, PAGE_LEVELS) as usize;
  let present = count;
  if (states !== 0) {
    present = 0;
    for (let index = 0; index < count; index++) {
      const has = (load<u8>(states + load<u16>(members + (index << 1))) === (STATE_VALUE as u8)) as i32;
      store<u8>(levels + rows + index, has as u8);
      present += has;
    }
  } else if (levels !== 0) memory.fill(levels + rows, 1, count);
  store<i32>(page, rows + count, PAGE_ROWS);
  store<i32>(page, load<i32>(page, PAGE_COUNT) + present, PAGE_COUNT);
}

export function appendInt32s(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  let out = (load<u32>(page, PAGE_VALUES) as usize) + load<u32>(page, PAGE_LENGTH);
  const first = out;
  let least = load<i64>(page, PAGE_LEAST) as i32;
  let greatest = load<i64>(page, PAGE_GREATEST) as i32;
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<i32>(values + (member << 2));
    store<i32>(out, value);
    least = min<i32>(least, value);
    greatest = max<i32>(greatest, value);
    out += 4;
  }
  store<i64>(page, least as i64, PAGE_LEAST);
  store<i64>(page, greatest as i64, PAGE_GREATEST);
  addLength(page, out - first);
}

export function appendInt64s(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  let out = (load<u32>(page, PAGE_VALUES) as usize) + load<u32>(page, PAGE_LENGTH);
  const first = out;
  let least = load<i64>(page, PAGE_LEAST);
  let greatest = load<i64>(page, PAGE_GREATEST);
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<i64>(values + (member << 3));
    store<i64>(out, value);
    least = select<i64>(value, least, value < least);
    greatest = select<i64>(value, greatest, value > greatest);
    out += 8;
  }
  store<i64>(page, least, PAGE_LEAST);
  store<i64>(page, greatest, PAGE_GREATEST);
  addLength(page, out - first);
}

export function appendDoubles(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  let out = (load<u32>(page, PAGE_VALUES) as usize) + load<u32>(page, PAGE_LENGTH);
  const first = out;
  let least = load<f64>(page, PAGE_LEAST);
  let greatest = load<f64>(page, PAGE_GREATEST);
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<f64>(values + (member << 3));
    store<f64>(out, value);
    least = min<f64>(least, value);
    greatest = max<f64>(greatest, value);
    out += 8;
  }
  store<f64>(page, least, PAGE_LEAST);
  store<f64>(page, greatest, PAGE_GREATEST);
  addLength(page, out - first);
}

/** Appends booleans as one byte each; they become bits when the page is closed. */
export function appendBooleans(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  let out = (load<u32>(page, PAGE_VALUES) as usize) + load<u32>(page, PAGE_LENGTH);
  const first = out;
  let least = load<i64>(page, PAGE_LEAST);
  let greatest = load<i64>(page, PAGE_GREATEST);
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const value = load<u8>(values + member);
    store<u8>(out++, value);
    least = min<i64>(least, value as i64);
    greatest = max<i64>(greatest, value as i64);
  }
  store<i64>(page, least, PAGE_LEAST);
  store<i64>(page, greatest, PAGE_GREATEST);
  addLength(page, out - first);
}

/** Appends values of 16 bytes, two's complement, high byte first. */
export function appendInt128s(page: usize, states: usize, values: usize, members: usize, count: i32): void {
  const base = load<u32>(page, PAGE_VALUES) as usize;
  let out = base + load<u32>(page, PAGE_LENGTH);
  const first = out;
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    v128.store(out, v128.load(values + (member << 4)));
    if (out === base || isLess128(out, base + load<u32>(page, PAGE_LEAST))) {
      store<u32>(page, (out - base) as u32, PAGE_LEAST);
    }
    if (out === base || isLess128(base + load<u32>(page, PAGE_GREATEST), out)) {
      store<u32>(page, (out - base) as u32, PAGE_GREATEST);
    }
    out += 16;
  }
  addLength(page, out - first);
}

/** Appends texts or raw bytes, each after its length of 4 bytes. `base` is added to the addresses in the vector. */
export function appendBytes(
  page: usize,
  states: usize,
  values: usize,
  base: usize,
  members: usize,
  count: i32,
): void {
  const firstOut = load<u32>(page, PAGE_VALUES) as usize;
  let out = firstOut + load<u32>(page, PAGE_LENGTH);
  const before = out;
  // The first 16 bytes of the least and the greatest are kept in locals: identifiers often share eight bytes, few values share 16.
  let least = load<u64>(page, PAGE_LEAST_PREFIX);
  let greatest = load<u64>(page, PAGE_GREATEST_PREFIX);
  let leastAt = firstOut + load<u32>(page, PAGE_LEAST);
  let greatestAt = firstOut + load<u32>(page, PAGE_GREATEST);
  let leastNext: u64 = 0;
  let greatestNext: u64 = 0;
  if (out === firstOut) {
    leastAt = 0;
    greatestAt = 0;
  } else {
    leastNext = readSecondPrefix(leastAt + 4, load<u32>(leastAt));
    greatestNext = readSecondPrefix(greatestAt + 4, load<u32>(greatestAt));
  }
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const entry = load<u64>(values + (member << 3));
    const from = base + (entry as u32);
    const length = (entry >>> 32) as usize;
    writeText(out, from, length);
    const prefix = readPrefix(from, length);
    if (prefix >= greatest || prefix <= least) {
      const next = readSecondPrefix(from, length);
      if (prefix > greatest || (prefix === greatest && next >= greatestNext)) {
        const isAbove = prefix > greatest || next > greatestNext || greatestAt === 0;
        if (isAbove || compareTexts(out, greatestAt) > 0) {
          greatest = prefix;
          greatestNext = next;
          greatestAt = out;
        }
      }
      if (prefix < least || (prefix === least && next <= leastNext)) {
        const isBelow = prefix < least || next < leastNext || leastAt === 0;
        if (isBelow || compareTexts(out, leastAt) < 0) {
          least = prefix;
          leastNext = next;
          leastAt = out;
        }
      }
    }
    out += 4 + length;
  }
  store<u64>(page, least, PAGE_LEAST_PREFIX);
  store<u64>(page, greatest, PAGE_GREATEST_PREFIX);
  if (out > firstOut) {
    store<u32>(page, (leastAt - firstOut) as u32, PAGE_LEAST);
    store<u32>(page, (greatestAt - firstOut) as u32, PAGE_GREATEST);
  }
  addLength(page, out - before);
}

/** Writes a text in PLAIN form. Reads and writes up to 47 bytes beyond. */
function writeText(out: usize, from: usize, length: usize): void {
  store<u32>(out, length as u32);
  v128.store(out, v128.load(from), 4);
  if (length > 16) {
    v128.store(out, v128.load(from, 16), 20);
    v128.store(out, v128.load(from, 32), 36);
    for (let at: usize = 48; at < length; at += 16) v128.store(out + at, v128.load(from + at), 4);
  }
}

/** Reads the second eight bytes of a text as a number that sorts as they do. */
function readSecondPrefix(at: usize, length: usize): u64 {
  return length > 8 ? readPrefix(at + 8, length - 8) : 0;
}

/** Compares two PLAIN texts; negative, zero or positive. */
function compareTexts(a: usize, b: usize): i32 {
  return compareBytes(a + 4, load<u32>(a) as usize, b + 4, load<u32>(b) as usize);
}

function addLength(page: usize, length: usize): void {
  store<u32>(page, load<u32>(page, PAGE_LENGTH) + (length as u32), PAGE_LENGTH);
}
