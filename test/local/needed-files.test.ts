import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Lake } from '../../local/lake/lake.ts';
import { openLake } from '../../local/lake/lake-sql.ts';
import type { CatalogPartition } from '../../shared/ports/catalog.ts';
import {
  DATE_KEYS,
  giveEachTestAFolder,
  PRODUCT_KEY,
  rootDir,
  TRUTH,
  writeCatalog,
  writeNight,
} from '../support/lake-of-test.ts';

giveEachTestAFolder();

let partitions: CatalogPartition[];
beforeEach(async () => {
  partitions = await writeNight(rootDir, ['A', 'B', 'C']);
  const partitionKeys = [...DATE_KEYS, PRODUCT_KEY];
  await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH, partitionKeys, partitions });
  await writeCatalog(rootDir, { dataset: 'contracts_rejects', columns: TRUTH });
});

const PRODUCT = PRODUCT_KEY.name;

/** Statements of which each needs the files of product B alone. */
const OF_ONE = [
  `SELECT count(*) FROM contracts WHERE ${PRODUCT} = 'B'`,
  `SELECT count(*) FROM main.contracts AS c WHERE c.${PRODUCT.toUpperCase()} = 'B' AND 1 = 1`,
  `SELECT 'A' AS ${PRODUCT}, count(*) AS n FROM contracts WHERE (${PRODUCT} = 'B' AND year <> 'x') AND month <> 'x' GROUP BY ALL`,
  `SELECT year, ${PRODUCT}, count(*) FROM contracts WHERE ${PRODUCT} = 'B' GROUP BY ALL ORDER BY ALL`,
];

/** Statements that look alike, and need all files. */
const OF_ALL = [
  `SELECT count(*) FROM contracts WHERE ${PRODUCT} = 'B' OR ${PRODUCT} = 'C'`,
  `SELECT count(*) FROM contracts WHERE NOT ${PRODUCT} = 'B'`,
  `SELECT count(*) FROM contracts AS t(${PRODUCT}2) WHERE 'B' = 'B'`,
  `SELECT (SELECT count(*) FROM contracts) AS n FROM contracts WHERE ${PRODUCT} = 'B' LIMIT 1`,
  `SELECT count(*) FROM contracts WHERE ${PRODUCT} = 'B' UNION ALL SELECT count(*) FROM contracts`,
  `SELECT count(*) FROM contracts a LEFT JOIN contracts b ON true AND b.${PRODUCT} = 'B' WHERE a.${PRODUCT} = 'A'`,
  `WITH contracts AS (SELECT 'A' AS ${PRODUCT}, count(*) AS n FROM contracts) SELECT n FROM contracts WHERE ${PRODUCT} = 'A'`,
  `SELECT count(*) FROM (SELECT * FROM contracts USING SAMPLE 3 ROWS) WHERE ${PRODUCT} <> 'x'`,
  `SELECT 1; SELECT count(*) FROM contracts WHERE ${PRODUCT} = 'B'`,
  `SELECT count(*) FROM contracts WHERE ${PRODUCT} = 'no such product'`,
  `SELECT count(*) FROM contracts WHERE year = 2025 AND ${PRODUCT} IS NOT NULL`,
  "SELECT name FROM sqlite_master WHERE name LIKE 'con%' ORDER BY name",
  'SELECT table_name FROM information_schema.tables ORDER BY ALL',
  'SHOW TABLES',
  'DESCRIBE contracts',
  `SUMMARIZE contracts`,
  'SELECT count(*) FROM contracts_rejects',
  'SELECT count(*) FROM contracts_days',
  'SELECT count(*) FROM ledger',
  'SELECT * FROM nowhere',
  'SELEC 1',
];

async function answerOf(lake: Lake, sql: string): Promise<unknown> {
  const answers: unknown[] = [];
  try {
    for await (const { columns, batches } of lake.results(sql))
      answers.push(columns, (await Array.fromAsync(batches)).flat());
  } catch (error) {
    answers.push((error as Error).message);
  } finally {
    lake.close();
  }
  return answers;
}

describe('a lake that is opened for one statement', () => {
  test('answers what it answers when all of it is opened', async () => {
    for (const statement of [...OF_ONE, ...OF_ALL]) {
      const whole = await openLake({ lakeDir: rootDir });
      const opened = await openLake({ lakeDir: rootDir, statement });
      expect(opened.tables).toEqual(whole.tables);
      expect(await answerOf(opened, statement), statement).toEqual(await answerOf(whole, statement));
    }
  });

  test('needs no file of partitions that the statement leaves out', async () => {
    const others = partitions.filter(({ values }) => values[PRODUCT] !== 'B');
    expect(others.length).toBeGreaterThan(0);
    const expected: unknown[] = [];
    for (const sql of OF_ONE) expected.push(await answerOf(await openLake({ lakeDir: rootDir }), sql));
    for (const key of others.flatMap(({ files }) => files)) await rm(join(rootDir, 'processed', key));
    for (const [index, statement] of OF_ONE.entries()) {
      const lake = await openLake({ lakeDir: rootDir, statement });
      expect(await answerOf(lake, statement), statement).toEqual(expected[index]);
    }
  });
});
