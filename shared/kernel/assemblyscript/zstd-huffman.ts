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
const MOST_CODE_BITS: u32 = 11;
const KNOWN: u64 = 0x80;
/** The bits below the codes of an entry. */
const LOW: u64 = 0xff;
const PAIRS: usize = memory.data(65_536 * 8, 16);
/** The same for single bytes. */
const CODES: usize = memory.data(256 * 8, 16);
/** The bytes that have codes, and how many. */
const SYMBOLS: usize = memory.data(256, 16);
const SYMBOL_COUNT: usize = memory.data(4, 16);
/** Four tables, so that equal bytes after each other do not wait for each other. */
const COUNTS: usize = memory.data(4 * 256 * 4, 16);
/** Counts in rising order, then code lengths; and the bytes they belong to. */
const SORTED: usize = memory.data(256 * 4, 16);
const SORTED_SYMBOLS: usize = memory.data(256, 16);
const WEIGHTS: usize = memory.data(256, 16);
/** With more bytes than this the table of pairs leaves the fastest cache, and takes long to make. */
const MOST_PAIRED: usize = 112;

/** Counts the bytes of [from, end). Returns how often the most frequent one occurs. */
export function countBytes(from: usize, end: usize): u32 {
  memory.fill(COUNTS, 0, 4096);
  while (end - from >= 8) {
    const word = load<u64>(from);
    count(0, word & 0xff);
    count(1024, (word >>> 8) & 0xff);
    count(2048, (word >>> 16) & 0xff);
    count(3072, (word >>> 24) & 0xff);
    count(0, (word >>> 32) & 0xff);
    count(1024, (word >>> 40) & 0xff);
    count(2048, (word >>> 48) & 0xff);
    count(3072, word >>> 56);
    from += 8;
  }
  while (from < end) count(0, load<u8>(from++));
  let most: u32 = 0;
  for (let at: usize = COUNTS; at < COUNTS + 1024; at += 4) {
    const total: u32 = load<u32>(at) + load<u32>(at, 1024) + load<u32>(at, 2048) + load<u32>(at, 3072);
    store<u32>(at, total);
    most = max<u32>(most, total);
  }
  return most;
}

function count(table: usize, byte: u64): void {
  const slot = COUNTS + table + ((byte as usize) << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** Makes the code of the bytes that were counted, and writes it to `out`. Returns its length; 0 if it has no form. */
export function makeCode(out: usize): usize {
  forgetCode();
  const symbols = sortSymbols();
  if (symbols < 2) return 0;
  assignLengths(symbols);
  const longest = limitLengths(symbols);
  memory.fill(WEIGHTS, 0, 256);
  let last: u32 = 0;
  for (let index: usize = 0; index < symbols; index++) {
    const symbol = load<u8>(SORTED_SYMBOLS + index) as u32;
    store<u8>(WEIGHTS + symbol, (longest + 1 - load<u32>(SORTED + (index << 2))) as u8);
    last = max<u32>(last, symbol);
  }
  const written = writeWeights(WEIGHTS, last, out);
  if (written > 0) {
    fillCodes(longest);
    if (symbols <= MOST_PAIRED) fillPairs();
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

/** Sorts the bytes that occur by how often they do. Returns how many there are. */
function sortSymbols(): usize {
  let symbols: usize = 0;
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const times = load<u32>(COUNTS + (symbol << 2));
    if (times === 0) continue;
    store<u32>(SORTED + (symbols << 2), times);
    store<u8>(SORTED_SYMBOLS + symbols, symbol as u8);
    symbols++;
  }
  for (
    let gap: usize = 57;
    gap > 0;
    gap = gap === 57 ? 23 : gap === 23 ? 10 : gap === 10 ? 4 : gap === 4 ? 1 : 0
  ) {
    for (let index = gap; index < symbols; index++) {
      const times = load<u32>(SORTED + (index << 2));
      const symbol = load<u8>(SORTED_SYMBOLS + index);
      let to = index;
      while (to >= gap && load<u32>(SORTED + ((to - gap) << 2)) > times) {
        store<u32>(SORTED + (to << 2), load<u32>(SORTED + ((to - gap) << 2)));
        store<u8>(SORTED_SYMBOLS + to, load<u8>(SORTED_SYMBOLS + to - gap));
        to -= gap;
      }
      store<u32>(SORTED + (to << 2), times);
      store<u8>(SORTED_SYMBOLS + to, symbol);
    }
  }
  return symbols;
}

function sorted(index: i32): i32 {
  return load<i32>(SORTED + ((index as usize) << 2));
}

function setSorted(index: i32, value: i32): void {
  store<i32>(SORTED + ((index as usize) << 2), value);
}

/** Replaces the sorted counts by the lengths of an optimal code, in place (Moffat and Katajainen, WADS 1995). */
function assignLengths(symbols: usize): void {
  const count = symbols as i32;
  setSorted(0, sorted(0) + sorted(1));
  let root = 0;
  let leaf = 2;
  for (let next = 1; next < count - 1; next++) {
    let total = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf >= count || (root < next && sorted(root) < sorted(leaf))) {
        total += sorted(root);
        setSorted(root++, next);
      } else total += sorted(leaf++);
    }
    setSorted(next, total);
  }
  setSorted(count - 2, 0);
  for (let next = count - 3; next >= 0; next--) setSorted(next, sorted(sorted(next)) + 1);
  let available = 1;
  let depth = 0;
  root = count - 2;
  for (let next = count - 1; available > 0; depth++) {
    let used = 0;
    for (; root >= 0 && sorted(root) === depth; root--) used++;
    for (; available > used; available--) setSorted(next--, depth);
    available = used * 2;
  }
}

/** Shortens lengths above the limit, and makes room for them by longer codes of the next rarest bytes. Returns the greatest length. */
function limitLengths(symbols: usize): u32 {
  const longest = sorted(0) as u32;
  if (longest <= MOST_CODE_BITS) return longest;
  const all: i32 = 1 << MOST_CODE_BITS;
  let taken = 0;
  for (let index = 0; index < (symbols as i32); index++) {
    const length = min<i32>(sorted(index), MOST_CODE_BITS);
    setSorted(index, length);
    taken += all >>> length;
  }
  for (let index = 0; taken > all; ) {
    const length = sorted(index);
    if (length === MOST_CODE_BITS) index++;
    else {
      setSorted(index, length + 1);
      taken -= all >>> (length + 1);
    }
  }
  for (let index = (symbols as i32) - 1; taken < all; index--) {
    const length = sorted(index);
    // A code one bit shorter takes twice the room.
    if (taken + (all >>> length) <= all) {
      taken += all >>> length;
      setSorted(index, length - 1);
    }
  }
  return MOST_CODE_BITS;
}

/** Gives codes out: the longest first, and those of one length in the order of the bytes (RFC 8878, 4.2.1.3). */
function fillCodes(longest: u32): void {
  let code: u32 = 0;
  let symbols: usize = 0;
  for (let weight: u32 = 1; weight <= longest; weight++) {
    const length: u64 = (longest + 1 - weight) as u64;
    for (let symbol: usize = 0; symbol < 256; symbol++) {
      if ((load<u8>(WEIGHTS + symbol) as u32) !== weight) continue;
      store<u64>(CODES + (symbol << 3), ((code as u64) << (64 - length)) | KNOWN | length);
      store<u8>(SYMBOLS + symbols, symbol as u8);
      symbols++;
      code++;
    }
    code >>>= 1;
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
    bits += (load<u32>(COUNTS + at) as u64) * (load<u64>(CODES + (at << 1)) & 63);
  }
  return bits;
}

/**
 * Writes the bytes of [from, end) as one stream, the last byte first, and after it a 1 that marks its end. Returns the address after
 * it, or 0 if the code does not have all of these bytes. Writes up to seven bytes beyond.
 */
export function writeStream(from: usize, end: usize, out: usize): usize {
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
    while (end > from) {
      const entry = load<u64>(CODES + ((load<u8>(--end) as usize) << 3));
      bits = (bits >>> entry) | entry;
      filled = (filled & 63) + (entry & 63);
      known &= entry;
      if (filled < 45) continue;
      store<u64>(out, bits >>> (0 - filled));
      out += (filled >>> 3) as usize;
      filled &= 7;
    }
  }
  if (known === 0) return 0;
  bits = (bits >>> 1) | ((1 as u64) << 63);
  filled = (filled & 63) + 1;
  store<u64>(out, bits >>> (0 - filled));
  return out + (((filled + 7) >>> 3) as usize);
}
