import { matchLength, writeCopy, writeLiteral, writeShortCopy } from './snappy-tokens';

/**
 * PLAIN values of 8 bytes, low byte first. Their low bytes differ and their high bytes repeat:
 *
 *     d2 04 00 00 00 00 00 00  →  literal d2 04, copy of 6 from the last value with the same end
 *
 * Every value becomes one literal and one copy, so work on a value need not wait for the end of the last match. Four tables hold the
 * last position, modulo 64 KiB, of all 8 bytes and of the upper 7, 6 and 5.
 */
const BITS_OF_8 = 13;
const BITS_OF_7 = 13;
const BITS_OF_6 = 12;
const BITS_OF_5 = 10;
const TABLE_OF_7: usize = 2 << BITS_OF_8;
const TABLE_OF_6: usize = TABLE_OF_7 + (2 << BITS_OF_7);
const TABLE_OF_5: usize = TABLE_OF_6 + (2 << BITS_OF_6);
const TABLES_BYTES: usize = TABLE_OF_5 + (2 << BITS_OF_5);
/** The search stops this far before the end, so that it can read two values and copy a literal 16 bytes at a time. */
const TAIL_BYTES: usize = 40;

/** Stores `at` in the slot of `word` and returns the address that was there; `at` itself if there was none. */
function replaceLast(table: usize, bits: u64, word: u64, at: usize, base: usize): usize {
  const slot = table + ((((word * 0x9e3779b185ebca87) >>> (64 - bits)) as usize) << 1);
  const position = at - base;
  const back: usize = (position - load<u16>(slot)) & 0xffff;
  store<u16>(slot, position as u16);
  return at - back;
}

/** Compresses the values of [base, end) and returns the address after the tokens. */
export function compressInt64s(base: usize, end: usize, out: usize, table: usize): usize {
  memory.fill(table, 0, TABLES_BYTES);
  let pending = base;
  let at = base;
  while (end - at > TAIL_BYTES) {
    const word = load<u64>(at);
    const with8 = replaceLast(table, BITS_OF_8, word, at, base);
    const with7 = replaceLast(table + TABLE_OF_7, BITS_OF_7, word >>> 8, at, base);
    const with6 = replaceLast(table + TABLE_OF_6, BITS_OF_6, word >>> 16, at, base);
    const with5 = replaceLast(table + TABLE_OF_5, BITS_OF_5, word >>> 24, at, base);
    // Selections instead of branches, which would be mispredicted.
    let match = at === base ? at : at - 8;
    match = select<usize>(with5, match, (load<u64>(with5) ^ word) >>> 24 === 0 && with5 !== at);
    match = select<usize>(with6, match, (load<u64>(with6) ^ word) >>> 16 === 0 && with6 !== at);
    match = select<usize>(with7, match, (load<u64>(with7) ^ word) >>> 8 === 0 && with7 !== at);
    match = select<usize>(with8, match, load<u64>(with8) === word && with8 !== at);
    const difference = word ^ load<u64>(match);
    const back = at - match;
    if (difference === 0) {
      if (back === 0) {
        at += 8;
        continue;
      }
      if (load<u64>(at + 8) === load<u64>(match + 8)) {
        if (at > pending) out = writeLiteral(out, pending, at - pending);
        const matched = (16 + matchLength(at + 16, match + 16, end)) & ~7;
        out = writeCopy(out, back, matched);
        at += matched;
        pending = at;
        continue;
      }
    }
    const matched: usize = (clz(difference) >>> 3) as usize;
    if (matched >= 4) {
      if (at !== pending) out = writeLiteral(out, pending, at - pending);
      store<u8>(out, ((7 - matched) << 2) as u8);
      store<u64>(out, word, 1);
      out += select<usize>(9 - matched, 0, matched !== 8);
      out = writeShortCopy(out, back, matched);
      pending = at + 8;
    }
    at += 8;
  }
  return pending < end ? writeLiteral(out, pending, end - pending) : out;
}
