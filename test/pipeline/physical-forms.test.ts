import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../shared/pipeline/store/json-object.ts';
import { ledgerEntryShape } from '../../shared/run/ledger-entry.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';
import {
  ASCII,
  type Coding,
  expectedRow,
  latin,
  PACKED,
  recordBytes,
  SELECT,
  sale,
  salesLayout,
  trimmed,
  withControl,
  ZONED,
} from '../support/sales-records.ts';
import { samples } from '../support/samples.ts';

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
/** `record` after four digits that give the length of both. */
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
  /** By how many bytes the positions move. */
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

describe('the same rows from every physical form, at every range size', () => {
  test.each(Object.entries(FORMS))('%s', async (_, form) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sale, { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1, 64, 137, 1000, 1_000_000),
        fc.boolean(),
        async (sales, rangeSizeBytes, control) => {
          const details = sales.map((each) => recordBytes(form.coding, each));
          const records = control ? withControl(form.coding, details) : details;
          const sourceKey = `sales_20250812.dat${form.suffix ?? ''}`;
          const plain = Uint8Array.from(form.bytes(records, form.coding));
          await using lake = await TestLake.make();
          await lake.putRaw(sourceKey, form.compress?.(plain) ?? plain);
          const result = await lake.convert({
            layout: salesLayout(form, control),
            sourceKey,
            rangeSizeBytes,
          });
          expect(result.status, lake.notifications.join()).toBe('loaded');
          const rows = await lake.publishedRows('sales', SELECT);
          expectSameRows(rows.map((row) => JSON.stringify(row)).sort(), sales.map(expectedRow).sort());
          const { records: counts } = await readJson(lake.ports.lake, result.ledgerKey, ledgerEntryShape);
          // Blanks that are cut off make some of the records short.
          expect(counts).toMatchObject({
            read: records.length,
            header: control ? 1 : 0,
            detail: sales.length,
            trailer: control ? 1 : 0,
            rejected: 0,
          });
        },
      ),
      { numRuns: samples(12) },
    );
  });
});

test.each([
  'lines',
  'rdw',
])('%s: a header longer than the layout says is refused, with its length', async (format) => {
  await using lake = await TestLake.make();
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
    expect.stringContaining(
      'its first record has 90 bytes, and the layout says that no record has more than 80',
    ),
  ]);
});
