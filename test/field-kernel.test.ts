import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue } from '../shared/decode/decode-value.ts';
import { createFieldKernel, REJECTED } from '../shared/decode/field-kernel.ts';
import { FieldSum } from '../shared/decode/field-sum.ts';
import { parseDateFormat } from '../shared/layout/date-format.ts';
import { parseFieldType } from '../shared/layout/field-type.ts';
import type { Encoding, Field, Sign } from '../shared/layout/layout.ts';
import { comparable, rowsOf } from './support/column-rows.ts';

const SIGNS: Sign[] = ['none', 'leading', 'trailing', 'leading-separate', 'trailing-separate'];
const FIELD_INDEX = 3;
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

function fieldOf(type: string, lengthBytes: number, more: Partial<Field> = {}, format?: string): Field {
  const parsed = parseFieldType(type)!;
  const dateFormat = format ? parseDateFormat(format, parsed.kind as 'date' | 'timestamp') : undefined;
  if (typeof dateFormat === 'string') throw new Error(dateFormat);
  return {
    name: 'x',
    startByte: 2,
    endByte: 2 + lengthBytes,
    type: parsed,
    encoding: 'us-ascii',
    usage: 'display',
    digits: undefined,
    signed: false,
    signNibble: false,
    byteOrder: 'big',
    floatFormat: undefined,
    blank: 'null',
    nullWhen: [],
    trailingZeros: 0,
    sign: 'none',
    point: 'implied',
    trim: 'trailing',
    keep: 'all',
    required: false,
    onInvalid: 'null',
    dateFormat,
    trueValues: ['S', 'Y', 'T', '1'],
    falseValues: ['N', 'F', '0'],
    ...more,
  };
}

/** Runs the kernel over fields that stand in records, out of order, and compares it with the one-value decoder. */
function agrees(field: Field, encoding: Encoding, fields: Uint8Array[]): void {
  const lengthBytes = field.endByte + 1;
  const bytes = new Uint8Array(fields.length * lengthBytes).fill(0x39);
  const starts = new Int32Array(fields.length);
  const records = new Int32Array(fields.length);
  for (const [index, content] of fields.entries()) {
    starts[index] = (fields.length - 1 - index) * lengthBytes;
    records[index] = (index + 1) % fields.length;
    bytes.set(content, starts[index]! + field.startByte);
  }
  const failed = new Int16Array(fields.length).fill(-1);
  failed[0] = 1;
  const kernel = createFieldKernel(field, FIELD_INDEX, encoding);
  const column = kernel.makeColumn();
  const recordCount = fields.length;
  const expectedFailed = [...failed];
  let expectedResult = 0;
  const rows = [...records].map((record) => {
    const decoded = decodeValue(bytes, starts[record]!, field, encoding);
    if (decoded.state === 'value') return comparable(decoded.value);
    if (field.required || (decoded.state === 'invalid' && field.onInvalid === 'reject')) {
      expectedResult += REJECTED;
      if (expectedFailed[record] === -1) expectedFailed[record] = FIELD_INDEX;
    } else if (decoded.state === 'invalid') expectedResult++;
    return null;
  });
  // Twice, with a third try taken back between: the second batch must land behind the first.
  const batch = { bytes, starts, records, recordCount, failed };
  expect(kernel.append(batch, column)).toBe(expectedResult);
  const mark = column.mark();
  kernel.append(batch, column);
  column.rollback(mark);
  expect(kernel.append(batch, column)).toBe(expectedResult);
  expect(rowsOf(column)).toEqual([...rows, ...rows]);
  expect([...failed]).toEqual(expectedFailed);
}

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

const settling = fc.record({
  required: fc.boolean(),
  onInvalid: fc.constantFrom('null' as const, 'reject' as const),
});
const encodings = fc.constantFrom<Encoding>('iso-8859-1', 'us-ascii', 'utf-8');

describe('the kernel gives what the one-value decoder gives', () => {
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
        settle: settling,
      })
      .chain(({ type, lengthBytes, sign, point, settle }) =>
        fc.tuple(
          // A layout of an overpunched sign and an explicit point is refused.
          fc.constant(
            fieldOf(type, lengthBytes, { sign, point: /ing$/.test(sign) ? 'implied' : point, ...settle }),
          ),
          encodings,
          contents(lengthBytes, ['-12.5 ', ' 12,50-', '+.5', '5.', '.', '-', ' +', '1.2.3', '0.10000000']),
        ),
      );
    run(cases, 1500);
  });

  test('dates and timestamps: 29 February, years 0000 and 9999, any format', () => {
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
    const cases = fc.tuple(fc.constantFrom(...formats), settling).chain(([[type, format], settle]) => {
      const field = fieldOf(type, format.length, settle, format);
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

  test('texts: every trim, keep and encoding, ill-formed UTF-8 too', () => {
    const cases = fc
      .record({
        lengthBytes: fc.integer({ min: 1, max: 20 }),
        trim: fc.constantFrom('trailing' as const, 'both' as const, 'none' as const),
        keep: fc.constantFrom('all' as const, 'alphanumeric' as const, 'digits' as const),
        settle: settling,
      })
      .chain(({ lengthBytes, trim, keep, settle }) => {
        const utf8 = [
          '\xed\xa0\x80',
          '\xf0\x9f\x98\x80',
          '\xf4\x90\x80\x80',
          '\xc0\x80',
          '\xe0\x80\x80',
          '\xef\xbb\xbfa',
        ];
        const likely = [' á '.slice(1), '  a b ', '123.456-78', '\xc3\xa9 x', ...utf8];
        const field = fieldOf('string', lengthBytes, { trim, keep, ...settle });
        return fc.tuple(fc.constant(field), encodings, contents(lengthBytes, likely));
      });
    run(cases, 800);
  });

  test('booleans, doubles and raw bytes', () => {
    const likely = ['S', ' N', '1', '0 ', '-1.5e3', '1e999', '.5', '+2.', '1e', '-0', 'NaN', 'Infinity'];
    const cases = fc
      .tuple(fc.constantFrom('boolean', 'double', 'binary'), fc.integer({ min: 1, max: 12 }), settling)
      .chain(([type, lengthBytes, settle]) =>
        fc.tuple(fc.constant(fieldOf(type, lengthBytes, settle)), encodings, contents(lengthBytes, likely)),
      );
    run(cases, 400);
  });
});

/** Writes a number as a COBOL program would; says nothing of how it is read. */
function cobol(value: bigint, width: number, sign: Sign): string {
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
])('numbers of up to %i digits that were written by a program read as they were meant', (limit) => {
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
          ...fieldOf(`decimal(${precision},0)`, width, { sign }),
          startByte: 0,
          endByte: width,
        };
        const bytes = latin1(values.map((value) => cobol(value, width, sign)).join(''));
        const records = Int32Array.from(values.keys());
        const starts = records.map((record) => record * width);
        const recordCount = values.length;
        const kernel = createFieldKernel(field, 0, 'us-ascii');
        const column = kernel.makeColumn();
        const failed = new Int16Array(recordCount).fill(-1);
        expect(kernel.append({ bytes, starts, records, recordCount, failed }, column)).toBe(0);
        expect(rowsOf(column)).toEqual(values);
        const sum = new FieldSum(field);
        sum.add(bytes, starts, records, recordCount);
        expect([sum.total, sum.undecodableCount]).toEqual([values.reduce((a, b) => a + b), 0]);
      },
    ),
    { numRuns: 300 },
  );
});

test('dates are the days the calendar of the machine has', () => {
  const field = { ...fieldOf('date', 8, {}, 'yyyyMMdd'), startByte: 0, endByte: 8 };
  for (let days = -719_162; days <= 2_932_896; days += days % 97 === 0 ? 1 : 487) {
    const iso = new Date(days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    expect(decodeValue(latin1(iso), 0, field, 'us-ascii')).toEqual({ state: 'value', value: days });
  }
});
