import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addDecimals,
  atOneScale,
  type Decimal,
  decimalText,
  isSameDecimal,
  parseDecimal,
  storedDecimal,
  sumByName,
} from '../shared/decimal.ts';
import { RunInconsistent } from '../shared/errors.ts';

/** A number written digit by digit, as a person would: the oracle, which knows no unscaled value. */
const written = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.stringMatching(/^(0|[1-9]\d{0,39})$/),
    fraction: fc.stringMatching(/^\d{0,12}$/),
  })
  .map(({ sign, whole, fraction }) => {
    const text = fraction === '' ? whole : `${whole}.${fraction}`;
    // Nobody writes minus zero.
    return { text: /[1-9]/.test(text) ? `${sign}${text}` : text, scale: fraction.length };
  });

const amount = fc.record({
  unscaled: fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
  scale: fc.integer({ min: 0, max: 12 }),
});

/** In units of 10^-12, which every scale above divides. */
const inTrillionths = ({ unscaled, scale }: Decimal) => unscaled * 10n ** BigInt(12 - scale);

describe('the text of a decimal', () => {
  test('is read as the number that it says, and written back unchanged', () => {
    fc.assert(
      fc.property(written, ({ text, scale }) => {
        const decimal = parseDecimal(text);
        expect(decimal).toEqual({ unscaled: BigInt(text.replace('.', '')), scale });
        expect(decimalText(storedDecimal(text))).toBe(text);
      }),
    );
  });

  test('keeps every digit of its scale', () => {
    fc.assert(
      fc.property(amount, (decimal) => {
        expect(parseDecimal(decimalText(decimal))).toEqual(decimal);
      }),
    );
  });

  test.each<[string, Decimal]>([
    ['123.45', { unscaled: 12345n, scale: 2 }],
    ['-0.05', { unscaled: -5n, scale: 2 }],
    ['12.50', { unscaled: 1250n, scale: 2 }],
    ['0', { unscaled: 0n, scale: 0 }],
    ['-7', { unscaled: -7n, scale: 0 }],
  ])('%s is %o', (text, decimal) => {
    expect(parseDecimal(text)).toEqual(decimal);
    expect(decimalText(decimal)).toBe(text);
  });

  test('may begin with a plus or with zeros', () => {
    expect(parseDecimal('+007.50')).toEqual({ unscaled: 750n, scale: 2 });
  });

  test.each([
    '',
    ' ',
    '-',
    '.',
    '1.',
    '.5',
    '1,5',
    '1e3',
    '0x10',
    '1 000',
    ' 1',
    '1\n',
    '--1',
    '1.2.3',
    '١',
  ])('%j is not a decimal number', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
    expect(() => storedDecimal(text)).toThrow(RunInconsistent);
  });

  test('may have a limit on its digits on either side of the point', () => {
    expect(parseDecimal('123.456', 3)).toEqual({ unscaled: 123456n, scale: 3 });
    expect(parseDecimal('1234', 3)).toBeUndefined();
    expect(parseDecimal('1.2345', 3)).toBeUndefined();
  });
});

describe('arithmetic', () => {
  test('12.5 and 12.50 are the same number; 12.5 and 125 are not', () => {
    expect(isSameDecimal({ unscaled: 125n, scale: 1 }, { unscaled: 1250n, scale: 2 })).toBe(true);
    expect(isSameDecimal({ unscaled: 125n, scale: 1 }, { unscaled: 125n, scale: 0 })).toBe(false);
  });

  test('two numbers are the same exactly if they are equal in units of the smallest scale', () => {
    fc.assert(
      fc.property(amount, amount, fc.integer({ min: 0, max: 12 }), (a, b, digits) => {
        expect(isSameDecimal(a, b)).toBe(inTrillionths(a) === inTrillionths(b));
        const finer = { unscaled: a.unscaled * 10n ** BigInt(digits), scale: a.scale + digits };
        expect(isSameDecimal(a, finer)).toBe(true);
        expect(isSameDecimal(a, { ...finer, unscaled: finer.unscaled + 1n })).toBe(false);
      }),
    );
  });

  test('a sum is exact, and has the larger scale', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const sum = addDecimals(a, b);
        expect(sum.scale).toBe(Math.max(a.scale, b.scale));
        expect(inTrillionths(sum)).toBe(inTrillionths(a) + inTrillionths(b));
      }),
    );
    expect(addDecimals({ unscaled: 1n, scale: 1 }, { unscaled: 2n, scale: 1 })).toEqual({
      unscaled: 3n,
      scale: 1,
    });
  });

  test('bringing two numbers to one scale does not change them', () => {
    fc.assert(
      fc.property(amount, amount, (left, right) => {
        const { a, b, scale } = atOneScale(left, right);
        expect(inTrillionths({ unscaled: a, scale })).toBe(inTrillionths(left));
        expect(inTrillionths({ unscaled: b, scale })).toBe(inTrillionths(right));
      }),
    );
  });

  test('amounts are added up by name, in any order', () => {
    const named = fc.tuple(fc.constantFrom('valor', 'juros', '__proto__'), amount);
    fc.assert(
      fc.property(fc.array(named), (amounts) => {
        const sums = sumByName(amounts);
        expect(new Set(sums.keys())).toEqual(new Set(amounts.map(([name]) => name)));
        for (const [name, sum] of sums) {
          const expected = amounts
            .filter(([other]) => other === name)
            .reduce((total, [, decimal]) => total + inTrillionths(decimal), 0n);
          expect(inTrillionths(sum)).toBe(expected);
        }
        expect(sumByName(amounts.toReversed())).toEqual(sums);
      }),
    );
  });
});
