import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { mayPay, sampleCount } from '../../shared/parquet/dictionary-sample.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import type { ColumnSchema } from '../../shared/parquet/schema.ts';
import { expectSameRows } from '../support/first-difference.ts';

const kernel = new Kernel();
const FIRST = 400;

/** A file of one chunk, whose rows come in a first batch and a second. */
async function fileOf(type: ColumnSchema['type'], values: FeedValue[], batchCount: number | undefined) {
  kernel.reset();
  const schema = [{ name: 'value', type }];
  const compressor = new PageCompressor(kernel);
  const rows = new RowGroupBuilder(kernel, schema, 'none', compressor, undefined, batchCount);
  const feed = new ColumnFeed(kernel, schema);
  for (let at = 0; at < values.length; at += FIRST) feed.append([values.slice(at, at + FIRST)], rows);
  const file: Uint8Array[] = [];
  const writer = new ParquetFileWriter(
    schema,
    new ByteSink(),
    async (bytes) => void file.push(bytes.slice()),
  );
  await writer.writeRowGroup(rows.finish());
  rows.clear();
  await writer.finish();
  return new Uint8Array(Buffer.concat(file)).buffer;
}

const encoder = new TextEncoder();
/** `kinds` values in no order, a tenth of them null if `withNulls`. */
const drawn = (kinds: number, count: number, withNulls: boolean, text: boolean): FeedValue[] =>
  Array.from({ length: count }, (_, index) => {
    const mixed = Math.imul((index + 1) ^ ((index + 1) >>> 7), 2_654_435_761);
    const number = Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 8;
    if (withNulls && number % 10 === 3) return null;
    const kind = number % kinds;
    return text ? encoder.encode(`a text of kind ${kind}`) : BigInt(kind) * 1_000_003n;
  });

test('small chunks of any kinds of values are read back, and are hardly larger than if the whole of them had been tried', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1, 2, 5, 40, 300, 700, 2000, 1_000_000),
      fc.nat(760),
      fc.boolean(),
      fc.boolean(),
      async (kinds, more, withNulls, text) => {
        const type: ColumnSchema['type'] = { kind: text ? 'string' : 'integer' };
        const values = drawn(kinds, FIRST + more, withNulls, text);
        const file = await fileOf(type, values, values.length / FIRST);
        const read = await parquetReadObjects({
          file,
          utf8: false,
          parsers: { stringFromBytes: (bytes: Uint8Array) => bytes } as never,
        });
        expectSameRows(
          read.map(({ value }) => [value]),
          values.map((value) => [value]),
        );
        const tried = await fileOf(type, values, undefined);
        expect(file.byteLength).toBeLessThanOrEqual(tried.byteLength * 1.25 + 100);
        // The same rows are the same bytes.
        expect(Buffer.from(await fileOf(type, values, values.length / FIRST)).equals(Buffer.from(file))).toBe(
          true,
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('values that hardly repeat get no dictionary, few kinds get one, and a chunk that may be large tries as before', async () => {
  const hasDictionary = async (kinds: number, batchCount: number | undefined) => {
    const file = await fileOf({ kind: 'integer' }, drawn(kinds, 800, false, false), batchCount);
    return parquetMetadata(file).row_groups[0]!.columns[0]!.meta_data!.dictionary_page_offset !== undefined;
  };
  expect(await hasDictionary(5, 2)).toBe(true);
  expect(await hasDictionary(100, 2)).toBe(true);
  expect(await hasDictionary(1_000_000, 2)).toBe(false);
  // Saves a tenth of 800 values: not worth the time of a small chunk.
  expect(await hasDictionary(1500, undefined)).toBe(true);
  expect(await hasDictionary(1500, 2)).toBe(false);
});

test('a sample is large enough for the kinds with which a dictionary pays, and what it shows decides', () => {
  expect(sampleCount(788, 400)).toBe(116);
  expect(sampleCount(788, 100)).toBe(0);
  expect(sampleCount(100, 100)).toBe(0);
  const of = (valueCount: number, entryCount: number, valueBytes: number) =>
    mayPay({ entryCount, pagePlainBytes: valueCount * valueBytes }, valueCount, 7);
  // One status for all, and a sample that is mostly null.
  expect(of(116, 1, 10)).toBe(true);
  expect(of(60, 60, 8)).toBe(true);
  expect(of(116, 116, 8)).toBe(false);
  // Some 1,100 kinds: half of 800 values are new.
  expect(of(116, 110, 30)).toBe(true);
  expect(of(116, 115, 30)).toBe(false);
});
