import type { Chances } from '../../chaos/fault-plan.ts';
import type { SenderPage } from './sender-page.ts';
import { oneOf, type SheetField } from './sheet-field.ts';
import { digitsOf, drawNumber, meaningOf } from './sheet-number.ts';

/** By dialect: the characters of +0 to +9, then of -0 to -9, in ASCII text. */
const DIALECTS: Record<string, readonly [string, string]> = {
  ibm: ['{ABCDEFGHI', '}JKLMNOPQR'],
  fujitsu: ['@ABCDEFGHI', 'PQRSTUVWXY'],
  microfocus: ['0123456789', 'pqrstuvwxy'],
};

/** An implied decimal whose sign is punched over a digit. */
export function overpunchedField(name: string, page: SenderPage, chances: Chances): SheetField {
  const scale = chances.below(3);
  const wholeDigits = 2 + chances.below(7);
  const widthBytes = wholeDigits + scale;
  const sign = chances.of(['leading', 'trailing'] as const);
  const dialect = page.isEbcdic ? 'ibm' : chances.of(Object.keys(DIALECTS));
  const isSaid = !page.isEbcdic;
  const at = sign === 'trailing' ? widthBytes - 1 : 0;
  return {
    name,
    widthBytes,
    entry: {
      type: scale > 0 ? `decimal(${widthBytes},${scale})` : 'integer',
      ...(scale > 0 && { point: 'implied' }),
      sign,
      ...(isSaid && { overpunch: dialect }),
    },
    isText: false,
    draw(random) {
      const number = drawNumber(random, { wholeDigits, scale, isSigned: true });
      const digits = digitsOf(number).padStart(widthBytes, '0');
      return {
        meant: meaningOf(number),
        bytes: page.bytesOf(digits).with(at, punched(page, Number(digits[at]), number.isNegative, dialect)),
      };
    },
    misspell(random, { bytes, meant }) {
      const isNegative = meant?.startsWith('-') ?? false;
      const digit = digitOf(page, bytes[at]!, dialect);
      const others = Object.keys(DIALECTS).filter((other) => other !== dialect);
      const strange = bytes.with(
        at,
        random.of(page.isEbcdic ? lowerCaseOf(digit) : [0x00, 0x3a, 0x5f, 0x7e]),
      );
      return oneOf(random, widthBytes, [
        [
          'sign of another dialect',
          page.isEbcdic || !isNegative
            ? undefined
            : bytes.with(at, punched(page, digit, isNegative, random.of(others))),
        ],
        ['sign that is no sign', strange],
        ['number with a NUL in it', bytes.with(random.below(widthBytes), 0)],
        ['number with a blank in it', widthBytes > 2 ? bytes.with(widthBytes - 2, page.space) : undefined],
      ]);
    },
  };
}

/** EBCDIC: zone C plus, zone D minus, zone F plus too. */
function punched(page: SenderPage, digit: number, isNegative: boolean, dialect: string): number {
  if (page.isEbcdic) return (isNegative ? 0xd0 : 0xc0) + digit;
  return DIALECTS[dialect]![isNegative ? 1 : 0].charCodeAt(digit);
}

function digitOf(page: SenderPage, byte: number, dialect: string): number {
  if (page.isEbcdic) return byte & 0x0f;
  const [plus, minus] = DIALECTS[dialect]!;
  return Math.max(plus.indexOf(String.fromCharCode(byte)), minus.indexOf(String.fromCharCode(byte)));
}

/** Letters a to z whose lower half is the digit: they are letters and not signed digits. */
function lowerCaseOf(digit: number): number[] {
  return digit === 0 ? [0x00, 0x4b] : [0x80 + digit, 0x90 + digit, ...(digit > 1 ? [0xa0 + digit] : [])];
}
