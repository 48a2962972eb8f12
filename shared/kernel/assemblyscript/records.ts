import {
  RECORD_BLANK,
  RECORD_OK,
  RECORD_TERMINATOR_MISSING,
  RECORD_TOO_LONG,
  RECORD_TOO_SHORT,
} from '../shapes';
import { RESULT } from './result';

const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

/** Address of the next `byte` in [start, end), or `end`. Reads up to 15 bytes beyond. */
function findLineEnd(start: usize, end: usize, byte: u8): usize {
  const lf = i8x16.splat(byte);
  for (let at = start; at < end; at += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(at), lf));
    if (found !== 0) {
      const position = at + ctz(found);
      return position < end ? position : end;
    }
  }
  return end;
}

/** True if none of the `length` bytes at `start`, at least 16, is `byte`. */
function isWithout(start: usize, length: usize, byte: u8): bool {
  const sought = i8x16.splat(byte);
  const last = start + length - 16;
  let found = i8x16.eq(v128.load(last), sought);
  let at = start;
  for (; at + 48 < last; at += 64) {
    const first = v128.or(i8x16.eq(v128.load(at), sought), i8x16.eq(v128.load(at, 16), sought));
    const second = v128.or(i8x16.eq(v128.load(at, 32), sought), i8x16.eq(v128.load(at, 48), sought));
    found = v128.or(found, v128.or(first, second));
  }
  for (; at < last; at += 16) found = v128.or(found, i8x16.eq(v128.load(at), sought));
  return !v128.any_true(found);
}

/**
 * Finds the lines of [start, end). With `padShort`, lines shorter than `lengthBytes` are copied to `padAt` and filled up with `space`.
 * Returns how many were found; RESULT: address after the last one, next free address for padded copies.
 */
export function findLines(
  start: usize,
  end: usize,
  atEnd: bool,
  lengthBytes: i32,
  crLf: bool,
  lineEndByte: u8,
  padShort: bool,
  space: u8,
  padAt: usize,
  padEnd: usize,
  maxRecords: i32,
  starts: usize,
  rawStarts: usize,
  rawLengths: usize,
  outcomes: usize,
): i32 {
  let count = 0;
  while (true) {
    // Nearly all lines have their length: one look at the end of all their pieces is enough. Without calls, which would slow down all.
    while (start + lengthBytes < end && count < maxRecords && lengthBytes >= 16) {
      const lineEndAt = start + lengthBytes;
      if (load<u8>(lineEndAt) !== lineEndByte || load<u8>(lineEndAt - 1) === CR) break;
      if (!isWithout(start, lengthBytes, lineEndByte)) break;
      store<u32>(starts + (count << 2), start as u32);
      store<u32>(rawStarts + (count << 2), start as u32);
      store<i32>(rawLengths + (count << 2), lengthBytes);
      store<u8>(outcomes + count, RECORD_OK as u8);
      count++;
      start = lineEndAt + 1;
    }
    if (start >= end || count >= maxRecords) break;
    let lineEndAt = findLineEnd(start, end, lineEndByte);
    let next = lineEndAt + 1;
    if (lineEndAt === end) {
      if (!atEnd) break;
      next = end;
      // The file ends in the middle of a CR LF.
      if (crLf && lineEndAt > start && load<u8>(lineEndAt - 1) === CR) lineEndAt--;
    } else if (lineEndAt > start && load<u8>(lineEndAt - 1) === CR) lineEndAt--;
    const length = (lineEndAt - start) as i32;
    let decodeAt = start;
    let outcome = RECORD_OK;
    if (length !== lengthBytes) {
      if (length > lengthBytes) outcome = RECORD_TOO_LONG;
      else if (length === 0) outcome = RECORD_BLANK;
      else if (!padShort) outcome = RECORD_TOO_SHORT;
      else {
        if (padAt + lengthBytes > padEnd) break;
        memory.copy(padAt, start, length);
        memory.fill(padAt + length, space, lengthBytes - length);
        decodeAt = padAt;
        padAt += lengthBytes;
      }
    }
    store<u32>(starts + (count << 2), decodeAt as u32);
    store<u32>(rawStarts + (count << 2), start as u32);
    store<i32>(rawLengths + (count << 2), length);
    store<u8>(outcomes + count, outcome as u8);
    count++;
    start = next;
  }
  store<u32>(RESULT, start as u32);
  store<u32>(RESULT, padAt as u32, 4);
  return count;
}

/** Finds records of one length in [start, end). Returns how many were found; RESULT: address after the last one. */
export function findFixed(
  start: usize,
  end: usize,
  atEnd: bool,
  lengthBytes: i32,
  terminatorBytes: i32,
  maxRecords: i32,
  starts: usize,
  rawStarts: usize,
  rawLengths: usize,
  outcomes: usize,
): i32 {
  let count = 0;
  while (start < end && count < maxRecords) {
    const terminatorAt = start + lengthBytes;
    let next = terminatorAt + terminatorBytes;
    let outcome = RECORD_OK;
    if (next > end) {
      // Only the last record of a file may lack its terminator. The splitter checked its length.
      if (!atEnd || terminatorAt > end) break;
      next = end;
    } else if (terminatorBytes === 1) {
      if (load<u8>(terminatorAt) !== LF) outcome = RECORD_TERMINATOR_MISSING;
    } else if (terminatorBytes === 2) {
      if (load<u8>(terminatorAt) !== CR || load<u8>(terminatorAt, 1) !== LF)
        outcome = RECORD_TERMINATOR_MISSING;
    }
    store<u32>(starts + (count << 2), start as u32);
    store<u32>(rawStarts + (count << 2), start as u32);
    store<i32>(rawLengths + (count << 2), lengthBytes);
    store<u8>(outcomes + count, outcome as u8);
    count++;
    start = next;
  }
  store<u32>(RESULT, start as u32);
  return count;
}

/** Counts the records of a batch that cannot be decoded. */
export function countNotOk(outcomes: usize, count: i32): i32 {
  let wrong = 0;
  let record = 0;
  for (; record + 16 <= count; record += 16) {
    wrong += popcnt<i32>(i8x16.bitmask(i8x16.ne(v128.load(outcomes + record), i8x16.splat(0))));
  }
  for (; record < count; record++) if (load<u8>(outcomes + record) !== 0) wrong++;
  return wrong;
}
