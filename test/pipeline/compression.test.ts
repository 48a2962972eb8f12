import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { COMPRESSIONS } from '../../shared/layout/layout.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';

const LAYOUT = JSON.stringify({
  name: 'sample',
  encoding: 'us-ascii',
  record: { format: 'lines', length: 20 },
  compression: 'snappy',
  fields: [
    { name: 'text', start: 1, end: 12, type: 'string' },
    { name: 'number', start: 13, end: 20, type: 'integer' },
  ],
});
/** The codecs of both columns: texts of which seven repeat become a dictionary, and numbers that rise do not. */
const CODECS = {
  auto: ['SNAPPY', 'ZSTD'],
  snappy: ['SNAPPY', 'SNAPPY'],
  zstd: ['ZSTD', 'ZSTD'],
  'zstd-fast': ['ZSTD', 'ZSTD'],
  none: ['UNCOMPRESSED', 'UNCOMPRESSED'],
};

test.each(
  COMPRESSIONS,
)('%s in a request replaces the compression of the layout: codec, file name and rows', async (compression) => {
  const lines = Array.from(
    { length: 5000 },
    (_, row) => `same text ${row % 7} ${String(row).padStart(8, '0')}`,
  );
  await using lake = await TestLake.make();
  await lake.putRaw('sample_20250812.txt', Buffer.from(lines.map((line) => `${line}\n`).join('')));
  await lake.convert({
    layout: LAYOUT,
    sourceKey: 'sample_20250812.txt',
    rangeSizeBytes: 30_000,
    compression,
  });
  const rows = await lake.publishedRows('sample', 'text, number::INTEGER AS number');
  expectSameRows(
    rows,
    lines.map((_, row) => ({ text: `same text ${row % 7}`, number: row })),
  );
  const { files } = (await lake.catalog('sample'))!.partitions[0]!;
  const codec = ['auto', 'none'].includes(compression) ? '' : `.${compression}`;
  expect(files.map((file) => file.replace(/^.*-00000/, ''))).toEqual([`${codec}.parquet`]);
  const connection = await (await DuckDBInstance.create()).connect();
  const read = await connection.runAndReadAll(
    `SELECT list(DISTINCT compression) FROM parquet_metadata('${await lake.pathOf(files[0]!)}') GROUP BY column_id ORDER BY column_id`,
  );
  connection.closeSync();
  const codecs = read.getRowObjectsJson().map((row) => Object.values(row)[0]);
  expect(codecs).toEqual(CODECS[compression].map((one) => [one]));
});
