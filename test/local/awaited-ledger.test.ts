import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Lake } from '../../local/lake/lake.ts';
import {
  DATE_KEYS,
  giveEachTestAFolder,
  open,
  PRODUCT_KEY,
  rootDir,
  TRUTH,
  writeCatalog,
  writeJson,
  writeNight,
} from '../support/lake-of-test.ts';

giveEachTestAFolder();

/** Statements that can be answered without an entry of the ledger. */
const WITHOUT = [
  'SELECT count(*) FROM contracts',
  'FROM "CONTRACTS" LIMIT 1',
  'SELECT count(*) FROM main.contracts',
  'WITH c AS (SELECT 1 AS n) SELECT * FROM c, contracts LIMIT 1',
  'SELECT (SELECT count(*) FROM contracts_days) AS n, unnest([1, 2])',
  'SELECT 1',
];

/** Statements whose answer depends on the table, or on its being there. */
const WITH = [
  'SELECT source_key FROM ledger',
  'SELECT source_key FROM "Ledger" WHERE state = \'loaded\'',
  'SELECT count(*) FROM main.LEDGER',
  'SELECT count(*) FROM memory.main.ledger',
  'WITH ledger AS (SELECT 1 AS n) SELECT * FROM ledger',
  'SELECT n FROM (SELECT count(*) AS n FROM contracts WHERE (SELECT count(*) FROM ledger) > 0)',
  'SHOW TABLES',
  'SHOW ALL TABLES',
  'DESCRIBE',
  'DESCRIBE ledger',
  'SUMMARIZE ledger',
  "SELECT * FROM query_table('led' || 'ger')",
  "SELECT * FROM query('SELECT count(*) FROM led' || 'ger')",
  "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY ALL",
  "SELECT column_name FROM information_schema.columns WHERE table_name LIKE 'led%'",
  'SELECT table_name, estimated_size FROM duckdb_tables() ORDER BY ALL',
  "SELECT name FROM sqlite_master WHERE name LIKE 'le%'",
  "SELECT relname FROM pg_catalog.pg_class WHERE relname LIKE 'le%'",
  'EXPLAIN SELECT * FROM ledger',
  'CREATE TEMP VIEW v AS SELECT state FROM ledger; SELECT * FROM v',
  'SELECT 1; SELECT count(*) FROM ledger',
  'PRAGMA show_tables',
];

/** Statements that fail, and what they say. */
const FAILING = [
  'SELECT * FROM ledgr',
  'SELECT nothing FROM contracts',
  'SELEC 1',
  'SELECT * FROM nowhere.ledger',
  '',
];

const NEED: ReadonlySet<string> = new Set(WITH);

beforeEach(async () => {
  const partitions = await writeNight(rootDir, ['A', 'B']);
  const partitionKeys = [...DATE_KEYS, PRODUCT_KEY];
  await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH, partitionKeys, partitions });
  await writeCatalog(rootDir, { dataset: 'contracts_rejects', columns: TRUTH });
  const day = join(rootDir, 'ledger/contracts/year=2025/month=08/day=12');
  for (const sourceId of ['a-1', 'b-2'])
    await writeJson(join(day, `${sourceId}.json`), {
      sourceId,
      sourceKey: `${sourceId}.txt`,
      state: 'loaded',
    });
  // An entry that is damaged says whether entries were read.
  await writeFile(join(day, 'c-3.json'), 'no JSON');
});

async function answerOf(lake: Lake, sql: string): Promise<unknown> {
  const answers: unknown[] = [];
  try {
    for await (const { columns, batches } of lake.results(sql))
      answers.push(columns, (await Array.fromAsync(batches)).flat());
  } catch (error) {
    answers.push((error as Error).message);
  }
  return answers;
}

describe('the table ledger, which is read when a statement may need it', () => {
  test('statements of other tables read no entry, and all others have it as if it had been there', async () => {
    const eager = await open(rootDir);
    await eager.query('SELECT count(*) FROM ledger');
    for (const sql of [...WITHOUT, ...WITH, ...FAILING]) {
      const lake = await open(rootDir);
      expect(lake.tables).toEqual(['contracts', 'contracts_days', 'contracts_rejects', 'ledger']);
      const fresh = await open(rootDir);
      await fresh.query('SELECT count(*) FROM ledger');
      expect([sql, await answerOf(lake, sql)]).toEqual([sql, await answerOf(fresh, sql)]);
      if (!FAILING.includes(sql)) expect([sql, lake.damage.all.length]).toEqual([sql, NEED.has(sql) ? 1 : 0]);
      lake.close();
      fresh.close();
    }
  });

  test('whatever was asked before, every answer is that of a lake whose ledger was read first', async () => {
    const statements = [...WITHOUT, ...WITH.filter((sql) => !sql.startsWith('CREATE')), ...FAILING];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...statements), { minLength: 2, maxLength: 5 }),
        async (asked) => {
          const [lake, fresh] = [await open(rootDir), await open(rootDir)];
          await fresh.query('SELECT count(*) FROM ledger');
          for (const sql of asked)
            expect([sql, await answerOf(lake, sql)]).toEqual([sql, await answerOf(fresh, sql)]);
          lake.close();
          fresh.close();
        },
      ),
      { numRuns: 6 },
    );
  });

  test('statements at once read the entries once', async () => {
    const lake = await open(rootDir);
    const counts = await Promise.all([1, 2, 3].map(() => lake.query('SELECT count(*) FROM ledger')));
    expect(counts.map(({ rows }) => Number(rows[0]?.[0]))).toEqual([2, 2, 2]);
    expect(lake.damage.all).toHaveLength(1);
  });
});
