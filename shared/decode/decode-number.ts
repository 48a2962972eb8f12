import type { Field } from '../layout/field.ts';
import { scaleOf } from '../layout/field-type.ts';
import { mayHoldPoint, type NumberNotation, PARENTHESES } from '../layout/number-notation.ts';
import type { DecodedValue, InvalidReason } from './decoded-value.ts';
import { dialectOf } from './number-characters.ts';
import { readPunched } from './overpunch.ts';
import { mostDigits } from './packed-or-binary.ts';

/** The power of ten by which the stored digits are multiplied. */
export function trailingFactor({ trailingZeros }: Field): bigint {
  return 10n ** BigInt(trailingZeros);
}

/** A number in ASCII characters, and the characters of its sign and its number of decimals if they are in other bytes. */
interface NumberText {
  text: string;
  sign: string | undefined;
  scale: string | undefined;
}

/**
 * Decodes a number that is text. Blanks may precede the first digit. They may not follow the last digit of a number with an
 * implied point, since they would move the point, unless the layout says so.
 *
 *     000000012345            → 12345        implied, scale 2: 123.45
 *     '   -12.5 '  explicit   → -1250        scale 2
 *     0000001234E  trailing   → 12345        overpunched sign, E = +5
 *     12345 and 123.4 optional, scale 2 → 12345 and 12340
 *     12345-       trailing-separate → -12345
 *     1.234,56CR   marks, thousands  → -123456
 */
export function decodeNumber({ text, sign, scale: decimals }: NumberText, field: Field): DecodedValue {
  if (/^ *$/.test(text)) return { state: 'null' };
  const signed = sign === undefined ? signOf(text, field) : signBeside(text, sign, field);
  if (typeof signed === 'string') return { state: 'invalid', reason: signed };
  const scale = scaleOf(field.type);
  const digits =
    decimals === undefined ? digitsOf(signed.body, field, scale) : digitsScaled(signed.body, decimals, scale);
  if ('reason' in digits) return { state: 'invalid', reason: digits.reason };
  const significant = digits.digits.replace(/^0+/, '');
  if (significant.length > mostDigits(field)) return { state: 'invalid', reason: 'number-out-of-range' };
  const magnitude = BigInt(significant || '0') * trailingFactor(field);
  return { state: 'value', value: signed.negative ? -magnitude : magnitude };
}

/** A number without its sign, and the sign. */
interface Signed {
  body: string;
  negative: boolean;
}

/** Blanks around the digits that mean nothing: those before them, and after them too if the layout says so. */
function withoutBlanks(text: string, field: Field): string | undefined {
  const isLeft = field.notation.justify === 'left';
  if (isLeft && text.startsWith(' ')) return undefined;
  const body = text.replace(/^ +/, '');
  return isLeft || isExplicit(field) ? body.replace(/ +$/, '') : body;
}

function isExplicit({ type, point }: Field): boolean {
  return type.kind === 'decimal' && mayHoldPoint(point);
}

function signOf(text: string, field: Field): Signed | InvalidReason {
  const { sign, notation } = field;
  const isLoose = notation.justify === 'left' || isExplicit(field);
  const unsigned = notation.blankSign === 'positive';
  const signed = (body: string, negative: boolean): Signed | InvalidReason => {
    const found = withoutBlanks(body, field);
    return found === undefined ? 'invalid-number' : { body: found, negative };
  };
  const held = isLoose ? text.replace(/ +$/, '') : text;
  switch (sign) {
    case 'none':
      return signed(text, false);
    case 'leading-separate': {
      const found = notation.justify === 'left' ? /^([+-]) *(.*)$/s : /^ *([+-]) *(.*)$/s;
      const [, mark, body] = found.exec(text) ?? [];
      if (mark !== undefined) return signed(body!, mark === '-');
      return unsigned && text.startsWith(' ') ? signed(text.slice(1), false) : 'invalid-number';
    }
    case 'trailing-separate': {
      const last = held.at(-1);
      if (last === '+' || last === '-') return signed(held.slice(0, -1), last === '-');
      return unsigned && text.endsWith(' ') ? signed(text.slice(0, -1), false) : 'invalid-number';
    }
    case 'leading':
    case 'trailing': {
      const at = sign === 'trailing' ? held.length - 1 : 0;
      const punched = readPunched(held[at]!, dialectOf(field));
      if (punched === undefined) return 'invalid-number';
      if (punched === 'ambiguous') return 'ambiguous-number';
      return signed(held.slice(0, at) + punched.digit + held.slice(at + 1), punched.negative);
    }
    case 'marks':
      return markOf(text, field, isLoose);
  }
}

/** Finds one mark before, after or around the digits; the longest that fits. */
function markOf(text: string, { notation }: Field, isLoose: boolean): Signed | InvalidReason {
  if (notation.justify === 'left' && text.startsWith(' ')) return 'invalid-number';
  const marks = marksOf(notation);
  const trimmed = text.replace(/^ +| +$/g, '');
  let found: Signed | undefined;
  for (const { mark, negative } of marks) {
    if (mark === PARENTHESES) {
      if (/^\(.*\)$/s.test(trimmed)) found ??= { body: trimmed.slice(1, -1), negative };
    } else if (trimmed.startsWith(mark)) found ??= { body: trimmed.slice(mark.length), negative };
  }
  for (const { mark, negative } of marks) {
    if (mark !== PARENTHESES && trimmed.endsWith(mark))
      found ??= { body: trimmed.slice(0, -mark.length), negative };
  }
  if (!found && notation.blankSign === 'reject') return 'invalid-number';
  const { body, negative } = found ?? { body: trimmed, negative: false };
  const digits = body.replace(/^ +| +$/g, '');
  // Without blanks by notation, the digits end where a mark can follow.
  const longest = Math.max(...marks.map(({ mark }) => mark.length));
  const behind = text.length - (text.lastIndexOf(digits) + digits.length);
  return isLoose || behind <= longest ? { body: digits, negative } : 'invalid-number';
}

function marksOf({ marks: { negative, positive } }: NumberNotation): { mark: string; negative: boolean }[] {
  return [
    ...negative.map((mark) => ({ mark, negative: true })),
    ...positive.map((mark) => ({ mark, negative: false })),
  ].sort((a, b) => b.mark.length - a.mark.length);
}

function signBeside(text: string, sign: string, field: Field): Signed | InvalidReason {
  const body = withoutBlanks(text, field);
  const mark = sign.replace(/^ +| +$/g, '');
  const found = marksOf(field.notation).find((one) => one.mark === mark);
  const isMissing = mark === '' && field.notation.blankSign === 'positive';
  if (body === undefined || (!found && !isMissing)) return 'invalid-number';
  return { body, negative: found?.negative ?? false };
}

type Digits = { digits: string } | { reason: InvalidReason };

/** Digits without point and separators, with as many decimals as the scale. */
function digitsOf(body: string, field: Field, scale: number): Digits {
  const { thousands, decimalPoint } = field.notation;
  const wrong: Digits = { reason: 'invalid-number' };
  const explicit = isExplicit(field);
  const points = decimalPoint === undefined ? '.,' : decimalPoint;
  const split = explicit ? body.search(new RegExp(`[${points}]`)) : -1;
  const decimals = split < 0 ? '' : body.slice(split + 1);
  let whole = split < 0 ? body : body.slice(0, split);
  if (thousands !== undefined && whole.includes(thousands)) {
    const [first = '', ...groups] = whole.split(thousands);
    if (!/^\d{1,3}$/.test(first) || !groups.every((group) => /^\d{3}$/.test(group))) return wrong;
    whole = first + groups.join('');
  }
  if (!/^\d*$/.test(whole + decimals) || whole + decimals === '') return wrong;
  // 1.000 is one, or one thousand.
  if (explicit && decimalPoint === undefined && /^\d{1,3}$/.test(whole) && decimals.length === 3) {
    return { reason: 'ambiguous-number' };
  }
  const fraction = decimals.replace(/0+$/, '');
  // Digits beyond the scale would have to be rounded, and money is never rounded silently.
  if (fraction.length > scale) return { reason: 'number-out-of-range' };
  const isWhole = !explicit || (field.point === 'optional' && split < 0);
  return { digits: isWhole ? whole : whole + fraction.padEnd(scale, '0') };
}

/** `12345` with the number of decimals `1` → 1234.5 → 123450 at scale 2. */
function digitsScaled(body: string, decimals: string, scale: number): Digits {
  if (!/^\d+$/.test(body) || !/^ *\d+$/.test(decimals)) return { reason: 'invalid-number' };
  const more = scale - Number(decimals);
  if (more >= 0) return { digits: body + '0'.repeat(more) };
  const dropped = body.slice(more);
  return /^0*$/.test(dropped) ? { digits: body.slice(0, more) } : { reason: 'number-out-of-range' };
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
