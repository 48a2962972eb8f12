import type { Sign } from '../layout/layout.ts';

/**
 * Digits of one number, read from bytes into module variables: no object, no string, no throw per value.
 * The caller reads the result before the next call. decode-value.ts says the same more clearly.
 */

export const NUMBER_NULL = 0;
export const NUMBER_VALUE = 1;
export const NUMBER_INVALID = 2;

/** Significant digits of the number being read; one more than any type may have, so that too many show. */
const digits = new Uint8Array(64);
let digitCount = 0;
/** Magnitude = high9 × 10⁹ + low9, for up to 18 digits. */
let low9 = 0;
let high9 = 0;
let negative = false;
/** Two's complement words of the last value made by `packInt64`. */
export let valueLow = 0;
export let valueHigh = 0;

const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;

export const SIGN_NONE = 0;
export const SIGN_LEADING = 1;
export const SIGN_TRAILING = 2;
export const SIGN_LEADING_SEPARATE = 3;
export const SIGN_TRAILING_SEPARATE = 4;

const SIGN_CODES: Record<Sign, number> = {
  none: SIGN_NONE,
  leading: SIGN_LEADING,
  trailing: SIGN_TRAILING,
  'leading-separate': SIGN_LEADING_SEPARATE,
  'trailing-separate': SIGN_TRAILING_SEPARATE,
};

export function signCode(sign: Sign): number {
  return SIGN_CODES[sign];
}

/** Per byte: 0–9 a positive digit, 16–25 a negative one, 255 neither. */
const OVERPUNCH = overpunchTable();

function overpunchTable(): Uint8Array {
  const table = new Uint8Array(256).fill(255);
  for (const [row, sign] of [
    ['0123456789', 0],
    ['{ABCDEFGHI', 0],
    ['}JKLMNOPQR', 16],
    ['pqrstuvwxy', 16],
  ] as const) {
    for (let digit = 0; digit < 10; digit++) table[row.charCodeAt(digit)] = sign + digit;
  }
  return table;
}

/**
 * Reads an integer or a decimal with an implied point of at most 18 significant digits from
 * `bytes[start, end)`; the value is then in `valueLow`, `valueHigh`.
 */
export function readImplied(
  bytes: Uint8Array,
  start: number,
  end: number,
  sign: number,
  maxDigits: number,
): number {
  // The common case, without a branch a digit: all digits, no blanks, no more than can overflow.
  if (sign === SIGN_NONE && end - start <= maxDigits && readPlainDigits(bytes, start, end)) {
    negative = false;
    packInt64();
    return NUMBER_VALUE;
  }
  const state = collectImplied(bytes, start, end, sign);
  return state === NUMBER_VALUE ? packCollected(maxDigits) : state;
}

/** Reads a decimal whose text holds its point (`,` or `.`, or none), scaled to `scale` digits behind it. */
export function readExplicit(
  bytes: Uint8Array,
  start: number,
  end: number,
  sign: number,
  scale: number,
  maxDigits: number,
): number {
  const state = collectExplicit(bytes, start, end, sign, scale);
  return state === NUMBER_VALUE ? packCollected(maxDigits) : state;
}

/** Reads a number of up to 38 digits into `out[at, at + 16)`, two's complement, high byte first. */
export function readWide(
  bytes: Uint8Array,
  start: number,
  end: number,
  sign: number,
  explicitScale: number,
  maxDigits: number,
  out: Uint8Array,
  at: number,
): number {
  const state =
    explicitScale < 0
      ? collectImplied(bytes, start, end, sign)
      : collectExplicit(bytes, start, end, sign, explicitScale);
  if (state !== NUMBER_VALUE) return state;
  if (digitCount > maxDigits) return NUMBER_INVALID;
  packInt128(out, at);
  return NUMBER_VALUE;
}

/** At most 18 digits; false where any byte is none. */
function readPlainDigits(bytes: Uint8Array, start: number, end: number): boolean {
  const middle = end - 9 > start ? end - 9 : start;
  let wrong = 0;
  let high = 0;
  for (let at = start; at < middle; at++) {
    const digit = bytes[at]! - ZERO;
    wrong |= digit | (9 - digit);
    high = high * 10 + digit;
  }
  let low = 0;
  for (let at = middle; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    wrong |= digit | (9 - digit);
    low = low * 10 + digit;
  }
  high9 = high;
  low9 = low;
  // A byte below '0' makes digit negative, one above '9' makes 9 - digit negative.
  return wrong >= 0;
}

function collectImplied(bytes: Uint8Array, start: number, end: number, sign: number): number {
  if (isBlank(bytes, start, end)) return NUMBER_NULL;
  negative = false;
  digitCount = 0;
  let last = -1;
  let punched = false;
  if (sign === SIGN_TRAILING_SEPARATE) {
    const byte = bytes[--end]!;
    if (byte === MINUS) negative = true;
    else if (byte !== PLUS && byte !== SPACE) return NUMBER_INVALID;
  } else if (sign === SIGN_TRAILING) {
    last = OVERPUNCH[bytes[--end]!]!;
    if (last === 255) return NUMBER_INVALID;
    negative = last >= 16;
    last &= 15;
    punched = true;
  } else if (sign === SIGN_LEADING) {
    const first = OVERPUNCH[bytes[start++]!]!;
    if (first === 255) return NUMBER_INVALID;
    negative = first >= 16;
    if ((first & 15) > 0) digits[digitCount++] = first & 15;
    punched = true;
  }
  if (sign !== SIGN_LEADING) while (start < end && bytes[start] === SPACE) start++;
  if (sign === SIGN_LEADING_SEPARATE && start < end) start = pastLeadingSign(bytes, start, end);
  if (start === end && !punched) return NUMBER_INVALID;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return NUMBER_INVALID;
    collect(digit);
  }
  if (last >= 0) collect(last);
  return NUMBER_VALUE;
}

function collectExplicit(bytes: Uint8Array, start: number, end: number, sign: number, scale: number): number {
  if (isBlank(bytes, start, end)) return NUMBER_NULL;
  negative = false;
  digitCount = 0;
  while (bytes[end - 1] === SPACE) end--;
  if (sign === SIGN_TRAILING_SEPARATE && (bytes[end - 1] === PLUS || bytes[end - 1] === MINUS)) {
    negative = bytes[--end] === MINUS;
    while (end > start && bytes[end - 1] === SPACE) end--;
  }
  while (start < end && bytes[start] === SPACE) start++;
  if (sign === SIGN_LEADING_SEPARATE && start < end) start = pastLeadingSign(bytes, start, end);
  let seen = 0;
  let fractionCount = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (fractionCount < 0 && (byte === POINT || byte === COMMA)) {
      fractionCount = 0;
      continue;
    }
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9) return NUMBER_INVALID;
    seen++;
    // Digits beyond the scale would have to be rounded away, unless they are zeros.
    if (fractionCount >= scale && digit > 0) return NUMBER_INVALID;
    if (fractionCount < scale) collect(digit);
    if (fractionCount >= 0) fractionCount++;
  }
  if (seen === 0) return NUMBER_INVALID;
  for (let missing = scale - Math.max(fractionCount, 0); missing > 0; missing--) collect(0);
  return NUMBER_VALUE;
}

function pastLeadingSign(bytes: Uint8Array, start: number, end: number): number {
  const byte = bytes[start]!;
  if (byte !== MINUS && byte !== PLUS) return start;
  negative = byte === MINUS;
  start++;
  while (start < end && bytes[start] === SPACE) start++;
  return start;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== SPACE) return false;
  return true;
}

/** Leading zeros are no digits; more digits than any type has are counted and not kept. */
function collect(digit: number): void {
  if (digitCount === 0 && digit === 0) return;
  if (digitCount < digits.length) digits[digitCount] = digit;
  digitCount++;
}

function packCollected(maxDigits: number): number {
  if (digitCount > maxDigits) return NUMBER_INVALID;
  const middle = digitCount - 9 > 0 ? digitCount - 9 : 0;
  high9 = 0;
  low9 = 0;
  for (let index = 0; index < middle; index++) high9 = high9 * 10 + digits[index]!;
  for (let index = middle; index < digitCount; index++) low9 = low9 * 10 + digits[index]!;
  packInt64();
  return NUMBER_VALUE;
}

/** high9 × 10⁹ + low9, with its sign, as two 32-bit words. Every step stays below 2⁵³. */
function packInt64(): void {
  if (high9 === 0) {
    valueLow = low9 | 0;
    valueHigh = 0;
  } else {
    const upper = Math.floor(high9 / 65536) * 1e9;
    const lower = (high9 & 65535) * 1e9 + low9 + (upper % 65536) * 65536;
    valueHigh = (Math.floor(upper / 65536) + Math.floor(lower / 4294967296)) | 0;
    valueLow = (lower % 4294967296) | 0;
  }
  if (negative) {
    valueLow = -valueLow | 0;
    valueHigh = (~valueHigh + (valueLow === 0 ? 1 : 0)) | 0;
  }
}

const halves = new Int32Array(8);

/** The collected digits as 16 bytes: schoolbook multiplication by ten in eight 16-bit halves. */
function packInt128(out: Uint8Array, at: number): void {
  halves.fill(0);
  for (let index = 0; index < digitCount; index++) {
    let carry = digits[index]!;
    for (let half = 0; half < 8; half++) {
      const product = halves[half]! * 10 + carry;
      halves[half] = product & 0xffff;
      carry = product >>> 16;
    }
  }
  if (negative) {
    let carry = 1;
    for (let half = 0; half < 8; half++) {
      const complement = (~halves[half]! & 0xffff) + carry;
      halves[half] = complement & 0xffff;
      carry = complement >>> 16;
    }
  }
  for (let half = 0; half < 8; half++) {
    out[at + 15 - half * 2] = halves[half]! & 0xff;
    out[at + 14 - half * 2] = halves[half]! >>> 8;
  }
}
