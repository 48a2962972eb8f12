import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { parquetMetadata, parquetReadObjects, readColumnIndex, readOffsetIndex } from 'hyparquet';
import { readParquet, writeParquet } from 'parquet-wasm/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { COMPRESSIONS, type Compression, type PageForm, PLAIN_PAGES } from '../../shared/layout/layout.ts';
import { ColumnFeed, type FeedValue } from '../../shared/parquet/column-feed.ts';
import { PageHeader } from '../../shared/parquet/format.ts';
import { type MergePart, type PlannedFile, planMerge } from '../../shared/parquet/merge-plan.ts';
import { RowGroupBuilder } from '../../shared/parquet/row-group-builder.ts';
import { decodeThrift } from '../../shared/parquet/thrift.ts';
import { mergePartition } from '../../shared/pipeline/merge/merge-partition.ts';
import { giveBackMemory, takeMemory } from '../../shared/pipeline/parse/kernel-memory.ts';
import { PartWriter } from '../../shared/pipeline/parse/part-writer.ts';
import { writeJson } from '../../shared/pipeline/store/json-object.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import {
  SAMPLE_DUCKDB_TYPES,
  SAMPLE_SCHEMA,
  SAMPLE_SQL,
  type SampleValue,
  sampleColumns,
  sampleLayoutText,
  sampleValues,
} from '../support/sample-columns.ts';
import { checksumOf } from '../support/small-contracts.ts';

let folder: string;
let duckdb: DuckDBConnection;
let lake: ObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-test-'));
  lake = createFileObjectStore({ rootDir: folder });
  duckdb = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(async () => {
  duckdb.closeSync();
  await rm(folder, { recursive: true, force: true });
});

const columnsOf = async (sql: string) => (await duckdb.runAndReadAll(sql)).getColumns();
const rowsOf = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowObjects();
const path = (key: string) => `'${join(folder, key)}'`;

/** Writes row groups of sample columns through the kernel. */
async function writeRowGroups(
  key: string,
  rowGroups: Iterable<FeedValue[][]>,
  compression: Compression = 'snappy',
  form = PLAIN_PAGES,
): Promise<MergePart> {
  const memory = takeMemory();
  const writer = new PartWriter(lake, key, SAMPLE_SCHEMA, memory);
  const rows = new RowGroupBuilder(memory.kernel, SAMPLE_SCHEMA, compression, memory.compressor, form);
  const feed = new ColumnFeed(memory.kernel, SAMPLE_SCHEMA);
  for (const columns of rowGroups) {
    feed.append(columns, rows);
    await writer.writeRowGroup(rows);
  }
  const file = await writer.finish();
  giveBackMemory(memory);
  return file;
}

/** Writes row groups of these sizes, one after the other, as the parser does. */
function writePart(
  key: string,
  values: SampleValue[][],
  rowGroupRows: number[],
  compression?: Compression,
  form?: PageForm,
): Promise<MergePart> {
  expect(rowGroupRows.reduce((sum, rows) => sum + rows, 0)).toBe(values[0]!.length);
  let first = 0;
  const groups = rowGroupRows.map((rows) => {
    first += rows;
    return sampleColumns(values, first - rows, first);
  });
  return writeRowGroups(key, groups, compression, form);
}

async function merge(runId: string, file: PlannedFile<MergePart>, parquet?: object) {
  const keys = runKeys(runId);
  await writeJson(lake, keys.plan, {
    runId,
    layout: { text: sampleLayoutText(parquet), file: 'sample.json' },
  });
  const fileName = 'merged.parquet';
  const outputKey = keys.merged({}, fileName);
  const spec = {
    mergeIndex: 0,
    kind: 'rows',
    dataset: 'sample',
    partition: {},
    outputKey,
    fileName,
    ...file,
  };
  await writeJson(lake, keys.mergeSpec(0), spec);
  const merged = await mergePartition({ lake }, keys.plan, { mergeIndex: 0 });
  expect(merged.checksum).toBe(checksumOf(await readFile(join(folder, outputKey))));
  return merged;
}

function expectColumns(actual: readonly unknown[][], expected: SampleValue[][]): void {
  for (const [index, { name }] of SAMPLE_SCHEMA.entries()) {
    const wrong = expected[index]!.findIndex((value, row) => value !== actual[index]![row]);
    expect([name, wrong, actual[index]![wrong]]).toEqual([name, -1, undefined]);
    expect(actual[index]!.length).toBe(expected[index]!.length);
  }
}

/** A value of hyparquet in the form of a sample value; its decimals are doubles and compared apart. */
const RAW_PARSERS = { timestampFromMicroseconds: String, dateFromDays: String };
function sampleOf(value: unknown): SampleValue {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return typeof value === 'number' ? value : String(value);
}
function expectSame(name: string, actual: SampleValue, expected: SampleValue): void {
  const decimal = ['amount', 'wide', 'wide_code'].includes(name);
  const same =
    decimal && expected !== null && actual !== null
      ? Math.abs(Number(actual) - Number(expected)) <= Math.abs(Number(expected)) * 1e-12
      : actual === expected;
  if (!same) expect([name, actual]).toEqual([name, expected]);
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const asFile = (buffer: ArrayBuffer) => ({
  byteLength: buffer.byteLength,
  slice: (start: number, end?: number) => buffer.slice(start, end),
});

/** Of the columns without a dictionary, those whose first page is smaller with differences. */
const DELTA_COLUMNS = ['full_name', 'opened', 'changed_at', 'id', 'raw'];
const DELTA_V2: PageForm = { version: 'v2', delta: true };

describe.each([
  ['V1 pages', PLAIN_PAGES],
  ['V2 pages and delta encodings', DELTA_V2],
])('a file of every type, with nulls, several row groups and pages: %s', (_name, form) => {
  const rowGroupRows = [45_000, 20_001, 7, 1];
  let values: SampleValue[][];

  beforeAll(async () => {
    values = sampleValues(65_009, 1);
    await writePart('all.parquet', values, rowGroupRows, 'snappy', form);
  });

  test('DuckDB reads the declared types and exactly the values', async () => {
    const described = await rowsOf(`DESCRIBE SELECT * FROM ${path('all.parquet')}`);
    expect(described.map((row) => row.column_type)).toEqual(SAMPLE_DUCKDB_TYPES);
    expect(described.map((row) => row.column_name)).toEqual(SAMPLE_SCHEMA.map(({ name }) => name));
    expectColumns(await columnsOf(`SELECT ${SAMPLE_SQL} FROM ${path('all.parquet')}`), values);
  });

  test('every encoding is used where it is smaller', async () => {
    const rows = await rowsOf(
      `SELECT path_in_schema AS name, encodings FROM parquet_metadata(${path('all.parquet')}) WHERE row_group_id = 0`,
    );
    const columnsWith = (encoding: string) =>
      rows.filter((row) => String(row.encodings).includes(encoding)).map((row) => row.name);
    expect(columnsWith('RLE_DICTIONARY')).toEqual(['code', 'wide_code', 'branch']);
    expect(columnsWith('DELTA')).toEqual(form.delta ? DELTA_COLUMNS : []);
  });

  test('statistics of every column chunk are those of its data', async () => {
    await duckdb.run(
      `CREATE OR REPLACE TEMP TABLE loaded AS SELECT * FROM read_parquet(${path('all.parquet')}, file_row_number = true)`,
    );
    const metadata = await rowsOf(
      `SELECT row_group_id::INTEGER AS "group", path_in_schema AS name, stats_min_value AS least, stats_max_value AS greatest,
       stats_null_count::INTEGER AS nulls FROM parquet_metadata(${path('all.parquet')})`,
    );
    expect(metadata.length).toBe(rowGroupRows.length * SAMPLE_SCHEMA.length);
    let first = 0;
    for (const [group, rows] of rowGroupRows.entries()) {
      for (const { name } of SAMPLE_SCHEMA) {
        const [expected] = await rowsOf(
          `SELECT ${group} AS "group", '${name}' AS name, min(${name})::VARCHAR AS least, max(${name})::VARCHAR AS greatest,
           (count(*) - count(${name}))::INTEGER AS nulls FROM loaded
           WHERE file_row_number >= ${first} AND file_row_number < ${first + rows}`,
        );
        expect(metadata.find((row) => row.group === group && row.name === name)).toEqual(expected);
      }
      first += rows;
    }
  });

  test('hyparquet reads the values', async () => {
    const file = asFile(bufferOf(await readFile(join(folder, 'all.parquet'))));
    const rows = await parquetReadObjects({ file, parsers: RAW_PARSERS, utf8: false });
    expect(rows.length).toBe(65_009);
    for (const [index, { name }] of SAMPLE_SCHEMA.entries()) {
      for (const [row, value] of values[index]!.entries())
        expectSame(name, sampleOf(rows[row]![name]), value);
    }
  });

  test('arrow-rs reads the values: what it writes of them is the same to DuckDB', async () => {
    const table = readParquet(await readFile(join(folder, 'all.parquet')));
    expect(table.recordBatches().reduce((sum, batch) => sum + batch.numRows, 0)).toBe(65_009);
    await writeFile(join(folder, 'arrow.parquet'), writeParquet(table));
    expectColumns(await columnsOf(`SELECT ${SAMPLE_SQL} FROM ${path('arrow.parquet')}`), values);
  });
});

test('concatenated parts: every page is where the offset index says, and holds its rows', async () => {
  const shapes = [[45_000, 20_001], [25], [21_000, 300]];
  const sampled = shapes.map((rows, index) =>
    sampleValues(
      rows.reduce((a, b) => a + b),
      index + 10,
    ),
  );
  const parts: MergePart[] = [];
  for (const [index, rows] of shapes.entries()) {
    parts.push(await writePart(`parts/${index}.parquet`, sampled[index]!, rows));
  }
  const values = SAMPLE_SCHEMA.map((_, column) => sampled.flatMap((part) => part[column]!));
  const [file] = planMerge(parts);
  expect(file!.mode).toBe('concat');
  const merged = await merge('concat', file!);
  expect([merged.rows, merged.rowGroupRows]).toEqual([86_326, shapes.flat()]);
  expectColumns(await columnsOf(`SELECT ${SAMPLE_SQL} FROM ${path(merged.mergedKey)}`), values);

  const bytes = new Uint8Array(await readFile(join(folder, merged.mergedKey)));
  expect(bytes.length).toBe(merged.bytes);
  const buffer = bufferOf(bytes);
  const metadata = parquetMetadata(buffer);
  let groupStart = 0;
  let pageCount = 0;
  for (const group of metadata.row_groups) {
    const groupRows = Number(group.num_rows);
    for (const [column, chunk] of group.columns.entries()) {
      const meta = chunk.meta_data!;
      const at = (offset: bigint) => ({ view: new DataView(buffer), offset: Number(offset) });
      const pages = readOffsetIndex(at(chunk.offset_index_offset!)).page_locations;
      const index = readColumnIndex(at(chunk.column_index_offset!), metadata.schema[column + 1]!);
      expect(pages[0]!.offset).toBe(meta.data_page_offset);
      let nextOffset = meta.data_page_offset;
      let firstRow = 0;
      for (const [page, location] of pages.entries()) {
        const { value: header, length } = decodeThrift(PageHeader, bytes.subarray(Number(location.offset)));
        const rows = header.dataPageHeader!.numValues;
        expect([header.type, length + header.compressedPageSize]).toEqual([0, location.compressed_page_size]);
        expect([location.offset, Number(location.first_row_index)]).toEqual([nextOffset, firstRow]);
        const name = SAMPLE_SCHEMA[column]!.name;
        const rowStart = groupStart + firstRow;
        const expected = values[column]!.slice(rowStart, rowStart + rows);
        expect([name, Number(index.null_counts![page])]).toEqual([
          name,
          expected.filter((v) => v === null).length,
        ]);
        expect(index.null_pages[page]).toBe(expected.every((value) => value === null));
        const read = await parquetReadObjects({
          file: asFile(buffer),
          metadata,
          columns: [name],
          rowStart,
          rowEnd: rowStart + rows,
          useOffsetIndex: true,
          parsers: RAW_PARSERS,
          utf8: false,
        });
        expect(read.length).toBe(rows);
        for (const [row, value] of expected.entries()) expectSame(name, sampleOf(read[row]![name]), value);
        nextOffset += BigInt(location.compressed_page_size);
        firstRow += rows;
        pageCount++;
      }
      expect(firstRow).toBe(groupRows);
      const chunkStart = meta.dictionary_page_offset ?? meta.data_page_offset;
      expect(nextOffset).toBe(chunkStart + meta.total_compressed_size);
    }
    groupStart += groupRows;
  }
  expect(groupStart).toBe(86_326);
  expect(pageCount).toBeGreaterThan(metadata.row_groups.length * SAMPLE_SCHEMA.length);
});

test('a part that is a file already keeps the checksum it was written with', async () => {
  const part = await writePart('whole.parquet', sampleValues(400, 1), [400]);
  expect(part.checksum).toBe(checksumOf(await readFile(join(folder, 'whole.parquet'))));
  const merged = await merge('whole', { mode: 'concat', parts: [part] });
  expect([merged.checksum, merged.bytes]).toEqual([part.checksum, part.bytes]);
});

test('joined parts: small row groups of over a million rows become large ones of the same rows', async () => {
  const bases = Array.from({ length: 4 }, (_, seed) => sampleColumns(sampleValues(3000, seed + 50), 0, 3000));
  const parts: MergePart[] = [];
  for (let part = 0; part < 3; part++) {
    const groups = Array.from({ length: 112 }, (_, group) => bases[(group + part) % 4]!);
    parts.push(await writeRowGroups(`join/${part}.parquet`, groups, COMPRESSIONS[part]));
  }
  // One that is large already, and is copied between the joined ones.
  parts.splice(1, 0, await writePart('join/large.parquet', sampleValues(50_000, 90), [50_000]));
  const [file, ...others] = planMerge(parts);
  expect([file!.mode, others]).toEqual(['join', []]);
  const merged = await merge('join', file!);
  expect(merged.rows).toBe(1_058_000);
  expect(Math.min(...merged.rowGroupRows)).toBeGreaterThanOrEqual(50_000);
  const digest = (source: string) =>
    rowsOf(
      `SELECT count(*) AS rows, sum(hash(${SAMPLE_SQL})::HUGEINT) AS multiset, count(DISTINCT hash(${SAMPLE_SQL})) AS different
       FROM read_parquet(${source})`,
    );
  const sources = `[${parts.map(({ key }) => path(key)).join(', ')}]`;
  expect(await digest(path(merged.mergedKey))).toEqual(await digest(sources));
});

test.each([
  ['V1 pages', { version: 'v1', delta: true } as PageForm],
  ['V2 pages', DELTA_V2],
])('joined parts of delta encodings and several codecs hold the same rows: %s', async (name, form) => {
  const shapes = [[3000, 21_000], [45_000], [7000], [100]];
  const sampled = shapes.map((rows, index) =>
    sampleValues(
      rows.reduce((a, b) => a + b),
      index + 70,
    ),
  );
  const parts: MergePart[] = [];
  for (const [index, rows] of shapes.entries()) {
    const key = `${name}/${index}.parquet`;
    parts.push(await writePart(key, sampled[index]!, rows, COMPRESSIONS[index % COMPRESSIONS.length], form));
  }
  const parquet = { pages: form.version, delta: true };
  const merged = await merge(name, { mode: 'join', parts }, parquet);
  expect(merged.rowGroupRows).toEqual([76_100]);
  const values = SAMPLE_SCHEMA.map((_, column) => sampled.flatMap((part) => part[column]!));
  expectColumns(await columnsOf(`SELECT ${SAMPLE_SQL} FROM ${path(merged.mergedKey)}`), values);
  const bytes = await readFile(join(folder, merged.mergedKey));
  await writeFile(join(folder, 'joined-arrow.parquet'), writeParquet(readParquet(bytes)));
  expectColumns(await columnsOf(`SELECT ${SAMPLE_SQL} FROM ${path('joined-arrow.parquet')}`), values);
});
