import { CHECKSUM_STATE_BYTES } from '../shapes';

/**
 * CRC-64/NVME of a stream without a table: a multiple of the polynomial with eight terms, all of them whole bytes apart, turns
 * the division into exclusive ors of what stood before (S. Russell's Chorba does so for CRC-32).
 *
 *     x^(8·2707) + x^(8·2367) + x^(8·2187) + x^(8·1518) + x^(8·669) + x^(8·256) + x^(8·77) + 1 ≡ 0
 *     reduced[i] = byte[i] ^ reduced[i - 2707 + e], for each of the seven lower exponents e
 *
 * The nearest of them is 340 bytes away, so that 16 go at once. The last 2707 reduced bytes are all that those behind need to know.
 *
 *     state   position │ 2707 bytes of before │ reduced bytes, moved to the front when they reach the end
 */
const SPAN: usize = 2707;
const POLYNOMIAL: u64 = 0x9a6c9329ac4bc9b5;
const HISTORY: usize = 16;
const ROOM: usize = (CHECKSUM_STATE_BYTES as usize) - HISTORY - SPAN - 32;

function timesX(value: u64): u64 {
  return value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
}

/** The highest bit of the polynomial is set: whatever was reduced shows by its highest bit. */
function dividedByX(value: u64): u64 {
  return value >>> 63 ? ((value ^ POLYNOMIAL) << 1) | 1 : value << 1;
}

/** `a` · `b` modulo the polynomial. */
function times(a: u64, b: u64): u64 {
  let product: u64 = 0;
  for (let bit: u64 = 0; bit < 64; bit++) {
    if ((a << bit) >>> 63) product ^= b;
    b = timesX(b);
  }
  return product;
}

/** Begins with the bits that stand before the first byte: all ones, 64 places further up than bytes are. */
export function beginChecksum(state: usize): void {
  let ones: u64 = u64.MAX_VALUE;
  for (let place = 0; place < 64; place++) ones = dividedByX(ones);
  store<u32>(state, 0);
  memory.fill(state + HISTORY, 0, SPAN);
  store<u64>(state + HISTORY + SPAN - 8, ones);
}

/** What the bytes from `at` to `SPAN` further on pass on to the 16 that stand there. */
function passedOn(at: usize): v128 {
  const first = v128.xor(v128.load(at), v128.load(at, 77));
  const second = v128.xor(v128.load(at, 256), v128.load(at, 669));
  const third = v128.xor(v128.load(at, 1518), v128.load(at, 2187));
  return v128.xor(v128.xor(first, second), v128.xor(third, v128.load(at, 2367)));
}

/** Takes [at, at + length) in; at most `ROOM` bytes. */
function reduce(state: usize, at: usize, length: usize): void {
  let position = load<u32>(state) as usize;
  if (position + length > ROOM) {
    memory.copy(state + HISTORY, state + HISTORY + position, SPAN);
    position = 0;
  }
  store<u32>(state, (position + length) as u32);
  let out = state + HISTORY + position;
  const end = out + length;
  for (; out + 32 <= end; out += 32) {
    v128.store(out, v128.xor(v128.load(at), passedOn(out)), SPAN);
    v128.store(out, v128.xor(v128.load(at, 16), passedOn(out + 16)), SPAN + 16);
    at += 32;
  }
  for (; out < end; out++) {
    store<u8>(out, load<u8>(at++) ^ i8x16.extract_lane_u(passedOn(out), 0), SPAN);
  }
}

export function addToChecksum(state: usize, at: usize, length: usize): void {
  while (length > 0) {
    const count = length < ROOM ? length : ROOM;
    reduce(state, at, count);
    at += count;
    length -= count;
  }
}

/** The checksum of all bytes taken in, after which the state is good for nothing but another beginning. */
export function finishChecksum(state: usize): u64 {
  // As many zeros behind the last bytes: what those pass on to them is what is left, that many places further up.
  const history = state + HISTORY + (load<u32>(state) as usize);
  const last = state + HISTORY;
  memory.copy(last, history, SPAN);
  memory.fill(last + SPAN, 0, SPAN);
  let remainder: u64 = 0;
  for (let at: usize = 0; at < SPAN; at++) {
    remainder ^= i8x16.extract_lane_u(passedOn(last + at), 0) as u64;
    for (let bit = 0; bit < 8; bit++) remainder = timesX(remainder);
  }
  let back: u64 = (1 as u64) << 63;
  for (let place: usize = 0; place < 8 * SPAN; place++) back = dividedByX(back);
  return ~times(remainder, back);
}
