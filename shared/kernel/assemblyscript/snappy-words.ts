import { SNAPPY_TABLE_BYTES } from '../shapes';
import { matchLength, writeCopy, writeLiteral } from './snappy-tokens';

/**
 * PLAIN texts of words that come again and again, such as names. A search stumbles on matches at places that it cannot foresee, and half of
 * its time is lost because the processor guesses wrongly where the next one is. Here matches are looked for at the beginnings of words only,
 * which are listed first, without a branch that depends on the texts:
 *
 *     19 00 00 00  A n a   M a r i a   d a   S i l v a  1c 00 00 00  …
 *        └───────────┴───┘ └───────┘  └──────────────┘
 *           ╵ the match of a word grows to both sides; what lies between two matches is a literal
 *
 * A word is found by its first five bytes, wherever they began a word last. All that is done for one is done for each: tokens that do not
 * count are overwritten by the next ones. Rare words (a long match, a long literal) are left to another function.
 */
const TABLE_BITS: u64 = 13;
const TABLE_BYTES: usize = 2 << (TABLE_BITS as usize);
/** Addresses of bytes before words: so many, the most that a match grows to the front. */
const BEFORE_BYTES: usize = 8;
/** The list of the words of some bytes: an address of 4 bytes for each. */
const WORDS: usize = TABLE_BYTES;
const LISTED_BYTES: usize = 2048;
/** A vector in memory: V8 makes a constant anew at each use. */
const SPACES: usize = memory.data<u8>([
  0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
]);
/** The first words are not looked for, so that matches do not grow over the beginning; nor are the last, whose matches are read as whole vectors. */
const FIRST_BYTES: usize = 16;
const TAIL_BYTES: usize = 64;
/** A shorter match is none. */
const LEAST_MATCH: i32 = 4;
/** Address at which compressing stopped. */
const RESULT: usize = SNAPPY_TABLE_BYTES - 4;

/** The next word of the list, the first byte that is not compressed, and the address after the tokens. */
let wordAt: usize = 0;
let pendingAt: usize = 0;
let outAt: usize = 0;

/**
 * Compresses the values of [base, end). Returns the address after the tokens; the last word of `table` is the address of the first byte that
 * is not compressed.
 */
export function compressWords(base: usize, end: usize, out: usize, table: usize): usize {
  const first = base + FIRST_BYTES;
  const last = end - base > FIRST_BYTES + TAIL_BYTES ? first + ((end - TAIL_BYTES - first) & ~63) : first;
  // As if there had been each word at `base`.
  const entries = i16x8.splat(base as i16);
  for (let at: usize = 0; at < TABLE_BYTES; at += 16) v128.store(table + at, entries);
  pendingAt = base;
  outAt = out;
  for (let at = first; at < last; at += LISTED_BYTES) {
    wordAt = table + WORDS;
    const listEnd = listWords(at, min<usize>(at + LISTED_BYTES, last), wordAt);
    while (true) {
      compressFrequent(listEnd, table);
      if (wordAt === listEnd) break;
      compressRare(end, table);
    }
  }
  store<u32>(table + RESULT, pendingAt as u32);
  return outAt;
}

/**
 * Lists the words that begin in [from, end), a multiple of 64 bytes: where a byte above the space follows one that is not, be it a space or the
 * zeros of a length. Returns the address after the list; writes some entries beyond.
 */
function listWords(from: usize, end: usize, list: usize): usize {
  let before: u64 = (load<u8>(from - 1) <= 0x20) as u64;
  for (let at = from; at < end; at += 64) {
    const spaces =
      spacesOf(at) | (spacesOf(at + 16) << 16) | (spacesOf(at + 32) << 32) | (spacesOf(at + 48) << 48);
    let starts = ~spaces & ((spaces << 1) | before);
    before = spaces >>> 63;
    const next = list + ((popcnt<u64>(starts) as usize) << 2);
    const anchor = at - BEFORE_BYTES;
    starts = listWord(list, 0, anchor, starts);
    starts = listWord(list, 4, anchor, starts);
    starts = listWord(list, 8, anchor, starts);
    starts = listWord(list, 12, anchor, starts);
    starts = listWord(list, 16, anchor, starts);
    starts = listWord(list, 20, anchor, starts);
    starts = listWord(list, 24, anchor, starts);
    starts = listWord(list, 28, anchor, starts);
    starts = listWord(list, 32, anchor, starts);
    starts = listWord(list, 36, anchor, starts);
    for (let to: usize = 40; starts !== 0; to += 4) starts = listWord(list, to, anchor, starts);
    list = next;
  }
  return list;
}

/** Lists the first of the words whose bits are set, even if there is none. Returns the others. */
function listWord(list: usize, place: usize, anchor: usize, starts: u64): u64 {
  store<u32>(list + place, (anchor + (ctz<u64>(starts) as usize)) as u32);
  return starts & (starts - 1);
}

/** A bit for each of 16 bytes that is a space or less. */
function spacesOf(at: usize): u64 {
  const bytes = v128.load(at);
  return i8x16.bitmask(i8x16.eq(i8x16.min_u(bytes, v128.load(SPACES)), bytes)) as u32 as u64;
}

/** The slot of the word that begins 8 bytes after `before`. */
function slotOf(before: usize, table: usize): usize {
  const word = load<u64>(before, 8) << 24;
  const hash = ((word * 0x9e3779b185ebca87) >>> (64 - TABLE_BITS)) as usize;
  return table + (hash << 1);
}

/** Writes the tokens of listed words until a rare one comes. */
function compressFrequent(listEnd: usize, table: usize): void {
  let word = wordAt;
  let pending = pendingAt;
  let out = outAt;
  for (; word < listEnd; word += 4) {
    const at = load<u32>(word) as usize;
    const slot = slotOf(at, table);
    const back: usize = (at - load<u16>(slot)) & 0xffff;
    const from = at - back;
    const low = i8x16.bitmask(i8x16.eq(v128.load(at, 8), v128.load(from, 8))) as u32;
    const high = i8x16.bitmask(i8x16.eq(v128.load(at, 24), v128.load(from, 24))) as u32;
    const after = ctz<u32>(~(low | (high << 16)));
    const before = (clz<u64>(load<u64>(at) ^ load<u64>(from)) >>> 3) as u32;
    const begin = max<usize>(at + BEFORE_BYTES - before, pending);
    const literal = begin - pending;
    if (((literal >>> 4) | (after >>> 5)) !== 0) break;
    store<u16>(slot, at as u16);
    const matchEnd = at + BEFORE_BYTES + after;
    const length = matchEnd - begin;
    store<u8>(out, ((literal - 1) << 2) as u8);
    v128.store(out, v128.load(pending), 1);
    const copy: usize = out + literal + ((literal + 15) >>> 4);
    // All ones for the form of two bytes.
    const isNear = (((length - 12) & (back - 2048)) as i32) >> 31;
    const shifted = back << 8;
    const near = (shifted & 0xff00) | ((back >>> 3) & 0xe0) | ((length << 2) - 15);
    const far: usize = shifted + (length << 2) - 2;
    store<u32>(copy, (far ^ ((far ^ near) & isNear)) as u32);
    const next: usize = copy + 3 + isNear;
    out = select<usize>(next, out, (length as i32) >= LEAST_MATCH);
    pending = select<usize>(matchEnd, pending, (length as i32) >= LEAST_MATCH);
  }
  wordAt = word;
  pendingAt = pending;
  outAt = out;
}

/** Writes the tokens of the next word, if it has a match, whatever their lengths. */
function compressRare(end: usize, table: usize): void {
  const before = load<u32>(wordAt) as usize;
  wordAt += 4;
  const slot = slotOf(before, table);
  const back: usize = (before - load<u16>(slot)) & 0xffff;
  store<u16>(slot, before as u16);
  if (back === 0) return;
  const at = before + BEFORE_BYTES;
  const same: usize = (clz<u64>(load<u64>(before) ^ load<u64>(before - back)) >>> 3) as usize;
  const begin = max<usize>(at - same, pendingAt);
  const matchEnd = at + matchLength(at, at - back, end);
  if (((matchEnd - begin) as i32) < LEAST_MATCH) return;
  if (begin > pendingAt) outAt = writeLiteral(outAt, pendingAt, begin - pendingAt);
  outAt = writeCopy(outAt, back, matchEnd - begin);
  pendingAt = matchEnd;
}
