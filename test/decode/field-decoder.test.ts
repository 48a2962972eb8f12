import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue } from '../../shared/decode/decode-value.ts';
import { FieldSum } from '../../shared/decode/field-sum.ts';
import type { Encoding } from '../../shared/layout/code-page.ts';
import type { Field, Sign } from '../../shared/layout/field.ts';
import { PLAIN_NOTATION } from '../../shared/layout/number-notation.ts';
import { agrees, decodeAll, fieldOf, kernel } from '../support/decoded-fields.ts';
import { expectSameRows } from '../support/first-difference.ts';

const SIGNS: Exclude<Sign, 'marks'>[] = [
  'none',
  'leading',
  'trailing',
  'leading-separate',
  'trailing-separate',
];
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

const HOSTILE = [
  ...'00000123456789999    +-.,{}ABIJRpyxQSYTNFeE/:T',
  '\u00e9',
  '\u00c3',
  '\u00a9',
  '\0',
  '\n',
];
const byte = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...HOSTILE).map((character) => character.charCodeAt(0)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
);
const digit = fc.integer({ min: 0x30, max: 0x39 });

/** Field contents of a length: hostile, digits with one byte off, all blank, all nines. */
function contents(lengthBytes: number, likely: string[] = []) {
  const exactly = (one: fc.Arbitrary<number>) =>
    fc.array(one, { minLength: lengthBytes, maxLength: lengthBytes }).map((bytes) => Uint8Array.from(bytes));
  const patched = fc
    .tuple(
      exactly(digit),
      fc.array(fc.tuple(fc.nat(lengthBytes - 1), byte), { maxLength: 2 }),
      fc.nat(lengthBytes),
    )
    .map(([bytes, patches, blanks]) => {
      if (blanks % 3 === 0) bytes.fill(blanks % 2 === 0 ? 0x20 : 0x30, 0, blanks);
      for (const [at, value] of patches) bytes[at] = value;
      return bytes;
    });
  const fitted = likely.map((text) => latin1(text.slice(0, lengthBytes).padEnd(lengthBytes)));
  const fixed = [' ', '9', '0'].map((character) => latin1(character.repeat(lengthBytes)));
  const one = fc.oneof(exactly(byte), patched, patched, fc.constantFrom(...fixed, ...fitted));
  return fc.array(one, { minLength: 1, maxLength: 12 });
}

const encodings = fc.constantFrom<Encoding>('iso-8859-1', 'us-ascii', 'utf-8');

describe('the kernel and the one-value decoder give the same values', () => {
  const run = (cases: fc.Arbitrary<[Field, Encoding, Uint8Array[]]>, numRuns: number) =>
    fc.assert(
      fc.property(cases, ([field, encoding, fields]) => agrees(field, encoding, fields)),
      { numRuns },
    );

  test('numbers: every type, sign and point, at and beyond 18 and 38 digits', () => {
    const types = [
      'integer',
      'decimal(1,0)',
      'decimal(15,2)',
      'decimal(18,18)',
      'decimal(19,0)',
      'decimal(38,4)',
    ];
    const cases = fc
      .record({
        type: fc.constantFrom(...types),
        lengthBytes: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 9, max: 70 })),
        sign: fc.constantFrom(...SIGNS),
        point: fc.constantFrom('implied' as const, 'explicit' as const),
      })
      .chain(({ type, lengthBytes, sign, point }) =>
        fc.tuple(
          // A layout with an overpunched sign and an explicit point is refused.
          fc.constant(fieldOf(type, lengthBytes, { sign, point: /ing$/.test(sign) ? 'implied' : point })),
          encodings,
          contents(lengthBytes, ['-12.5 ', ' 12,50-', '+.5', '5.', '.', '-', ' +', '1.2.3', '0.10000000']),
        ),
      );
    run(cases, 1500);
  });

  test('dates and timestamps: 29 February, years 0000 and 9999, every format', () => {
    const formats: [string, string][] = [
      ['date', 'yyyyMMdd'],
      ['date', 'dd/MM/yyyy'],
      ['timestamp', 'yyyy-MM-dd HH:mm:ss.SSS'],
      ['timestamp', 'yyyyMMddHHmmssSSSSSS'],
      ['timestamp', 'ddMMyyyyHH'],
    ];
    const years = ['0000', '0001', '1582', '1900', '1969', '1970', '2000', '2023', '2024', '2100', '9999'];
    const days = ['0101', '0228', '0229', '0230', '0431', '1231', '0001', '1301', '0100', '0132'];
    const times = ['000000000000', '235959999999', '240000000000', '006000000000', '000060000000'];
    const moment = fc.tuple(...[years, days, times].map((parts) => fc.constantFrom(...parts)));
    const cases = fc.constantFrom(...formats).chain(([type, format]) => {
      const field = fieldOf(type, format.length, {}, format);
      const written = moment.map(([year, day, time]) => {
        const parts = { yyyy: year!, MM: day!.slice(0, 2), dd: day!.slice(2), HH: time!.slice(0, 2) };
        const all: Record<string, string> = { ...parts, mm: time!.slice(2, 4), ss: time!.slice(4, 6) };
        return latin1(
          format.replace(/([A-Za-z])\1*/g, (part) => all[part] ?? time!.slice(6, 6 + part.length)),
        );
      });
      const fields = fc
        .tuple(fc.array(written, { minLength: 1, maxLength: 12 }), contents(format.length))
        .map(([moments, hostile]) => [...moments, ...hostile]);
      return fc.tuple(fc.constant(field), encodings, fields);
    });
    run(cases, 500);
  });

  test('texts: every trim, keep and encoding, and ill-formed UTF-8', () => {
    const cases = fc
      .record({
        lengthBytes: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 21, max: 70 })),
        trim: fc.constantFrom('trailing' as const, 'both' as const, 'none' as const),
        keep: fc.constantFrom('all' as const, 'alphanumeric' as const, 'digits' as const),
      })
      .chain(({ lengthBytes, trim, keep }) => {
        const utf8 = [
          '\xed\xa0\x80',
          '\xf0\x9f\x98\x80',
          '\xf4\x90\x80\x80',
          '\xc0\x80',
          '\xe0\x80\x80',
          '\xef\xbb\xbfa',
        ];
        const likely = [' á '.slice(1), '  a b ', '123.456-78', '\xc3\xa9 x', ...utf8];
        const field = fieldOf('string', lengthBytes, { trim, keep });
        return fc.tuple(fc.constant(field), encodings, contents(lengthBytes, likely));
      });
    run(cases, 800);
  });

  test('names: many with accents, which are read in another loop, short and long, and what fills them up', () => {
    const character = fc.constantFrom(
      ...'aaeZ  .',
      '\u00e9',
      '\u00e7',
      '\u00ff',
      '\u0080',
      '\u00a0',
      '\0',
      '\x7f',
    );
    const cases = fc
      .tuple(fc.integer({ min: 16, max: 66 }), fc.constantFrom(32, 33, 95))
      .chain(([length, count]) => {
        const name = fc
          .tuple(fc.nat(length), fc.constantFrom(' ', ' ', '\0', '\u00a0', '\u00e9'))
          .chain(([filled, filler]) =>
            fc
              .string({ unit: character, minLength: filled, maxLength: filled })
              .map((text) => latin1(text.padEnd(length, filler))),
          );
        const names = fc.array(name, { minLength: count, maxLength: count });
        return fc.tuple(fc.constant(fieldOf('string', length)), fc.constant<Encoding>('iso-8859-1'), names);
      });
    run(cases, 150);
  });

  test('booleans, doubles and raw bytes', () => {
    const likely = ['S', ' N', '1', '0 ', '-1.5e3', '1e999', '.5', '+2.', '1e', '-0', 'NaN', 'Infinity'];
    const cases = fc
      .tuple(fc.constantFrom('boolean', 'double', 'binary'), fc.integer({ min: 1, max: 20 }))
      .chain(([type, lengthBytes]) =>
        fc.tuple(fc.constant(fieldOf(type, lengthBytes)), encodings, contents(lengthBytes, likely)),
      );
    run(cases, 400);
  });
});

/** Writes a number as a COBOL program would, independently of the code that reads it. */
function cobol(value: bigint, width: number, sign: Exclude<Sign, 'marks'>): string {
  const negative = value < 0n;
  const digits = String(negative ? -value : value);
  const separate = sign === 'leading-separate' || sign === 'trailing-separate';
  const padded = digits.padStart(width - (separate ? 1 : 0), '0');
  const punch = (character: string) => (negative ? '}JKLMNOPQR' : '{ABCDEFGHI')[Number(character)]!;
  switch (sign) {
    case 'none':
      return padded;
    case 'leading':
      return punch(padded[0]!) + padded.slice(1);
    case 'trailing':
      return padded.slice(0, -1) + punch(padded.at(-1)!);
    case 'leading-separate':
      return (negative ? '-' : '+') + padded;
    case 'trailing-separate':
      return padded + (negative ? '-' : '+');
  }
}

test.each([
  18, 38,
])('numbers of up to %i digits, as a program would write them, are read as what they mean', (limit) => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SIGNS),
      fc.integer({ min: 1, max: limit }),
      fc.array(fc.bigInt({ min: -(10n ** BigInt(limit)) + 1n, max: 10n ** BigInt(limit) - 1n }), {
        minLength: 1,
      }),
      (sign, precision, drawn) => {
        const most = 10n ** BigInt(precision);
        const values = [...drawn.map((value) => value % most), 0n, most - 1n, 1n - most].map((value) =>
          sign === 'none' && value < 0n ? -value : value,
        );
        const width = precision + (sign.endsWith('separate') ? 1 : 0);
        const field = {
          ...fieldOf(`decimal(${precision},0)`, width, {
            sign,
            notation: { ...PLAIN_NOTATION, overpunch: 'ibm' },
          }),
          startByte: 0,
          endByte: width,
        };
        const written = values.map((value) => latin1(cobol(value, width, sign)));
        const { decoder, rows } = decodeAll(field, 'us-ascii', written);
        expectSameRows(rows, values);
        const sum = new FieldSum(kernel, { field, kind: 'sum', where: undefined, key: 'sum' }, decoder);
        // In two spans, as of two groups.
        const [first, rest] = [sum.add(0, 1, 0), sum.add(1, values.length - 1, 0)];
        expect([first, first + rest]).toEqual([values[0], sum.total]);
        expect([sum.total, sum.undecodableCount]).toEqual([values.reduce((a, b) => a + b), 0]);
      },
    ),
    { numRuns: 300 },
  );
});

test('dates agree with JavaScript’s own calendar', () => {
  const field = { ...fieldOf('date', 8, {}, 'yyyyMMdd'), startByte: 0, endByte: 8 };
  for (let days = -719_162; days <= 2_932_896; days += days % 97 === 0 ? 1 : 487) {
    const iso = new Date(days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    expect(decodeValue(latin1(iso), 0, field)).toEqual({ state: 'value', value: days });
  }
});

test('the kernel and the one-value decoder agree on every byte at every position of a number, a date and a text', () => {
  const cases: [Field, string][] = [
    [fieldOf('decimal(15,2)', 15), '000000025312531'],
    [fieldOf('integer', 18), '999999999999999999'],
    [fieldOf('decimal(38,0)', 38), '9'.repeat(38)],
    [fieldOf('date', 8, {}, 'yyyyMMdd'), '20240229'],
    [fieldOf('string', 20), 'Antonio Goncalves   '],
    [fieldOf('string', 15, { keep: 'alphanumeric' }), '12.ABC.345/01-9'],
  ];
  for (const [field, text] of cases) {
    const fields = Array.from({ length: text.length * 256 }, (_, index) => {
      const content = latin1(text);
      content[index >> 8] = index & 255;
      return content;
    });
    for (const encoding of ['iso-8859-1', 'us-ascii', 'utf-8'] as const) agrees(field, encoding, fields);
  }
});
