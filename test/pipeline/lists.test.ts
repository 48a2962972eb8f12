import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { readParquet, writeParquet } from 'parquet-wasm/node';
import { describe, expect, test } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { COMPRESSIONS } from '../../shared/layout/layout.ts';
import { expectSameRows } from '../support/first-difference.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { samples } from '../support/samples.ts';

/**
 * A record with a list of each kind of value, how many there are, and a rule that says whether the list is there.
 *
 *     kind  count  tags × 4     entries × 3: amount, day, rate, note, flag
 *     1     1      3 bytes each 6 + 8 + 4 + 3 + 1 bytes each
 */
const ENTRY_BYTES = 22;
const LENGTH = 2 + 4 * 3 + 3 * ENTRY_BYTES;

const FORMS = [undefined, { pages: 'v2' }, { pages: 'v2', delta: true }];

function layout(compression: string, parquet?: object): string {
  return JSON.stringify({
    name: 'tables',
    encoding: 'us-ascii',
    record: { format: 'fixed', length: LENGTH },
    compression,
    parquet,
    fields: [
      { name: 'kind', start: 1, end: 1, type: 'string' },
      { name: 'times', start: 2, end: 2, type: 'integer' },
      { name: 'tags', start: 3, end: 5, type: 'string', occurs: { count: 4 } },
      {
        name: 'entries',
        start: 15,
        end: 14 + ENTRY_BYTES,
        occurs: { count: 3, dependingOn: 'times' },
        when: { field: 'kind', equals: ['A', 'B'] },
        fields: [
          { name: 'amount', start: 15, end: 20, type: 'decimal(6,2)', point: 'implied' },
          { name: 'day', start: 21, end: 28, type: 'date', format: 'yyyyMMdd' },
          { name: 'rate', start: 29, end: 32, type: 'double' },
          { name: 'note', start: 33, end: 35, type: 'string', when: { start: 36, end: 36, equals: 'S' } },
          { name: 'flag', start: 36, end: 36, type: 'boolean' },
        ],
      },
    ],
  });
}

interface Entry {
  amount: number | null;
  day: string | null;
  rate: number;
  note: string;
  flag: boolean;
}
interface Sample {
  kind: 'A' | 'B' | 'C';
  tags: string[];
  entries: Entry[];
}

const tag = fc.constantFrom('', 'X', 'ABC', 'ab');
const entry: fc.Arbitrary<Entry> = fc.record({
  amount: fc.option(fc.nat(999_999)),
  day: fc.option(fc.constantFrom('20250812', '20240229')),
  rate: fc.nat(9999),
  note: fc.constantFrom('', 'n', 'no', 'not'),
  flag: fc.boolean(),
});
const sample: fc.Arbitrary<Sample> = fc.record({
  kind: fc.constantFrom('A', 'B', 'C'),
  tags: fc.tuple(tag, tag, tag, tag),
  entries: fc.array(entry, { maxLength: 3 }),
});

function recordOf({ kind, tags, entries }: Sample): string {
  const cells = entries.map(
    ({ amount, day, rate, note, flag }) =>
      (amount === null ? '' : String(amount).padStart(6, '0')).padEnd(6) +
      (day ?? '').padEnd(8) +
      String(rate).padStart(4) +
      note.padEnd(3) +
      (flag ? 'S' : 'N'),
  );
  return `${kind}${entries.length}${tags.map((each) => each.padEnd(3)).join('')}${cells.join('')}`.padEnd(
    LENGTH,
  );
}

/** The row as JSON, worked out from the sample. */
function expectedRow({ kind, tags, entries }: Sample): string {
  const orNull = (value: string) => (value === '' ? null : value);
  const list = entries.map(({ amount, day, rate, note, flag }) => ({
    amount: amount === null ? null : (amount / 100).toFixed(2),
    day: day && `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
    rate,
    note: flag ? orNull(note) : null,
    flag,
  }));
  return JSON.stringify({
    kind,
    times: entries.length,
    tags: tags.map(orNull),
    entries: kind === 'C' ? null : list,
  });
}

async function convert(
  lake: TestLake,
  samples: Sample[],
  compression: string,
  rangeSizeBytes: number,
  parquet?: object,
): Promise<string[]> {
  await lake.putRaw('t_20250812.txt', Buffer.from(samples.map(recordOf).join('')));
  const text = layout(compression, parquet);
  const request = { layout: text, sourceKey: 't_20250812.txt', rangeSizeBytes, force: true };
  const result = await lake.convert(request);
  expect(result.status, lake.notifications.join()).toBe('loaded');
  const { files } = (await lake.catalog('tables'))!.partitions[0]!;
  return Promise.all(files.map((file) => lake.pathOf(file)));
}

const COLUMNS = `kind, times, tags, [{'amount': e.amount::VARCHAR, 'day': e.day::VARCHAR, 'rate': e.rate::INTEGER, 'note': e.note, 'flag': e.flag} FOR e IN entries] AS entries`;

async function queryDuckdb(sql: string): Promise<DuckDBValue[][]> {
  const duckdb = await (await DuckDBInstance.create()).connect();
  try {
    return (await duckdb.runAndReadAll(sql)).getRows();
  } finally {
    duckdb.closeSync();
  }
}

async function readByDuckdb(files: string[]): Promise<string[]> {
  const paths = files.map((file) => `'${file}'`).join(', ');
  const sql = `SELECT to_json(row)::VARCHAR FROM (SELECT row FROM (SELECT ${COLUMNS} FROM read_parquet([${paths}])) AS row)`;
  return (await queryDuckdb(sql)).map(([row]) => String(row));
}

describe('lists', () => {
  test('of values and structures are read back, whether empty, missing or full, at every range size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(sample, { minLength: 1, maxLength: 60 }),
        fc.constantFrom(...COMPRESSIONS),
        fc.constantFrom(1, LENGTH * 7, 1_000_000),
        fc.constantFrom(...FORMS),
        async (samples, compression, rangeSizeBytes, parquet) => {
          await using lake = await TestLake.make();
          const files = await convert(lake, samples, compression, rangeSizeBytes, parquet);
          expectSameRows(await readByDuckdb(files), samples.map(expectedRow));
        },
      ),
      { numRuns: samples(25) },
    );
  });

  test.each([
    ['V1', FORMS[0]],
    ['V2, delta', FORMS[2]],
  ])('over many pages and blocks read the same in DuckDB, arrow-rs and hyparquet (%s)', async (_name, parquet) => {
    await using lake = await TestLake.make();
    const seeds = fc.sample(sample, { numRuns: 97, seed: 11 });
    const samples = Array.from({ length: 60_000 }, (_, index) => {
      const seed = seeds[(index * 31) % seeds.length]!;
      const entries = seed.entries.map((each, nth) => ({ ...each, rate: (index + nth) % 9999 }));
      return { ...seed, entries };
    });
    const files = await convert(lake, samples, 'auto', 100_000_000, parquet);
    const expected = samples.map(expectedRow);
    expectSameRows(await readByDuckdb(files), expected);
    const bytes = await readFile(files[0]!);
    const throughArrow = join(lake.dir, 'arrow.parquet');
    await writeFile(throughArrow, writeParquet(readParquet(bytes)));
    expectSameRows(await readByDuckdb([throughArrow]), expected);
    const rows = (await parquetReadObjects({
      file: {
        byteLength: bytes.length,
        slice: (from, to) =>
          bytes.buffer.slice(bytes.byteOffset + from, bytes.byteOffset + (to ?? bytes.length)) as ArrayBuffer,
      },
    })) as { kind: string; tags: unknown[]; entries: { rate: number }[] | undefined }[];
    const shape = ({ kind, tags, entries }: (typeof rows)[number]) =>
      JSON.stringify([kind, tags.map((each) => each ?? null), entries?.map(({ rate }) => rate) ?? null]);
    const wanted = expected.map((row) => shape(JSON.parse(row)));
    expectSameRows(rows.map(shape), wanted);
    const pages = await queryDuckdb(
      `SELECT path_in_schema, sum(stats_null_count)::BIGINT, sum(num_values)::BIGINT FROM parquet_metadata('${files[0]}') WHERE path_in_schema LIKE 'tags%' GROUP BY ALL`,
    );
    const nulls = samples.reduce((sum, { tags }) => sum + tags.filter((each) => each === '').length, 0);
    expect(pages).toEqual([['tags, list, element', BigInt(nulls), BigInt(samples.length * 4)]]);
  });

  test('can be queried by the types of the catalog', async () => {
    await using lake = await TestLake.make('on disk');
    const samples = fc.sample(sample, { numRuns: 20, seed: 5 });
    await convert(lake, samples, 'zstd', 1_000_000);
    expect((await lake.catalog('tables'))!.columns.slice(2)).toEqual([
      { name: 'tags', type: 'array<string>' },
      {
        name: 'entries',
        type: 'array<struct<amount:decimal(6,2),day:date,rate:double,note:string,flag:boolean>>',
      },
    ]);
    const opened = await openLake({ lakeDir: join(lake.dir, 'lake') });
    try {
      const { rows } = await opened.query(
        'SELECT sum(len(entries)), sum(list_sum([e.amount FOR e IN entries])) FROM tables',
      );
      const there = samples.filter(({ kind }) => kind !== 'C').flatMap(({ entries }) => entries);
      const cents = there.reduce((sum, { amount }) => sum + (amount ?? 0), 0);
      expect(rows).toEqual([[BigInt(there.length), (cents / 100).toFixed(2)]]);
    } finally {
      opened.close();
    }
  });
});
