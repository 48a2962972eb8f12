import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { COMPRESSIONS, type Compression, type PageForm } from '../../shared/layout/layout.ts';
import { decodePageIndex, encodePageIndex, type PageSummary } from '../../shared/parquet/page-index.ts';
import { type IndexedChunk, type IndexedRowGroup, shiftRowGroup } from '../../shared/parquet/row-group.ts';
import type { SourceFile } from '../../shared/parquet/source-file.ts';
import { provePages } from '../../shared/pipeline/verify/readable-pages.ts';
import { ZSTD_PAGES } from '../../tools/zstd-pages.ts';
import { parquetOf, sourceOf, withFooter } from '../support/parquet-in-memory.ts';
import { SAMPLE_SCHEMA, sampleColumns, sampleValues } from '../support/sample-columns.ts';
import { isLong, samples } from '../support/samples.ts';
import { RAW_PARSERS } from './sample-files.ts';

const kernel = new Kernel();
const FORMS: PageForm[] = [
  { version: 'v1', delta: false },
  { version: 'v1', delta: true },
  { version: 'v2', delta: true },
];
const KINDS = FORMS.flatMap((form) => COMPRESSIONS.map((compression) => ({ form, compression })));

function sampleFile(
  rowCounts: number[],
  how: { compression: Compression; form?: PageForm },
  seed = 1,
): Promise<Buffer> {
  const rowCount = rowCounts.reduce((sum, count) => sum + count, 0);
  const values = sampleValues(rowCount, seed);
  let from = 0;
  const groups = rowCounts.map((count) => {
    from += count;
    return sampleColumns(values, from - count, from);
  });
  return parquetOf(kernel, SAMPLE_SCHEMA, groups, how);
}

const problemOf = async (bytes: Uint8Array) => (await provePages(bytes)).problem;

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What a library that is not ours fails at, or counts otherwise than the footer. It shares no code with the proof. */
async function foundByReader(bytes: Uint8Array): Promise<string | undefined> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows);
    for (const { meta_data: chunk } of group.columns) {
      const name = chunk!.path_in_schema[0]!;
      try {
        const rows = await parquetReadObjects({
          ...{ file, metadata, columns: [name], rowStart, rowEnd, compressors: ZSTD_PAGES },
          ...{ utf8: false, parsers: { ...RAW_PARSERS, stringFromBytes: hexOf } as never },
        });
        const nulls = rows.filter((row) => (row[name] ?? null) === null).length;
        if (rows.length !== Number(group.num_rows)) return `${name}: ${rows.length} rows`;
        if (Number(chunk!.statistics?.null_count) !== nulls) return `${name}: ${nulls} nulls`;
      } catch (error) {
        return `${name}: ${(error as Error).message}`;
      }
    }
    rowStart = rowEnd;
  }
  return undefined;
}

describe('the proof of a file', () => {
  test.each(KINDS)('finds nothing in what is written: $compression, $form', async (how) => {
    expect(await problemOf(await sampleFile([2000], how))).toBeUndefined();
    expect(await problemOf(await sampleFile([40, 1, 9], how, 2))).toBeUndefined();
  });

  test.runIf(isLong)('finds nothing in columns of many pages, of which some are all null', async () => {
    for (const form of FORMS) {
      const file = await sampleFile([45_000], { compression: 'auto', form });
      expect(await problemOf(file)).toBeUndefined();
    }
  });

  test('finds every change of a byte of a page after which a reader fails, or counts other nulls', async () => {
    const files: { file: Buffer; groups: SourceFile['rowGroups'] }[] = [];
    // One after the other: they are written in one kernel's memory.
    for (const how of KINDS) {
      const file = await sampleFile([30, 12], how);
      files.push({ file, groups: (await sourceOf(file)).rowGroups });
    }
    const seen = { found: 0, unnoticed: 0 };
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), async (which, at, change) => {
        const { file, groups } = files[which % files.length]!;
        const { startByte, rowGroup } = groups[at % groups.length]!;
        const changed = Buffer.from(file);
        changed[startByte + (at % rowGroup.totalCompressedSize)]! ^= change;
        const problem = await problemOf(changed);
        seen[problem === undefined ? 'unnoticed' : 'found']++;
        if (problem === undefined) expect(await foundByReader(changed)).toBeUndefined();
      }),
      { numRuns: samples(1000) },
    );
    // Where a value becomes another one between the least and the greatest, nothing contradicts it: checksums find that.
    expect(seen.found).toBeGreaterThan(seen.unnoticed);
  });

  test('finds every change of a byte of a Bloom filter', async () => {
    const file = await sampleFile([30], { compression: 'snappy' });
    const [group] = (await sourceOf(file)).rowGroups;
    const from = group!.startByte + group!.rowGroup.totalCompressedSize;
    expect(group!.endByte - from).toBeGreaterThan(64);
    for (let at = from; at < group!.endByte; at++) {
      const changed = Buffer.from(file);
      changed[at]! ^= 1 << (at % 8);
      expect([at, await problemOf(changed)]).toEqual([
        at,
        expect.stringMatching(/page at byte .*Bloom filter/),
      ]);
    }
  });
});

/** A file of one column of strings, whose claims `change` makes other ones. */
async function claiming(
  change: (group: IndexedRowGroup, chunk: IndexedChunk, pages: PageSummary[]) => void,
): Promise<string | undefined> {
  const values = Array.from({ length: 40 }, (_, index) =>
    index % 4 === 0 ? null : Buffer.from(`V${index % 3}`),
  );
  const how = { compression: 'snappy' } as const;
  const file = await parquetOf(
    kernel,
    [{ name: 'code', type: { kind: 'string' } }],
    [[values], [values]],
    how,
  );
  const { schema, rowGroups } = await sourceOf(file);
  const groups = rowGroups.map(({ rowGroup }) => structuredClone(rowGroup));
  const chunk = groups[1]!.chunks[0]!;
  const pages = decodePageIndex(chunk);
  change(groups[1]!, chunk, pages);
  Object.assign(chunk, encodePageIndex(pages));
  return problemOf(withFooter(file.subarray(4, rowGroups[1]!.endByte), schema, groups));
}

describe('the proof of a file names what its footer or page index has wrong', () => {
  const metaOf = ({ chunk }: IndexedChunk) => chunk.metaData;
  const W = Buffer.from('W');
  const CLAIMS: [what: string, change: Parameters<typeof claiming>[0], found: RegExp][] = [
    [
      'rows of a row group',
      (group) => group.numRows++,
      /page at byte \d+: it has 40 rows, by the page index 41/,
    ],
    [
      'the start of a row group',
      (group) => group.fileOffset--,
      /row group 2 of 2: it begins at byte \d+ instead/,
    ],
    ['the size of a row group', (group) => group.totalCompressedSize++, /row group 2 of 2: it ends at byte/],
    ['entries', (_, chunk) => metaOf(chunk).numValues--, /column code: it has 40 entries, by the footer 39/],
    [
      'the codec',
      (_, chunk) => (metaOf(chunk).codec = 6),
      /column code, page at byte \d+: it is no page in Zstandard of \d+ bytes, as its chunk has it, so every program stops there/,
    ],
    [
      'the type',
      (_, chunk) => (metaOf(chunk).type = 2),
      /column code: it has another type than in the schema/,
    ],
    [
      'the name',
      (_, chunk) => (metaOf(chunk).pathInSchema = ['other']),
      /column code: it is called other there/,
    ],
    [
      'uncompressed bytes',
      (_, chunk) => (metaOf(chunk).totalUncompressedSize += 9),
      /bytes uncompressed, by the footer/,
    ],
    [
      'compressed bytes',
      (_, chunk) => metaOf(chunk).totalCompressedSize++,
      /column code: it ends at byte \d+, its last page/,
    ],
    [
      'the dictionary',
      (_, chunk) => (metaOf(chunk).dictionaryPageOffset = undefined),
      /column code: it begins at byte/,
    ],
    [
      'nulls of the chunk',
      (_, chunk) => (metaOf(chunk).statistics!.nullCount = 9),
      /it has 10 nulls, by the footer 9/,
    ],
    [
      'the least value of the chunk',
      (_, chunk) => (metaOf(chunk).statistics!.minValue = W),
      /its least value is another than by the footer/,
    ],
    [
      'the greatest value of the chunk',
      (_, chunk) => (metaOf(chunk).statistics!.maxValue = W),
      /its greatest value is another than by the footer/,
    ],
    [
      'no least value of the chunk',
      (_, chunk) => (metaOf(chunk).statistics!.minValue = undefined),
      /its least value is another than by the footer/,
    ],
    ['encodings', (_, chunk) => (metaOf(chunk).encodings = [0, 3]), /the footer lacks an encoding of it/],
    [
      'pages by encoding',
      (_, chunk) => metaOf(chunk).encodingStats![1]!.count++,
      /the footer has other encodings of its pages/,
    ],
    [
      'nulls of a page',
      (_g, _c, pages) => pages[0]!.nullCount++,
      /page at byte \d+: it has 10 nulls, by the page index 11/,
    ],
    [
      'the first row of a page',
      (_g, _c, pages) => pages[0]!.firstRow++,
      /it begins with row 0, by the page index with 1/,
    ],
    [
      'the place of a page',
      (_g, _c, pages) => pages[0]!.offset++,
      /column code: it has page 1 at byte \d+ instead of/,
    ],
    ['the size of a page', (_g, _c, pages) => pages[0]!.compressedBytes--, /column code: it ends at byte/],
    [
      'the least value of a page',
      (_g, _c, pages) => (pages[0]!.min = W),
      /its least value is another than by the page index/,
    ],
    [
      'the greatest value of a page',
      (_g, _c, pages) => (pages[0]!.max = Buffer.from('V')),
      /its greatest value is another than by the page index/,
    ],
    [
      'a page that is all null',
      (_g, _c, pages) => (pages[0]!.min = undefined),
      /its least value is another than by the page index/,
    ],
    ['no page', (_g, _c, pages) => pages.pop(), /column code: it has no pages/],
    [
      'one column more',
      (group, chunk) => group.chunks.push(chunk),
      /row group 2 of 2: it has 2 columns, the schema 1/,
    ],
  ];
  test.each(CLAIMS)('%s', async (_, change, found) => {
    expect(await claiming(() => undefined)).toBeUndefined();
    expect(await claiming(change)).toMatch(found);
  });

  test('rows of the footer beside those of its row groups', async () => {
    const file = await sampleFile([7], { compression: 'none' });
    const { rows } = await provePages(file);
    expect(rows).toBe(7);
    // `numRows` is the third field of the footer, after its version and schema: 7 rows are 0e in zigzag form.
    const at = file.lastIndexOf(Buffer.from([0x16, 0x0e, 0x19]));
    file[at + 1] = 0x10;
    expect(await problemOf(file)).toBe('footer: it has 8 rows, its row groups 7');
  });
});

/**
 * Earlier versions joined row groups into a chunk of two codecs: pages of the second row group were copied as they were, into a chunk whose
 * codec was that of the first.
 */
test('a chunk of two codecs is named by its first page in the other one', async () => {
  const schema = [{ name: 'value', type: { kind: 'string' } as const }];
  const digits = Array.from({ length: 3000 }, (_, index) =>
    Buffer.from(String(Math.imul(index, 0x9e37_79b1) >>> 0).padStart(10, '0')),
  );
  const files = await Promise.all(
    (['snappy', 'zstd-fast'] as const).map((compression) =>
      parquetOf(kernel, schema, [[digits]], { compression }),
    ),
  );
  const [first, second] = await Promise.all(files.map(sourceOf));
  const [a, b] = [first!.rowGroups[0]!, second!.rowGroups[0]!];
  const group = structuredClone(a.rowGroup);
  const [chunk, copied] = [group.chunks[0]!, shiftRowGroup(b.rowGroup, a.endByte - b.startByte).chunks[0]!];
  const [own, other] = [decodePageIndex(chunk), decodePageIndex(copied)];
  Object.assign(
    chunk,
    encodePageIndex([...own, ...other.map((page) => ({ ...page, firstRow: page.firstRow + 3000 }))]),
  );
  const [to, from] = [chunk.chunk.metaData, copied.chunk.metaData];
  expect([to.dictionaryPageOffset, to.codec, from.codec]).toEqual([undefined, 1, 6]);
  for (const name of ['numValues', 'totalCompressedSize', 'totalUncompressedSize'] as const)
    to[name] += from[name];
  to.encodingStats![0]!.count += from.encodingStats![0]!.count;
  group.numRows += b.rowCount;
  group.totalCompressedSize += from.totalCompressedSize;
  const pages = Buffer.concat([files[0]!.subarray(4, a.endByte), files[1]!.subarray(4, b.endByte)]);
  const joined = withFooter(pages, first!.schema, [group]);
  expect(await foundByReader(joined)).toMatch(/^value: /);
  expect(await problemOf(joined)).toBe(
    `row group 1 of 1, column value, page at byte ${other[0]!.offset}: it is no page in Snappy of 42007 bytes, as its chunk has it, so every program stops there`,
  );
});
