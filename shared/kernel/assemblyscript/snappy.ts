import { SNAPPY_TABLE_BYTES, VALUES_ANY, VALUES_INT64, VALUES_WORDS } from '../shapes';
import { compressDigits } from './snappy-digits';
import { compressInt64s } from './snappy-int64s';
import { compressRising } from './snappy-rising';
import { matchBefore, matchLengthOf16, writeCopy, writeLength, writeLiteral } from './snappy-tokens';
import { compressWords } from './snappy-words';

/** Any bytes are searched for matches in windows of 64 KiB, with a table of the last position of each hash. */
const WINDOW_BYTES: usize = 65_536;
const TABLE_BITS = 14;
/** A search stops this far before the end, so that it can read a whole word and copy a literal 16 bytes at a time. */
const TAIL_BYTES: usize = 24;

function hashWord(word: u64): usize {
  return (((word << 32) * 0x9e3779b185ebca87) >>> (64 - TABLE_BITS)) as usize;
}

/**
 * Compresses [from, from + length) to `out` and returns the bytes written. `values` (VALUES_… in shapes.ts) is what follows the first
 * `valuesAt` bytes: since the places of PLAIN values are known, matches in them need no search. `table` has room for
 * SNAPPY_TABLE_BYTES.
 */
export function compressSnappy(
  from: usize,
  length: usize,
  out: usize,
  table: usize,
  valuesAt: usize,
  values: i32,
): usize {
  const firstOut = out;
  out = writeLength(out, length);
  const end = from + length;
  let at = from;
  if (values !== VALUES_ANY && valuesAt < length) {
    out = compressAny(from, from + valuesAt, out, table);
    at = from + valuesAt;
    if (values === VALUES_INT64) {
      out = compressInt64s(at, end, out, table);
      at = end;
    } else {
      const first = at;
      out = compressRising(at, end, out, table);
      at = load<u32>(table + SNAPPY_TABLE_BYTES - 4) as usize;
      if (at === first) {
        out = compressDigits(at, end, out, table);
        at = load<u32>(table + SNAPPY_TABLE_BYTES - 4) as usize;
      }
      if (at === first && values === VALUES_WORDS) {
        out = compressWords(at, end, out, table);
        at = load<u32>(table + SNAPPY_TABLE_BYTES - 4) as usize;
      }
    }
  }
  return compressAny(at, end, out, table) - firstOut;
}

function compressAny(from: usize, end: usize, out: usize, table: usize): usize {
  while (from < end) {
    const windowEnd = end - from < WINDOW_BYTES ? end : from + WINDOW_BYTES;
    out = compressWindow(from, windowEnd, out, table);
    from = windowEnd;
  }
  return out;
}

function compressWindow(base: usize, end: usize, out: usize, table: usize): usize {
  let pending = base;
  const limit = end - base > TAIL_BYTES ? end - TAIL_BYTES : base;
  if (limit > base) memory.fill(table, 0, 2 << TABLE_BITS);
  let at = base + 1;
  while (at < limit) {
    let candidate = base;
    // The longer nothing matches, the larger the steps, so that bytes that do not compress cost little time.
    for (let steps: usize = 16; at < limit; at += steps++ >>> 4) {
      const word = load<u64>(at);
      const slot = table + (hashWord(word) << 1);
      candidate = base + load<u16>(slot);
      store<u16>(slot, (at - base) as u16);
      if (load<u32>(candidate) === (word as u32)) break;
    }
    if (at >= limit) break;
    const pendingBytes = at - pending;
    const candidateBytes = candidate - base;
    const before = matchBefore(at, candidate, pendingBytes < candidateBytes ? pendingBytes : candidateBytes);
    at -= before;
    candidate -= before;
    if (at > pending) out = writeLiteral(out, pending, at - pending);
    // Writes copies as long as one follows another without a literal in between.
    while (true) {
      const matched = 4 + matchLengthOf16(at + 4, candidate + 4, end);
      out = writeCopy(out, at - candidate, matched);
      at += matched;
      pending = at;
      if (at >= limit) break;
      const last = load<u64>(at - 3);
      store<u16>(table + (hashWord(last >>> 16) << 1), (at - 1 - base) as u16);
      store<u16>(table + (hashWord(last) << 1), (at - 3 - base) as u16);
      const word = load<u64>(at);
      const slot = table + (hashWord(word) << 1);
      candidate = base + load<u16>(slot);
      store<u16>(slot, (at - base) as u16);
      if (load<u32>(candidate) !== (word as u32)) break;
    }
    at++;
  }
  return pending < end ? writeLiteral(out, pending, end - pending) : out;
}
