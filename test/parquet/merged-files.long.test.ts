import { readFile, writeFile } from 'node:fs/promises';
import {
  type ColumnChunk,
  parquetMetadata,
  parquetReadObjects,
  readColumnIndex,
  readOffsetIndex,
  type SchemaElement,
} from 'hyparquet';
import { readParquet, writeParquet } from 'parquet-wasm/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPRESSIONS, type PageForm } from '../../shared/layout/layout.ts';
import { PageHeader } from '../../shared/parquet/format.ts';
import { type MergePart, planMerge } from '../../shared/parquet/merge-plan.ts';
import { decodeThrift } from '../../shared/parquet/thrift.ts';
import {
  SAMPLE_SCHEMA,
  SAMPLE_SQL,
  type SampleValue,
  sampleColumns,
  sampleValues,
} from '../support/sample-columns.ts';
import { checksumOf } from '../support/small-contracts.ts';
import {
  asFile,
  bufferOf,
  expectHyparquetColumn,
  joinedColumns,
  namedColumns,
  RAW_PARSERS,
  SampleFiles,
  sampleParts,
} from './sample-files.ts';

let files: SampleFiles;
beforeAll(async () => {
  files = await SampleFiles.create();
});
afterAll(() => files.remove());

test('in concatenated parts, every page is where the offset index says, and holds its rows', async () => {
  const shapes = [[45_000, 20_001], [25], [21_000, 300]];
  const sampled = sampleParts(shapes, 10);
  const parts: MergePart[] = [];
  for (const [index, values] of sampled.entries()) {
    parts.push(await files.writePart(`parts/${index}.parquet`, values, shapes[index] ?? []));
  }
  const columns = joinedColumns(sampled);
  const [file, ...others] = planMerge(parts);
  expect([file?.mode, others]).toEqual(['concat', []]);
  const merged = await files.merge('concat', { mode: 'concat', parts });
  expect([merged.rows, merged.rowGroupRows]).toEqual([86_326, shapes.flat()]);
  await files.expectValues(merged.mergedKey, columns);

  const bytes = new Uint8Array(await readFile(files.pathOf(merged.mergedKey)));
  expect(bytes.length).toBe(merged.bytes);
  const buffer = bufferOf(bytes);
  const metadata = parquetMetadata(buffer);
  let groupStart = 0;
  let pageCount = 0;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    for (const [index, { name, values }] of namedColumns(columns).entries()) {
      const expected = values.slice(groupStart, groupStart + groupRows);
      const pages = expectPages(bytes, group.columns[index], metadata.schema[index + 1], expected);
      for (const { firstRow, rows } of pages) {
        const [rowStart, rowEnd] = [groupStart + firstRow, groupStart + firstRow + rows];
        const read = await parquetReadObjects({
          file: asFile(buffer),
          metadata,
          columns: [name],
          rowStart,
          rowEnd,
          useOffsetIndex: true,
          parsers: RAW_PARSERS,
          utf8: false,
        });
        expectHyparquetColumn(read, name, values.slice(rowStart, rowEnd));
        pageCount++;
      }
    }
    groupStart += groupRows;
  }
  expect(groupStart).toBe(86_326);
  expect(pageCount).toBeGreaterThan(metadata.row_groups.length * SAMPLE_SCHEMA.length);
});

/** Compares the pages of a chunk of these values with its page index. Returns their rows within the row group. */
function expectPages(
  bytes: Uint8Array,
  chunk: ColumnChunk | undefined,
  element: SchemaElement | undefined,
  values: SampleValue[],
): { firstRow: number; rows: number }[] {
  const { meta_data: meta, offset_index_offset, column_index_offset } = chunk ?? {};
  if (!meta || !element || offset_index_offset === undefined || column_index_offset === undefined) {
    throw new Error('a column chunk has no metadata or page index');
  }
  const at = (offset: bigint) => ({ view: new DataView(bytes.buffer), offset: Number(offset) });
  const { page_locations } = readOffsetIndex(at(offset_index_offset));
  const columnIndex = readColumnIndex(at(column_index_offset), element);
  expect(page_locations[0]?.offset).toBe(meta.data_page_offset);
  let nextOffset = meta.data_page_offset;
  let firstRow = 0;
  const pages = page_locations.map(({ offset, compressed_page_size, first_row_index }, page) => {
    const { value: header, length } = decodeThrift(PageHeader, bytes.subarray(Number(offset)));
    const rows = header.dataPageHeader?.numValues ?? 0;
    expect([header.type, length + header.compressedPageSize]).toEqual([0, compressed_page_size]);
    expect([offset, Number(first_row_index)]).toEqual([nextOffset, firstRow]);
    const expected = values.slice(firstRow, firstRow + rows);
    const nullCount = expected.filter((value) => value === null).length;
    expect([element.name, Number(columnIndex.null_counts?.[page])]).toEqual([element.name, nullCount]);
    expect(columnIndex.null_pages[page]).toBe(nullCount === expected.length);
    nextOffset += BigInt(compressed_page_size);
    firstRow += rows;
    return { firstRow: firstRow - rows, rows };
  });
  expect(firstRow).toBe(values.length);
  const chunkStart = meta.dictionary_page_offset ?? meta.data_page_offset;
  expect(nextOffset).toBe(chunkStart + meta.total_compressed_size);
  return pages;
}

test('a part that is already a file keeps the checksum it was written with', async () => {
  const part = await files.writePart('whole.parquet', sampleValues(400, 1), [400]);
  expect(part.checksum).toBe(checksumOf(await readFile(files.pathOf('whole.parquet'))));
  const merged = await files.merge('whole', { mode: 'concat', parts: [part] });
  expect([merged.checksum, merged.bytes]).toEqual([part.checksum, part.bytes]);
});

test('joining parts makes small row groups of over a million rows into large ones of the same rows', async () => {
  const bases = [50, 51, 52, 53].map((seed) => sampleColumns(sampleValues(3000, seed), 0, 3000));
  const parts: MergePart[] = [];
  for (let part = 0; part < 3; part++) {
    // 112 row groups: each base 28 times, from another one on in each part.
    const turned = [...bases.slice(part), ...bases.slice(0, part)];
    const groups = Array.from({ length: 28 }, () => turned).flat();
    parts.push(await files.writeRowGroups(`join/${part}.parquet`, groups, COMPRESSIONS[part]));
  }
  // A row group that is already large, and is copied between the joined ones.
  parts.splice(1, 0, await files.writePart('join/large.parquet', sampleValues(50_000, 90), [50_000]));
  const [file, ...others] = planMerge(parts);
  expect([file?.mode, others]).toEqual(['join', []]);
  const merged = await files.merge('join', { mode: 'join', parts });
  expect(merged.rows).toBe(1_058_000);
  expect(Math.min(...merged.rowGroupRows)).toBeGreaterThanOrEqual(50_000);
  const digest = (source: string) =>
    files.rowsOf(
      `SELECT count(*) AS rows, sum(hash(${SAMPLE_SQL})::HUGEINT) AS multiset, count(DISTINCT hash(${SAMPLE_SQL})) AS different
         FROM read_parquet(${source})`,
    );
  const sources = `[${parts.map(({ key }) => files.sqlPath(key)).join(', ')}]`;
  expect(await digest(files.sqlPath(merged.mergedKey))).toEqual(await digest(sources));
});

const DELTA_FORMS: [string, PageForm][] = [
  ['V1 pages', { version: 'v1', delta: true }],
  ['V2 pages', { version: 'v2', delta: true }],
];

test.each(
  DELTA_FORMS,
)('joined parts of delta encodings and several codecs hold the same rows: %s', async (name, form) => {
  const shapes = [[3000, 21_000], [45_000], [7000], [100]];
  const sampled = sampleParts(shapes, 70);
  const parts: MergePart[] = [];
  for (const [index, values] of sampled.entries()) {
    const compression = COMPRESSIONS[index % COMPRESSIONS.length];
    const key = `${name}/${index}.parquet`;
    parts.push(await files.writePart(key, values, shapes[index] ?? [], compression, form));
  }
  const merged = await files.merge(name, { mode: 'join', parts }, { pages: form.version, delta: true });
  expect(merged.rowGroupRows).toEqual([76_100]);
  const columns = joinedColumns(sampled);
  await files.expectValues(merged.mergedKey, columns);
  const bytes = await readFile(files.pathOf(merged.mergedKey));
  await writeFile(files.pathOf('joined-arrow.parquet'), writeParquet(readParquet(bytes)));
  await files.expectValues('joined-arrow.parquet', columns);
});
