import type { Chances } from '../../chaos/fault-plan.ts';
import type { SenderPage } from './sender-page.ts';
import { oneOf, type SheetField } from './sheet-field.ts';
import { digitsOf, drawNumber, meaningOf } from './sheet-number.ts';

/** A packed number, with or without its sign. */
export function packedField(name: string, page: SenderPage, chances: Chances): SheetField {
  const widthBytes = 2 + chances.below(6);
  const hasSign = chances.happens(0.8);
  const digitCount = widthBytes * 2 - (hasSign ? 1 : 0);
  const scale = chances.below(3);
  return {
    name,
    widthBytes,
    entry: {
      type: scale > 0 ? `decimal(${digitCount},${scale})` : 'integer',
      usage: 'packed',
      ...(!hasSign && { signNibble: false }),
    },
    isText: false,
    draw(random) {
      for (;;) {
        const number = drawNumber(random, { wholeDigits: digitCount - scale, scale, isSigned: hasSign });
        const digits = digitsOf(number).padStart(digitCount, '0');
        const sign = number.isNegative ? 'd' : random.of(['c', 'f']);
        const bytes = [...Buffer.from(hasSign ? digits + sign : digits, 'hex')];
        // A number that looks like blanks, such as 2020 without a sign in ASCII, can be read in two ways.
        if (bytes.some((byte) => byte !== page.space)) return { meant: meaningOf(number), bytes };
      }
    },
    misspell(random, { bytes }) {
      const at = random.below(widthBytes);
      const last = bytes.at(-1)!;
      // A number without sign that is all blanks had no value given to it.
      if (!hasSign && random.happens(0.3)) {
        return {
          kind: 'packed number of blanks',
          bytes: new Array<number>(widthBytes).fill(page.space),
          meant: null,
        };
      }
      return oneOf(random, widthBytes, [
        ['packed number with a digit that is none', bytes.with(at, 0xa0 + random.below(0x60))],
        [
          'packed number with a digit for its sign',
          hasSign ? bytes.with(-1, (last & 0xf0) + random.below(10)) : undefined,
        ],
      ]);
    },
  };
}

/** A two's complement number. Its sender may leave it filled with blanks if it has no value. */
export function binaryField(name: string, page: SenderPage, chances: Chances): SheetField {
  const widthBytes = chances.of([2, 4, 8]);
  const isSigned = chances.happens(0.5);
  const isLittle = chances.happens(0.3);
  const digits = { 2: 4, 4: 9, 8: 18 }[widthBytes] ?? 4;
  const isPictured = chances.happens(0.5);
  return {
    name,
    widthBytes,
    entry: {
      type: 'integer',
      usage: 'binary',
      signed: isSigned,
      byteOrder: isLittle ? 'little' : 'big',
      ...(isPictured && { digits }),
    },
    isText: false,
    draw(random) {
      for (;;) {
        const number = drawNumber(random, { wholeDigits: Math.min(digits, 15), scale: 0, isSigned });
        const meant = meaningOf(number);
        const bytes = twosComplement(BigInt(meant), widthBytes, isLittle);
        // 8224 in two bytes looks like blanks in ASCII: it can be read in two ways.
        if (bytes.some((byte) => byte !== page.space)) return { meant, bytes };
      }
    },
    misspell(random) {
      const blanks = new Array<number>(widthBytes).fill(page.space);
      const beyond = BigInt(`1${'0'.repeat(digits)}`);
      const written = isPictured && widthBytes < 8 ? twosComplement(beyond, widthBytes, isLittle) : undefined;
      const found = oneOf(random, widthBytes, [
        ['binary number of blanks', blanks],
        ['binary number beyond its picture', written],
      ]);
      // Blanks mean nothing, and so does a number that the picture cannot hold.
      return found && { ...found, meant: null };
    },
  };
}

function twosComplement(value: bigint, widthBytes: number, isLittle: boolean): number[] {
  const bits = BigInt(widthBytes * 8);
  const hex = BigInt.asUintN(Number(bits), value)
    .toString(16)
    .padStart(widthBytes * 2, '0');
  const bytes = [...Buffer.from(hex, 'hex')];
  return isLittle ? bytes.toReversed() : bytes;
}
