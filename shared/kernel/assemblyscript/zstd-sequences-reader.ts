import { copyBytes, copyForward, repeat, STEP_BYTES } from './copied-bytes';
import {
  DECODING_TABLE_BYTES,
  makeConstantTable,
  makeDecodingTable,
  OFFSET_CODES,
  READ_COUNTS,
  readCounts,
  readLog,
  readSymbols,
  STATE_BYTES,
} from './zstd-fse-reader';
import { LEAST_MATCH } from './zstd-sequence-list';
import {
  LITERAL_BITS,
  LITERAL_LOG,
  LITERAL_SYMBOLS,
  MATCH_BITS,
  MATCH_LOG,
  MATCH_SYMBOLS,
  OFFSET_LOG,
  OFFSET_SYMBOLS,
} from './zstd-sequences';

/** Reads the sequences section of a block (its form stands in zstd-sequences.ts) and carries it out. */
const MODE_PREDEFINED: u32 = 0;
const MODE_SAME: u32 = 1;
const MODE_DESCRIBED: u32 = 2;

const LITERAL_TABLE: usize = memory.data(DECODING_TABLE_BYTES, 16);
const OFFSET_TABLE: usize = memory.data(DECODING_TABLE_BYTES, 16);
const MATCH_TABLE: usize = memory.data(DECODING_TABLE_BYTES, 16);

/** The counts that need no description (RFC 8878, 3.1.1.3.2.2). */
const LITERAL_COUNTS: usize = memory.data<i32>([
  4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1,
  -1,
]);
const MATCH_COUNTS: usize = memory.data<i32>([
  1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
  1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
]);
const OFFSET_COUNTS: usize = memory.data<i32>([
  1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
]);
const PREDEFINED_OFFSETS: usize = 29;

/** Bits of the states of each kind; -1 if the frame has no table of it yet. */
let literalLog: i32 = -1;
let offsetLog: i32 = -1;
let matchLog: i32 = -1;
/** The last three offsets. */
let offset1: usize = 1;
let offset2: usize = 4;
let offset3: usize = 8;

/** Of the section whose head was read. */
export let readCount: u32 = 0;

export function forgetSequences(): void {
  literalLog = -1;
  offsetLog = -1;
  matchLog = -1;
  offset1 = 1;
  offset2 = 4;
  offset3 = 8;
}

/** Reads the number of sequences and their tables. Returns the address of their bits; 0 if the section is none. */
export function readSequencesHead(from: usize, end: usize): usize {
  if (from >= end) return 0;
  const first = load<u8>(from++) as u32;
  readCount = first;
  if (first === 0) return from;
  if (first >= 128) {
    const more: usize = first === 255 ? 2 : 1;
    if (more > end - from) return 0;
    readCount =
      first === 255 ? (load<u16>(from) as u32) + 0x7f00 : ((first - 128) << 8) + (load<u8>(from) as u32);
    from += more;
    if (readCount === 0) return from;
  }
  if (from >= end) return 0;
  const modes = load<u8>(from++) as u32;
  if ((modes & 3) !== 0) return 0;
  literalLog = readTable(
    modes >>> 6,
    from,
    end,
    LITERAL_TABLE,
    literalLog,
    LITERAL_LOG,
    LITERAL_SYMBOLS,
    LITERAL_BITS,
    0,
  );
  offsetLog = readTable(
    (modes >>> 4) & 3,
    tableEnd,
    end,
    OFFSET_TABLE,
    offsetLog,
    OFFSET_LOG,
    OFFSET_SYMBOLS,
    OFFSET_CODES,
    0,
  );
  matchLog = readTable(
    (modes >>> 2) & 3,
    tableEnd,
    end,
    MATCH_TABLE,
    matchLog,
    MATCH_LOG,
    MATCH_SYMBOLS,
    MATCH_BITS,
    LEAST_MATCH,
  );
  return literalLog < 0 || offsetLog < 0 || matchLog < 0 ? 0 : tableEnd;
}

/** Address after the table that was read last. */
let tableEnd: usize = 0;

/** Makes one table. Returns the bits of its states; -1 if it is none. */
function readTable(
  mode: u32,
  from: usize,
  end: usize,
  table: usize,
  log: i32,
  mostLog: u32,
  symbols: usize,
  bits: usize,
  least: u32,
): i32 {
  tableEnd = from;
  if (mode === MODE_PREDEFINED) {
    const counts: usize =
      bits === LITERAL_BITS ? LITERAL_COUNTS : bits === MATCH_BITS ? MATCH_COUNTS : OFFSET_COUNTS;
    const isOffset = bits === OFFSET_CODES;
    const ownLog: u32 = isOffset ? 5 : 6;
    makeDecodingTable(counts, isOffset ? PREDEFINED_OFFSETS : symbols, ownLog, table, bits, least);
    return ownLog as i32;
  }
  if (mode === MODE_SAME) {
    if (from >= end) return -1;
    const symbol = load<u8>(from) as usize;
    if (symbol >= symbols) return -1;
    makeConstantTable(symbol, table, bits, least);
    tableEnd = from + 1;
    return 0;
  }
  if (mode === MODE_DESCRIBED) {
    const next = readCounts(from, end, symbols, mostLog);
    if (next === 0) return -1;
    makeDecodingTable(READ_COUNTS, readSymbols, readLog, table, bits, least);
    tableEnd = next;
    return readLog as i32;
  }
  return log;
}

/**
 * Carries out the sequences whose bits are [from, end): literals from [literals, literalsEnd), which may be read 16 bytes beyond, and matches
 * after `firstOut`. What is left of the literals follows. Returns the address after the last byte; 0 if the sequences are not well formed, or
 * would go beyond `outEnd`.
 */
export function runSequences(
  from: usize,
  end: usize,
  literals: usize,
  literalsEnd: usize,
  firstOut: usize,
  out: usize,
  outEnd: usize,
): usize {
  if (end <= from || load<u8>(end - 1) === 0) return 0;
  let at = end - 8;
  let used: u64 = clz(load<u64>(at)) + 1;
  let word = load<u64>(at) << used;
  let literalState = take(word, literalLog as u64) as usize;
  word <<= literalLog as u64;
  let offsetState = take(word, offsetLog as u64) as usize;
  word <<= offsetLog as u64;
  let matchState = take(word, matchLog as u64) as usize;
  used += (literalLog + offsetLog + matchLog) as u64;
  for (let left = readCount; left > 0; left--) {
    const literalEntry = load<u64>(LITERAL_TABLE + literalState * STATE_BYTES);
    const offsetEntry = load<u64>(OFFSET_TABLE + offsetState * STATE_BYTES);
    const matchEntry = load<u64>(MATCH_TABLE + matchState * STATE_BYTES);
    const literalBits = (literalEntry >>> 24) & 0xff;
    const offsetBits = (offsetEntry >>> 24) & 0xff;
    const matchBits = (matchEntry >>> 24) & 0xff;
    at -= (used >>> 3) as usize;
    used &= 7;
    // Nothing is so long that a stream that ends too early wants more than it has by much.
    if (at + 8 < from) return 0;
    word = load<u64>(at) << used;
    const value = ((offsetEntry >>> 32) + take(word, offsetBits)) as usize;
    used += offsetBits;
    at -= (used >>> 3) as usize;
    used &= 7;
    word = load<u64>(at) << used;
    const match = ((matchEntry >>> 32) + take(word, matchBits)) as usize;
    word <<= matchBits;
    const count = ((literalEntry >>> 32) + take(word, literalBits)) as usize;
    used += matchBits + literalBits;
    const offset = offsetOf(value, count);
    if (count > literalsEnd - literals || count > outEnd - out) return 0;
    if (count + STEP_BYTES <= outEnd - out) copyForward(out, literals, count);
    else memory.copy(out, literals, count);
    literals += count;
    out += count;
    if (offset === 0 || offset > out - firstOut || match > outEnd - out) return 0;
    if (match + STEP_BYTES > outEnd - out) copyBytes(out, offset, match);
    else if (offset >= STEP_BYTES) copyForward(out, out - offset, match);
    else repeat(out, offset, match);
    out += match;
    if (left === 1) break;
    at -= (used >>> 3) as usize;
    used &= 7;
    word = load<u64>(at) << used;
    let width = (literalEntry >>> 16) & 0xff;
    literalState = ((literalEntry & 0xffff) + take(word, width)) as usize;
    word <<= width;
    used += width;
    width = (matchEntry >>> 16) & 0xff;
    matchState = ((matchEntry & 0xffff) + take(word, width)) as usize;
    word <<= width;
    used += width;
    width = (offsetEntry >>> 16) & 0xff;
    offsetState = ((offsetEntry & 0xffff) + take(word, width)) as usize;
    used += width;
  }
  if ((at << 3) + 64 - (used as usize) !== from << 3) return 0;
  const rest = literalsEnd - literals;
  if (rest > outEnd - out) return 0;
  memory.copy(out, literals, rest);
  return out + rest;
}

/** The offset of a value, which comes after `literals` literals; it becomes the last one. */
function offsetOf(value: usize, literals: usize): usize {
  let offset = value - 3;
  if (value <= 3) {
    // One of the last three; without literals, the second, the third, and the last one less 1.
    const which = value + ((literals === 0) as usize);
    if (which === 1) return offset1;
    offset = which === 2 ? offset2 : which === 3 ? offset3 : offset1 - 1;
    if (which === 2) {
      offset2 = offset1;
      offset1 = offset;
      return offset;
    }
  }
  offset3 = offset2;
  offset2 = offset1;
  offset1 = offset;
  return offset;
}

/** The highest `width` bits of a word, which may be none. */
function take(word: u64, width: u64): u64 {
  return (word >>> 1) >>> (63 - width);
}
