import { BLOCK_BYTES } from './zstd-blocks';
import {
  DECODING_TABLE_BYTES,
  makeDecodingTable,
  PLAIN_CODES,
  READ_COUNTS,
  readCounts,
  readLog,
  readSymbols,
  STATE_BYTES,
  wordWithin,
} from './zstd-fse-reader';

/**
 * Huffman codes of literals (RFC 8878, 4.2). A table has an entry of 2 bytes for each value of the next bits, as many as the longest code
 * has: the byte, and above it the bits of its code.
 */
const MOST_CODE_BITS: u32 = 11;
const MOST_WEIGHTS: usize = 256;
const CODES: usize = memory.data(2 << 11, 16);
const WEIGHTS: usize = memory.data(256 + 16, 16);
const WEIGHT_TABLE: usize = memory.data(DECODING_TABLE_BYTES, 16);
const WEIGHT_LOG: u32 = 6;
const WEIGHT_SYMBOLS: usize = 13;
/** By weight: how many bytes have it, then the place in the table of the next one. */
const RANKS: usize = memory.data(16 * 4, 16);

/**
 * A damaged stream may want more bits than it has, and is then read from before its beginning: by so many bytes at most, a quarter of a
 * block in the longest codes. That is memory of the kernel, and the result is thrown away.
 */
const MOST_BEFORE: usize = ((BLOCK_BYTES / 4) * 11) / 8 + 64;

/** Bits of the longest code of the table; 0 if the frame has described none. */
let codeBits: u32 = 0;

export function forgetCodes(): void {
  codeBits = 0;
}

export function hasCodes(): bool {
  return codeBits > 0;
}

/** Reads the description of a code. Returns the address after it; 0 if it is none. */
export function readCodes(from: usize, end: usize): usize {
  codeBits = 0;
  if (from >= end) return 0;
  const head = load<u8>(from++) as usize;
  let count: usize = 0;
  if (head < 128) {
    if (head > end - from) return 0;
    count = readCodedWeights(from, from + head);
    if (count === 0) return 0;
    from += head;
  } else {
    count = head - 127;
    const halves = (count + 1) >>> 1;
    if (halves > end - from) return 0;
    for (let index: usize = 0; index < halves; index++) {
      const two = load<u8>(from + index);
      store<u8>(WEIGHTS + (index << 1), two >>> 4);
      store<u8>(WEIGHTS + (index << 1), two & 15, 1);
    }
    from += halves;
  }
  return makeCodes(count) ? from : 0;
}

/** Reads weights in FSE, two states in turn from the end. Returns how many there are; 0 if they are none. */
function readCodedWeights(from: usize, end: usize): usize {
  const stream = readCounts(from, end, WEIGHT_SYMBOLS, WEIGHT_LOG);
  if (stream === 0 || stream >= end || load<u8>(end - 1) === 0) return 0;
  makeDecodingTable(READ_COUNTS, readSymbols, readLog, WEIGHT_TABLE, PLAIN_CODES, 0);
  let left = ((((end - stream) << 3) as i32) - (clz<u32>(load<u8>(end - 1) as u32) - 23)) as i32;
  let state = bitsBefore(stream, end, left, readLog);
  left -= readLog as i32;
  let other = bitsBefore(stream, end, left, readLog);
  left -= readLog as i32;
  if (left < 0) return 0;
  let count: usize = 0;
  while (count < MOST_WEIGHTS - 2) {
    const entry = WEIGHT_TABLE + (state as usize) * STATE_BYTES;
    store<u8>(WEIGHTS + count++, load<u8>(entry, 4));
    const width = load<u8>(entry, 2) as u32;
    if ((width as i32) > left) {
      store<u8>(WEIGHTS + count++, load<u8>(WEIGHT_TABLE + (other as usize) * STATE_BYTES, 4));
      return count;
    }
    const next = (load<u16>(entry) as u32) + bitsBefore(stream, end, left, width);
    left -= width as i32;
    state = other;
    other = next;
  }
  return 0;
}

/** `width` bits, fewer than 17, before bit `left` of [stream, end). */
function bitsBefore(stream: usize, end: usize, left: i32, width: u32): u32 {
  const at = left - (width as i32);
  if (at < 0) return 0;
  const word = wordWithin(stream + ((at as usize) >>> 3), end);
  return (word >>> ((at & 7) as u32)) & ((1 << width) - 1);
}

/** Makes the table of `count` weights and the last one, which follows from them. */
function makeCodes(count: usize): bool {
  memory.fill(RANKS, 0, 64);
  let total: u32 = 0;
  for (let symbol: usize = 0; symbol < count; symbol++) {
    const weight = load<u8>(WEIGHTS + symbol) as u32;
    if (weight > MOST_CODE_BITS) return false;
    const rank = RANKS + ((weight as usize) << 2);
    store<u32>(rank, load<u32>(rank) + 1);
    total += (1 << weight) >>> 1;
  }
  if (total === 0) return false;
  const bits: u32 = 32 - clz<u32>(total);
  const rest = (1 << bits) - total;
  if (bits > MOST_CODE_BITS || (rest & (rest - 1)) !== 0) return false;
  const last: u32 = 32 - clz<u32>(rest);
  store<u8>(WEIGHTS + count, last as u8);
  const lastRank = RANKS + ((last as usize) << 2);
  store<u32>(lastRank, load<u32>(lastRank) + 1);
  // Of the longest codes there are two at least, or one would be the prefix of nothing.
  if (load<u32>(RANKS, 4) < 2) return false;
  let place: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const rank = RANKS + ((weight as usize) << 2);
    const bytes = load<u32>(rank);
    store<u32>(rank, place);
    place += bytes << (weight - 1);
  }
  for (let symbol: usize = 0; symbol <= count; symbol++) {
    const weight = load<u8>(WEIGHTS + symbol) as u32;
    if (weight === 0) continue;
    const rank = RANKS + ((weight as usize) << 2);
    const first = load<u32>(rank);
    const states: u32 = 1 << (weight - 1);
    store<u32>(rank, first + states);
    const entry = (symbol as u32) | ((bits + 1 - weight) << 8);
    for (let state: u32 = 0; state < states; state++) {
      store<u16>(CODES + (((first + state) as usize) << 1), entry as u16);
    }
  }
  codeBits = bits;
  return true;
}

/** Decodes one stream, [from, end), to the `length` bytes at `out`. Returns whether it has exactly these. */
export function readStream(from: usize, end: usize, out: usize, length: usize): bool {
  if (from < MOST_BEFORE || length > BLOCK_BYTES / 4) return false;
  if (end <= from || load<u8>(end - 1) === 0) return false;
  return readRest(from, end - 8, openBits(end - 8), out, length);
}

/** Decodes what is left of a stream that begins at `from`. */
function readRest(from: usize, at: usize, bits: u64, out: usize, length: usize): bool {
  const shift = (64 - codeBits) as u64;
  for (const outEnd = out + length; out < outEnd; ) {
    const entry = load<u16>(CODES + (((bits >>> shift) as usize) << 1));
    store<u8>(out++, entry as u8);
    bits <<= (entry >>> 8) as u64;
    const used = ctz(bits);
    at -= (used >>> 3) as usize;
    bits = (load<u64>(at) | 1) << (used & 7);
  }
  // What lies before the stream was read as well: then the place is not its beginning.
  return (at << 3) + 64 - (ctz(bits) as usize) === from << 3;
}

/**
 * The bits of a stream that were not used yet, from the highest on, and below them a 1: the zeros under it say how many were used.
 */
function openBits(at: usize): u64 {
  const word = load<u64>(at);
  return (word | 1) << (clz(word) + 1);
}

/** Decodes four streams to four quarters of `length` bytes. Their lengths, but that of the last, are in six bytes before them. */
export function readFourStreams(from: usize, end: usize, out: usize, length: usize): bool {
  // So says the library; there would be an empty one.
  if (length < 6 || end - from < 10 || from < MOST_BEFORE) return false;
  const quarter = (length + 3) >>> 2;
  const from0 = from + 6;
  const from1 = from0 + (load<u16>(from) as usize);
  const from2 = from1 + (load<u16>(from, 2) as usize);
  const from3 = from2 + (load<u16>(from, 4) as usize);
  if (from3 >= end || from1 === from0 || from2 === from1 || from3 === from2) return false;
  if (load<u8>(from1 - 1) === 0 || load<u8>(from2 - 1) === 0) return false;
  if (load<u8>(from3 - 1) === 0 || load<u8>(end - 1) === 0) return false;
  if (quarter * 3 >= length) return false;
  let at0 = from1 - 8;
  let at1 = from2 - 8;
  let at2 = from3 - 8;
  let at3 = end - 8;
  let bits0 = openBits(at0);
  let bits1 = openBits(at1);
  let bits2 = openBits(at2);
  let bits3 = openBits(at3);
  const shift = (64 - codeBits) as u64;
  let done: usize = 0;
  const lastQuarter = length - quarter * 3;
  // A stream has 57 bits at least after each refill, and the longest codes 11.
  for (; done + 5 <= lastQuarter; done += 5) {
    for (let step: usize = 0; step < 5; step++) {
      const to = out + done + step;
      const entry0 = load<u16>(CODES + (((bits0 >>> shift) as usize) << 1));
      const entry1 = load<u16>(CODES + (((bits1 >>> shift) as usize) << 1));
      const entry2 = load<u16>(CODES + (((bits2 >>> shift) as usize) << 1));
      const entry3 = load<u16>(CODES + (((bits3 >>> shift) as usize) << 1));
      bits0 <<= (entry0 >>> 8) as u64;
      bits1 <<= (entry1 >>> 8) as u64;
      bits2 <<= (entry2 >>> 8) as u64;
      bits3 <<= (entry3 >>> 8) as u64;
      store<u8>(to, entry0 as u8);
      store<u8>(to + quarter, entry1 as u8);
      store<u8>(to + quarter * 2, entry2 as u8);
      store<u8>(to + quarter * 3, entry3 as u8);
    }
    const used0 = ctz(bits0);
    const used1 = ctz(bits1);
    const used2 = ctz(bits2);
    const used3 = ctz(bits3);
    at0 -= (used0 >>> 3) as usize;
    at1 -= (used1 >>> 3) as usize;
    at2 -= (used2 >>> 3) as usize;
    at3 -= (used3 >>> 3) as usize;
    bits0 = (load<u64>(at0) | 1) << (used0 & 7);
    bits1 = (load<u64>(at1) | 1) << (used1 & 7);
    bits2 = (load<u64>(at2) | 1) << (used2 & 7);
    bits3 = (load<u64>(at3) | 1) << (used3 & 7);
  }
  return (
    readRest(from0, at0, bits0, out + done, quarter - done) &&
    readRest(from1, at1, bits1, out + quarter + done, quarter - done) &&
    readRest(from2, at2, bits2, out + quarter * 2 + done, quarter - done) &&
    readRest(from3, at3, bits3, out + quarter * 3 + done, lastQuarter - done)
  );
}
