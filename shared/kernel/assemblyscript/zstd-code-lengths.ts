/**
 * Lengths of the codes of bytes that were counted: those of an optimal code, but none longer than eleven bits, which is the most that
 * Huffman codes of literals may have (RFC 8878, 4.2.1).
 */
const MOST_CODE_BITS: u32 = 11;
/** Four tables, so that equal bytes after each other do not wait for each other. */
export const BYTE_COUNTS: usize = memory.data(4 * 256 * 4, 16);
/** Counts in rising order, then code lengths; and the bytes they belong to. */
export const CODE_LENGTHS: usize = memory.data(256 * 4, 16);
export const SORTED_SYMBOLS: usize = memory.data(256, 16);

/** Counts the bytes of [from, end). Returns how often the most frequent one occurs. */
export function countBytes(from: usize, end: usize): u32 {
  memory.fill(BYTE_COUNTS, 0, 4096);
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
  for (let at: usize = BYTE_COUNTS; at < BYTE_COUNTS + 1024; at += 4) {
    const total: u32 = load<u32>(at) + load<u32>(at, 1024) + load<u32>(at, 2048) + load<u32>(at, 3072);
    store<u32>(at, total);
    most = max<u32>(most, total);
  }
  return most;
}

/** If most digits, capitals or small letters were counted, the others may come in a later block: they count as if they occurred once. */
export function countExpected(): void {
  expectAll(0x30, 10);
  expectAll(0x41, 26);
  expectAll(0x61, 26);
}

function expectAll(first: usize, bytes: usize): void {
  const counts = BYTE_COUNTS + (first << 2);
  let seen: usize = 0;
  for (let byte: usize = 0; byte < bytes; byte++) seen += (load<u32>(counts + (byte << 2)) > 0) as usize;
  for (let byte: usize = 0; byte < bytes && seen * 2 > bytes; byte++) {
    store<u32>(counts + (byte << 2), max<u32>(load<u32>(counts + (byte << 2)), 1));
  }
}

function count(table: usize, byte: u64): void {
  const slot = BYTE_COUNTS + table + ((byte as usize) << 2);
  store<u32>(slot, load<u32>(slot) + 1);
}

/** Finds the lengths of the counted bytes, the longest first: `CODE_LENGTHS` of `SORTED_SYMBOLS`. Returns how many bytes occur; one has no code. */
export function findLengths(): usize {
  const symbols = sortSymbols();
  if (symbols < 2) return symbols;
  assignLengths(symbols);
  if ((sorted(0) as u32) > MOST_CODE_BITS) limitLengths(symbols);
  return symbols;
}

/** Sorts the bytes that occur by how often they do. Returns how many there are. */
function sortSymbols(): usize {
  let symbols: usize = 0;
  for (let symbol: usize = 0; symbol < 256; symbol++) {
    const times = load<u32>(BYTE_COUNTS + (symbol << 2));
    if (times === 0) continue;
    store<u32>(CODE_LENGTHS + (symbols << 2), times);
    store<u8>(SORTED_SYMBOLS + symbols, symbol as u8);
    symbols++;
  }
  for (
    let gap: usize = 57;
    gap > 0;
    gap = gap === 57 ? 23 : gap === 23 ? 10 : gap === 10 ? 4 : gap === 4 ? 1 : 0
  ) {
    for (let index = gap; index < symbols; index++) {
      const times = load<u32>(CODE_LENGTHS + (index << 2));
      const symbol = load<u8>(SORTED_SYMBOLS + index);
      let to = index;
      while (to >= gap && load<u32>(CODE_LENGTHS + ((to - gap) << 2)) > times) {
        store<u32>(CODE_LENGTHS + (to << 2), load<u32>(CODE_LENGTHS + ((to - gap) << 2)));
        store<u8>(SORTED_SYMBOLS + to, load<u8>(SORTED_SYMBOLS + to - gap));
        to -= gap;
      }
      store<u32>(CODE_LENGTHS + (to << 2), times);
      store<u8>(SORTED_SYMBOLS + to, symbol);
    }
  }
  return symbols;
}

function sorted(index: i32): i32 {
  return load<i32>(CODE_LENGTHS + ((index as usize) << 2));
}

function setSorted(index: i32, value: i32): void {
  store<i32>(CODE_LENGTHS + ((index as usize) << 2), value);
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

/** Shortens lengths above the limit, and makes room for them by longer codes of the next rarest bytes. */
function limitLengths(symbols: usize): void {
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
}
