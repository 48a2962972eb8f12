import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { VALUES_TEXT, VALUES_WORDS } from '../../shared/kernel/shapes.ts';
import { type Compression, type PageForm, PLAIN_PAGES } from '../../shared/layout/layout.ts';
import { ByteSink } from '../../shared/parquet/byte-sink.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { CompressionCodec } from '../../shared/parquet/format.ts';
import { PageCompressor } from '../../shared/parquet/page-compressor.ts';
import { ParquetFileWriter } from '../../shared/parquet/parquet-file-writer.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import type { ColumnSchema } from '../../shared/parquet/schema.ts';
import { ZSTD_PAGES } from '../../tools/zstd-pages.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { plain } from '../support/kernel-pages.ts';

const kernel = new Kernel();
const TEXT: ColumnSchema['type'] = { kind: 'string' };
const INTEGER: ColumnSchema['type'] = { kind: 'integer' };

/** Bytes in which nothing comes twice, as levels may be. */
const anyLevels = (length: number) =>
  Uint8Array.from({ length }, (_, index) => (Math.imul(index + 1, 2_654_435_761) >>> 13) & 255);

/** A file of row groups of one column. */
async function fileOf(
  type: ColumnSchema['type'],
  groups: FeedValue[][],
  compression: Compression,
  form: PageForm = PLAIN_PAGES,
): Promise<ArrayBuffer> {
  kernel.reset();
  const schema = [{ name: 'value', type }];
  const rows = new RowGroupBuilder(kernel, schema, compression, new PageCompressor(kernel), form);
  const feed = new ColumnFeed(kernel, schema);
  const file: Uint8Array[] = [];
  const writer = new ParquetFileWriter(schema, new ByteSink(), async (bytes) => {
    file.push(bytes.slice());
  });
  for (const values of groups) {
    for (let at = 0; at < values.length; at += 1000) feed.append([values.slice(at, at + 1000)], rows);
    await writer.writeRowGroup(rows.finish());
    rows.clear();
  }
  await writer.finish();
  return new Uint8Array(Buffer.concat(file)).buffer;
}

const codecsOf = (file: ArrayBuffer) =>
  parquetMetadata(file).row_groups.map(({ columns }) => columns[0]!.meta_data!.codec);
const readBack = async (file: ArrayBuffer) =>
  (
    await parquetReadObjects({
      file,
      utf8: false,
      parsers: { stringFromBytes: (bytes: Uint8Array) => bytes } as never,
      compressors: ZSTD_PAGES,
    })
  ).map(({ value }) => value);

const encoder = new TextEncoder();
const texts = (count: number, make: (index: number) => string): FeedValue[] =>
  Array.from({ length: count }, (_, index) => encoder.encode(make(index)));
/** A number below `most`, always the same for the same index. */
const noise = (index: number, most: number, salt = 0) => {
  let mixed = Math.imul(index + 1, 0x9e37_79b1) ^ Math.imul(salt + 1, 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) % most;
};
const taxNumber = (index: number) =>
  `${noise(index, 1e9)}`.padStart(9, '0') + String(noise(index, 100, 1)).padStart(2, '0');
const NAMES = ['MARIA', 'JOSE', 'ANTONIO', 'FRANCISCA', 'PAULO', 'ADRIANA', 'MARCOS', 'LUCIANA'];
const LAST_NAMES = [
  'DA SILVA',
  'DOS SANTOS',
  'OLIVEIRA',
  'SOUZA',
  'RODRIGUES',
  'FERREIRA',
  'ALVES',
  'PEREIRA',
];
const name = (index: number) =>
  [NAMES, NAMES, LAST_NAMES, LAST_NAMES]
    .map((words, place) => words[noise(index, words.length, place)])
    .concat(String(noise(index, 5000, 9)))
    .join(' ');

describe('with "auto"', () => {
  test.each<[string, ColumnSchema['type'], FeedValue[], string]>([
    ['tax numbers', TEXT, texts(9000, taxNumber), 'ZSTD'],
    [
      'identifiers that rise',
      TEXT,
      texts(9000, (index) => `CTR${String(index * 3).padStart(12, '0')}`),
      'ZSTD',
    ],
    ['amounts', INTEGER, Array.from({ length: 9000 }, (_, index) => BigInt(noise(index, 1e9))), 'ZSTD'],
    ['names', TEXT, texts(9000, name), 'SNAPPY'],
    [
      'few values, which are indexes into a dictionary',
      TEXT,
      texts(9000, (index) => NAMES[index % 8]!),
      'SNAPPY',
    ],
    ['few bytes', TEXT, texts(40, taxNumber), 'SNAPPY'],
    [
      'bytes that do not compress',
      { kind: 'binary' } as ColumnSchema['type'],
      Array.from({ length: 3000 }, (_, index) =>
        Uint8Array.from({ length: 90 }, (_, at) => noise(index * 90 + at, 256)),
      ),
      'UNCOMPRESSED',
    ],
  ])('a column of %s gets the codec that suits it', async (_, type, values, codec) => {
    const file = await fileOf(type, [values], 'auto');
    expect(codecsOf(file)).toEqual([codec]);
    expectSameRows(await readBack(file), values);
  });

  test('each row group is looked at anew', async () => {
    const groups = [texts(5000, name), texts(5000, taxNumber), texts(5000, name)];
    for (const form of [PLAIN_PAGES, { version: 'v2', delta: true }] satisfies PageForm[]) {
      const file = await fileOf(TEXT, groups, 'auto', form);
      if (form === PLAIN_PAGES) expect(codecsOf(file)).toEqual(['SNAPPY', 'ZSTD', 'SNAPPY']);
      expectSameRows(await readBack(file), groups.flat());
    }
  });

  test('a small page takes what another partition showed, and a large one is looked at', () => {
    const codecOf = (values: FeedValue[]) => {
      const rows = new RowGroupBuilder(kernel, schema, 'auto', compressor);
      const feed = new ColumnFeed(kernel, schema);
      for (let at = 0; at < values.length; at += 1000) feed.append([values.slice(at, at + 1000)], rows);
      const codec = rows.finish().chunks[0]!.placedAt(4).chunk.metaData.codec;
      rows.clear();
      return codec;
    };
    kernel.reset();
    const schema = [{ name: 'value', type: TEXT }];
    const compressor = new PageCompressor(kernel);
    const [small, large] = [texts(800, name), texts(5000, name)];
    expect(codecOf(small)).toBe(CompressionCodec.SNAPPY);
    expect(codecOf(texts(5000, taxNumber))).toBe(CompressionCodec.ZSTD);
    expect(codecOf(small)).toBe(CompressionCodec.ZSTD);
    expect(codecOf(large)).toBe(CompressionCodec.SNAPPY);
    expect(codecOf(small)).toBe(CompressionCodec.SNAPPY);
  });

  test('texts whose words come again are compressed by their words, others by a search, small pages as another one showed', () => {
    kernel.reset();
    const compressor = new PageCompressor(kernel);
    const column = { name: 'value', type: TEXT };
    const formOf = (count: number, make: (index: number) => string, levelsBytes = 0) => {
      const page = Buffer.concat([anyLevels(levelsBytes), plain(texts(count, make) as Uint8Array[])]);
      const address = kernel.place(page);
      const { length } = page;
      const form = compressor.textsForm({ address, length, levelsBytes, valuesForm: VALUES_TEXT }, column);
      kernel.release(address, page.length);
      return form;
    };
    const url = (index: number) => `https://www.banco.com.br/contrato/${taxNumber(index)}?via=1`;
    expect(formOf(100, name)).toBe(VALUES_TEXT);
    expect(formOf(5000, name)).toBe(VALUES_WORDS);
    expect(formOf(100, url)).toBe(VALUES_WORDS);
    expect(formOf(5000, url)).toBe(VALUES_TEXT);
    expect(formOf(100, name)).toBe(VALUES_TEXT);
    // However many levels come before them.
    expect(formOf(5000, url, 9000)).toBe(VALUES_TEXT);
    expect(formOf(5000, name, 9000)).toBe(VALUES_WORDS);
  });

  test('values whose matches lie far apart are judged by the whole page', async () => {
    // In the first 8 KiB hardly a phrase comes twice, in 64 KiB each does.
    const phrases = Array.from({ length: 300 }, (_, phrase) =>
      Array.from({ length: 6 }, (_, word) => noise(phrase * 6 + word, 2 ** 31).toString(26)).join(' '),
    );
    const values = texts(6000, (index) => `${phrases[noise(index, 300)]} ${noise(index, 1e6, 3)}`);
    expect(codecsOf(await fileOf(TEXT, [values], 'auto'))).toEqual(['SNAPPY']);
  });

  test('any column takes at most one hundredth more bytes than in Snappy, is read back, and is the same each time', async () => {
    const alphabet = fc.constantFrom('0123456789', 'ABCDEFGH ', '0123456789abcdef', 'AB');
    const shape = fc.record({
      alphabet,
      distinct: fc.constantFrom(3, 300, 20_000),
      width: fc.integer({ min: 1, max: 40 }),
      count: fc.integer({ min: 1, max: 12_000 }),
      salt: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ alphabet, distinct, width, count, salt }) => {
        const values = texts(count, (index) => {
          const which = noise(index, distinct, salt);
          return Array.from(
            { length: width },
            (_, at) => alphabet[noise(which * 41 + at, alphabet.length, salt)],
          ).join('');
        });
        const file = await fileOf(TEXT, [values], 'auto');
        expectSameRows(await readBack(file), values);
        expect(file.byteLength).toBeLessThanOrEqual(
          (await fileOf(TEXT, [values], 'snappy')).byteLength * 1.01 + 16,
        );
        expect(Buffer.compare(Buffer.from(await fileOf(TEXT, [values], 'auto')), Buffer.from(file))).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});
