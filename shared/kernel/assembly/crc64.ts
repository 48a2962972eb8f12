/**
 * CRC-64/NVME, continued over any number of pieces. The remainder of four stretches is computed at once, each waiting for its own
 * tables only, and then moved to where the stretch stands: multiplied by x^(8 · stretch), through tables too.
 */
const POLYNOMIAL: u64 = 0x9a6c9329ac4bc9b5;
const STRETCH_BYTES: usize = 2048;
const TABLE_BYTES: usize = 8 * 256 * 8;

/**
 * Tables of 16 KiB each, at constant addresses below those the compiler hands out (`--memoryBase`), so that a lookup is one load.
 * SLICES: remainder of byte `b` with `k` zero bytes behind it, at k · 256 + b. MOVES: remainder of byte `b`, the `k`th of a
 * remainder from its lowest on, with a stretch of zeros behind it.
 */
const SLICES: usize = 1024;
const MOVES: usize = SLICES + TABLE_BYTES;
let ready = false;

function fillTables(): void {
  for (let byte: usize = 0; byte < 256; byte++) {
    let remainder = byte as u64;
    for (let slice: usize = 0; slice < 8; slice++) {
      for (let bit = 0; bit < 8; bit++)
        remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
      store<u64>(SLICES + (((slice << 8) + byte) << 3), remainder);
    }
  }
  for (let entry: usize = 0; entry < TABLE_BYTES; entry += 8) {
    const slice = (entry >>> 11) as u64;
    let remainder = (((entry >>> 3) & 255) as u64) << (slice << 3);
    for (let step: usize = 0; step < STRETCH_BYTES; step += 8) remainder = divided(remainder);
    store<u64>(MOVES + entry, remainder);
  }
  ready = true;
}

/** Divides eight bytes: a lookup for each, the lowest one with seven bytes behind it. */
function divided(word: u64): u64 {
  const low = word as u32;
  const high = (word >>> 32) as u32;
  return (
    load<u64>((low << 3) & 0x7f8, SLICES + 14_336) ^
    load<u64>((low >>> 5) & 0x7f8, SLICES + 12_288) ^
    load<u64>((low >>> 13) & 0x7f8, SLICES + 10_240) ^
    load<u64>((low >>> 21) & 0x7f8, SLICES + 8_192) ^
    load<u64>((high << 3) & 0x7f8, SLICES + 6_144) ^
    load<u64>((high >>> 5) & 0x7f8, SLICES + 4_096) ^
    load<u64>((high >>> 13) & 0x7f8, SLICES + 2_048) ^
    load<u64>((high >>> 21) & 0x7f8, SLICES)
  );
}

function moved(remainder: u64): u64 {
  let result: u64 = 0;
  for (let slice: usize = 0; slice < 8; slice++) {
    const byte = (remainder >>> ((slice << 3) as u64)) & 255;
    result ^= load<u64>(MOVES + (slice << 11) + ((byte as usize) << 3));
  }
  return result;
}

/** Checksum of what `crc` is the checksum of with [at, at + length) behind it; 0 is that of nothing. */
export function crc64(at: usize, length: usize, crc: u64): u64 {
  if (!ready) fillTables();
  let remainder = ~crc;
  const end = at + length;
  while (end - at >= 4 * STRETCH_BYTES) {
    let first = remainder;
    let second: u64 = 0;
    let third: u64 = 0;
    let fourth: u64 = 0;
    const stretchEnd = at + STRETCH_BYTES;
    for (; at < stretchEnd; at += 8) {
      first = divided(first ^ load<u64>(at));
      second = divided(second ^ load<u64>(at, 2048));
      third = divided(third ^ load<u64>(at, 4096));
      fourth = divided(fourth ^ load<u64>(at, 6144));
    }
    at += 3 * STRETCH_BYTES;
    remainder = moved(moved(moved(first) ^ second) ^ third) ^ fourth;
  }
  for (; end - at >= 8; at += 8) remainder = divided(remainder ^ load<u64>(at));
  for (; at < end; at++) {
    remainder =
      (remainder >>> 8) ^ load<u64>(SLICES + ((((remainder ^ (load<u8>(at) as u64)) & 255) as usize) << 3));
  }
  return ~remainder;
}
