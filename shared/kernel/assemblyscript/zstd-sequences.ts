import { FSE_TABLE_BYTES, firstState, makeTable, nextState, normalizeCounts, writeCounts } from './zstd-fse';
import { LEAST_MATCH, SEQUENCES, sequenceCount } from './zstd-sequence-list';

/**
 * The sequences section of a block (RFC 8878, 3.1.1.3.2). A sequence is a count of literals, an offset, and the length of a match;
 * each is a code and the bits below it:
 *
 *     count, 1 to 3 bytes │ modes of the three codes │ their tables │ bits of the sequences, the last one first
 *
 *     literals 70  →  code 25, from 64 on, and 6 bits: 000110
 */
const MODE_RLE: u32 = 1;
const MODE_FSE: u32 = 2;
const RLE_MODES: u8 = 0x54;

/** For each code of a count of literals and of a match - 3: the bits below it, and the least of its values. */
export const LITERAL_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14,
  15, 16,
]);
export const MATCH_BITS: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1,
  2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
]);
const SMALL: u32 = 128;
/** The code of each small value; both kinds of codes are one for each power of two above. */
const LITERAL_CODES: usize = memory.data(128, 16);
const MATCH_CODES: usize = memory.data(128, 16);

/** Codes by sequence, 1 byte each, of the three kinds. */
const CODES: usize = memory.data(16_384 * 4, 16);
const COUNTS: usize = memory.data(64 * 4, 16);
const LITERAL_TABLE: usize = memory.data(FSE_TABLE_BYTES, 16);
const OFFSET_TABLE: usize = memory.data(FSE_TABLE_BYTES, 16);
const MATCH_TABLE: usize = memory.data(FSE_TABLE_BYTES, 16);
export const LITERAL_SYMBOLS: usize = 36;
export const OFFSET_SYMBOLS: usize = 32;
export const MATCH_SYMBOLS: usize = 53;
/** The largest tables; 64 states have room for all codes. */
export const LITERAL_LOG: u32 = 9;
export const OFFSET_LOG: u32 = 8;
export const MATCH_LOG: u32 = 9;
const LEAST_LOG: u32 = 6;

/** Writes the number of sequences. */
function writeCount(count: u32, out: usize): usize {
  if (count < 128) {
    store<u8>(out, count as u8);
    return out + 1;
  }
  if (count < 0x7f00) {
    store<u8>(out, ((count >>> 8) + 128) as u8);
    store<u8>(out, count as u8, 1);
    return out + 2;
  }
  store<u8>(out, 255);
  store<u16>(out, (count - 0x7f00) as u16, 1);
  return out + 3;
}

/**
 * Writes sequences that are all the same: up to 15 literals, a match of up to 34 bytes. An offset of other value than 1, which is the
 * last offset again, must be that of a single sequence. Returns the address after the section.
 */
export function writeSame(count: u32, literal: u32, offsetValue: u32, match: u32, out: usize): usize {
  out = writeCount(count, out);
  if (count === 0) return out;
  const offsetCode = 31 - clz(offsetValue);
  store<u8>(out, RLE_MODES);
  store<u8>(out, literal as u8, 1);
  store<u8>(out, offsetCode as u8, 2);
  store<u8>(out, (match - LEAST_MATCH) as u8, 3);
  // The bits of the offset below its highest, and the 1 that ends them: together the offset itself.
  store<u8>(out, offsetValue as u8, 4);
  return out + 5;
}

/** Fills the codes of small values from the bits of each code. */
function fillSmallCodes(): void {
  if (load<u8>(LITERAL_CODES + 1) !== 0) return;
  fillCodes(LITERAL_CODES, LITERAL_BITS);
  fillCodes(MATCH_CODES, MATCH_BITS);
}

function fillCodes(codes: usize, bits: usize): void {
  let value: usize = 0;
  for (let code: usize = 0; value < (SMALL as usize); code++) {
    const size: usize = (1 as usize) << (load<u8>(bits + code) as usize);
    for (let left = size; left > 0 && value < (SMALL as usize); left--)
      store<u8>(codes + value++, code as u8);
  }
}

/** Writes the sequences of the list. Returns the address after the section. */
export function writeSequences(out: usize): usize {
  const count = sequenceCount;
  out = writeCount(count, out);
  if (count === 0) return out;
  fillSmallCodes();
  for (let index: usize = 0; index < (count as usize); index++) {
    const entry: usize = SEQUENCES + index * 12;
    const literals = load<u32>(entry);
    const match = load<u32>(entry, 8);
    const literalCode = literals < SMALL ? (load<u8>(LITERAL_CODES + literals) as u32) : 50 - clz(literals);
    const offsetCode = 31 - clz(load<u32>(entry, 4));
    const matchCode = match < SMALL ? (load<u8>(MATCH_CODES + match) as u32) : 67 - clz(match);
    store<u32>(CODES + (index << 2), literalCode | (offsetCode << 8) | (matchCode << 16));
  }
  const modes = out++;
  const literalMode = writeTable(0, LITERAL_SYMBOLS, LITERAL_LOG, LITERAL_TABLE, out);
  const offsetMode = writeTable(1, OFFSET_SYMBOLS, OFFSET_LOG, OFFSET_TABLE, tableEnd);
  const matchMode = writeTable(2, MATCH_SYMBOLS, MATCH_LOG, MATCH_TABLE, tableEnd);
  store<u8>(modes, ((literalMode << 6) | (offsetMode << 4) | (matchMode << 2)) as u8);
  return writeBits(count as usize, tableEnd);
}

/** Address after the table that was written last, and bits of the states of each kind. */
let tableEnd: usize = 0;
let literalLog: u32 = 0;
let offsetLog: u32 = 0;
let matchLog: u32 = 0;

function setLog(kind: usize, log: u32): void {
  if (kind === 0) literalLog = log;
  else if (kind === 1) offsetLog = log;
  else matchLog = log;
}

/** Makes and writes the table of one kind of codes. Returns its mode. */
function writeTable(kind: usize, symbols: usize, mostLog: u32, table: usize, out: usize): u32 {
  memory.fill(COUNTS, 0, 256);
  for (let index: u32 = 0; index < sequenceCount; index++) {
    const slot = COUNTS + ((load<u8>(CODES + kind + (index << 2)) as usize) << 2);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  const first = load<u8>(CODES + kind) as usize;
  if (load<u32>(COUNTS + (first << 2)) === sequenceCount) {
    // One code only: a state without bits.
    store<u64>(table + (first << 3), 0);
    store<u16>(table + 512, 0);
    store<u8>(out, first as u8);
    tableEnd = out + 1;
    setLog(kind, 0);
    return MODE_RLE;
  }
  const fitting = 30 - clz(sequenceCount);
  const log = max<u32>(LEAST_LOG, min<u32>(mostLog, fitting));
  while (load<u32>(COUNTS + ((symbols - 1) << 2)) === 0) symbols--;
  normalizeCounts(COUNTS, symbols, log);
  makeTable(COUNTS, symbols, log, table);
  tableEnd = writeCounts(COUNTS, symbols, log, out);
  setLog(kind, log);
  return MODE_FSE;
}

/** Writes the states and the bits below the codes of all sequences, the last one first. */
function writeBits(count: usize, out: usize): usize {
  let bits: u64 = 0;
  let filled: u64 = 0;
  let literalState: u32 = 0;
  let offsetState: u32 = 0;
  let matchState: u32 = 0;
  for (let index = count; index > 0; ) {
    index--;
    const codes = load<u32>(CODES + (index << 2));
    const literalCode = (codes & 0xff) as usize;
    const offsetCode = ((codes >>> 8) & 0xff) as usize;
    const matchCode = (codes >>> 16) as usize;
    if (index === count - 1) {
      literalState = firstState(LITERAL_TABLE, literalCode);
      offsetState = firstState(OFFSET_TABLE, offsetCode);
      matchState = firstState(MATCH_TABLE, matchCode);
    } else {
      let entry = OFFSET_TABLE + (offsetCode << 3);
      let length = (offsetState + load<u32>(entry)) >>> 16;
      bits |= ((offsetState & ((1 << length) - 1)) as u64) << filled;
      filled += length as u64;
      offsetState = nextState(OFFSET_TABLE, entry, offsetState, length);
      entry = MATCH_TABLE + (matchCode << 3);
      length = (matchState + load<u32>(entry)) >>> 16;
      bits |= ((matchState & ((1 << length) - 1)) as u64) << filled;
      filled += length as u64;
      matchState = nextState(MATCH_TABLE, entry, matchState, length);
      entry = LITERAL_TABLE + (literalCode << 3);
      length = (literalState + load<u32>(entry)) >>> 16;
      bits |= ((literalState & ((1 << length) - 1)) as u64) << filled;
      filled += length as u64;
      literalState = nextState(LITERAL_TABLE, entry, literalState, length);
    }
    const sequence: usize = SEQUENCES + index * 12;
    const literalBits = load<u8>(LITERAL_BITS + literalCode) as u64;
    bits |= ((load<u32>(sequence) as u64) & (((1 as u64) << literalBits) - 1)) << filled;
    filled += literalBits;
    store<u64>(out, bits);
    out += (filled >>> 3) as usize;
    bits >>>= filled & ~7;
    filled &= 7;
    const matchBits = load<u8>(MATCH_BITS + matchCode) as u64;
    bits |= ((load<u32>(sequence, 8) as u64) & (((1 as u64) << matchBits) - 1)) << filled;
    filled += matchBits;
    bits |= ((load<u32>(sequence, 4) as u64) & (((1 as u64) << (offsetCode as u64)) - 1)) << filled;
    filled += offsetCode as u64;
    store<u64>(out, bits);
    out += (filled >>> 3) as usize;
    bits >>>= filled & ~7;
    filled &= 7;
  }
  bits |= ((matchState & ((1 << matchLog) - 1)) as u64) << filled;
  filled += matchLog as u64;
  bits |= ((offsetState & ((1 << offsetLog) - 1)) as u64) << filled;
  filled += offsetLog as u64;
  bits |= ((literalState & ((1 << literalLog) - 1)) as u64) << filled;
  filled += literalLog as u64;
  bits |= (1 as u64) << filled;
  store<u64>(out, bits);
  return out + (((filled + 8) >>> 3) as usize);
}
