import { beforeEach, describe, expect, test } from 'vitest';
import type { CatalogPartition } from '../../shared/ports/catalog.ts';
import { giveEachTestAFolder, open, rootDir, writeCatalog, writeParquet } from '../support/lake-of-test.ts';

giveEachTestAFolder();

describe('columns', () => {
  const columns = [
    { name: 'money', type: 'decimal(15,2)' },
    { name: 'large', type: 'decimal(38,10)' },
    { name: 'n', type: 'bigint' },
    { name: 'on_day', type: 'date' },
    { name: 'at_time', type: 'timestamp' },
    { name: 'name', type: 'string' },
    { name: 'yes', type: 'boolean' },
    { name: 'raw', type: 'binary' },
    { name: 'ratio', type: 'double' },
    { name: 'filename', type: 'string' },
  ];
  const day = (dayOfMonth: string, key: string): CatalogPartition => ({
    values: { year: '2025', month: '08', day: dayOfMonth },
    location: `t/day=${dayOfMonth}/`,
    files: [key],
  });

  beforeEach(async () => {
    await writeParquet(
      rootDir,
      [
        // Another order, narrower types, and `filename` and `ratio` not there yet.
        {
          key: 't/day=11/old.parquet',
          select:
            "SELECT 'São' AS name, 7::INTEGER AS n, 1.5::DECIMAL(9,2) AS money, 2::DECIMAL(38,10) AS large, NULL::DATE AS on_day, " +
            "TIMESTAMPTZ '2025-08-12T03:00:00+00' AS at_time, false AS yes, 'x'::BLOB AS raw",
        },
        {
          key: 't/day=12/new.parquet',
          select:
            '9999999999999.99::DECIMAL(15,2) AS money, 1234567890123456789012345678.0123456789::DECIMAL(38,10) AS large, ' +
            "9007199254740993::BIGINT AS n, DATE '2025-08-12' AS on_day, TIMESTAMP '2025-08-12 03:00:00.5' AS at_time, " +
            "'it''s' AS name, true AS yes, '\\xE9A'::BLOB AS raw, 0.5::DOUBLE AS ratio, 'f' AS filename",
        },
      ].map(({ key, select }) => ({
        key,
        select: select.startsWith('SELECT') ? select : `SELECT ${select}`,
      })),
    );
    await writeCatalog(rootDir, {
      dataset: 't',
      columns,
      partitions: [day('11', 't/day=11/old.parquet'), day('12', 't/day=12/new.parquet')],
    });
    await writeCatalog(rootDir, { dataset: 't_empty', columns });
  });

  const TYPES = [
    'DECIMAL(15,2)',
    'DECIMAL(38,10)',
    'BIGINT',
    'DATE',
    'TIMESTAMP',
    'VARCHAR',
    'BOOLEAN',
    'BLOB',
    'DOUBLE',
    'VARCHAR',
    'VARCHAR',
    'VARCHAR',
    'VARCHAR',
  ];

  test.each([
    't',
    't_empty',
  ])('of %s have the order, names and types of the catalog, then the keys', async (table) => {
    const result = await (await open(rootDir)).query(`SELECT * FROM ${table}`);
    expect(result.columns.map(({ name }) => name)).toEqual([
      ...columns.map(({ name }) => name),
      'year',
      'month',
      'day',
    ]);
    expect(result.columns.map(({ type }) => type)).toEqual(TYPES);
    if (table === 't_empty') expect(result.rows).toEqual([]);
  });

  test('hold exact values, and null if an older file lacks the column', async () => {
    const lake = await open(rootDir);
    expect((await lake.query('SELECT * FROM t ORDER BY day')).rows).toEqual([
      [
        '1.50',
        '2.0000000000',
        7n,
        null,
        '2025-08-12 03:00:00',
        'São',
        false,
        'x',
        null,
        null,
        '2025',
        '08',
        '11',
      ],
      [
        '9999999999999.99',
        '1234567890123456789012345678.0123456789',
        9007199254740993n,
        '2025-08-12',
        '2025-08-12 03:00:00.5',
        "it's",
        true,
        '\\xE9A',
        0.5,
        'f',
        '2025',
        '08',
        '12',
      ],
    ]);
    expect((await lake.query('SELECT sum(money), count(ratio) FROM t')).rows).toEqual([
      ['10000000000001.49', 1n],
    ]);
    expect((await lake.query('SELECT name FROM t WHERE ratio IS NULL')).rows).toEqual([['São']]);
    expect(
      (await lake.query('SELECT name FROM t WHERE n = $1 AND filename = $2', [9007199254740993n, 'f'])).rows,
    ).toEqual([["it's"]]);
  });

  test('of one result that share a name get different names', async () => {
    const { columns: result } = await (await open(rootDir)).query('SELECT 1 AS a, 2 AS a');
    expect(result.map(({ name }) => name)).toEqual(['a', 'a:1']);
  });
});
