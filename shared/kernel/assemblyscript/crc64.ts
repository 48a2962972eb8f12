import { CHECKSUM_STATE_BYTES } from '../shapes';

/**
 * CRC-64/NVME of a stream, without a table. A multiple of the polynomial has eight terms that are whole bytes apart, so that each step
 * of the division is an exclusive or of earlier bytes (S. Russell's Chorba does the same for CRC-32).
 *
 *     x^(8·2707) + x^(8·2367) + x^(8·2187) + x^(8·1518) + x^(8·669) + x^(8·256) + x^(8·77) + 1 ≡ 0
 *     reduced[i] = byte[i] ^ reduced[i - 2707 + e], for each of the seven lower exponents e
 *
 * The nearest of them is 340 bytes away, so 16 bytes can be reduced at once. Only the last 2707 reduced bytes are needed for the next.
 *
 *     state   position │ the last 2707 reduced bytes │ new reduced bytes, moved to the front once they reach the end
 */
const SPAN: usize = 2707;
const POLYNOMIAL: u64 = 0x9a6c9329ac4bc9b5;
const HISTORY: usize = 16;
const ROOM: usize = (CHECKSUM_STATE_BYTES as usize) - HISTORY - SPAN - 32;

function multiplyByX(value: u64): u64 {
  return value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
}

/** Divides by x. The highest bit of the polynomial is set, so a set highest bit shows that the polynomial was subtracted. */
function divideByX(value: u64): u64 {
  return value >>> 63 ? ((value ^ POLYNOMIAL) << 1) | 1 : value << 1;
}

/** Multiplies modulo the polynomial. */
function multiply(a: u64, b: u64): u64 {
  let product: u64 = 0;
  for (let bit: u64 = 0; bit < 64; bit++) {
    if ((a << bit) >>> 63) product ^= b;
    b = multiplyByX(b);
  }
  return product;
}

/** 64 ones divided by x⁶⁴; 0 until they are first needed. */
let ones: u64 = 0;

/**
 * Begins a checksum in `state`, CHECKSUM_STATE_BYTES long. The initial value of 64 ones is put before the first byte, divided by x⁶⁴ to
 * make up for its place.
 */
export function beginChecksum(state: usize): void {
  if (ones === 0) {
    ones = u64.MAX_VALUE;
    for (let place = 0; place < 64; place++) ones = divideByX(ones);
  }
  store<u32>(state, 0);
  memory.fill(state + HISTORY, 0, SPAN);
  store<u64>(state + HISTORY + SPAN - 8, ones);
}

/** Combines the reduced bytes from `at` on into what the 16 bytes `SPAN` after `at` are reduced by. */
function combineTerms(at: usize): v128 {
  const first = v128.xor(v128.load(at), v128.load(at, 77));
  const second = v128.xor(v128.load(at, 256), v128.load(at, 669));
  const third = v128.xor(v128.load(at, 1518), v128.load(at, 2187));
  return v128.xor(v128.xor(first, second), v128.xor(third, v128.load(at, 2367)));
}

/** Reduces [at, at + length), at most `ROOM` bytes. */
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
    v128.store(out, v128.xor(v128.load(at), combineTerms(out)), SPAN);
    v128.store(out, v128.xor(v128.load(at, 16), combineTerms(out + 16)), SPAN + 16);
    at += 32;
  }
  for (; out < end; out++) {
    store<u8>(out, load<u8>(at++) ^ i8x16.extract_lane_u(combineTerms(out), 0), SPAN);
  }
}

/** Adds the bytes [at, at + length). */
export function addToChecksum(state: usize, at: usize, length: usize): void {
  while (length > 0) {
    const count = length < ROOM ? length : ROOM;
    reduce(state, at, count);
    at += count;
    length -= count;
  }
}

/** At 8 · b: the remainder of byte `b` and a zero byte after it. Filled when it is first needed. */
const REMAINDERS: usize = memory.data(256 * 8, 16);
/** x^(−8 · SPAN), which moves a remainder back by as many bytes as SPAN; 0 until it is first needed. */
let back: u64 = 0;

function prepare(): void {
  for (let byte: u64 = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = multiplyByX(remainder);
    store<u64>(REMAINDERS + ((byte as usize) << 3), remainder);
  }
  back = (1 as u64) << 63;
  for (let place: usize = 0; place < 8 * SPAN; place++) back = divideByX(back);
}

/** Returns the checksum of all added bytes. After this the state must be begun again. */
export function finishChecksum(state: usize): u64 {
  if (back === 0) prepare();
  // 2707 zeros follow the last bytes. What they are reduced by is the remainder, shifted by as many bytes; `back` undoes the shift.
  const history = state + HISTORY + (load<u32>(state) as usize);
  const last = state + HISTORY;
  memory.copy(last, history, SPAN);
  memory.fill(last + SPAN, 0, SPAN + 16);
  let remainder: u64 = 0;
  for (let at: usize = 0; at < SPAN; at += 16) {
    const terms = combineTerms(last + at);
    // The last ones are zeros beyond the span.
    const count = SPAN - at < 16 ? SPAN - at : 16;
    let word = i64x2.extract_lane(terms, 0) as u64;
    for (let lane: usize = 0; lane < count; lane++) {
      if (lane === 8) word = i64x2.extract_lane(terms, 1) as u64;
      const entry = ((remainder ^ word) & 0xff) as usize;
      remainder = (remainder >>> 8) ^ load<u64>(REMAINDERS + (entry << 3));
      word >>>= 8;
    }
  }
  return ~multiply(remainder, back);
}
