import type { Chances } from '../../chaos/fault-plan.ts';
import type { SenderPage } from './sender-page.ts';
import { filledTo, oneOf, type SheetField } from './sheet-field.ts';
import { digitsOf, drawNumber, grouped, meaningOf, type SheetNumber } from './sheet-number.ts';

/** How a sender writes the numbers of a field, and what the layout says of it. */
interface Notation {
  sign: 'none' | 'leading-separate' | 'trailing-separate' | 'marks';
  /** Undefined: the point is implied. */
  point: string | undefined;
  thousands: string | undefined;
  /** Positive numbers have no sign. */
  isPlusBlank: boolean;
  isLeft: boolean;
}

const MOST_DIGITS = 9;

/** A number in text with a sign of its own, or without one. */
export function numberField(name: string, page: SenderPage, chances: Chances): SheetField {
  const scale = chances.below(3);
  const notation = drawNotation(chances, scale);
  const wholeDigits = 1 + chances.below(MOST_DIGITS);
  const isSigned = notation.sign !== 'none';
  const isPlain = notation.point === undefined && notation.thousands === undefined;
  // Room for separators and marks, so that misspellings fit as well.
  const widthBytes = wholeDigits + scale + (isSigned ? 2 : 0) + (isPlain ? 0 : 4) + chances.below(3);
  const write = (number: SheetNumber) =>
    page.bytesOf(placed(textOf(number, notation, widthBytes), notation, widthBytes));
  const numbers = new Map<string, SheetNumber>();
  return {
    name,
    widthBytes,
    entry: entryOf(notation, wholeDigits, scale),
    isText: false,
    draw(random) {
      const number = drawNumber(random, { wholeDigits, scale, isSigned });
      const meant = meaningOf(number);
      numbers.set(meant, number);
      return { meant, bytes: write(number) };
    },
    misspell(random, { meant, bytes }) {
      const number = meant === null ? undefined : numbers.get(meant);
      return (
        number &&
        oneOf(random, widthBytes, misspellings(random, { number, bytes, page, notation, widthBytes }))
      );
    },
  };
}

function drawNotation(chances: Chances, scale: number): Notation {
  const sign = chances.of(['none', 'none', 'leading-separate', 'trailing-separate', 'marks'] as const);
  const point = scale > 0 && chances.happens(0.6) ? chances.of(['.', ',']) : undefined;
  const thousands =
    sign === 'marks' || point !== undefined
      ? chances.of([undefined, undefined, point === ',' ? '.' : ','])
      : undefined;
  const isPlusBlank = sign === 'marks' || (sign !== 'none' && chances.happens(0.5));
  return {
    sign,
    point,
    thousands: point === undefined ? undefined : thousands,
    isPlusBlank,
    isLeft: chances.happens(0.1),
  };
}

function entryOf(notation: Notation, wholeDigits: number, scale: number): Record<string, unknown> {
  const { sign, point, thousands, isPlusBlank, isLeft } = notation;
  return {
    type: scale > 0 ? `decimal(${wholeDigits + scale},${scale})` : 'integer',
    ...(scale > 0 && { point: point === undefined ? 'implied' : 'explicit' }),
    ...(sign !== 'none' && { sign }),
    ...(sign === 'marks' && { negative: ['-', '()', 'DB'], positive: ['+', 'CR'] }),
    ...(isPlusBlank && { blankSign: 'positive' }),
    ...(thousands !== undefined && { thousands, decimalPoint: point }),
    ...(isLeft && { justify: 'left' }),
  };
}

function textOf(
  number: SheetNumber,
  { sign, point, thousands, isPlusBlank }: Notation,
  widthBytes: number,
): string {
  const whole = thousands === undefined ? number.whole : grouped(number.whole, thousands);
  const text = point === undefined ? whole + number.decimals : `${whole}${point}${number.decimals}`;
  const plus = isPlusBlank ? '' : '+';
  const mark = number.isNegative ? '-' : plus;
  switch (sign) {
    case 'none':
      return text;
    case 'leading-separate':
      return point === undefined && mark !== ''
        ? `${mark}${text.padStart(widthBytes - 1, '0')}`
        : `${mark}${text}`;
    case 'trailing-separate':
      return `${text}${mark || ' '}`;
    case 'marks':
      return number.isNegative ? (Number(number.whole) % 2 === 0 ? `(${text})` : `${text}DB`) : text;
  }
}

/** Filled up with blanks to the width of the field. */
function placed(text: string, { isLeft, sign }: Notation, widthBytes: number): string {
  return isLeft && sign !== 'trailing-separate'
    ? text.padEnd(widthBytes, ' ')
    : text.padStart(widthBytes, ' ');
}

/** The same number as other programs write it. */
function misspellings(
  random: Chances,
  about: { number: SheetNumber; bytes: number[]; page: SenderPage; notation: Notation; widthBytes: number },
): [string, number[] | undefined][] {
  const { number, bytes, page, notation, widthBytes } = about;
  const { whole, decimals, isNegative } = number;
  const written = (text: string) => filledTo(widthBytes, page.bytesOf(text), page.space, 'start');
  const point = notation.point ?? random.of(['.', ',']);
  const decimal = decimals === '' ? whole : `${whole}${point}${decimals}`;
  const minus = isNegative ? '-' : '';
  const separator = random.of(
    ['.', ',', ' '].filter((one) => one !== notation.thousands && one !== notation.point),
  );
  const inGroups = grouped(whole, separator);
  const blanksBehind = filledTo(widthBytes, page.bytesOf(`${minus}${digitsOf(number)}`), page.space, 'end');
  const firstDigit = bytes.findIndex((byte) => byte !== page.space);
  return [
    [
      'number with other thousands separators',
      inGroups === whole ? undefined : written(`${minus}${inGroups}${decimals && point + decimals}`),
    ],
    [
      'number with a point that was not told of',
      notation.point === undefined && decimals !== '' ? written(`${minus}${decimal}`) : undefined,
    ],
    [
      'number with a trailing minus',
      isNegative && notation.sign !== 'marks' ? written(`${decimal}-`) : undefined,
    ],
    ['number in parentheses', isNegative && notation.sign !== 'marks' ? written(`(${decimal})`) : undefined],
    ['number with DB', isNegative && notation.sign !== 'marks' ? written(`${decimal}DB`) : undefined],
    ['number with a currency sign', written(`R ${minus}${decimal}`)],
    ['number with an exponent', written(`${minus}${decimal}E0`)],
    ['number at the left side', notation.point === undefined && !notation.isLeft ? blanksBehind : undefined],
    [
      'number filled up with NULs',
      firstDigit > 0 ? bytes.map((byte, at) => (at < firstDigit ? 0 : byte)) : undefined,
    ],
    [
      'number with a letter in it',
      bytes.with(random.below(widthBytes), page.bytesOf(random.of(['O', 'l', 'x', 'e', 'n']))[0]!),
    ],
    [
      'negative number without its sign',
      isNegative && !notation.isPlusBlank ? written(digitsOf(number)) : undefined,
    ],
  ];
}
