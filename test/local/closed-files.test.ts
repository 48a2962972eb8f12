import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
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
} from '../support/lake-of-test.ts';

giveEachTestAFolder();

test('SQL reads what is published and no other local file, unless files are allowed', async () => {
  const partitions = await writeNight(rootDir, ['A']);
  await writeCatalog(rootDir, {
    dataset: 'contracts',
    columns: TRUTH,
    partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
    partitions,
  });
  const path = join(rootDir, 'secret.csv');
  await writeFile(path, 'word\nsesame\n');
  const sql = `SELECT word FROM read_csv(${sqlText(path)}, header = true)`;
  const closed = await open(rootDir);
  expect(await ask(closed, 'SELECT truth FROM contracts')).toEqual([{ truth: 'A' }]);
  await expect(ask(closed, sql)).rejects.toThrow('the SQL does not run');
  await expect(ask(closed, 'SET enable_external_access = true')).rejects.toThrow('the SQL does not run');
  const copy = `COPY (SELECT 1 AS truth) TO ${sqlText(join(rootDir, 'processed/x.parquet'))}`;
  for (const writing of [
    copy,
    `EXPLAIN ANALYZE ${copy}`,
    `PREPARE p AS ${copy}`,
    `CREATE TEMP TABLE t AS SELECT 1 AS truth; COPY t TO ${sqlText(join(rootDir, 'processed/y.csv'))}`,
    `ATTACH ${sqlText(join(rootDir, 'processed/z.db'))}`,
    `CALL enable_logging('QueryLog', storage = 'file', storage_path = ${sqlText(join(rootDir, 'processed/log'))})`,
    `SELECT * FROM enable_profiling(format = 'json', save_location = ${sqlText(join(rootDir, 'processed/p.json'))})`,
  ]) {
    await expect(ask(closed, writing), writing).rejects.toThrow('--allow-files');
  }
  // Spelled so that no look at the text finds it: DuckDB itself must not let it write.
  const profile = `'select * from enable_' || 'profiling(format=''json'', save_location=''${join(rootDir, 'processed/p.json')}'')'`;
  await ask(closed, `SELECT * FROM query(${profile}); SELECT 1; SELECT 2`).catch(() => undefined);
  expect(
    (await readdir(join(rootDir, 'processed'), { recursive: true })).filter((name) =>
      /p\.json|log/.test(name),
    ),
  ).toEqual([]);
  expect(await ask(closed, "EXPLAIN SELECT 'attach'")).toHaveLength(1);
  for (const nothing of ['-- nothing', ';', '/* only */']) {
    await expect(ask(closed, nothing), nothing).rejects.toThrow('there is no statement');
  }
  await expect(ask(closed, 'SET threads = 1')).rejects.toThrow('--allow-files');
  const several = 'CREATE TEMP TABLE t AS SELECT 7 AS n; EXPLAIN SELECT 1; SELECT n FROM t';
  expect(await ask(closed, several)).toEqual([{ n: 7 }]);
  const opened = await openLake({ lakeDir: rootDir, allowFiles: true });
  expect(await ask(opened, sql)).toEqual([{ word: 'sesame' }]);
  opened.close();
});
