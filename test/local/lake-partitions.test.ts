import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ask,
  DATE_KEYS,
  giveEachTestAFolder,
  open,
  PRODUCT_KEY,
  rootDir,
  sqlText,
  TRUTH,
  writeCatalog,
  writeNight,
  writeParquet,
} from '../support/lake-of-test.ts';

giveEachTestAFolder();

const PRODUCTS = [
  'CREDITO PESSOAL',
  'CAPITAL/GIRO',
  'CRÉDITO IMOBILIÁRIO',
  '100% CDI',
  'a=b',
  'A%2FB',
  "D'OESTE",
  '[x]*?{1,2}',
  'back\\slash',
  '007',
  '+ mais',
  null,
];

describe('partition values', () => {
  test.each([
    'lake',
    'lake[1]',
    'a=b/lake',
    'year=1999/tipo_produto=OUTRO/truth=no/lake',
    "o 'lake' é [meu]*?/{x,y}/lake",
  ])('are those of the catalog, in a lake at %s', async (folder) => {
    const lakeDir = join(rootDir, folder);
    // Read as a glob, `lake[1]` matches this folder and not itself.
    if (folder === 'lake[1]') await writeNight(join(rootDir, 'lake1'), PRODUCTS);
    const partitions = await writeNight(lakeDir, PRODUCTS);
    await writeCatalog(lakeDir, {
      dataset: 'contracts',
      columns: TRUTH,
      partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
      partitions,
    });
    const lake = await open(lakeDir);
    const rows = await ask(lake, 'SELECT * FROM contracts ORDER BY tipo_produto');
    expect(rows).toEqual(
      [...PRODUCTS]
        .sort((a, b) => (a === null ? 1 : b === null ? -1 : Buffer.compare(Buffer.from(a), Buffer.from(b))))
        .map((product) => ({ truth: product, year: '2025', month: '08', day: '12', tipo_produto: product })),
    );
    for (const product of PRODUCTS)
      expect(
        await ask(
          lake,
          `SELECT truth FROM contracts WHERE tipo_produto IS NOT DISTINCT FROM ${sqlText(product)}`,
        ),
      ).toEqual([{ truth: product }]);
  });

  test('come from the catalog even if the path says otherwise, in the type of the catalog', async () => {
    await writeParquet(rootDir, [
      { key: 'x/day=1/agencia=7/a.parquet', select: 'SELECT 1 AS n' },
      { key: 'x/elsewhere/b.parquet', select: 'SELECT 2 AS n' },
    ]);
    await writeCatalog(rootDir, {
      dataset: 'x',
      columns: [{ name: 'n', type: 'bigint' }],
      partitionKeys: [
        { name: 'day', type: 'string' },
        { name: 'agencia', type: 'bigint' },
      ],
      partitions: [
        {
          values: { day: '01', agencia: '42' },
          location: 'x/day=1/agencia=7/',
          files: ['x/day=1/agencia=7/a.parquet'],
        },
        { values: { day: '02', agencia: null }, location: 'x/elsewhere/', files: ['x/elsewhere/b.parquet'] },
      ],
    });
    const lake = await open(rootDir);
    const { columns, rows } = await lake.query('SELECT * FROM x ORDER BY n');
    expect(columns).toEqual([
      { name: 'n', type: 'BIGINT' },
      { name: 'day', type: 'VARCHAR' },
      { name: 'agencia', type: 'BIGINT' },
    ]);
    expect(rows).toEqual([
      [1n, '01', 42n],
      [2n, '02', null],
    ]);
  });

  test('cost no join, so that rows come in the order of the files, and in a file in their own', async () => {
    const nights = ['10', '11'].map((day) => ({
      values: { year: '2025', month: '08', day },
      location: `numbers/year=2025/month=08/day=${day}/gen=00001/`,
      files: [`numbers/year=2025/month=08/day=${day}/gen=00001/a.parquet`],
    }));
    await writeParquet(
      rootDir,
      nights.map(({ files, values }) => ({
        key: files[0]!,
        select: `SELECT ${values.day}00000 + range AS n FROM range(0, 300000)`,
      })),
    );
    for (const [dataset, partitions] of [
      ['numbers', nights] as const,
      ['one', nights.slice(0, 1)] as const,
    ]) {
      await writeCatalog(rootDir, {
        dataset,
        columns: [{ name: 'n', type: 'bigint' }],
        partitions: [...partitions],
      });
    }
    const lake = await open(rootDir);
    for (const table of ['numbers', 'one']) {
      const [plan] = await ask(lake, `EXPLAIN SELECT * FROM ${table}`);
      expect(String(plan?.explain_value)).not.toMatch(/JOIN|~0 rows/);
    }
    expect(await ask(lake, 'SELECT n, day FROM numbers LIMIT 2 OFFSET 299999')).toEqual([
      { n: 1299999n, day: '10' },
      { n: 1100000n, day: '11' },
    ]);
    expect((await lake.query('SELECT n FROM one LIMIT 3')).rows).toEqual([
      [1000000n],
      [1000001n],
      [1000002n],
    ]);
  });

  test('let a query for one day open the files of that day alone', async () => {
    const products = PRODUCTS.slice(0, 3);
    const nights = [];
    for (const day of ['10', '11', '12', '13']) nights.push(...(await writeNight(rootDir, products, day)));
    await writeCatalog(rootDir, {
      dataset: 'contracts',
      columns: TRUTH,
      partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
      partitions: nights,
    });
    const lake = await open(rootDir);
    const plan = await ask(lake, "EXPLAIN ANALYZE SELECT count(truth) FROM contracts WHERE day = '12'");
    expect(String(plan[0]!.explain_value)).toMatch(/Total Files Read: 3\b/);
  });
});

test('only files of the catalog are read, although others are beside them', async () => {
  const [partition] = await writeNight(rootDir, ['A']);
  await writeParquet(rootDir, [
    { key: `${partition!.location}left-over-00000.snappy.parquet`, select: "SELECT 'left over' AS truth" },
    {
      key: `${partition!.location.replace('gen=00001', 'gen=00002')}x.parquet`,
      select: "SELECT 'unpublished' AS truth",
    },
  ]);
  await writeCatalog(rootDir, {
    dataset: 'contracts',
    columns: TRUTH,
    partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
    partitions: [partition!],
  });
  expect(await ask(await open(rootDir), 'SELECT truth FROM contracts')).toEqual([{ truth: 'A' }]);
});
