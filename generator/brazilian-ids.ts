/**
 * Tax numbers of people (CPF) and companies (CNPJ), written as bytes with the check digits that the Receita
 * Federal prescribes. Both check digits are modulo 11: a remainder of 0 or 1 makes 0, any other 11 - remainder.
 *
 *     CPF   123456789 09                     nine digits, two check digits
 *     CPF   123.456.789-09                   14 bytes: still fits a 15-byte field
 *     CNPJ  12345678 0001 95                 root, branch, two check digits
 *     CNPJ  12ABC345 01DE 35                 since July 2026: letters in the first twelve
 *
 * A letter weighs its ASCII code minus 48 (A = 17), as digits always did (Instrução Normativa RFB 2.229/2024 and
 * SERPRO's manual on check digits, whose example is the last line above).
 */
const ZERO = 0x30;
const DOT = 0x2e;
const DASH = 0x2d;
const CPF_BYTES = 11;
const CNPJ_BYTES = 14;
const LETTERS_AND_DIGITS = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', (c) => c.charCodeAt(0));

/** Writes the CPF of nine digits `base` at `at`; returns the bytes written. */
export function writeCpf(out: Uint8Array, at: number, base: number): number {
  // Nine equal digits pass the arithmetic and are invalid all the same.
  let rest = base % 111_111_111 === 0 ? base + 1 : base;
  let first = 0;
  let second = 0;
  for (let digitAt = 8; digitAt >= 0; digitAt--) {
    const next = Math.floor(rest / 10);
    const digit = rest - next * 10;
    rest = next;
    out[at + digitAt] = ZERO + digit;
    first += digit * (10 - digitAt);
    second += digit * (11 - digitAt);
  }
  const check1 = checkDigit(first);
  out[at + 9] = ZERO + check1;
  out[at + 10] = ZERO + checkDigit(second + check1 * 2);
  return CPF_BYTES;
}

/** The same as 000.000.000-00. */
export function writePunctuatedCpf(out: Uint8Array, at: number, base: number): number {
  writeCpf(out, at, base);
  out.copyWithin(at + 12, at + 9, at + 11);
  out[at + 11] = DASH;
  out.copyWithin(at + 8, at + 6, at + 9);
  out[at + 7] = DOT;
  out.copyWithin(at + 4, at + 3, at + 6);
  out[at + 3] = DOT;
  return CPF_BYTES + 3;
}

/** Writes the CNPJ of eight digits `root` and four digits `branch`; returns the bytes written. */
export function writeCnpj(out: Uint8Array, at: number, root: number, branch: number): number {
  writeBranch(out, at, branch);
  let rest = root;
  for (let digitAt = 7; digitAt >= 0; digitAt--) {
    const next = Math.floor(rest / 10);
    out[at + digitAt] = ZERO + (rest - next * 10);
    rest = next;
  }
  return appendCnpjCheckDigits(out, at);
}

/** Writes a CNPJ whose root holds letters: `first` and `second` are random 32-bit integers, four characters each. */
export function writeAlphanumericCnpj(
  out: Uint8Array,
  at: number,
  first: number,
  second: number,
  branch: number,
): number {
  writeBranch(out, at, branch);
  writeFourCharacters(out, at, first);
  writeFourCharacters(out, at + 4, second);
  // At least one letter, else it would be a numeric one after all.
  out[at + 2] = LETTERS_AND_DIGITS[first % 26]!;
  return appendCnpjCheckDigits(out, at);
}

function writeFourCharacters(out: Uint8Array, at: number, bits: number): void {
  let rest = bits;
  for (let index = 0; index < 4; index++) {
    out[at + index] = LETTERS_AND_DIGITS[rest % 36]!;
    rest = Math.floor(rest / 36);
  }
}

function writeBranch(out: Uint8Array, at: number, branch: number): void {
  out[at + 8] = ZERO + Math.floor(branch / 1000);
  out[at + 9] = ZERO + (Math.floor(branch / 100) % 10);
  out[at + 10] = ZERO + (Math.floor(branch / 10) % 10);
  out[at + 11] = ZERO + (branch % 10);
}

/** Weights from the right: 2, 3 … 9, then 2 again; the second digit sees the first. */
function appendCnpjCheckDigits(out: Uint8Array, at: number): number {
  for (let length = 12; length < CNPJ_BYTES; length++) {
    let sum = 0;
    for (let index = 0; index < length; index++) {
      sum += (out[at + index]! - ZERO) * (2 + ((length - 1 - index) & 7));
    }
    out[at + length] = ZERO + checkDigit(sum);
  }
  return CNPJ_BYTES;
}

function checkDigit(sum: number): number {
  const remainder = sum % 11;
  return remainder < 2 ? 0 : 11 - remainder;
}
