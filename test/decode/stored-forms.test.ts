import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CodePage } from '../../shared/layout/code-page.ts';
import type { Field } from '../../shared/layout/field.ts';
import { agrees, contents, decodeAll, fieldOf } from '../support/decoded-fields.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { binary, packed, zonedEbcdic } from '../support/form-encoders.ts';

describe('the kernel and the one-value decoder give the same values', () => {
  const TYPES = [
    'integer',
    'decimal(15,2)',
    'decimal(18,0)',
    'decimal(19,2)',
    'decimal(31,2)',
    'decimal(3,1)',
  ];

  test('packed decimals, with and without a sign', () => {
    const forms = fc.record({
      type: fc.constantFrom(...TYPES),
      lengthBytes: fc.integer({ min: 1, max: 20 }),
      signed: fc.boolean(),
      signNibble: fc.boolean(),
      digits: fc.constantFrom(undefined, 1, 5, 38),
      encoding: fc.constantFrom<CodePage>('us-ascii', 'cp037'),
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
        forms.chain(({ lengthBytes, ...more }) =>
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

  test('every byte at every position of a packed number and a packed date', () => {
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
    const forms = fc.record({
      type: fc.constantFrom(...TYPES),
      lengthBytes: fc.integer({ min: 1, max: 8 }),
      signed: fc.boolean(),
      byteOrder: fc.constantFrom('big' as const, 'little' as const),
      digits: fc.constantFrom(undefined, 4, 18, 20),
    });
    fc.assert(
      fc.property(
        forms.chain(({ lengthBytes, ...more }) =>
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
      encoding: fc.constantFrom<CodePage>('us-ascii', 'cp037'),
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
            if (usage === 'binary') return binary(BigInt(digits.slice(0, 18)), 8, more.byteOrder);
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

  test('trailing zeros after the stored digits, up to 18 and up to 38 digits', () => {
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
});

test('floating-point numbers of IBM and IEEE are read, of 4 and 8 bytes', () => {
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

test('blanks are what the layout says, and fill patterns mean null', () => {
  const policies = fc.record({
    blank: fc.constantFrom('null' as const, 'zero' as const, 'reject' as const),
    nullWhen: fc.subarray(
      [0x00, 0xff].map((byte) => ({ text: '', as: 'filled' as const, bytes: Uint8Array.of(byte) })),
    ),
    rejectsBlanks: fc.constant(false),
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
      fc.constantFrom<CodePage>('us-ascii', 'cp037'),
      ([[type, lengthBytes, more], policy, fields], encoding) =>
        agrees(fieldOf(type, lengthBytes, { ...more, ...policy }), encoding, fields),
    ),
    { numRuns: 500 },
  );
});

test('numbers from an independent encoder are read as the same numbers', () => {
  const amount = fc.bigInt({ min: -(10n ** 15n) + 1n, max: 10n ** 15n - 1n });
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 30 }), (values) => {
      const decoded = (more: object, lengthBytes: number, encode: (value: bigint) => Uint8Array) =>
        decodeAll(fieldOf('decimal(15,2)', lengthBytes, more), 'cp037', values.map(encode)).rows;
      expectSameRows(
        decoded({ sign: 'trailing' }, 15, (value) => zonedEbcdic(value, 15, 'trailing')),
        values,
      );
      const packedForm = { usage: 'packed', signed: true, signNibble: true };
      expectSameRows(
        decoded(packedForm, 8, (value) => packed(value, 8, 'signed')),
        values,
      );
      const binaryForm = { usage: 'binary', signed: true };
      expectSameRows(
        decoded(binaryForm, 8, (value) => binary(value, 8, 'big')),
        values,
      );
      const little = { ...binaryForm, byteOrder: 'little' };
      expectSameRows(
        decoded(little, 8, (value) => binary(value, 8, 'little')),
        values,
      );
    }),
    { numRuns: 200 },
  );
});
