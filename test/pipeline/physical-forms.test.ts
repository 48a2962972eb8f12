import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { TestLake } from '../support/run-pipeline.ts';

/** One logical dataset, in every way its records can lie in a file. */
interface Sale {
  id: string;
  customer: string;
  cents: number;
  units: number;
  day: string;
  shop: string;
}

const sale: fc.Arbitrary<Sale> = fc.record({
  id: fc.stringMatching(/^[A-Z0-9]{1,8}$/),
  customer: fc.constantFrom('ANA', 'JOSE DA SILVA', 'X', 'MARIA'),
  cents: fc.integer({ min: -99_999_999, max: 99_999_999 }),
  units: fc.integer({ min: -32_768, max: 32_767 }),
  day: fc.constantFrom('20250812', '20240229', '19991231'),
  shop: fc.constantFrom('SAO PAULO', 'RIO', 'BAHIA'),
});

/** Type 1, shop 10, id 8, cents, units, day 8, customer up to 20: what is last may be cut off in records that vary. */
interface Coding {
  encoding: string;
  text(value: string): number[];
  cents(value: number): number[];
  units(value: number): number[];
  fields: object[];
  lengthBytes: number;
}

const latin = (text: string) => [...Buffer.from(text, 'latin1')];
/** Capital letters, digits and blanks, which all EBCDIC pages have at one place. */
const ebcdic = (text: string) =>
  [...text].map((character) => {
    const nth = character.charCodeAt(0) - 65;
    if (character === ' ') return 0x40;
    if (nth < 0) return 0xf0 + Number(character);
    return nth < 9 ? 0xc1 + nth : nth < 18 ? 0xd1 + nth - 9 : 0xe2 + nth - 18;
  });

function fieldsWith(amount: object, units: object, amountBytes: number, unitsBytes: number): object[] {
  let at = 2;
  const place = (bytes: number) => {
    const [start, end] = [at, at + bytes - 1];
    at += bytes;
    return { start, end };
  };
  return [
    { name: 'shop', ...place(10), type: 'string' },
    { name: 'id', ...place(8), type: 'string', required: true },
    { name: 'amount', ...place(amountBytes), type: 'decimal(10,2)', ...amount },
    { name: 'units', ...place(unitsBytes), type: 'integer', ...units },
    { name: 'sold', ...place(8), type: 'date', format: 'yyyyMMdd' },
    { name: 'customer', ...place(20), type: 'string' },
  ];
}

const signed = (value: number, digits: number) =>
  `${value < 0 ? '-' : '+'}${String(Math.abs(value)).padStart(digits, '0')}`;

const ASCII: Coding = {
  encoding: 'us-ascii',
  text: latin,
  cents: (value) => latin(signed(value, 10)),
  units: (value) => latin(signed(value, 5)),
  fields: fieldsWith({ point: 'implied', sign: 'leading-separate' }, { sign: 'leading-separate' }, 11, 6),
  lengthBytes: 1 + 10 + 8 + 11 + 6 + 8 + 20,
};

/** Zone F over each digit, C or D over the last. */
const zoned = (value: number, digits: number) => {
  const bytes = [...String(Math.abs(value)).padStart(digits, '0')].map((digit) => 0xf0 | Number(digit));
  bytes[digits - 1] = (bytes[digits - 1]! & 0x0f) | (value < 0 ? 0xd0 : 0xc0);
  return bytes;
};
const ZONED: Coding = {
  encoding: 'cp037',
  text: ebcdic,
  cents: (value) => zoned(value, 10),
  units: (value) => zoned(value, 5),
  fields: fieldsWith({ point: 'implied', sign: 'trailing' }, { sign: 'trailing' }, 10, 5),
  lengthBytes: 1 + 10 + 8 + 10 + 5 + 8 + 20,
};

const packed = (value: number, bytes: number) => {
  const digits = `${String(Math.abs(value)).padStart(bytes * 2 - 1, '0')}${value < 0 ? 'd' : 'c'}`;
  return [...Buffer.from(digits, 'hex')];
};
const PACKED: Coding = {
  encoding: 'cp037',
  text: ebcdic,
  cents: (value) => packed(value, 6),
  units: (value) => [(value >> 8) & 0xff, value & 0xff],
  fields: fieldsWith({ usage: 'packed' }, { usage: 'binary', signed: true }, 6, 2),
  lengthBytes: 1 + 10 + 8 + 6 + 2 + 8 + 20,
};

function recordBytes(coding: Coding, { id, customer, cents, units, day, shop }: Sale): number[] {
  return [
    ...coding.text('D'),
    ...coding.text(shop.padEnd(10)),
    ...coding.text(id.padEnd(8)),
    ...coding.cents(cents),
    ...coding.units(units),
    ...coding.text(day),
    ...coding.text(customer.padEnd(20)),
  ];
}

/** Header and trailer carry the business date and the count of all records. */
function withControl(coding: Coding, records: number[][]): number[][] {
  const pad = (bytes: number[]) => [...bytes, ...coding.text(' '.repeat(coding.lengthBytes - bytes.length))];
  return [
    pad(coding.text('H20250812')),
    ...records,
    pad(coding.text(`T${String(records.length + 2).padStart(8, '0')}`)),
  ];
}

/** Blanks at the end of a record that varies are not written. */
function trimmed(coding: Coding, record: number[]): number[] {
  const [space] = coding.text(' ');
  let end = record.length;
  while (end > coding.lengthBytes - 19 && record[end - 1] === space) end--;
  return record.slice(0, end);
}

const word = (length: number) => [length >> 8, length & 0xff, 0, 0];
const rdw = (record: number[]) => [...word(record.length + 4), ...record];
/** Blocks of up to five records. */
function blocks(records: number[][]): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < records.length; at += 5) {
    const block = records.slice(at, at + 5).flatMap(rdw);
    bytes.push(...word(block.length + 4), ...block);
  }
  return bytes;
}
/** `record` behind four digits of its own length, which they count. */
const withLength = (coding: Coding, record: number[]) => [
  ...coding.text(String(record.length + 4).padStart(4, '0')),
  ...record,
];

interface Form {
  /** Suffix of the file's name. */
  suffix?: string;
  compress?(bytes: Uint8Array): Uint8Array;
  coding: Coding;
  record: object;
  bytes(records: number[][], coding: Coding): number[];
  /** By how much positions move. */
  shiftBytes?: number;
}

const lines = (end: number[]) => (records: number[][]) => records.flatMap((record) => [...record, ...end]);
const whole = (records: number[][]) => records.flat();
const varying = (encode: (records: number[][]) => number[]) => (records: number[][], coding: Coding) =>
  encode(records.map((record) => trimmed(coding, record)));

const FORMS: Record<string, Form> = {
  'ASCII lines, LF': { coding: ASCII, record: { format: 'lines' }, bytes: lines([0x0a]) },
  'ASCII lines, CR LF, blanks cut off': {
    coding: ASCII,
    record: { format: 'lines', short: 'pad' },
    bytes: varying(lines([0x0d, 0x0a])),
  },
  'ASCII fixed': { coding: ASCII, record: { format: 'fixed' }, bytes: whole },
  'ASCII fixed with LF, between bytes of other programs': {
    coding: ASCII,
    record: { format: 'fixed', fileHeaderBytes: 7, fileTrailerBytes: 5 },
    bytes: (records) => [...latin('PREFIX\n'), ...lines([0x0a])(records), ...latin('END.\n')],
  },
  'EBCDIC zoned, fixed': { coding: ZONED, record: { format: 'fixed' }, bytes: whole },
  'EBCDIC zoned, lines ended by NEL': { coding: ZONED, record: { format: 'lines' }, bytes: lines([0x15]) },
  'EBCDIC zoned, lines ended by LF, blanks cut off': {
    coding: ZONED,
    record: { format: 'lines', lineEnd: 'lf', short: 'pad' },
    bytes: varying(lines([0x25])),
  },
  'EBCDIC packed and binary, fixed': { coding: PACKED, record: { format: 'fixed' }, bytes: whole },
  'packed, V': {
    coding: PACKED,
    record: { format: 'rdw' },
    bytes: varying((records) => records.flatMap(rdw)),
  },
  'packed, V, little-endian, not counting the word, between other bytes': {
    coding: PACKED,
    record: {
      format: 'rdw',
      byteOrder: 'little',
      lengthIncludesHeader: false,
      fileHeaderBytes: 3,
      fileTrailerBytes: 2,
    },
    bytes: varying((records) => [
      1,
      2,
      3,
      ...records.flatMap((record) => [record.length & 0xff, record.length >> 8, 0, 0, ...record]),
      9,
      9,
    ]),
  },
  'packed, VB': { coding: PACKED, record: { format: 'bdw' }, bytes: varying(blocks) },
  'ASCII, VB': { coding: ASCII, record: { format: 'bdw' }, bytes: varying(blocks) },
  'ASCII lines, gzip': {
    coding: ASCII,
    record: { format: 'lines' },
    bytes: lines([0x0a]),
    suffix: '.gz',
    compress: gzipSync,
  },
  'ASCII fixed, gzip in two members': {
    coding: ASCII,
    record: { format: 'fixed' },
    bytes: whole,
    suffix: '.gz',
    compress: (bytes) => {
      const middle = bytes.length >> 1;
      return Buffer.concat([gzipSync(bytes.subarray(0, middle)), gzipSync(bytes.subarray(middle))]);
    },
  },
  'packed, VB, zstd': {
    coding: PACKED,
    record: { format: 'bdw' },
    bytes: varying(blocks),
    suffix: '.zst',
    compress: zstdCompressSync,
  },
  'zoned, length in a field': {
    coding: ZONED,
    record: { format: 'length-field', lengthField: { start: 1, end: 4 } },
    bytes: varying((records) => records.flatMap((record) => withLength(ZONED, record))),
    shiftBytes: 4,
  },
  'packed, length in a packed field': {
    coding: PACKED,
    record: { format: 'length-field', lengthField: { start: 1, end: 2, usage: 'packed', addBytes: 2 } },
    bytes: varying((records) =>
      records.flatMap((record) => {
        const digits = String(record.length).padStart(3, '0');
        return [...Buffer.from(`${digits}c`, 'hex'), ...record];
      }),
    ),
    shiftBytes: 2,
  },
  'packed, V, words swapped whole': {
    coding: PACKED,
    record: { format: 'rdw', byteOrder: 'little', lengthHalf: 'second' },
    bytes: varying((records) =>
      records.flatMap((record) => [...word(record.length + 4).toReversed(), ...record]),
    ),
  },
};

function layoutOf({ coding, record, shiftBytes = 0 }: Form, control: boolean): string {
  const shifted = <T extends object>(field: T): T => {
    const { start, end } = field as unknown as { start: number; end: number };
    return { ...field, start: start + shiftBytes, end: end + shiftBytes };
  };
  const match = (equals: string) => shifted({ start: 1, end: 1, equals });
  return JSON.stringify({
    name: 'sales',
    encoding: coding.encoding,
    record: { length: coding.lengthBytes + shiftBytes, ...record },
    detail: { match: match('D') },
    ...(control && {
      header: {
        match: match('H'),
        fields: [shifted({ name: 'day', start: 2, end: 9, type: 'date', format: 'yyyyMMdd' })],
      },
      trailer: { match: match('T'), fields: [shifted({ name: 'all', start: 2, end: 9, type: 'integer' })] },
      controlTotals: [{ trailer: 'all', equals: 'count(all)' }],
      businessDate: { header: 'day', onMismatch: 'refuse' },
    }),
    fields: (coding.fields as object[]).map(shifted),
    partitionBy: ['shop'],
  });
}

const SELECT = 'id, amount::VARCHAR AS amount, units, sold::VARCHAR AS sold, customer';

function expectedRow({ id, customer, cents, units, day, shop }: Sale): string {
  const amount = `${cents < 0 ? '-' : ''}${String(Math.abs(cents)).padStart(3, '0').replace(/(..)$/, '.$1')}`;
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return JSON.stringify({ id, amount, units: String(units), sold: date, customer, shop });
}

let lake: TestLake;
beforeEach(async () => {
  lake = await TestLake.make();
});
afterEach(() => lake.remove());

describe('the same rows from every physical form, at every range size', () => {
  test.each(Object.entries(FORMS))('%s', async (_, form) => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(sale, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1, 64, 137, 1000, 1_000_000),
        fc.boolean(),
        async (sales, rangeSizeBytes, control) => {
          const details = sales.map((each) => recordBytes(form.coding, each));
          const records = control ? withControl(form.coding, details) : details;
          const sourceKey = `sales_20250812_${run++}.dat${form.suffix ?? ''}`;
          const plain = Uint8Array.from(form.bytes(records, form.coding));
          await lake.remove();
          lake = await TestLake.make();
          await lake.putRaw(sourceKey, form.compress?.(plain) ?? plain);
          const result = await lake.convert({ layout: layoutOf(form, control), sourceKey, rangeSizeBytes });
          expect(result.status, lake.notifications.join()).toBe('loaded');
          const rows = await lake.publishedRows('sales', SELECT);
          expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(sales.map(expectedRow).sort());
          const { records: counts } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
          expect(counts).toEqual({
            read: records.length,
            header: control ? 1 : 0,
            detail: sales.length,
            trailer: control ? 1 : 0,
            rejected: 0,
          });
        },
      ),
      { numRuns: 12 },
    );
  });
});

test.each(['lines', 'rdw'])('a header longer than the layout says is said to be, of %s', async (format) => {
  const header = 'H'.padEnd(90);
  const bytes = format === 'lines' ? `${header}\nD\n` : `\0\x5e\0\0${header}\0\x05\0\0D`;
  await lake.putRaw('sales_20250812.dat', Buffer.from(bytes, 'latin1'));
  const layout = JSON.stringify({
    name: 'sales',
    encoding: 'us-ascii',
    record: { format, length: 80, short: 'pad' },
    header: { match: { start: 1, end: 1, equals: 'H' } },
    fields: [{ name: 'kind', start: 1, end: 1, type: 'string' }],
  });
  const { status } = await lake.convert({ layout, sourceKey: 'sales_20250812.dat' });
  expect([status, lake.notifications[0]]).toEqual([
    'refused',
    expect.stringContaining('its first record has 90 bytes, and the layout says that none has more than 80'),
  ]);
});

describe('compressed files', () => {
  const records = Array.from({ length: 20_000 }, (_, index) =>
    String.fromCharCode(
      ...recordBytes(ASCII, {
        id: `N${index}`,
        customer: 'ANA',
        cents: index,
        units: index % 1000,
        day: '20250812',
        shop: ['RIO', 'BAHIA'][index % 2]!,
      }),
    ),
  );
  const plain = Buffer.from(`${records.join('\n')}\n`, 'latin1');
  const layout = layoutOf({ coding: ASCII, record: { format: 'lines' }, bytes: whole }, false);

  test.each([
    ['cut off', gzipSync(plain).subarray(0, 20_000), '.gz', 'damaged or cut off after'],
    [
      'changed',
      Uint8Array.from(gzipSync(plain), (byte, at) => (at === 9000 ? byte ^ 0xff : byte)),
      '.gz',
      'damaged',
    ],
    [
      'followed by something else',
      Buffer.concat([gzipSync(plain), new Uint8Array(512)]),
      '.gz',
      'something else follows',
    ],
    ['not compressed', plain, '.gz', 'does not begin like one'],
    ['of another kind', gzipSync(plain), '.zst', 'does not begin like one'],
    ['zstd cut off', zstdCompressSync(plain).subarray(0, 9000), '.zst', 'damaged or cut off'],
    ['of no byte', new Uint8Array(), '.gz', 'the file is empty'],
    ['empty', gzipSync(new Uint8Array()), '.gz', 'the file is empty'],
  ])('%s: refused', async (_, bytes, suffix, fragment) => {
    const sourceKey = `sales_20250812.txt${suffix}`;
    await lake.putRaw(sourceKey, bytes);
    const result = await lake.convert({ layout, sourceKey });
    expect([result.status, lake.notifications[0]]).toEqual(['refused', expect.stringContaining(fragment)]);
    expect(await lake.catalog('sales')).toBeUndefined();
  });

  test('a warning says what it costs', async () => {
    await lake.putRaw('sales_20250812.txt.gz', gzipSync(plain));
    const result = await lake.convert({
      layout,
      sourceKey: 'sales_20250812.txt.gz',
      rangeSizeBytes: 100_000,
    });
    const { warnings, records: counts } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(warnings).toEqual([expect.stringContaining(`one parser reads all ${plain.length} bytes`)]);
    expect(counts!.read).toBe(records.length);
  });

  test.each([
    [0, ['one parser', 'no checksum of its content']],
    [1, ['one parser']],
  ])('and where a zstd stream cannot prove that it is whole: checksum %i', async (checksum, expected) => {
    const params = { [constants.ZSTD_c_checksumFlag]: checksum };
    await lake.putRaw('sales_20250812.txt.zst', zstdCompressSync(plain, { params }));
    const result = await lake.convert({ layout, sourceKey: 'sales_20250812.txt.zst' });
    const { warnings } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
    expect(warnings).toEqual(expected.map((text) => expect.stringContaining(text)));
  });
});
