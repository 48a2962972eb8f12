/**
 * Finite state entropy coding (RFC 8878, 4.1): tables from normalized counts, and the description of such counts. A table has
 * 2^log states; a symbol has as many of them as its normalized count, and coding it costs about log₂(states ÷ count) bits.
 *
 * A table in memory: for each symbol { bits, first } of 4 bytes each, then the states of 2 bytes each.
 */
const FSE_STATES_AT: usize = 64 * 8;
export const FSE_TABLE_BYTES: usize = 64 * 8 + 512 * 2;

/** The symbol of each state. */
export const SPREAD: usize = memory.data(512, 16);
const STARTS: usize = memory.data(65 * 4, 16);

/**
 * Scales the counts of `symbols` symbols, 4 bytes each, to a sum of 2^log, at least 1 for each that occurs. `log` must leave room for
 * all of them, and two must occur.
 */
export function normalizeCounts(counts: usize, symbols: usize, log: u32): void {
  let total: u64 = 0;
  for (let symbol: usize = 0; symbol < symbols; symbol++) total += load<u32>(counts + (symbol << 2)) as u64;
  let left = 1 << log;
  for (let symbol: usize = 0; symbol < symbols; symbol++) {
    const times = load<u32>(counts + (symbol << 2)) as u64;
    if (times === 0) continue;
    const share = max<u32>(1, (((times << log) + (total >>> 1)) / total) as u32);
    store<u32>(counts + (symbol << 2), share);
    left -= share;
  }
  // The shares may sum to too much or too little: the most frequent symbol takes the difference.
  while (left !== 0) {
    let most: usize = 0;
    for (let symbol: usize = 1; symbol < symbols; symbol++) {
      if (load<u32>(counts + (symbol << 2)) > load<u32>(counts + (most << 2))) most = symbol;
    }
    const share = load<u32>(counts + (most << 2)) as i32;
    const change = left > 0 ? left : max<i32>(left, -max<i32>(1, share >>> 2));
    store<u32>(counts + (most << 2), share + change);
    left -= change;
  }
}

/**
 * Gives each state a symbol (RFC 8878, 4.1.1): state after state in `SPREAD`. A negative count, -1, is a symbol of the least probability,
 * which has one of the last states.
 */
export function spreadSymbols(counts: usize, symbols: usize, log: u32): void {
  const size: u32 = 1 << log;
  const mask: u32 = size - 1;
  let high = size - 1;
  for (let symbol: usize = 0; symbol < symbols; symbol++) {
    if (load<i32>(counts + (symbol << 2)) === -1) store<u8>(SPREAD + high--, symbol as u8);
  }
  const step: u32 = (size >>> 1) + (size >>> 3) + 3;
  let position: u32 = 0;
  for (let symbol: usize = 0; symbol < symbols; symbol++) {
    for (let left = load<i32>(counts + (symbol << 2)); left > 0; left--) {
      store<u8>(SPREAD + position, symbol as u8);
      do position = (position + step) & mask;
      while (position > high);
    }
  }
}

/** Makes the table of normalized counts. */
export function makeTable(counts: usize, symbols: usize, log: u32, table: usize): void {
  const size: u32 = 1 << log;
  let start: u32 = 0;
  for (let symbol: usize = 0; symbol < symbols; symbol++) {
    store<u32>(STARTS + (symbol << 2), start);
    start += abs<i32>(load<i32>(counts + (symbol << 2)));
  }
  spreadSymbols(counts, symbols, log);
  for (let state: u32 = 0; state < size; state++) {
    const slot = STARTS + ((load<u8>(SPREAD + state) as usize) << 2);
    const place = load<u32>(slot);
    store<u32>(slot, place + 1);
    store<u16>(table + FSE_STATES_AT + ((place as usize) << 1), (size + state) as u16);
  }
  let total: i32 = 0;
  for (let symbol: usize = 0; symbol < symbols; symbol++) {
    const share = abs<i32>(load<i32>(counts + (symbol << 2)));
    if (share === 0) continue;
    const entry = table + (symbol << 3);
    // Bits of a state from the least one on that needs as many: state + this, without its lower 16 bits.
    const most = share === 1 ? log : log - (31 - clz<u32>(share - 1));
    store<u32>(entry, (most << 16) - (share << most));
    store<i32>(entry, total - share, 4);
    total += share;
  }
}

/** The state after a first symbol, which costs no bits. */
export function firstState(table: usize, symbol: usize): u32 {
  const entry = table + (symbol << 3);
  const bits = load<u32>(entry);
  const length = (bits + (1 << 15)) >>> 16;
  return nextState(table, entry, (length << 16) - bits, length);
}

/** The state after a symbol, whose entry this is; the lowest `length` bits of the state before were written. */
export function nextState(table: usize, entry: usize, state: u32, length: u32): u32 {
  const place = ((state >>> length) as i32) + load<i32>(entry, 4);
  return load<u16>(table + FSE_STATES_AT + ((place as usize) << 1)) as u32;
}

/** Describes normalized counts (RFC 8878, 4.1.1). Returns the address after the description; writes up to 7 bytes beyond. */
export function writeCounts(counts: usize, symbols: usize, log: u32, out: usize): usize {
  let bits: u64 = (log - 5) as u64;
  let filled: u64 = 4;
  let left = (1 << log) + 1;
  let threshold = 1 << log;
  let width: u64 = (log + 1) as u64;
  for (let symbol: usize = 0; symbol < symbols && left > 1; ) {
    const share = load<i32>(counts + (symbol << 2));
    symbol++;
    const most = 2 * threshold - 1 - left;
    left -= abs<i32>(share);
    let value = share + 1;
    if (value >= threshold) value += most;
    bits |= (value as u64) << filled;
    filled += width - ((value < most) as u64);
    while (left < threshold && width > 1) {
      width--;
      threshold >>= 1;
    }
    if (share === 0) {
      // How many more have none, three at a time.
      let none: u32 = 0;
      while (symbol < symbols && load<i32>(counts + (symbol << 2)) === 0) {
        symbol++;
        none++;
      }
      for (; none >= 3; none -= 3) {
        bits |= (3 as u64) << filled;
        filled += 2;
      }
      bits |= (none as u64) << filled;
      filled += 2;
    }
    // At most 7 bits were left before, and 10 of a count and 44 of 64 symbols that have none came: they fit.
    store<u64>(out, bits);
    out += (filled >>> 3) as usize;
    bits >>>= filled & ~7;
    filled &= 7;
  }
  store<u64>(out, bits);
  return out + (((filled + 7) >>> 3) as usize);
}
