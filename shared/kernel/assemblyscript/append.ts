import {
  PAGE_COUNT,
  PAGE_GREATEST,
  PAGE_LEAST,
  PAGE_LENGTH,
  PAGE_LEVELS,
  PAGE_ROWS,
  PAGE_VALUES,
  STATE_VALUE,
} from '../shapes';
import { compareBytes, isLess128, keepLowBytes, readPrefix } from './bytes-order';
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

/** The next member and the address of its text, and addresses of the least and the greatest text so far. */
let memberAt: usize = 0;
let textAt: usize = 0;
let leastAt: usize = 0;
let greatestAt: usize = 0;

/**
 * Appends texts or raw bytes, each after its length of 4 bytes. `base` is added to the addresses in the vector.
 *
 * Eight bytes of a text nearly always say how it compares with the least and the greatest so far: those after the bytes that all texts
 * share, since identifiers often begin alike. If they do not say it, the loop is left, because a call in it would slow down all texts.
 */
export function appendBytes(
  page: usize,
  states: usize,
  values: usize,
  base: usize,
  members: usize,
  count: i32,
): void {
  const firstText = load<u32>(page, PAGE_VALUES) as usize;
  const before = firstText + load<u32>(page, PAGE_LENGTH);
  const end = members + (count << 1);
  memberAt = members;
  textAt = before;
  leastAt = firstText + load<u32>(page, PAGE_LEAST);
  greatestAt = firstText + load<u32>(page, PAGE_GREATEST);
  while (true) {
    const shared: usize = textAt === firstText ? 0 : countShared(leastAt, greatestAt);
    if (shared > 0) appendAlike(states, values, base, end, shared);
    else appendUnlike(states, values, base, end, textAt === firstText);
    if (memberAt >= end) break;
    // The text is written and not yet counted.
    if (textAt === firstText || compareTexts(textAt, leastAt) < 0) leastAt = textAt;
    if (textAt === firstText || compareTexts(textAt, greatestAt) > 0) greatestAt = textAt;
    textAt += 4 + load<u32>(textAt);
    memberAt += 2;
  }
  if (textAt > firstText) {
    store<u32>(page, (leastAt - firstText) as u32, PAGE_LEAST);
    store<u32>(page, (greatestAt - firstText) as u32, PAGE_GREATEST);
  }
  addLength(page, textAt - before);
}

/** Appends texts until the first eight bytes of one do not say how it compares. */
function appendUnlike(states: usize, values: usize, base: usize, end: usize, isFirst: bool): void {
  let at = memberAt;
  let out = textAt;
  let leastText = leastAt;
  let greatestText = greatestAt;
  let least = isFirst ? u64.MAX_VALUE : readPrefix(leastText + 4, load<u32>(leastText));
  let greatest = isFirst ? 0 : readPrefix(greatestText + 4, load<u32>(greatestText));
  for (; at < end; at += 2) {
    const member = load<u16>(at) as u32;
    if (isAbsent(states, member)) continue;
    const entry = load<u64>(values + (member << 3));
    const from = base + (entry as u32);
    const length = (entry >>> 32) as usize;
    writeText(out, from, length);
    const key = readPrefix(from, length);
    if (key >= greatest) {
      if (key === greatest) break;
      greatest = key;
      greatestText = out;
    }
    if (key <= least) {
      if (key === least) break;
      least = key;
      leastText = out;
    }
    out += 4 + length;
  }
  memberAt = at;
  textAt = out;
  leastAt = leastText;
  greatestAt = greatestText;
}

/** The same if the least and the greatest share their first bytes, one to eight. Stops also at a text that does not share them. */
function appendAlike(states: usize, values: usize, base: usize, end: usize, shared: usize): void {
  let at = memberAt;
  let out = textAt;
  let leastText = leastAt;
  let greatestText = greatestAt;
  const sharedWord = keepLowBytes(load<u64>(leastText, 4), shared);
  const mask = keepLowBytes(u64.MAX_VALUE, shared);
  let least = readPrefix(leastText + 4 + shared, load<u32>(leastText) - shared);
  let greatest = readPrefix(greatestText + 4 + shared, load<u32>(greatestText) - shared);
  for (; at < end; at += 2) {
    const member = load<u16>(at) as u32;
    if (isAbsent(states, member)) continue;
    const entry = load<u64>(values + (member << 3));
    const from = base + (entry as u32);
    const length = (entry >>> 32) as usize;
    writeText(out, from, length);
    if ((load<u64>(from) & mask) !== sharedWord || length < shared) break;
    const key = readPrefix(from + shared, length - shared);
    if (key >= greatest) {
      if (key === greatest) break;
      greatest = key;
      greatestText = out;
    }
    if (key <= least) {
      if (key === least) break;
      least = key;
      leastText = out;
    }
    out += 4 + length;
  }
  memberAt = at;
  textAt = out;
  leastAt = leastText;
  greatestAt = greatestText;
}

/** Counts the first bytes that two PLAIN texts share, up to eight. */
function countShared(a: usize, b: usize): usize {
  const different = load<u64>(a, 4) ^ load<u64>(b, 4);
  const length = min<usize>(min<usize>(load<u32>(a), load<u32>(b)), 8);
  return min<usize>(length, (ctz<u64>(different) >>> 3) as usize);
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

/** Compares two PLAIN texts; negative, zero or positive. */
function compareTexts(a: usize, b: usize): i32 {
  return compareBytes(a + 4, load<u32>(a) as usize, b + 4, load<u32>(b) as usize);
}

function addLength(page: usize, length: usize): void {
  store<u32>(page, load<u32>(page, PAGE_LENGTH) + (length as u32), PAGE_LENGTH);
}
