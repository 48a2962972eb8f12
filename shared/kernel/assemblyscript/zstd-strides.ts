import { VALUES_INT64 } from '../shapes';
import {
  BLOCK_BYTES,
  BLOCK_COMPRESSED,
  BLOCK_HEAD_BYTES,
  writeBlockHead,
  writeRawBlock,
} from './zstd-blocks';
import { LITERALS, writeLiterals } from './zstd-literals';
import { LEAST_MATCH, noteOffset } from './zstd-sequence-list';
import { writeSame } from './zstd-sequences';

/**
 * PLAIN values of one width of which each differs from the one before in one place only: digits at the end of identifiers, the low
 * bytes of integers. That place is a literal, and the rest, on into the next value, is a match one width back:
 *
 *     0f 00 00 00  C T R 1 0 0 0 0 0 6 │ 5 5 7 8 0 │ 0f 00 00 00  C T R 1 0 0 0 0 0 6 │ 5 5 8 2 7 │ …
 *                                      └ literal ──┴ match ───────────────────────────┴ literal ──┴
 *
 * All sequences of a block are the same, so that each costs no bits: their three codes are written once (RLE_Mode, RFC 8878,
 * 3.1.1.3.2.1), and the offset is the last one again. A block ends where the place changes.
 */
const LEAST_STRIDE: u32 = 8;
const MOST_STRIDE: u32 = 48;
/** Longer ones need more than a code. */
const MOST_LITERAL: u32 = 15;
const MOST_MATCH: u32 = 34;
const SAMPLE_VALUES: usize = 64;
/** The place is looked for in so many values at once: identifiers carry now and then, and a large amount may come anywhere. */
const GROUP_VALUES: usize = 256;
const GROUP_INT64S: usize = 2048;
/** Values are read 48 bytes at a time. */
const TAIL_BYTES: usize = 64;
/** Up to here a block takes one more group, and the last one what is left after it; all that together must not be more than a block may have. */
const MOST_BLOCK_BYTES: usize = BLOCK_BYTES - GROUP_INT64S * 8 - TAIL_BYTES - (MOST_STRIDE as usize);
const LEAST_BYTES: usize = SAMPLE_VALUES * (MOST_STRIDE as usize) + TAIL_BYTES;

/** The width of the values from `at` on; 0 if they have different ones. */
function strideOf(at: usize, values: i32): usize {
  if (values === VALUES_INT64) return 8;
  const length = load<u32>(at);
  if (length > MOST_STRIDE - 4 || length < LEAST_STRIDE - 4) return 0;
  const stride: usize = 4 + length;
  for (let value: usize = 1; value < SAMPLE_VALUES; value++) {
    if (load<u32>(at + value * stride) !== length) return 0;
  }
  return stride;
}

/** A bit for each byte of a value that differs anywhere in `count` values from that of the value before. */
function differing(at: usize, count: usize, stride: usize): u64 {
  let first = i8x16.splat(0);
  let second = i8x16.splat(0);
  let third = i8x16.splat(0);
  const end = at + count * stride;
  if (stride <= 16) {
    for (; at < end; at += stride) first = v128.or(first, v128.xor(v128.load(at), v128.load(at - stride)));
  } else {
    for (; at < end; at += stride) {
      const before = at - stride;
      first = v128.or(first, v128.xor(v128.load(at), v128.load(before)));
      second = v128.or(second, v128.xor(v128.load(at, 16), v128.load(before, 16)));
      third = v128.or(third, v128.xor(v128.load(at, 32), v128.load(before, 32)));
    }
  }
  const mask = maskOf(first) | (maskOf(second) << 16) | (maskOf(third) << 32);
  return mask & (((1 as u64) << (stride as u64)) - 1);
}

function maskOf(bytes: v128): u64 {
  return (~i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0))) & 0xffff) as u64;
}

/**
 * The place where `count` values differ from those before them: the first byte, and in the upper half the byte after the last; 0 if
 * there is none that sequences can have.
 */
function placeOf(at: usize, count: usize, stride: usize): u32 {
  if (count === 0) return 0;
  const mask = differing(at, count, stride);
  const first: u32 = mask === 0 ? 0 : (ctz(mask) as u32);
  const end: u32 = mask === 0 ? 1 : 64 - (clz(mask) as u32);
  const literal: u32 = end - first;
  const match = (stride as u32) - literal;
  if (literal > MOST_LITERAL || match > MOST_MATCH || match < LEAST_MATCH) return 0;
  return (end << 16) | first;
}

/** The number of values from `at` on that are looked at together. */
function groupOf(at: usize, last: usize, stride: usize): usize {
  const most = stride === 8 ? GROUP_INT64S : GROUP_VALUES;
  return at + stride > last ? 0 : min<usize>(most, (last - at) / stride);
}

/** Address up to which the last `compressStrides` wrote blocks. */
export let stridesEnd: usize = 0;

/**
 * Writes blocks for [from, end), whose values begin `valuesAt` bytes after `from`, as far as they are such values: up to `stridesEnd`.
 * Returns the address after the blocks.
 */
export function compressStrides(from: usize, valuesAt: usize, end: usize, values: i32, out: usize): usize {
  stridesEnd = from;
  let at = from + valuesAt;
  if (valuesAt > MOST_BLOCK_BYTES || end - from < valuesAt + LEAST_BYTES) return out;
  const stride = strideOf(at, values);
  if (stride === 0) return out;
  const last = end - TAIL_BYTES;
  at += stride;
  let count = groupOf(at, last, stride);
  let place = placeOf(at, count, stride);
  if (place === 0) return out;
  // The first sequence says what the offset is.
  out = writeRawBlock(from, at + (place & 0xffff) - from, out);
  out = writeRun(at, 2, stride, place, at + stride + (place & 0xffff), stride + 3, false, out);
  noteOffset(stride as u32);
  at += stride;
  count--;
  while (true) {
    let after = at + count * stride;
    let size = groupOf(after, last, stride);
    let next = placeOf(after, size, stride);
    while (next === place && after - at < MOST_BLOCK_BYTES) {
      after += size * stride;
      size = groupOf(after, last, stride);
      next = placeOf(after, size, stride);
    }
    const isLast = end - after <= TAIL_BYTES + stride;
    stridesEnd = isLast ? end : after + (next & 0xffff);
    out = writeRun(at, (after - at) / stride, stride, place, stridesEnd, 1, isLast, out);
    if (isLast || next === 0) return out;
    at = after;
    count = size;
    place = next;
  }
}

/**
 * Writes a block of `count` values from `at` on. Its content begins at the place of the first one, and ends at `end`; after the place
 * of the last one nothing is matched.
 */
function writeRun(
  at: usize,
  count: usize,
  stride: usize,
  place: u32,
  end: usize,
  offsetValue: u32,
  isLast: bool,
  out: usize,
): usize {
  const literal = (place >>> 16) - (place & 0xffff);
  const sequences = offsetValue === 1 ? count - 1 : 1;
  let from = at + (place & 0xffff);
  let to = LITERALS;
  for (let value: usize = 0; value < sequences; value++) {
    v128.store(to, v128.load(from));
    to += literal;
    from += stride;
  }
  if (end > from) {
    memory.copy(to, from, end - from);
    to += end - from;
  }
  let next = writeLiterals(LITERALS, to - LITERALS, out + BLOCK_HEAD_BYTES);
  next = writeSame(sequences as u32, literal, offsetValue, (stride as u32) - literal, next);
  writeBlockHead(out, BLOCK_COMPRESSED, next - out - BLOCK_HEAD_BYTES, isLast);
  return next;
}
