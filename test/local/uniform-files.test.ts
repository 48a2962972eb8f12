import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { planDatasetView } from '../../local/lake/dataset-view.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import {
  ask,
  giveEachTestAFolder,
  open,
  rootDir,
  writeCatalog,
  writeParquet,
} from '../support/lake-of-test.ts';

giveEachTestAFolder();

/** How a file can have each column of the catalog; `as said` first. */
const COLUMNS = {
  n: {
    column: { name: 'n', type: 'bigint' },
    forms: { 'as said': '::BIGINT AS n', narrower: '::INTEGER AS n', missing: undefined },
    values: ['7', '8', 'NULL'],
  },
  money: {
    column: { name: 'money', type: 'decimal(9,2)' },
    forms: { 'as said': '::DECIMAL(9,2) AS money', narrower: '::DECIMAL(5,1) AS money', missing: undefined },
    values: ['1.50', '-2.00', 'NULL'],
  },
  name: {
    column: { name: 'Name "x"', type: 'string', formerly: ['old'] },
    forms: { 'as said': '::VARCHAR AS "Name ""x"""', renamed: '::VARCHAR AS old', missing: undefined },
    values: ["'São'", "''", 'NULL'],
  },
  list: {
    column: { name: 'list', type: 'array<struct<a b:bigint,c:date>>' },
    forms: { 'as said': '::STRUCT("a b" BIGINT, c DATE)[] AS list', missing: undefined },
    values: [`[{'a b': 1, 'c': DATE '2025-08-12'}]`, '[]', 'NULL'],
  },
} as const;

const fileArbitrary = fc.record({
  order: fc.shuffledSubarray(Object.keys(COLUMNS) as (keyof typeof COLUMNS)[], { minLength: 4 }),
  forms: fc.record({
    n: fc.constantFrom('as said', 'as said', 'as said', 'narrower', 'missing'),
    money: fc.constantFrom('as said', 'as said', 'as said', 'narrower', 'missing'),
    name: fc.constantFrom('as said', 'as said', 'as said', 'renamed', 'missing'),
    list: fc.constantFrom('as said', 'as said', 'as said', 'missing'),
  }),
  extra: fc.constantFrom(false, false, false, true),
  rows: fc.array(fc.record({ n: pick(3), money: pick(3), name: pick(3), list: pick(3) }), {
    minLength: 1,
    maxLength: 3,
  }),
  /** A value of the partition key, null among them. */
  product: fc.constantFrom('A', 'B', null),
});

function pick(count: number) {
  return fc.nat({ max: count - 1 });
}

test('a table shows the same rows whether its files are as the catalog says or not, and is read in parallel if they are', async () => {
  const seen = new Set<boolean>();
  await fc.assert(
    fc.asyncProperty(fc.array(fileArbitrary, { minLength: 1, maxLength: 3 }), async (files) => {
      await rm(rootDir, { recursive: true, force: true });
      const keys = files.map(
        ({ product }, index) =>
          `t/year=2025/month=08/day=12/product=${product ?? '__HIVE_DEFAULT_PARTITION__'}/gen=00001/${index}.parquet`,
      );
      await writeParquet(
        rootDir,
        files.map((file, index) => ({ key: keys[index]!, select: selectOf(file) })),
      );
      await writeCatalog(rootDir, {
        dataset: 't',
        columns: Object.entries(COLUMNS).map(([name, { column }]) => ({
          ...column,
          formerly: 'formerly' in column ? [...column.formerly] : undefined,
          hasNarrowerFiles: files.some(({ forms }) => forms[name as 'n'] === 'narrower') || undefined,
        })),
        partitionKeys: ['year', 'month', 'day', 'product'].map((name) => ({ name, type: 'string' })),
        partitions: files.map(({ product }, index) => ({
          values: { year: '2025', month: '08', day: '12', product },
          location: keys[index]!.replace(/[^/]*$/, ''),
          files: [keys[index]!],
        })),
      });
      // Files that have the same columns in another order are read by the schema too.
      const areUniform = files.every(
        ({ forms, extra, order }) =>
          !extra &&
          Object.values(forms).every((form) => form === 'as said') &&
          order.join() === files[0]!.order.join(),
      );
      seen.add(areUniform);
      const lake = await openLake({ lakeDir: rootDir });
      try {
        expect(await isReadBySchema(lake, 't')).toBe(!areUniform);
        const { rows } = await lake.query('SELECT n, money, "Name ""x""", list::VARCHAR, product FROM t');
        expect(rows).toEqual(files.flatMap(rowsOf));
        expect((await lake.query('SELECT n FROM t WHERE n < 7.01')).rows).toEqual(
          files.flatMap(rowsOf).flatMap(([n]) => (n === 7n ? [[n]] : [])),
        );
        expect((await lake.query("SELECT n FROM t WHERE product = 'A'")).rows).toEqual(
          files.filter(({ product }) => product === 'A').flatMap((file) => rowsOf(file).map(([n]) => [n])),
        );
      } finally {
        lake.close();
      }
    }),
    {
      numRuns: 25,
      examples: [[[asSaid('A'), asSaid(null)]], [[asSaid('A')]]],
    },
  );
  expect(seen).toEqual(new Set([true, false]));
});

type File = typeof fileArbitrary extends fc.Arbitrary<infer T> ? T : never;

function asSaid(product: 'A' | null): File {
  return {
    order: ['list', 'name', 'n', 'money'],
    forms: { n: 'as said', money: 'as said', name: 'as said', list: 'as said' },
    extra: false,
    rows: [0, 1, 2].map((value) => ({ n: value, money: value, name: value, list: value })),
    product,
  };
}

function selectOf({ order, forms, extra, rows }: File): string {
  const all = rows.map((row) => {
    const selected = order.flatMap((name) => {
      const form = (COLUMNS[name].forms as Record<string, string | undefined>)[forms[name]];
      return form === undefined ? [] : `CAST(${COLUMNS[name].values[row[name]]} AS VARCHAR)${form}`;
    });
    return `SELECT ${[...selected, ...(extra || selected.length === 0 ? ["'?' AS extra"] : [])].join(', ')}`;
  });
  return all.join(' UNION ALL ');
}

function rowsOf({ forms, rows, product }: File): unknown[][] {
  return rows.map((row) => [
    forms.n === 'missing' ? null : [7n, 8n, null][row.n],
    forms.money === 'missing' ? null : ['1.50', '-2.00', null][row.money],
    forms.name === 'missing' ? null : ['São', '', null][row.name],
    forms.list === 'missing' ? null : ["[{'a b': 1, 'c': 2025-08-12}]", '[]', null][row.list],
    product,
  ]);
}

/** DuckDB keeps the text of a view. */
async function isReadBySchema(lake: Awaited<ReturnType<typeof openLake>>, table: string): Promise<boolean> {
  const [view] = await ask(lake, `SELECT sql FROM duckdb_views() WHERE view_name = '${table}'`);
  return String(view?.sql).includes('default_value');
}

test('a file that is gone or damaged is told to those who ask for its table, and hides no other', async () => {
  const partition = (key: string) => ({
    values: { year: '2025', month: '08', day: '12' },
    location: 'x/',
    files: [key],
  });
  await writeParquet(rootDir, [
    { key: 'x/a.parquet', select: 'SELECT 1::BIGINT AS n' },
    { key: 'y/a.parquet', select: 'SELECT 1::BIGINT AS n' },
  ]);
  for (const dataset of ['x', 'y'])
    await writeCatalog(rootDir, {
      dataset,
      columns: [{ name: 'n', type: 'bigint' }],
      partitions: [partition(`${dataset}/a.parquet`)],
    });
  await rm(join(rootDir, 'processed/x/a.parquet'));
  const lake = await open(rootDir);
  await expect(lake.query('SELECT n FROM x')).rejects.toThrow('a published file cannot be read');
  expect((await lake.query('SELECT n FROM y')).rows).toEqual([[1n]]);
});

test('a column that is called as one of DuckDB’s own is no path', async () => {
  const columns = ['filename', 'file_row_number', 'file_index', 'rowid'];
  for (const name of columns) {
    await writeParquet(rootDir, [
      { key: `${name}/a.parquet`, select: `SELECT 'f' AS ${name}` },
      { key: `${name}/b.parquet`, select: `SELECT 'g' AS ${name}` },
    ]);
    await writeCatalog(rootDir, {
      dataset: name,
      columns: [{ name, type: 'string' }],
      partitions: [
        {
          values: { year: '2025', month: '08', day: '12' },
          location: `${name}/`,
          files: [`${name}/a.parquet`, `${name}/b.parquet`],
        },
      ],
    });
  }
  const lake = await open(rootDir);
  for (const name of columns)
    expect((await lake.query(`SELECT ${name}, day FROM ${name} WHERE ${name} = 'g'`)).rows).toEqual([
      ['g', '12'],
    ]);
});

test('footers are looked at only if the files are so large that it pays', () => {
  const plan = (files: number, rows: number) =>
    planDatasetView(
      {
        dataset: 't',
        columns: [{ name: 'n', type: 'bigint' }],
        partitionKeys: [],
        days: {},
        partitions: [
          { values: {}, location: 't/', files: Array.from({ length: files }, (_, n) => `t/${n}`) },
        ],
      },
      '/lake',
      rows,
    ).scans[0]?.uniform;
  expect(plan(1, 7_000_000)?.paths).toHaveLength(1);
  expect(plan(1, 100)).toBeUndefined();
  expect(plan(1_300, 1_300 * 7_000_000)?.paths).toHaveLength(1_300);
  expect(plan(1_300, 1_300 * 100_000)).toBeUndefined();
  expect(plan(0, 0)?.paths ?? []).toEqual([]);
});
