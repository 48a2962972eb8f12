import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { COMPRESSIONS, type Compression, type PageForm } from '../../shared/layout/layout.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { PageHeader } from '../../shared/parquet/format.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import { RowGroupReader } from '../../shared/parquet/row-group-reader.ts';
import type { ColumnSchema } from '../../shared/parquet/schema.ts';
import { readSourceFile } from '../../shared/parquet/source-file.ts';
import { decodeThrift } from '../../shared/parquet/thrift.ts';
import { ZSTD_PAGES } from '../../tools/zstd-pages.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { samples } from '../support/samples.ts';

const kernel = new Kernel();
const SCHEMA: ColumnSchema[] = [{ name: 'value', type: { kind: 'string' } }];

/** Writes row groups that `fill` puts into the builder, each when it is asked to. */
async function fileOf(
  compression: Compression,
  form: PageForm,
  fill: (rows: RowGroupBuilder, write: () => Promise<void>) => Promise<void>,
): Promise<Uint8Array> {
  const rows = new RowGroupBuilder(kernel, SCHEMA, compression, new PageCompressor(kernel), form);
  const pieces: Uint8Array[] = [];
  const writer = new ParquetFileWriter(SCHEMA, new ByteSink(), async (bytes) => {
    pieces.push(bytes.slice());
  });
  await fill(rows, async () => {
    await writer.writeRowGroup(rows.finish());
    rows.clear();
  });
  await writer.finish();
  return new Uint8Array(Buffer.concat(pieces));
}

function written(groups: FeedValue[][], compression: Compression, form: PageForm): Promise<Uint8Array> {
  const feed = new ColumnFeed(kernel, SCHEMA);
  return fileOf(compression, form, async (rows, write) => {
    for (const values of groups) {
      for (let at = 0; at < values.length; at += 1000) feed.append([values.slice(at, at + 1000)], rows);
      await write();
    }
  });
}

/** All row groups of some files as one row group. */
function joined(files: Uint8Array[], compression: Compression, form: PageForm): Promise<Uint8Array> {
  const reader = new RowGroupReader(kernel, SCHEMA, new PageCompressor(kernel));
  return fileOf(compression, form, async (rows, write) => {
    for (const bytes of files) {
      const { rowGroups } = await readSourceFile(bytes.length, async ({ startByte, endByte }) =>
        bytes.subarray(startByte, endByte),
      );
      for (const group of rowGroups) {
        const pieces = async function* () {
          yield bytes.subarray(group.startByte, group.endByte);
        };
        await reader.append(group, pieces(), rows);
      }
    }
    await write();
  });
}

async function valuesOf(bytes: Uint8Array): Promise<unknown[]> {
  const rows = await parquetReadObjects({
    file: new Uint8Array(bytes).buffer,
    utf8: false,
    parsers: { stringFromBytes: (text: Uint8Array) => Buffer.from(text).toString('hex') } as never,
    compressors: ZSTD_PAGES,
  });
  return rows.map(({ value }) => value ?? null);
}

/** The bytes of a chunk's pages, as its pages say. */
function sizesOf(bytes: Uint8Array) {
  const meta = parquetMetadata(new Uint8Array(bytes).buffer).row_groups[0]!.columns[0]!.meta_data!;
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  let uncompressed = 0;
  for (let at = start; at < end; ) {
    const { value, length } = decodeThrift(PageHeader, bytes.subarray(at));
    uncompressed += length + value.uncompressedPageSize;
    at += length + value.compressedPageSize;
  }
  return { uncompressed, stated: Number(meta.total_uncompressed_size) };
}

const text = (value: string) => Buffer.from(value, 'latin1');
const mixed = (index: number, salt: number) => {
  let bits = Math.imul(index + 1, 0x9e37_79b1) ^ Math.imul(salt + 1, 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b_3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a_2d39);
  return (bits ^ (bits >>> 15)) >>> 0;
};
/** What the values of a row group are like: what is a dictionary, what suits one codec or another, and what none. */
const NATURES: Record<string, (index: number, salt: number) => FeedValue> = {
  'of two values': (index) => text(`VALUE${index % 2}`),
  constant: () => text('x'),
  digits: (index, salt) => text(String(mixed(index, salt)).padStart(10, '0')),
  rising: (index, salt) => text(`CTR${String(salt * 1e6 + index * 3).padStart(12, '0')}`),
  names: (index, salt) =>
    text(['MARIA DA SILVA', 'JOSE SOUZA', 'ANA'][mixed(index, salt) % 3]! + (index % 700)),
  'of bytes that do not compress': (index, salt) =>
    Buffer.from(Array.from({ length: 12 }, (_, at) => mixed(index * 12 + at, salt) & 0xff)),
  null: () => null,
  'mostly null': (index, salt) => (index % 9 === 0 ? text(String(mixed(index, salt))) : null),
};

interface Group {
  nature: string;
  count: number;
  compression: Compression;
}

async function expectJoined(groups: Group[], compression: Compression, form: PageForm): Promise<void> {
  kernel.reset();
  const all = groups.map(({ nature, count }, salt) =>
    Array.from({ length: count }, (_, index) => NATURES[nature]!(index, salt)),
  );
  const files: Uint8Array[] = [];
  for (const [index, values] of all.entries())
    files.push(await written([values], groups[index]!.compression, form));
  const file = await joined(files, compression, form);
  const expected = all
    .flat()
    .map((value) => (value === null ? null : Buffer.from(value as Uint8Array).toString('hex')));
  expectSameRows(await valuesOf(file), expected, JSON.stringify(groups));
  const { uncompressed, stated } = sizesOf(file);
  expect(stated).toBe(uncompressed);
}

const PLAIN: PageForm = { version: 'v1', delta: false };

describe('row groups that are joined can be read, whatever codecs their chunks have', () => {
  test.each(COMPRESSIONS)('digits behind a dictionary that has no page yet: %s', async (compression) => {
    const groups = ['of two values', 'digits', 'digits'].map((nature) => ({
      nature,
      count: 3000,
      compression,
    }));
    await expectJoined(groups, compression, PLAIN);
  });

  test.each(COMPRESSIONS)('bytes that do not compress behind a dictionary: %s', async (compression) => {
    const groups = ['of two values', 'of bytes that do not compress'].map((nature) => ({
      ...{ nature, compression },
      count: 3000,
    }));
    await expectJoined(groups, compression, PLAIN);
  });

  const compression = fc.constantFrom(...COMPRESSIONS);
  const group = fc.record({
    nature: fc.constantFrom(...Object.keys(NATURES)),
    count: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(1500, 3000, 21_000)),
    compression,
  });
  const form = fc.record({ version: fc.constantFrom<PageForm['version']>('v1', 'v2'), delta: fc.boolean() });

  test('any, one after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(group, { minLength: 1, maxLength: 5 }), compression, form, expectJoined),
      { numRuns: samples(60) },
    );
  });
});
