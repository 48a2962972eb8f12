import {
  CHAIN_ADDED,
  CHAIN_CODING,
  CHAIN_EXTENDABLE,
  CHAIN_FIELD_AT,
  CHAIN_FIELD_BYTES,
  CHAIN_HEAD,
  CHAIN_MAXIMUM,
  CHAIN_MINIMUM,
  CHAIN_ZERO_AT,
  CODING_BIG_ENDIAN,
  CODING_DIGITS,
  CODING_PACKED,
  RECORD_BLANK,
  RECORD_OK,
  RECORD_TOO_LONG,
  RECORD_TOO_SHORT,
} from '../shapes';
import { RESULT } from './result';

/**
 * Records that say their own length and follow one another without gaps, in blocks or not (drawn in ranges/record-chain.ts). The
 * splitter has checked every length. Even so, nothing is read beyond `end`, whatever a length says.
 */

function readBigEndian(at: usize, count: i32): i64 {
  let value: i64 = 0;
  for (let index = 0; index < count; index++) value = (value << 8) | (load<u8>(at + index) as i64);
  return value;
}

function readLittleEndian(at: usize, count: i32): i64 {
  let value: i64 = 0;
  for (let index = count - 1; index >= 0; index--) value = (value << 8) | (load<u8>(at + index) as i64);
  return value;
}

/** Reads digits of ASCII (30–39) or EBCDIC (F0–F9); -1 if a byte is neither. */
function readDigits(at: usize, count: i32): i64 {
  let value: i64 = 0;
  for (let index = 0; index < count; index++) {
    const byte = load<u8>(at + index);
    const zone = byte & 0xf0;
    if ((zone !== 0x30 && zone !== 0xf0) || (byte & 0x0f) > 9) return -1;
    value = value * 10 + ((byte & 0x0f) as i64);
  }
  return value;
}

/** Reads packed digits with a sign, `01 2C` → 12; -1 if a half byte is not a digit, the last is not a sign, or the sign is minus. */
function readPacked(at: usize, count: i32): i64 {
  let value: i64 = 0;
  for (let index = 0; index < count; index++) {
    const byte = load<u8>(at + index);
    const low = byte & 0x0f;
    if (byte >> 4 > 9) return -1;
    value = value * 10 + ((byte >> 4) as i64);
    if (index === count - 1) return low > 9 && low !== 0x0b && low !== 0x0d ? value : -1;
    if (low > 9) return -1;
    value = value * 10 + (low as i64);
  }
  return -1;
}

/** Reads the length of the whole record or block at `at`; -1 if it states no length, or an impossible one. `shape`: CHAIN_… in shapes.ts. */
function readWholeLength(at: usize, shape: usize): i64 {
  const coding = load<i32>(shape, CHAIN_CODING);
  const added = load<i32>(shape, CHAIN_ADDED) as i64;
  let length: i64 = 0;
  const isBig = coding === CODING_BIG_ENDIAN;
  if (load<i32>(shape, CHAIN_EXTENDABLE) !== 0 && (load<u8>(at + (isBig ? 0 : 3)) & 0x80) !== 0) {
    length = (isBig ? readBigEndian(at, 4) : readLittleEndian(at, 4)) - 0x80000000;
  } else {
    const zeroAt = load<i32>(shape, CHAIN_ZERO_AT);
    if (zeroAt >= 0 && load<u16>(at + zeroAt) !== 0) return -1;
    const field = at + load<i32>(shape, CHAIN_FIELD_AT);
    const fieldBytes = load<i32>(shape, CHAIN_FIELD_BYTES);
    if (coding === CODING_DIGITS || coding === CODING_PACKED) {
      length = coding === CODING_DIGITS ? readDigits(field, fieldBytes) : readPacked(field, fieldBytes);
      if (length < 0) return -1;
    } else length = isBig ? readBigEndian(field, fieldBytes) : readLittleEndian(field, fieldBytes);
  }
  length += added;
  if (length < (load<i32>(shape, CHAIN_MINIMUM) as i64)) return -1;
  return length > (load<i32>(shape, CHAIN_MAXIMUM) as i64) ? -1 : length;
}

/**
 * Finds the records of [start, end). `block` is 0 if records are not blocked; `blockLeft` is how many bytes of the current block are
 * still to come. A record's own bytes begin `prefixBytes` after its start. With `padShort`, records shorter than `lengthBytes` are
 * copied to `padAt` and filled up with `space`. Returns how many records were found; RESULT: address after the last one, next free
 * address for padded copies, bytes left of the block, 1 if the chain is broken.
 */
export function findChained(
  start: usize,
  end: usize,
  shape: usize,
  block: usize,
  blockLeft: i32,
  prefixBytes: i32,
  lengthBytes: i32,
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
  let broken = 0;
  const head = load<i32>(shape, CHAIN_HEAD);
  while (count < maxRecords) {
    // Checked even if no byte is left to read: the rest of the block cannot hold a record, whatever follows.
    if (block !== 0 && blockLeft !== 0 && blockLeft < head) {
      broken = 1;
      break;
    }
    if (start >= end) break;
    const room = (end - start) as i64;
    if (block !== 0 && blockLeft === 0) {
      const blockHead = load<i32>(block, CHAIN_HEAD);
      if (room < (blockHead as i64)) break;
      const whole = readWholeLength(start, block);
      if (whole < (blockHead as i64)) {
        broken = 1;
        break;
      }
      blockLeft = (whole - (blockHead as i64)) as i32;
      start += blockHead;
      continue;
    }
    if (room < (head as i64)) break;
    const whole = readWholeLength(start, shape);
    if (whole < 0 || (block !== 0 && whole > (blockLeft as i64))) {
      broken = 1;
      break;
    }
    if (whole > room) break;
    const from = start + prefixBytes;
    const length = (whole as i32) - prefixBytes;
    let decodeAt = from;
    let outcome = RECORD_OK;
    if (length !== lengthBytes) {
      if (length > lengthBytes) outcome = RECORD_TOO_LONG;
      else if (length <= 0) outcome = RECORD_BLANK;
      else if (!padShort) outcome = RECORD_TOO_SHORT;
      else {
        if (padAt + lengthBytes > padEnd) break;
        memory.copy(padAt, from, length);
        memory.fill(padAt + length, space, lengthBytes - length);
        decodeAt = padAt;
        padAt += lengthBytes;
      }
    }
    store<u32>(starts + (count << 2), decodeAt as u32);
    store<u32>(rawStarts + (count << 2), from as u32);
    store<i32>(rawLengths + (count << 2), length);
    store<u8>(outcomes + count, outcome as u8);
    count++;
    start += whole as usize;
    if (block !== 0) blockLeft -= whole as i32;
  }
  store<u32>(RESULT, start as u32);
  store<u32>(RESULT, padAt as u32, 4);
  store<i32>(RESULT, blockLeft, 8);
  store<i32>(RESULT, broken, 12);
  return count;
}

/**
 * Stores the address at which each record of `starts` ends; padding follows there. Returns the fewest bytes of a record that is not empty.
 */
export function findRecordEnds(starts: usize, rawLengths: usize, count: i32, ends: usize): i32 {
  let fewest = i32.MAX_VALUE;
  for (let record = 0; record < count; record++) {
    const at = record << 2;
    const length = load<i32>(rawLengths + at);
    store<u32>(ends + at, load<u32>(starts + at) + length);
    if (length > 0 && length < fewest) fewest = length;
  }
  return fewest;
}

/** Counts the records that can be decoded and have fewer than `neededBytes`. */
export function countShorter(starts: usize, ends: usize, outcomes: usize, count: i32, neededBytes: i32): i32 {
  let shorter = 0;
  for (let record = 0; record < count; record++) {
    if (load<u8>(outcomes + record) !== (RECORD_OK as u8)) continue;
    const at = record << 2;
    if (load<u32>(ends + at) - load<u32>(starts + at) < (neededBytes as u32)) shorter++;
  }
  return shorter;
}
