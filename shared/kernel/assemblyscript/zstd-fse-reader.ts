import { SPREAD, spreadSymbols } from './zstd-fse';

/**
 * Tables that decode FSE (RFC 8878, 4.1). Each of 2^log states has 8 bytes:
 *
 *     next state without its lower bits, 2 │ how many those are, 1 │ bits below the code, 1 │ least value of the code, 4
 */
export const STATE_BYTES: usize = 8;
export const DECODING_TABLE_BYTES: usize = 512 * STATE_BYTES;
/** Normalized counts, 4 bytes a symbol, as `readCounts` leaves them. */
export const READ_COUNTS: usize = memory.data(64 * 4, 16);

const NEXT: usize = memory.data(64 * 4, 16);

/** What `readCounts` found: the symbols that have a count, and the logarithm of the states. */
export let readSymbols: usize = 0;
export let readLog: u32 = 0;

/** Four bytes from `at` on; beyond `end`, zeros. */
export function wordWithin(at: usize, end: usize): u32 {
  if (at + 4 <= end) return load<u32>(at);
  let word: u32 = 0;
  for (let index: usize = 0; at + index < end; index++)
    word |= (load<u8>(at + index) as u32) << ((index << 3) as u32);
  return word;
}

/** Reads the description of counts of at most `most` symbols and 2^mostLog states. Returns the address after it; 0 if it is none. */
export function readCounts(from: usize, end: usize, most: usize, mostLog: u32): usize {
  if (from >= end) return 0;
  readLog = (load<u8>(from) & 15) + 5;
  if (readLog > mostLog) return 0;
  memory.fill(READ_COUNTS, 0, 256);
  let bit: usize = 4;
  let left: i32 = (1 << readLog) + 1;
  let threshold: i32 = 1 << readLog;
  let width: u32 = readLog + 1;
  let symbol: usize = 0;
  let isAfterNone = false;
  while (left > 1) {
    if (isAfterNone) {
      // How many more have none, three at a time.
      let none: u32 = 3;
      while (none === 3) {
        none = (wordWithin(from + (bit >>> 3), end) >>> ((bit & 7) as u32)) & 3;
        bit += 2;
        symbol += none as usize;
        if (symbol >= most) return 0;
      }
    }
    if (symbol >= most) return 0;
    const word = wordWithin(from + (bit >>> 3), end) >>> ((bit & 7) as u32);
    const beyond = 2 * threshold - 1 - left;
    let share = (word & ((threshold as u32) - 1)) as i32;
    if (share < beyond) bit += (width - 1) as usize;
    else {
      share = (word & (2 * (threshold as u32) - 1)) as i32;
      if (share >= threshold) share -= beyond;
      bit += width as usize;
    }
    share--;
    left -= abs<i32>(share);
    store<i32>(READ_COUNTS + (symbol << 2), share);
    symbol++;
    isAfterNone = share === 0;
    while (left < threshold && width > 1) {
      width--;
      threshold >>= 1;
    }
  }
  const next = from + ((bit + 7) >>> 3);
  if (left !== 1 || next > end) return 0;
  readSymbols = symbol;
  return next;
}

/** Makes the table that decodes symbols with these counts. `leastValue` and `bitsBelow` of a code follow from its kind. */
export function makeDecodingTable(
  counts: usize,
  symbols: usize,
  log: u32,
  table: usize,
  bits: usize,
  least: u32,
): void {
  spreadSymbols(counts, symbols, log);
  for (let symbol: usize = 0; symbol < symbols; symbol++) {
    store<u32>(NEXT + (symbol << 2), abs<i32>(load<i32>(counts + (symbol << 2))));
  }
  const size: u32 = 1 << log;
  for (let state: u32 = 0; state < size; state++) {
    const symbol = load<u8>(SPREAD + state) as usize;
    const next = load<u32>(NEXT + (symbol << 2));
    store<u32>(NEXT + (symbol << 2), next + 1);
    const entry = table + (state as usize) * STATE_BYTES;
    const width = log - (31 - clz<u32>(next));
    store<u16>(entry, ((next << width) - size) as u16);
    store<u8>(entry, width as u8, 2);
    setCode(entry, symbol, bits, least);
  }
}

/** A table of one state, which has this symbol and no bits. */
export function makeConstantTable(symbol: usize, table: usize, bits: usize, least: u32): void {
  store<u32>(table, 0);
  setCode(table, symbol, bits, least);
}

/** Codes of offsets have no table of bits: they have as many as their number says. */
export const OFFSET_CODES: usize = 0;
/** Symbols that are values themselves. */
export const PLAIN_CODES: usize = 1;

function setCode(entry: usize, symbol: usize, bits: usize, least: u32): void {
  if (bits === PLAIN_CODES) {
    store<u8>(entry, 0, 3);
    store<u32>(entry, symbol as u32, 4);
  } else if (bits === OFFSET_CODES) {
    store<u8>(entry, symbol as u8, 3);
    store<u32>(entry, 1 << (symbol as u32), 4);
  } else {
    let value = least;
    for (let code: usize = 0; code < symbol; code++) value += 1 << (load<u8>(bits + code) as u32);
    store<u8>(entry, load<u8>(bits + symbol), 3);
    store<u32>(entry, value, 4);
  }
}
