import { readFile, writeFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { readParquet, writeParquet } from 'parquet-wasm/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PageForm, PLAIN_PAGES } from '../../shared/layout/layout.ts';
import {
  SAMPLE_DUCKDB_TYPES,
  SAMPLE_SCHEMA,
  type SampleValue,
  sampleValues,
} from '../support/sample-columns.ts';
import {
  asFile,
  bufferOf,
  expectHyparquetColumn,
  namedColumns,
  RAW_PARSERS,
  SampleFiles,
} from './sample-files.ts';

/** The columns without a dictionary whose first page is smaller with a delta encoding. */
const DELTA_COLUMNS = ['full_name', 'opened', 'changed_at', 'id', 'raw'];
const DELTA_V2: PageForm = { version: 'v2', delta: true };

let files: SampleFiles;
beforeAll(async () => {
  files = await SampleFiles.create();
});
afterAll(() => files.remove());

describe.each([
  ['V1 pages', PLAIN_PAGES],
  ['V2 pages and delta encodings', DELTA_V2],
])('a file of every type, with nulls, several row groups and pages: %s', (_name, form) => {
  const rowGroupRows = [45_000, 20_001, 7, 1];
  let values: SampleValue[][];

  beforeAll(async () => {
    values = sampleValues(65_009, 1);
    await files.writePart('all.parquet', values, rowGroupRows, 'snappy', form);
  });

  test('DuckDB reads the declared types and exactly the values', async () => {
    const described = await files.rowsOf(`DESCRIBE SELECT * FROM ${files.sqlPath('all.parquet')}`);
    expect(described.map((row) => row.column_type)).toEqual(SAMPLE_DUCKDB_TYPES);
    expect(described.map((row) => row.column_name)).toEqual(SAMPLE_SCHEMA.map(({ name }) => name));
    await files.expectValues('all.parquet', values);
  });

  test('each page encoding is used for the columns that it makes smaller', async () => {
    const rows = await files.rowsOf(
      `SELECT path_in_schema AS name, encodings FROM parquet_metadata(${files.sqlPath('all.parquet')}) WHERE row_group_id = 0`,
    );
    const columnsWith = (encoding: string) =>
      rows.filter((row) => String(row.encodings).includes(encoding)).map((row) => row.name);
    expect(columnsWith('RLE_DICTIONARY')).toEqual(['code', 'wide_code', 'branch']);
    expect(columnsWith('DELTA')).toEqual(form.delta ? DELTA_COLUMNS : []);
  });

  test('statistics of every column chunk are those of its values', async () => {
    const path = files.sqlPath('all.parquet');
    await files.duckdb.run(
      `CREATE OR REPLACE TEMP TABLE loaded AS SELECT * FROM read_parquet(${path}, file_row_number = true)`,
    );
    const metadata = await files.rowsOf(
      `SELECT row_group_id::INTEGER AS "group", path_in_schema AS name, stats_min_value AS least, stats_max_value AS greatest,
       stats_null_count::INTEGER AS nulls FROM parquet_metadata(${path})`,
    );
    expect(metadata.length).toBe(rowGroupRows.length * SAMPLE_SCHEMA.length);
    let first = 0;
    for (const [group, rows] of rowGroupRows.entries()) {
      for (const { name } of SAMPLE_SCHEMA) {
        const [expected] = await files.rowsOf(
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
    const file = asFile(bufferOf(await readFile(files.pathOf('all.parquet'))));
    const rows = await parquetReadObjects({ file, parsers: RAW_PARSERS, utf8: false });
    expect(rows.length).toBe(65_009);
    for (const column of namedColumns(values)) expectHyparquetColumn(rows, column.name, column.values);
  });

  test('arrow-rs reads the values: DuckDB reads the same from the file that it writes of them', async () => {
    const table = readParquet(await readFile(files.pathOf('all.parquet')));
    expect(table.recordBatches().reduce((sum, batch) => sum + batch.numRows, 0)).toBe(65_009);
    await writeFile(files.pathOf('arrow.parquet'), writeParquet(table));
    await files.expectValues('arrow.parquet', values);
  });
});
