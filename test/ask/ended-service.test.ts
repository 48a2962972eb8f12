import { expect, it } from 'vitest';
import { DuckDBEngine } from '../../local/serve/duckdb-engine.ts';
import { giveEachTestAFolder, rootDir, writeCatalog, writeParquet } from '../support/lake-of-test.ts';

giveEachTestAFolder();

const ENDLESS = 'SELECT count(*) FROM range(2000000) a, range(2000000) b WHERE a.range <> b.range';
const LIMITS = { timeoutMs: 60_000, mostRows: 10, mostBytes: 1e6 };

async function openEngine() {
  const key = 'small/part.parquet';
  await writeParquet(rootDir, [{ key, select: 'SELECT 1 AS id' }]);
  await writeCatalog(rootDir, {
    dataset: 'small',
    columns: [{ name: 'id', type: 'int' }],
    partitionKeys: [],
    days: { '2025-08-12': 1 },
    partitions: [{ values: {}, location: '', files: [key] }],
  });
  const engine = new DuckDBEngine(rootDir);
  const published = await engine.published();
  const run = (sql: string) =>
    engine.run(
      { sql, grant: { name: 'all', tables: undefined }, published, token: sql, limits: LIMITS },
      AbortSignal.timeout(LIMITS.timeoutMs),
    );
  return { engine, run };
}

it.each([0, 1_000])('stops a query that began %d ms ago when the service ends', async (beforeMs) => {
  const { engine, run } = await openEngine();
  await run('SELECT 1');
  const ended = run(ENDLESS).catch((error: Error) => error.name);
  await new Promise((resolve) => setTimeout(resolve, beforeMs));
  await engine.close();
  expect(await ended).toBe('Interrupted');
}, 5_000);
