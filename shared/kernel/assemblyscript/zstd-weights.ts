import { FSE_TABLE_BYTES, firstState, makeTable, nextState, normalizeCounts, writeCounts } from './zstd-fse';

/**
 * The description of a Huffman code (RFC 8878, 4.2.1): the weight of each byte from 0 on, without that of the last one that has a
 * code, which follows from the others. A weight is 0 for a byte without a code, else the greatest length + 1 - the code's.
 *
 *     127 + count │ two weights a byte, the first in the upper half            up to 128 weights
 *     length      │ counts of the weights │ the weights in FSE, two states in turn
 */
const COUNTS: usize = memory.data(16 * 4, 16);
const TABLE: usize = memory.data(FSE_TABLE_BYTES, 16);
const LOG: u32 = 6;
const MOST_WEIGHT: usize = 12;

/** Writes the weights of the bytes below `count`. Returns the length; 0 if there is no form for them. */
export function writeWeights(weights: usize, count: usize, out: usize): usize {
  const coded = writeCoded(weights, count, out + 1);
  const halves = (count + 1) >>> 1;
  if (coded > 0 && coded < 128 && (count > 128 || coded < halves)) {
    store<u8>(out, coded as u8);
    return coded + 1;
  }
  if (count > 128) return 0;
  store<u8>(out, (127 + count) as u8);
  for (let index: usize = 0; index < count; index += 2) {
    const second: u32 = index + 1 < count ? load<u8>(weights + index + 1) : 0;
    store<u8>(out + 1 + (index >>> 1), ((load<u8>(weights + index) << 4) | second) as u8);
  }
  return 1 + halves;
}

/** Writes the weights in FSE. Returns the length; 0 if that is not possible. */
function writeCoded(weights: usize, count: usize, out: usize): usize {
  if (count < 3) return 0;
  memory.fill(COUNTS, 0, 64);
  let symbols: usize = 0;
  for (let index: usize = 0; index < count; index++) {
    const weight = load<u8>(weights + index) as usize;
    const slot = COUNTS + (weight << 2);
    store<u32>(slot, load<u32>(slot) + 1);
    symbols = max<usize>(symbols, weight + 1);
  }
  for (let weight: usize = 0; weight < MOST_WEIGHT; weight++) {
    if (load<u32>(COUNTS + (weight << 2)) === (count as u32)) return 0;
  }
  normalizeCounts(COUNTS, symbols, LOG);
  makeTable(COUNTS, symbols, LOG, TABLE);
  let at = writeCounts(COUNTS, symbols, LOG, out);
  // The last weight first. Those with an even index belong to one state, the others to the other.
  let index = count - 1;
  let state = firstState(TABLE, load<u8>(weights + index));
  let other = firstState(TABLE, load<u8>(weights + index - 1));
  let bits: u64 = 0;
  let filled: u64 = 0;
  for (index -= 1; index > 0; ) {
    index--;
    const entry = TABLE + ((load<u8>(weights + index) as usize) << 3);
    const length = (state + load<u32>(entry)) >>> 16;
    bits |= ((state & ((1 << length) - 1)) as u64) << filled;
    filled += length as u64;
    const next = nextState(TABLE, entry, state, length);
    state = other;
    other = next;
    if (filled < 32) continue;
    store<u32>(at, bits as u32);
    at += 4;
    bits >>>= 32;
    filled -= 32;
  }
  // `other` has the byte 0, and is read first.
  bits |= ((state & ((1 << LOG) - 1)) as u64) << filled;
  filled += LOG as u64;
  bits |= ((other & ((1 << LOG) - 1)) as u64) << filled;
  filled += LOG as u64;
  bits |= (1 as u64) << filled;
  store<u64>(at, bits);
  return at + (((filled + 8) >>> 3) as usize) - out;
}
