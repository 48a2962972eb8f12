import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import {
  ask,
  DATE_KEYS,
  open,
  PRODUCT_KEY,
  rootDir,
  sqlText,
  TRUTH,
  writeCatalog,
  writeNight,
} from '../support/lake-of-test.ts';

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
  const opened = await openLake({ lakeDir: rootDir, allowFiles: true });
  expect(await ask(opened, sql)).toEqual([{ word: 'sesame' }]);
  opened.close();
});
