import { BYTE_COUNTS, CODE_LENGTHS, findLengths, SORTED_SYMBOLS } from './zstd-code-lengths';
import { areCodesShort, noteShortCodes, writeShortStream } from './zstd-short-codes';
import { writeWeights } from './zstd-weights';

/**
 * Huffman coding of literals (RFC 8878, 4.2). A code has at most eleven bits. Two bytes are coded by one look-up in a table of all
 * pairs, which costs less than half of two. An entry of it is ready to be joined to the bits before it:
 *
 *     bits of both codes, the first byte's highest │ … │ 1 │ length of both, six bits
 *     63                                                 7
 *
 * The entry of a pair that the code does not have is 0. Nothing is searched, and no branch depends on what the bytes are.
 */
const KNOWN: u64 = 0x80;
/** The bits below the codes of an entry. */
const LOW: u64 = 0xff;
const PAIRS: usize = memory.data(65_536 * 8, 16);
/** The same for single bytes. */
const CODES: usize = memory.data(256 * 8, 16);
/** The bytes that have codes, and how many. */
const SYMBOLS: usize = memory.data(256, 16);
const SYMBOL_COUNT: usize = memory.data(4, 16);
const WEIGHTS: usize = memory.data(256, 16);
/** By weight: the code that the next byte of it gets. */
const NEXT_CODES: usize = memory.data(64, 16);
/** With more bytes than this the table of pairs leaves the fastest cache, and takes long to make. */
const MOST_PAIRED: usize = 112;

/** Makes the code of the bytes that were counted, and writes it to `out`. Returns its length; 0 if it has no form. */
export function makeCode(out: usize): usize {
  forgetCode();
  const symbols = findLengths();
  if (symbols < 2) return 0;
  const longest = load<u32>(CODE_LENGTHS);
  memory.fill(WEIGHTS, 0, 256);
  let last: u32 = 0;
  for (let index: usize = 0; index < symbols; index++) {
    const symbol = load<u8>(SORTED_SYMBOLS + index) as u32;
    store<u8>(WEIGHTS + symbol, (longest + 1 - load<u32>(CODE_LENGTHS + (index << 2))) as u8);
    last = max<u32>(last, symbol);
  }
  const written = writeWeights(WEIGHTS, last, out);
  if (written > 0) {
    fillCodes(longest, symbols);
    noteShortCodes(CODES);
    if (symbols <= MOST_PAIRED && !areCodesShort) fillPairs();
  }
  return written;
}

/** Empties the tables. */
function forgetCode(): void {
  const symbols = load<u32>(SYMBOL_COUNT) as usize;
  if (symbols <= MOST_PAIRED) {
    for (let high: usize = 0; high < symbols; high++) {
      const row = PAIRS + ((load<u8>(SYMBOLS + high) as usize) << 11);
      for (let low: usize = 0; low < symbols; low++) {
        store<u64>(row + ((load<u8>(SYMBOLS + low) as usize) << 3), 0);
      }
    }
  }
  memory.fill(CODES, 0, 2048);
  store<u32>(SYMBOL_COUNT, 0);
}

/** Gives codes out: the longest first, and those of one length in the order of the bytes (RFC 8878, 4.2.1.3). */
function fillCodes(longest: u32, symbols: usize): void {
  memory.fill(NEXT_CODES, 0, 64);
  for (let index: usize = 0; index < symbols; index++) {
    const next =
      NEXT_CODES + ((load<u8>(WEIGHTS + (load<u8>(SORTED_SYMBOLS + index) as usize)) as usize) << 2);
    store<u32>(next, load<u32>(next) + 1);
  }
  // From how many codes a weight has to the first of them.
  let code: u32 = 0;
  for (let weight: u32 = 1; weight <= longest; weight++) {
    const next = NEXT_CODES + ((weight as usize) << 2);
    const count = load<u32>(next);
    store<u32>(next, code);
    code = (code + count) >>> 1;
  }
  let known: usize = 0;
  for (let symbol: usize = 0; known < symbols; symbol++) {
    const weight = load<u8>(WEIGHTS + symbol) as u32;
    if (weight === 0) continue;
    const length: u64 = (longest + 1 - weight) as u64;
    const next = NEXT_CODES + ((weight as usize) << 2);
    const own = load<u32>(next);
    store<u32>(next, own + 1);
    store<u64>(CODES + (symbol << 3), ((own as u64) << (64 - length)) | KNOWN | length);
    store<u8>(SYMBOLS + known, symbol as u8);
    known++;
  }
  store<u32>(SYMBOL_COUNT, symbols as u32);
}

function fillPairs(): void {
  const symbols = load<u32>(SYMBOL_COUNT) as usize;
  for (let high: usize = 0; high < symbols; high++) {
    const second = load<u8>(SYMBOLS + high) as usize;
    const secondCode = load<u64>(CODES + (second << 3));
    const row = PAIRS + (second << 11);
    for (let low: usize = 0; low < symbols; low++) {
      const first = load<u8>(SYMBOLS + low) as usize;
      const code = load<u64>(CODES + (first << 3));
      const bits = (code & ~LOW) | ((secondCode & ~LOW) >>> code);
      store<u64>(row + (first << 3), bits | KNOWN | ((code & 63) + (secondCode & 63)));
    }
  }
}

/** Bits that the counted bytes take in the code. */
export function codedBits(): u64 {
  let bits: u64 = 0;
  for (let at: usize = 0; at < 1024; at += 4) {
    bits += (load<u32>(BYTE_COUNTS + at) as u64) * (load<u64>(CODES + (at << 1)) & 63);
  }
  return bits;
}

/**
 * Writes the bytes of [from, end) as one stream, the last byte first, and after it a 1 that marks its end. Returns the address after
 * it, or 0 if the code does not have all of these bytes. Writes up to seven bytes beyond.
 */
export function writeStream(from: usize, end: usize, out: usize): usize {
  if (areCodesShort) return writeShortStream(CODES, from, end, out);
  // The newest bits are the highest. Below the oldest, and above bit 6 of `filled`, are remains of entries.
  let bits: u64 = 0;
  let filled: u64 = 0;
  let known = KNOWN;
  if ((load<u32>(SYMBOL_COUNT) as usize) <= MOST_PAIRED) {
    if ((end - from) & 1) {
      bits = load<u64>(CODES + ((load<u8>(--end) as usize) << 3));
      filled = bits;
      known &= bits;
    }
    if ((end - from) & 2) {
      end -= 2;
      const entry = load<u64>(PAIRS + ((load<u16>(end) as usize) << 3));
      bits = (bits >>> entry) | entry;
      filled += entry;
      known &= entry;
    }
    while (end > from) {
      end -= 4;
      const word = load<u32>(end) as usize;
      const second = load<u64>(PAIRS + ((word >>> 16) << 3));
      const first = load<u64>(PAIRS + ((word & 0xffff) << 3));
      store<u64>(out, bits >>> (0 - filled));
      out += ((filled >>> 3) & 7) as usize;
      filled = (filled & 7) + second + first;
      bits = (((bits >>> second) | second) >>> first) | first;
      known &= first & second;
    }
  } else {
    for (let odd = (end - from) & 3; odd > 0; odd--) {
      const entry = codeOf(--end);
      bits = (bits >>> entry) | entry;
      filled += entry;
      known &= entry;
    }
    while (end > from) {
      end -= 4;
      const fourth = codeOf(end + 3);
      const third = codeOf(end + 2);
      const second = codeOf(end + 1);
      const first = codeOf(end);
      store<u64>(out, bits >>> (0 - filled));
      out += ((filled >>> 3) & 7) as usize;
      filled = (filled & 7) + (first & 63) + (second & 63) + (third & 63) + (fourth & 63);
      bits = (((bits >>> fourth) | fourth) >>> third) | third;
      bits = (((bits >>> second) | second) >>> first) | first;
      known &= first & second & third & fourth;
    }
  }
  if (known === 0) return 0;
  bits = (bits >>> 1) | ((1 as u64) << 63);
  filled = (filled & 63) + 1;
  store<u64>(out, bits >>> (0 - filled));
  return out + (((filled + 7) >>> 3) as usize);
}

function codeOf(at: usize): u64 {
  return load<u64>(CODES + ((load<u8>(at) as usize) << 3));
}
