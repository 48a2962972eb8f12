import type { Field } from '../layout/field.ts';
import { DECIMAL_DIGITS } from '../layout/field-type.ts';
import type { DecodedValue } from './decoded-value.ts';

/** The power of ten by which the stored digits are multiplied. */
export function trailingFactor({ trailingZeros }: Field): bigint {
  return 10n ** BigInt(trailingZeros);
}

/**
 * Decodes a number that is text. Blanks may precede the first digit. They may not follow the last digit of a number with an
 * implied point, since they would move the point.
 *
 *     000000012345            → 12345        implied, scale 2: 123.45
 *     '   -12.5 '  explicit   → -1250        scale 2
 *     0000001234E  trailing   → 12345        overpunched sign, E = +5
 *     12345-       trailing-separate → -12345
 */
export function decodeScaled(
  bytes: Uint8Array,
  field: Field,
  scale: number,
  precision: number,
): DecodedValue {
  const invalid: DecodedValue = { state: 'invalid', reason: 'invalid-number' };
  let text = String.fromCharCode(...bytes);
  let negative = false;
  const explicit = field.type.kind === 'decimal' && field.point === 'explicit';

  if (field.sign === 'trailing-separate') {
    if (explicit) text = text.replace(/ +$/, '');
    const last = text.at(-1);
    if (last === '+' || last === '-') {
      negative = last === '-';
      text = text.slice(0, -1);
    } else if (!explicit) {
      if (last !== ' ') return invalid;
      text = text.slice(0, -1);
    }
  } else if (field.sign === 'trailing' || field.sign === 'leading') {
    const at = field.sign === 'trailing' ? text.length - 1 : 0;
    const punched = overpunched(text.charCodeAt(at));
    if (punched === undefined) return invalid;
    negative = punched.negative;
    text = text.slice(0, at) + punched.digit + text.slice(at + 1);
  }
  text = text.replace(/^ +/, '');
  if (field.sign === 'leading-separate' && (text[0] === '+' || text[0] === '-')) {
    negative = text[0] === '-';
    text = text.slice(1).replace(/^ +/, '');
  }
  let fraction = '';
  if (explicit) {
    text = text.replace(/ +$/, '');
    const [, whole = '', decimals = ''] = /^(\d*)(?:[.,](\d*))?$/.exec(text) ?? [];
    if (whole === '' && decimals === '') return invalid;
    text = whole;
    fraction = decimals.replace(/0+$/, '');
    // Digits beyond the scale would have to be rounded, and money is never rounded silently.
    if (fraction.length > scale) return { state: 'invalid', reason: 'number-out-of-range' };
    fraction = fraction.padEnd(scale, '0');
  } else if (!/^\d+$/.test(text)) return invalid;

  const digits = (text + fraction).replace(/^0+/, '');
  if (digits.length > Math.min(precision, DECIMAL_DIGITS) - field.trailingZeros) {
    return { state: 'invalid', reason: 'number-out-of-range' };
  }
  const magnitude = BigInt(digits || '0') * trailingFactor(field);
  return { state: 'value', value: negative ? -magnitude : magnitude };
}

/**
 * A digit with its sign punched over it, in ASCII text:
 *
 *     { A B C D E F G H I → +0 … +9      } J K L M N O P Q R → -0 … -9
 *     0 … 9               → +0 … +9      p q r s t u v w x y → -0 … -9 (some compilers)
 */
function overpunched(code: number): { digit: string; negative: boolean } | undefined {
  const character = String.fromCharCode(code);
  for (const [row, negative] of [
    ['0123456789', false],
    ['{ABCDEFGHI', false],
    ['}JKLMNOPQR', true],
    ['pqrstuvwxy', true],
  ] as const) {
    const digit = row.indexOf(character);
    if (digit >= 0) return { digit: String(digit), negative };
  }
  return undefined;
}

export function decodeDouble(bytes: Uint8Array): DecodedValue {
  const text = String.fromCharCode(...bytes).replace(/^ +| +$/g, '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(text)) {
    return { state: 'invalid', reason: 'invalid-number' };
  }
  const value = Number(text);
  return Number.isFinite(value)
    ? { state: 'value', value }
    : { state: 'invalid', reason: 'number-out-of-range' };
}
