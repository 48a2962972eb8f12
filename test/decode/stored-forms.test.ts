import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CODE_PAGE_NAMES, unicodeOf } from '../../shared/decode/code-pages.ts';
import { isEbcdic } from '../../shared/layout/code-page.ts';
import type { Encoding, Field } from '../../shared/layout/layout.ts';
import { agrees, decodeAll, fieldOf } from '../support/decoded-fields.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';

const PAGES = CODE_PAGE_NAMES as Encoding[];
const EBCDIC_PAGES = PAGES.filter(isEbcdic);

const contents = (lengthBytes: number, likely: Uint8Array[] = []) =>
  fc.array(
    fc.oneof(
      fc.uint8Array({ minLength: lengthBytes, maxLength: lengthBytes }),
      fc.constantFrom(
        new Uint8Array(lengthBytes).fill(0x40),
        new Uint8Array(lengthBytes).fill(0x20),
        ...likely,
      ),
    ),
    { minLength: 1, maxLength: 10 },
  );

describe('the kernel gives what the one-value decoder gives', () => {
  const TYPES = ['integer', 'decimal(15,2)', 'decimal(18,0)', 'decimal(31,2)', 'decimal(3,1)'];

  test('packed decimals, with and without a sign', () => {
    const packed = fc.record({
      type: fc.constantFrom(...TYPES),
      lengthBytes: fc.integer({ min: 1, max: 20 }),
      signed: fc.boolean(),
      signNibble: fc.boolean(),
      digits: fc.constantFrom(undefined, 1, 5, 38),
      encoding: fc.constantFrom<Encoding>('us-ascii', 'cp037'),
    });
    // Digits with one byte off are likelier to be numbers than random bytes.
    const nearly = (lengthBytes: number) =>
      fc
        .tuple(
          fc.bigInt({ min: 0n, max: 10n ** BigInt(lengthBytes * 2) - 1n }),
          fc.constantFrom(...'cdfabe90'),
        )
        .map(([value, sign]) => {
          const hex = String(value).padStart(lengthBytes * 2, '0');
          return new Uint8Array(Buffer.from(hex.slice(0, -1) + sign, 'hex'));
        });
    fc.assert(
      fc.property(
        packed.chain(({ lengthBytes, ...more }) =>
          fc.tuple(
            fc.constant({ lengthBytes, ...more }),
            fc.oneof(contents(lengthBytes), fc.array(nearly(lengthBytes), { minLength: 1, maxLength: 10 })),
          ),
        ),
        ([{ type, lengthBytes, encoding, ...more }, fields]) =>
          agrees(fieldOf(type, lengthBytes, { usage: 'packed', ...more }), encoding, fields),
      ),
      { numRuns: 800 },
    );
  });

  test('every byte at every place of a packed number and a packed date', () => {
    const forms: [Field, string][] = [];
    for (const signNibble of [true, false]) {
      for (const lengthBytes of [1, 2, 5, 7, 8, 9]) {
        const more = { usage: 'packed', signNibble, signed: signNibble } as const;
        const digits = '987654321012345678'.slice(0, lengthBytes * 2 - (signNibble ? 1 : 0));
        const hex = signNibble ? `${digits}d` : digits;
        forms.push(
          [fieldOf('integer', lengthBytes, more), hex],
          [fieldOf('decimal(38,0)', lengthBytes, more), hex],
        );
      }
      const more = { usage: 'packed', signNibble } as const;
      forms.push([fieldOf('date', 5, more, 'yyyyMMdd'), signNibble ? '020250812c' : '0020250812']);
      forms.push([
        fieldOf('timestamp', 8, more, 'yyyyMMddHHmmss'),
        signNibble ? '020250812235959f' : '0020250812235959',
      ]);
      forms.push([
        fieldOf('timestamp', 8, more, 'yyMMddHHmmssSSS', 2000),
        signNibble ? '250812235959123c' : '0250812235959123',
      ]);
    }
    for (const [field, hex] of forms) {
      const fields = Array.from({ length: (hex.length / 2) * 256 }, (_, index) => {
        const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
        bytes[index >> 8] = index & 255;
        return bytes;
      });
      agrees(field, 'cp037', fields);
    }
  });

  test('binary integers of every width and order', () => {
    const binary = fc.record({
      type: fc.constantFrom(...TYPES),
      lengthBytes: fc.integer({ min: 1, max: 8 }),
      signed: fc.boolean(),
      byteOrder: fc.constantFrom('big' as const, 'little' as const),
      digits: fc.constantFrom(undefined, 4, 18, 20),
    });
    fc.assert(
      fc.property(
        binary.chain(({ lengthBytes, ...more }) =>
          fc.tuple(
            fc.constant({ lengthBytes, ...more }),
            contents(lengthBytes, [new Uint8Array(lengthBytes), new Uint8Array(lengthBytes).fill(0xff)]),
          ),
        ),
        ([{ type, lengthBytes, ...more }, fields]) =>
          agrees(fieldOf(type, lengthBytes, { usage: 'binary', ...more }), 'us-ascii', fields),
      ),
      { numRuns: 500 },
    );
  });

  test('dates and timestamps in packed and binary numbers, of every format', () => {
    const formats: [string, string, number?][] = [
      ['date', 'yyyyMMdd'],
      ['date', 'yyMMdd', 1950],
      ['date', 'ddMMyy', 2000],
      ['date', 'yyyyDDD'],
      ['date', 'yyDDD', 1999],
      ['date', 'CyyMMdd'],
      ['date', 'CyyDDD'],
      ['timestamp', 'yyyyMMddHHmmss'],
      ['timestamp', 'yyMMddHH', 1931],
    ];
    const forms = fc.record({
      format: fc.constantFrom(...formats),
      usage: fc.constantFrom('packed' as const, 'binary' as const),
      signNibble: fc.boolean(),
      signed: fc.boolean(),
      byteOrder: fc.constantFrom('big' as const, 'little' as const),
      spareBytes: fc.integer({ min: 0, max: 2 }),
      encoding: fc.constantFrom<Encoding>('us-ascii', 'cp037'),
    });
    // Days of the year and of months at the edges, beside digits that are likely to be dates.
    const numbers = fc.oneof(
      fc.integer({ min: 0, max: 99_999_999 }).map(String),
      fc
        .tuple(
          ...[
            ['', '19', '20', '0', '1'],
            ['00', '24', '50', '99', '1900', '2024'],
            ['001', '060', '0229', '1231'],
          ].map((parts) => fc.constantFrom(...parts)),
          fc.constantFrom('', '235959', '240000', '00'),
        )
        .map((parts) => parts.join('')),
      fc.constantFrom('2024366', '2023366', '2024000', '24366', '1250812', '0991231', '9991231', '20240230'),
    );
    fc.assert(
      fc.property(
        forms,
        fc.array(fc.tuple(numbers, fc.constantFrom(...'cdfab90')), { maxLength: 12 }),
        fc.array(fc.uint8Array({ minLength: 13, maxLength: 13 }), { minLength: 1, maxLength: 4 }),
        ({ format: [type, format, pivotYear], usage, spareBytes, encoding, ...more }, written, hostile) => {
          const halves = format.length + (more.signNibble ? 1 : 0);
          const lengthBytes = usage === 'binary' ? 8 : Math.ceil(halves / 2) + spareBytes;
          const field = fieldOf(type, lengthBytes, { usage, ...more }, format, pivotYear);
          const fields = written.map(([digits, sign]) => {
            if (usage === 'binary')
              return binaryBytes(BigInt(digits.slice(0, 18)), 8, more.byteOrder === 'little');
            const hex = (digits + (more.signNibble ? sign : '')).slice(-lengthBytes * 2);
            return Buffer.from(hex.padStart(lengthBytes * 2, '0'), 'hex');
          });
          const fillings = [0x00, 0xff, 0x40, 0x20].map((byte) => new Uint8Array(lengthBytes).fill(byte));
          agrees(field, encoding, [
            ...fields,
            ...fillings,
            ...hostile.map((bytes) => bytes.subarray(0, lengthBytes)),
          ]);
        },
      ),
      { numRuns: 1200 },
    );
  });

  test('national text: surrogates whole, halved and swapped, every trim and keep', () => {
    const unit = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(0x20, 0x20, 0x41, 0x7a, 0x31, 0x2d, 0x00, 0x7f) },
      { weight: 3, arbitrary: fc.constantFrom(0x80, 0x2000, 0xe3, 0x7ff, 0x800, 0x20ac, 0xfeff, 0xffff) },
      { weight: 1, arbitrary: fc.constantFrom(0xd800, 0xdbff, 0xdc00, 0xdfff, 0xd83d, 0xde00) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }) },
    );
    const cases = fc
      .record({
        units: fc.integer({ min: 1, max: 30 }),
        trim: fc.constantFrom('trailing' as const, 'both' as const, 'none' as const),
        keep: fc.constantFrom('all' as const, 'alphanumeric' as const, 'digits' as const),
      })
      .chain(({ units, ...more }) => {
        const likely = fc.oneof(
          unit,
          fc.constantFrom(0x41, 0x61, 0x20),
          fc.constantFrom(0x1f600, 0x10000, 0x10ffff),
        );
        // A pair of surrogates may be cut in half at the end.
        const utf16 = (text: string) =>
          new Uint8Array(
            Buffer.from(text, 'utf16le')
              .swap16()
              .subarray(0, units * 2),
          );
        const text = fc
          .array(likely, { minLength: units, maxLength: units })
          .map((codes) => utf16(String.fromCodePoint(...codes)));
        const blank = utf16(' '.repeat(units));
        const field = fieldOf('string', units * 2, { ...more, encoding: 'utf-16be' });
        return fc.tuple(
          fc.constant(field),
          fc.array(fc.oneof(text, text, fc.constant(blank)), { minLength: 1, maxLength: 10 }),
        );
      });
    fc.assert(
      fc.property(cases, ([field, fields]) => agrees(field, 'utf-16be', fields)),
      { numRuns: 800 },
    );
  });

  test('zeros behind the digits, to 18 and to 38 of them', () => {
    const forms = fc.constantFrom<[string, number, object]>(
      ['integer', 5, {}],
      ['integer', 6, { sign: 'trailing' }],
      ['integer', 3, { usage: 'packed', signed: true, signNibble: true }],
      ['integer', 2, { usage: 'binary', signed: true, digits: 4 }],
      ['decimal(38,0)', 4, { usage: 'packed', signNibble: false }],
      ['decimal(38,0)', 8, { usage: 'binary', signed: true }],
      ['decimal(24,0)', 12, { sign: 'leading-separate' }],
    );
    fc.assert(
      fc.property(
        forms.chain((form) => {
          const digits = fc.array(fc.constantFrom(...Buffer.from('0123456789-+ }J')), {
            minLength: form[1],
            maxLength: form[1],
          });
          return fc.tuple(
            fc.constant(form),
            fc.oneof(
              contents(form[1]),
              fc.array(
                digits.map((bytes) => Uint8Array.from(bytes)),
                { minLength: 1 },
              ),
            ),
          );
        }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('null' as const, 'zero' as const),
        ([[type, lengthBytes, more], fields], trailingZeros, blank) =>
          agrees(fieldOf(type, lengthBytes, { ...more, trailingZeros, blank }), 'us-ascii', fields),
      ),
      { numRuns: 600 },
    );
  });

  test('texts of every code page, raw bytes beside them', () => {
    const texts = fc.record({
      type: fc.constantFrom('string', 'string', 'binary'),
      lengthBytes: fc.integer({ min: 1, max: 40 }),
      trim: fc.constantFrom('trailing' as const, 'both' as const, 'none' as const),
      keep: fc.constantFrom('all' as const, 'alphanumeric' as const, 'digits' as const),
      encoding: fc.constantFrom(...PAGES),
    });
    fc.assert(
      fc.property(
        texts.chain(({ lengthBytes, ...more }) =>
          fc.tuple(fc.constant({ lengthBytes, ...more }), contents(lengthBytes)),
        ),
        ([{ type, lengthBytes, encoding, trim, keep }, fields]) =>
          agrees(fieldOf(type, lengthBytes, { trim, keep }), encoding, fields),
      ),
      { numRuns: 800 },
    );
  });

  test('EBCDIC digits, signs, dates and booleans', () => {
    const ebcdic = (text: string) =>
      Uint8Array.from([...text], (character) => unicodeOf('cp037').indexOf(character.charCodeAt(0)));
    const types: [string, number, object, string?][] = [
      ['decimal(9,2)', 9, { sign: 'trailing' }],
      ['decimal(9,2)', 9, { sign: 'leading' }],
      ['integer', 12, { sign: 'leading-separate' }],
      ['decimal(31,4)', 31, { sign: 'trailing-separate' }],
      ['decimal(9,2)', 12, { point: 'explicit' }],
      ['date', 10, {}, 'dd/MM/yyyy'],
      ['timestamp', 19, {}, 'yyyy-MM-dd HH:mm:ss'],
      ['boolean', 3, {}],
      ['double', 10, {}],
    ];
    const characters = fc.constantFrom(...'0123456789 +-.,/:{}ABIJRSN'.split(''));
    fc.assert(
      fc.property(
        fc.constantFrom(...types).chain((one) =>
          fc.tuple(
            fc.constant(one),
            fc.constantFrom(...EBCDIC_PAGES),
            contents(one[1]),
            fc.array(
              fc
                .array(characters, { minLength: one[1], maxLength: one[1] })
                .map((text) => ebcdic(text.join(''))),
              {
                maxLength: 8,
              },
            ),
          ),
        ),
        ([[type, lengthBytes, more, format], encoding, hostile, likely]) =>
          agrees(fieldOf(type, lengthBytes, more, format), encoding, [...hostile, ...likely]),
      ),
      { numRuns: 600 },
    );
  });
});

test('floating-point numbers of IBM and IEEE, 4 and 8 bytes', () => {
  const forms = fc.record({
    lengthBytes: fc.constantFrom(4, 8),
    floatFormat: fc.constantFrom('ibm' as const, 'ieee' as const),
    little: fc.boolean(),
  });
  fc.assert(
    fc.property(
      forms.chain((form) => fc.tuple(fc.constant(form), contents(form.lengthBytes))),
      ([{ lengthBytes, floatFormat, little }, fields]) =>
        agrees(
          fieldOf('double', lengthBytes, {
            usage: 'float',
            floatFormat,
            byteOrder: little && floatFormat === 'ieee' ? 'little' : 'big',
          }),
          'cp037',
          fields,
        ),
    ),
    { numRuns: 500 },
  );
  // Values of IBM's Principles of Operation, hexadecimal floating point: 1.0, 0.5, 1/64, 0, -15.0, and 100.
  const known = ['41100000', '40800000', '3f400000', '00000000', 'c1f00000', '42640000'];
  const field = fieldOf('double', 4, { usage: 'float', floatFormat: 'ibm' });
  const { rows } = decodeAll(
    field,
    'cp037',
    known.map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
  );
  expect(rows).toEqual([1, 0.5, 1 / 64, 0, -15, 100]);
});

test('blanks by policy, and fillings that mean null', () => {
  const policies = fc.record({
    blank: fc.constantFrom('null' as const, 'zero' as const, 'reject' as const),
    nullWhen: fc.subarray(['low-values' as const, 'high-values' as const]),
  });
  const forms = fc.constantFrom<[string, number, object]>(
    ['integer', 4, {}],
    ['decimal(25,2)', 13, { usage: 'packed', signed: true, signNibble: true }],
    ['decimal(9,2)', 4, { usage: 'binary', signed: true }],
    ['double', 6, {}],
  );
  fc.assert(
    fc.property(
      forms.chain((form) => {
        const fillings = [0x00, 0xff, 0x20, 0x40, 0x31].map((byte) => new Uint8Array(form[1]).fill(byte));
        return fc.tuple(fc.constant(form), policies, contents(form[1], fillings));
      }),
      fc.constantFrom<Encoding>('us-ascii', 'cp037'),
      ([[type, lengthBytes, more], policy, fields], encoding) =>
        agrees(fieldOf(type, lengthBytes, { ...more, ...policy }), encoding, fields),
    ),
    { numRuns: 500 },
  );
});

/** Encoders that know nothing of the decoder: each writes a number as its form is described in print. */
const zoned = (value: bigint, width: number) => {
  const digits = String(value < 0n ? -value : value).padStart(width, '0');
  return Uint8Array.from([...digits], (digit, index) => {
    const zone = index < width - 1 ? 0xf0 : value < 0n ? 0xd0 : 0xc0;
    return zone + Number(digit);
  });
};
const packedBytes = (value: bigint, width: number) =>
  Buffer.from(
    String(value < 0n ? -value : value).padStart(width * 2 - 1, '0') + (value < 0n ? 'd' : 'c'),
    'hex',
  );
const binaryBytes = (value: bigint, width: number, little: boolean) => {
  const bytes = Buffer.alloc(width);
  if (little) bytes.writeBigInt64LE(value);
  else bytes.writeBigInt64BE(value);
  return bytes;
};

test('numbers written by an independent encoder come back as they were meant', () => {
  const amount = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 30 }), (values) => {
      const decoded = (more: object, lengthBytes: number, encode: (value: bigint) => Uint8Array) =>
        decodeAll(fieldOf('decimal(15,2)', lengthBytes, more), 'cp037', values.map(encode)).rows;
      expect(decoded({ sign: 'trailing' }, 15, (value) => zoned(value, 15))).toEqual(values);
      const packed = { usage: 'packed', signed: true, signNibble: true };
      expectSameRows(
        decoded(packed, 8, (value) => packedBytes(value, 8)),
        values,
      );
      const binary = { usage: 'binary', signed: true };
      expectSameRows(
        decoded(binary, 8, (value) => binaryBytes(value, 8, false)),
        values,
      );
      const little = { ...binary, byteOrder: 'little' };
      expectSameRows(
        decoded(little, 8, (value) => binaryBytes(value, 8, true)),
        values,
      );
    }),
    { numRuns: 200 },
  );
});

describe('through the whole pipeline', () => {
  const rows = Array.from({ length: 700 }, (_, row) => ({
    name: ['José', 'ÉRICA', 'a b', 'Ção'][row % 4]!,
    amount: BigInt(((row * 7919) % 100_003) - 50_000),
    count: BigInt(row * 3),
  }));
  const FORMS: Record<string, { layout: object; bytes: Uint8Array }> = {
    'ASCII lines': {
      layout: {
        encoding: 'iso-8859-1',
        record: { format: 'lines', length: 26 },
        fields: [
          { name: 'name', start: 1, end: 8, type: 'string' },
          {
            name: 'amount',
            start: 9,
            end: 18,
            type: 'decimal(9,2)',
            point: 'implied',
            sign: 'trailing-separate',
          },
          { name: 'count', start: 19, end: 26, type: 'integer' },
        ],
      },
      bytes: Buffer.from(
        rows
          .map(({ name, amount, count }) => {
            const digits = String(amount < 0n ? -amount : amount).padStart(9, '0');
            return `${name.padEnd(8)}${digits}${amount < 0n ? '-' : '+'}${String(count).padStart(8, '0')}\n`;
          })
          .join(''),
        'latin1',
      ),
    },
    'EBCDIC, zoned and packed': {
      layout: {
        encoding: 'cp500',
        record: { format: 'fixed', length: 22 },
        fields: [
          { name: 'name', start: 1, end: 8, type: 'string' },
          { name: 'amount', start: 9, end: 17, type: 'decimal(9,2)', point: 'implied', sign: 'trailing' },
          { name: 'count', start: 18, end: 22, type: 'integer', usage: 'packed', signed: true },
        ],
      },
      bytes: Buffer.concat(
        rows.flatMap(({ name, amount, count }) => [
          Uint8Array.from([...name.padEnd(8)], (character) =>
            unicodeOf('cp500').indexOf(character.charCodeAt(0)),
          ),
          zoned(amount, 9),
          packedBytes(count, 5),
        ]),
      ),
    },
    'EBCDIC, packed and binary': {
      layout: {
        encoding: 'cp037',
        record: { format: 'fixed', length: 21 },
        fields: [
          { name: 'name', start: 1, end: 8, type: 'string' },
          { name: 'amount', start: 9, end: 13, type: 'decimal(9,2)', usage: 'packed', signed: true },
          { name: 'count', start: 14, end: 21, type: 'integer', usage: 'binary', signed: true },
        ],
      },
      bytes: Buffer.concat(
        rows.flatMap(({ name, amount, count }) => [
          Uint8Array.from([...name.padEnd(8)], (character) =>
            unicodeOf('cp037').indexOf(character.charCodeAt(0)),
          ),
          packedBytes(amount, 5),
          binaryBytes(count, 8, false),
        ]),
      ),
    },
  };

  test.each(Object.keys(FORMS))('%s gives the same rows at every range size', async (form) => {
    const { layout, bytes } = FORMS[form]!;
    const expected = rows.map(({ name, amount, count }) => ({
      name,
      amount: `${amount < 0n ? '-' : ''}${String(amount < 0n ? -amount : amount)
        .padStart(3, '0')
        .replace(/(..)$/, '.$1')}`,
      count: String(count),
    }));
    for (const rangeSizeBytes of [1000, 7001, 1_000_000]) {
      const lake = await TestLake.make();
      try {
        await lake.putRaw('forms_20250812.dat', bytes);
        await lake.convert({
          layout: JSON.stringify({ name: 'forms', ...layout }),
          sourceKey: 'forms_20250812.dat',
          rangeSizeBytes,
        });
        expectSameRows(await lake.publishedRows('forms', 'COLUMNS(*)::VARCHAR'), expected);
      } finally {
        await lake.remove();
      }
    }
  });

  const data = new URL('../../../shared/data/dtar020/', import.meta.url);
  test.skipIf(!existsSync(data))(
    'DTAR020, a real extract in EBCDIC with packed decimals: all 379 records',
    async () => {
      const lake = await TestLake.make();
      try {
        lake.copybooks.set(
          'copybook.cpy',
          readFileSync(new URL('../golden/copybook-dtar020/copybook.cpy', import.meta.url), 'utf8'),
        );
        await lake.putRaw('dtar020.bin', readFileSync(new URL('DTAR020.bin', data)));
        await lake.convert({
          layout: JSON.stringify({
            name: 'dtar020',
            encoding: 'cp037',
            record: { format: 'fixed' },
            copybook: 'copybook.cpy',
          }),
          sourceKey: 'dtar020.bin',
          businessDate: '2004-01-18',
        });
        const [, ...lines] = readFileSync(new URL('DTAR020.csv', data), 'utf8').trim().split(/\r?\n/);
        const read = await lake.publishedRows('dtar020', 'COLUMNS(*)::VARCHAR');
        expect(read.map((row) => Object.values(row).map(Number))).toEqual(
          lines.map((line) => line.split('\t').map(Number)),
        );
        expect(read.length).toBe(379);
      } finally {
        await lake.remove();
      }
    },
  );
});
