import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { CODE_PAGES, isEbcdic, literalBytes } from '../../shared/layout/code-page.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { firstDataset } from '../../shared/layout/layout.ts';

type Json = Record<string, unknown>;

/** A layout of one field at bytes 1 to 8, with other keys as given. */
function layoutOf(field: Json, more: Json = {}): string {
  const record = { format: 'fixed', length: 40, ...(more.record as Json) };
  const entry = { name: 'x', start: 1, end: 8, type: 'integer', ...field };
  return JSON.stringify({ name: 'sample', encoding: 'us-ascii', fields: [entry], ...more, record });
}

function failure(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(LayoutInvalid);
    return (error as LayoutInvalid).message;
  }
  throw new Error('the layout was accepted');
}

const PACKED = { usage: 'packed', type: 'decimal(15,2)' };
const BINARY = { usage: 'binary', signed: true };
const FLOAT = { usage: 'float', type: 'double', floatFormat: 'ibm' };

describe('a layout can say', () => {
  const field = (entry: Json, more?: Json) => firstDataset(readLayout(layoutOf(entry, more), 'f')).fields[0];

  test('storage forms, with their defaults', () => {
    expect(field(PACKED)).toMatchObject({
      usage: 'packed',
      signed: true,
      signNibble: true,
      digits: undefined,
    });
    expect(field({ ...PACKED, signNibble: false })).toMatchObject({ signed: false, signNibble: false });
    expect(field({ ...PACKED, digits: 14 })).toMatchObject({ digits: 14 });
    expect(field(BINARY)).toMatchObject({ usage: 'binary', signed: true, byteOrder: 'big' });
    expect(field({ ...BINARY, byteOrder: 'little' })).toMatchObject({ byteOrder: 'little' });
    expect(field(FLOAT)).toMatchObject({ usage: 'float', floatFormat: 'ibm' });
    expect(field({ blank: 'zero', nullWhen: ['low-values'] })).toMatchObject({
      usage: 'display',
      blank: 'zero',
      nullWhen: [{ text: 'low-values', as: 'filled', bytes: Uint8Array.of(0) }],
    });
    expect(field({ trailingZeros: 3 })).toMatchObject({ trailingZeros: 3 });
    expect(field({ type: 'date', usage: 'packed', format: 'yyyyMMdd' })).toMatchObject({ usage: 'packed' });
    const short = { type: 'date', usage: 'packed', format: 'yyMMdd', pivotYear: 1970 };
    expect(field(short)).toMatchObject({ dateFormat: { yearDigits: 2, pivotYear: 1970 } });
    expect(field({ type: 'timestamp', usage: 'packed', format: 'yyyyMMddHHmmss' })).toMatchObject({
      dateFormat: { hourAt: 8, secondAt: 12 },
    });
  });

  test('a code page for all fields, and one of its own', () => {
    for (const encoding of CODE_PAGES.filter((name) => name !== 'utf-16be')) {
      expect(field({}, { encoding })).toMatchObject({ encoding });
    }
    expect(field({ type: 'string', encoding: 'utf-16be' })).toMatchObject({ encoding: 'utf-16be' });
  });

  test('record formats', () => {
    const record = (entry: Json) => readLayout(layoutOf({}, { record: entry }), 'f').record;
    expect(record({ format: 'rdw' }).descriptor).toEqual({
      byteOrder: 'big',
      lengthHalf: 'first',
      lengthIncludesHeader: true,
    });
    expect(record({ format: 'bdw', byteOrder: 'little', lengthIncludesHeader: false }).descriptor).toEqual({
      byteOrder: 'little',
      lengthHalf: 'first',
      lengthIncludesHeader: false,
    });
    expect(
      record({ format: 'length-field', lengthField: { start: 3, end: 4, usage: 'binary', addBytes: 4 } }),
    ).toMatchObject({
      lengthField: { startByte: 2, endByte: 4, usage: 'binary', byteOrder: 'big', addBytes: 4 },
    });
    expect(record({ fileHeaderBytes: 128, fileTrailerBytes: 3 })).toMatchObject({
      fileHeaderBytes: 128,
      fileTrailerBytes: 3,
      descriptor: undefined,
    });
  });

  test('a match in EBCDIC, which is compared in bytes', () => {
    const text = layoutOf({}, { encoding: 'cp500', detail: { match: { start: 1, end: 3, equals: 'A1-' } } });
    expect(readLayout(text, 'f').recordTypes[0]!.match![0].anyOf[0]).toEqual(Uint8Array.of(0xc1, 0xf1, 0x60));
    expect(literalBytes('[', 'cp037')).toBeUndefined();
    expect(literalBytes('€', 'iso-8859-15')).toBeUndefined();
    expect(literalBytes('ã', 'iso-8859-15')).toEqual(Uint8Array.of(0xe3));
  });
});

/** The bytes of a text by the machine's own iconv; undefined if it has no such program or table. */
function iconv(text: string, codePage: string): Uint8Array | undefined {
  try {
    const to = `IBM${codePage.slice(2)}`;
    return execFileSync('iconv', ['-f', 'ASCII', '-t', to], {
      input: text,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

test.skipIf(iconv('A', 'cp037') === undefined)(
  'literals in EBCDIC are the same bytes in every page, as iconv says too (skipped without iconv)',
  () => {
    const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index));
    const text = ascii.filter((character) => literalBytes(character, 'cp037')).join('');
    expect(text).toHaveLength(82);
    const pages = CODE_PAGES.filter(isEbcdic);
    for (const page of pages) {
      const expected = iconv(text, page);
      if (expected) expect([page, ...literalBytes(text, page)!]).toEqual([page, ...expected]);
    }
    expect(pages).toHaveLength(25);
  },
);

test('a layout without new keys keeps its fingerprint, so that its files are not converted again', () => {
  const text = layoutOf({ type: 'string', required: true }, { record: { format: 'lines', short: 'pad' } });
  expect(readLayout(text, 'f').fingerprint).toBe('253175fbfea518a2');
});

describe('layouts that contradict themselves are refused', () => {
  const cases: [string, Json, Json, string[]][] = [
    ['sign of packed', { ...PACKED, sign: 'trailing' }, {}, ["'sign'", 'usage display only']],
    ['packed text', { usage: 'packed', type: 'string' }, {}, ["'packed'", 'type string', 'integer, decimal']],
    ['a packed explicit point', { ...PACKED, point: 'explicit' }, {}, ['explicit point']],
    [
      'signed without a place',
      { ...PACKED, signNibble: false, signed: true },
      {},
      ['nothing holds the sign'],
    ],
    ['too many digits', { ...PACKED, digits: 16 }, {}, ["16 'digits'", '15']],
    ['digits above the type', { ...PACKED, type: 'decimal(9,2)', digits: 14 }, {}, ['decimal(9,2) holds 9']],
    ['41 packed digits', { ...PACKED, end: 21 }, {}, ['21 packed bytes', '38']],
    ['digits of text', { digits: 5 }, {}, ["'digits'", 'packed and binary only']],
    ['a binary number without signed', { usage: 'binary' }, {}, ["without 'signed'", '-1 or 65535']],
    ['binary of 9 bytes', { ...BINARY, end: 9 }, {}, ['9 bytes', '1 to 8']],
    ['byte order of packed', { ...PACKED, byteOrder: 'big' }, {}, ["'byteOrder'", 'binary and float only']],
    ['a float of 6 bytes', { ...FLOAT, end: 6 }, {}, ['6 bytes', '4 or 8']],
    ['a float of unknown format', { ...FLOAT, floatFormat: undefined }, {}, ["without 'floatFormat'"]],
    ['a float that is an integer', { ...FLOAT, type: 'integer' }, {}, ['type integer', 'double']],
    ['a little-endian ibm float', { ...FLOAT, byteOrder: 'little' }, {}, ['ibm floats are "big"']],
    [
      'blank of text',
      { type: 'string', blank: 'zero' },
      {},
      ["'blank'", 'integer, decimal and double fields only'],
    ],
    ['blank of binary', { ...BINARY, blank: 'zero' }, {}, ["'blank'", 'display and packed only']],
    [
      'trailing zeros with a scale',
      { ...PACKED, trailingZeros: 2 },
      {},
      ["'trailingZeros'", 'whole numbers only'],
    ],
    ['an unknown fill pattern', { nullWhen: ['low-value'] }, {}, ['fields[0].nullWhen[0]', "'low-values'"]],
    ['a fill pattern in capitals', { nullWhen: ['HIGH_VALUES'] }, {}, ["nearest valid one is 'high-values'"]],
    ['spaces, which are blanks', { nullWhen: ['spaces'] }, {}, ["nearest valid one is 'blanks'"]],
    ['a text of blanks', { nullWhen: ['  '] }, {}, ['which is padding: say blanks']],
    [
      'a text longer than its field',
      { nullWhen: ['.', '-99999999'] },
      {},
      ['nullWhen[1]', '9 bytes for a field of 8'],
    ],
    ['a text that the page lacks', { type: 'string', nullWhen: ['não'] }, {}, ['us-ascii cannot hold']],
    ['a text in EBCDIC', { nullWhen: ['#N/D'] }, { encoding: 'cp037' }, ['cp037 cannot hold', 'same place']],
    [
      'a text for a packed number',
      { ...PACKED, nullWhen: ['NA'] },
      {},
      ["usage 'packed' holds no text", '-9999'],
    ],
    ['a number of too many decimals', { ...PACKED, nullWhen: ['0.001'] }, {}, ['can never match']],
    ['a number beyond its bytes', { ...BINARY, end: 2, nullWhen: ['-99999'] }, {}, ['can never match']],
    ['a number below zero', { ...BINARY, signed: false, nullWhen: ['-1'] }, {}, ['can never match']],
    ['an unknown code page', {}, { encoding: 'cp03' }, ["'encoding' is 'cp03'", "'cp037'"]],
    ['an unknown code page of a field', { encoding: 'cp1147x', type: 'string' }, {}, ["'cp1147'"]],
    ['a code page of packed', { ...PACKED, encoding: 'cp037' }, {}, ["'encoding'", 'text and digits only']],
    ['utf-16 for all', {}, { encoding: 'utf-16be' }, ['single fields only']],
    [
      'an odd number of bytes of utf-16',
      { type: 'string', encoding: 'utf-16be', end: 7 },
      {},
      ['odd number of bytes'],
    ],
    [
      'a packed date too long',
      { type: 'date', usage: 'packed', format: 'yyyyMMdd', end: 4 },
      {},
      ['7 digits'],
    ],
    ['a packed date with dashes', { type: 'date', usage: 'packed', format: 'yyyy-MM-dd' }, {}, ['15 digits']],
    [
      'a year of two digits that could be any',
      { type: 'date', format: 'yyMMdd', end: 6 },
      {},
      ["'yyMMdd'", "'pivotYear'", '1950: 50 is 1950'],
    ],
    [
      'a pivot of a whole year',
      { type: 'date', format: 'yyyyMMdd', pivotYear: 1950 },
      {},
      ["'pivotYear'", "'yyyyMMdd' has none"],
    ],
    [
      'a century of a whole year',
      { type: 'date', format: 'CyyyyDDD' },
      {},
      ['C beside a year of four digits'],
    ],
    [
      'a day of the year and of the month',
      { type: 'date', format: 'yyyyDDDdd', end: 9 },
      {},
      ['beside MM or dd'],
    ],
    ['a pivot of a number', { pivotYear: 1950 }, {}, ["'pivotYear'", 'date and timestamp fields only']],
    [
      'digits of a date',
      { type: 'date', usage: 'packed', format: 'yyyyMMdd', digits: 8 },
      {},
      ["'digits'", 'integer and decimal fields only'],
    ],
    [
      'trailing zeros that an integer cannot hold',
      { trailingZeros: 11 },
      {},
      ["8 digits and 11 'trailingZeros'", 'an integer holds 18', 'say decimal(19,0)'],
    ],
    [
      'trailing zeros of packed digits beyond the type',
      { ...PACKED, type: 'decimal(15,0)', trailingZeros: 2 },
      {},
      ["15 digits and 2 'trailingZeros'", 'decimal(15,0) holds 15', "fewer 'digits'"],
    ],
    [
      'trailing zeros with an explicit point',
      { type: 'decimal(12,0)', point: 'explicit', trailingZeros: 2 },
      {},
      ['explicit point', "'trailingZeros'"],
    ],
    ['descriptor of lines', {}, { record: { byteOrder: 'big' } }, ["'byteOrder'", 'rdw and bdw only']],
    ['a length field of fixed', {}, { record: { lengthField: { start: 1, end: 4 } } }, ["'lengthField'"]],
    ...[
      { type: 'binary' },
      { type: 'string', encoding: 'utf-16be' },
      { usage: 'packed' },
      { usage: 'binary', signed: true },
    ].map((form): [string, Json, Json, string[]] => [
      `padded lines with ${JSON.stringify(form)}`,
      { start: 1, end: 4, ...form },
      { record: { format: 'lines', short: 'pad' } },
      ["'record.short' is 'pad'", 'is not text'],
    ]),
    ['half of a word of lines', {}, { record: { lengthHalf: 'second' } }, ["'lengthHalf'"]],
    [
      'a packed length of more digits than any length has',
      {},
      { record: { format: 'length-field', lengthField: { start: 1, end: 7, usage: 'packed' } } },
      ['7 bytes, more than a length needs'],
    ],
    ['no length field', {}, { record: { format: 'length-field' } }, ["no 'lengthField'"]],
    [
      'a length field beyond the record',
      {},
      { record: { format: 'length-field', lengthField: { start: 39, end: 42 } } },
      ['record.lengthField', '42'],
    ],
    [
      'a match of national characters',
      {},
      {
        encoding: 'cp273',
        detail: { match: { start: 1, end: 1, equals: 'Ä' } },
      },
      ['cp273 cannot hold', 'all EBCDIC code pages'],
    ],
    ['a copybook not replaced', {}, { copybook: 'x.cpy' }, ["'copybook' was not replaced"]],
  ];
  test.each(cases)('%s', (_, field, more, fragments) => {
    const message = failure(() => readLayout(layoutOf(field, more), 'f'));
    for (const fragment of fragments) expect(message).toContain(fragment);
  });
});
