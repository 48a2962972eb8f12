import { isAbsent } from './vector-members';

/**
 * Split-block Bloom filters as Parquet has them (apache/parquet-format, BloomFilter.md): the XXH64 of a value, without the length of a text,
 * chooses one block of 32 bytes and one bit in each of its eight words.
 *
 *     hash  hhhhhhhh kkkkkkkk   h × blocks >> 32 is the block, k × SALT[word] >> 27 the bit of each word
 */
const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

function round(sum: u64, lane: u64): u64 {
  return rotl<u64>(sum + lane * PRIME_2, 31) * PRIME_1;
}

function merge(hash: u64, sum: u64): u64 {
  return (hash ^ round(0, sum)) * PRIME_1 + PRIME_4;
}

/** XXH64 with seed 0 of the `length` bytes at `at` (Cyan4973/xxHash, doc/xxhash_spec.md). */
function hashOf(at: usize, length: usize): u64 {
  const end = at + length;
  let hash: u64 = PRIME_5;
  if (length >= 32) {
    let first = PRIME_1 + PRIME_2;
    let second = PRIME_2;
    let third: u64 = 0;
    let fourth: u64 = 0 - PRIME_1;
    while (end - at >= 32) {
      first = round(first, load<u64>(at));
      second = round(second, load<u64>(at, 8));
      third = round(third, load<u64>(at, 16));
      fourth = round(fourth, load<u64>(at, 24));
      at += 32;
    }
    hash = rotl<u64>(first, 1) + rotl<u64>(second, 7) + rotl<u64>(third, 12) + rotl<u64>(fourth, 18);
    hash = merge(merge(merge(merge(hash, first), second), third), fourth);
  }
  hash += length as u64;
  for (; end - at >= 8; at += 8) hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * PRIME_1 + PRIME_4;
  if (end - at >= 4) {
    hash = rotl<u64>(hash ^ ((load<u32>(at) as u64) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    at += 4;
  }
  for (; at < end; at++) hash = rotl<u64>(hash ^ ((load<u8>(at) as u64) * PRIME_5), 11) * PRIME_1;
  hash = (hash ^ (hash >>> 33)) * PRIME_2;
  hash = (hash ^ (hash >>> 29)) * PRIME_3;
  return hash ^ (hash >>> 32);
}

/**
 * Writes the hash of each value of a field vector, 8 bytes each; members without a value are left out. `width` is that of the values in
 * bytes, or 0 for texts. If `states` is 0, all have a value. Returns the number of hashes.
 */
export function hashValues(
  states: usize,
  values: usize,
  width: usize,
  members: usize,
  count: i32,
  out: usize,
): i32 {
  const first = out;
  for (let index = 0; index < count; index++) {
    const member = load<u16>(members + (index << 1)) as u32;
    if (isAbsent(states, member)) continue;
    const entry = values + (member << 3);
    const hash =
      width === 0
        ? hashOf(load<u32>(entry) as usize, load<u32>(entry, 4) as usize)
        : hashOf(values + (member as usize) * width, width);
    store<u64>(out, hash);
    out += 8;
  }
  return ((out - first) >>> 3) as i32;
}

/** Sets the bits of `count` hashes in a filter of `blockCount` blocks. */
export function fillBloomFilter(hashes: usize, count: i32, filter: usize, blockCount: u32): void {
  // The salts of the specification, one for each word of a block.
  const low = i32x4(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d);
  const high = i32x4(0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31);
  for (let index = 0; index < count; index++) {
    const hash = load<u64>(hashes + (index << 3));
    const block = (filter + ((((hash >>> 32) * (blockCount as u64)) >>> 32) << 5)) as usize;
    const key = i32x4.splat(hash as i32);
    setBits(block, i32x4.shr_u(i32x4.mul(key, low), 27));
    setBits(block + 16, i32x4.shr_u(i32x4.mul(key, high), 27));
  }
}

/** Sets one bit in each of four words. */
function setBits(words: usize, bits: v128): void {
  store<u32>(words, load<u32>(words) | (1 << i32x4.extract_lane(bits, 0)));
  store<u32>(words, load<u32>(words, 4) | (1 << i32x4.extract_lane(bits, 1)), 4);
  store<u32>(words, load<u32>(words, 8) | (1 << i32x4.extract_lane(bits, 2)), 8);
  store<u32>(words, load<u32>(words, 12) | (1 << i32x4.extract_lane(bits, 3)), 12);
}
