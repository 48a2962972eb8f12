import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCatalog } from '../../local/adapters/read-catalog.ts';
import { RunInconsistent, UsageError } from '../../shared/errors.ts';
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

describe('errors', () => {
  test('a folder that is not a lake, or has nothing published, is an error that says what to do', async () => {
    await expect(open(join(rootDir, 'nowhere'))).rejects.toThrow(UsageError);
    await expect(open(rootDir)).rejects.toThrow(/nothing is published here.*npm start.*convert/);
    await writeJson(join(rootDir, 'ledger/contracts/undated/a.json'), { sourceId: 'a', state: 'refused' });
    const lake = await open(rootDir);
    expect(lake.tables).toEqual(['ledger']);
    await expect(lake.query('SELECT * FROM contracts')).rejects.toThrow(/by state: 1 refused/);
  });

  test('SQL that does not run gives one paragraph with the tables of the lake', async () => {
    await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH });
    const lake = await open(rootDir);
    const error = await lake.query('SELECT nope\nFROM contracts').catch((reason) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toMatch(
      /^the SQL does not run\. Binder Error: .*"nope".*contracts, contracts_days, ledger\.$/,
    );
    expect(error.message).not.toContain('\n');
    await expect(lake.query('SELECT 1 FROM contratos')).rejects.toThrow(/Did you mean "contracts"/);
  });

  test('a sum or a product of more than 38 digits says so, and not which tables there are', async () => {
    await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH });
    const lake = await open(rootDir);
    const most = `${'9'.repeat(38)}::DECIMAL(38,0)`;
    for (const sql of [
      `SELECT sum(x) FROM (VALUES (${most}), (${most}), (${most})) t(x)`,
      `SELECT x * x FROM (VALUES (${most})) t(x)`,
    ])
      await expect(lake.query(sql), sql).rejects.toThrow(/more than 38 digits.*CAST\(x AS DOUBLE\)/);
  });

  test('a published file that is gone is not the fault of the SQL', async () => {
    const partitions = await writeNight(rootDir, ['A', 'B']);
    await writeCatalog(rootDir, {
      dataset: 'contracts',
      columns: TRUTH,
      partitionKeys: [...DATE_KEYS, PRODUCT_KEY],
      partitions,
    });
    const lake = await open(rootDir);
    await rm(join(rootDir, 'processed', partitions[1]!.files[0]!));
    await expect(lake.query('SELECT * FROM contracts')).rejects.toThrow(RunInconsistent);
    const again = await open(rootDir);
    await expect(again.query('SELECT * FROM contracts')).rejects.toThrow(RunInconsistent);
    expect((await again.query('SELECT * FROM ledger')).rows).toEqual([]);
  });

  test('a catalog file that goes after it was listed is no table, and no error', async () => {
    await writeCatalog(rootDir, { dataset: 'gone', columns: TRUTH });
    await writeCatalog(rootDir, { dataset: 'stays', columns: TRUTH });
    const read = await readCatalog(rootDir, async ([table], readFile) => {
      if (table === 'gone') await rm(join(rootDir, 'catalog/gone.json'));
      return readFile();
    });
    expect(read.map(({ dataset }) => dataset)).toEqual(['stays']);
  });

  test('a catalog file that is invalid, or has an unknown type, is named', async () => {
    await writeJson(join(rootDir, 'catalog/x.json'), { dataset: 'x' });
    await expect(open(rootDir)).rejects.toThrow(/x\.json: this object is damaged.*publish .*--force/);
    await writeCatalog(rootDir, { dataset: 'x', columns: [{ name: 'a', type: 'varchar(3)' }] });
    const lake = await open(rootDir);
    await expect(lake.query('SELECT a FROM x')).rejects.toThrow(
      /column 'a' has the unknown type 'varchar\(3\)'/,
    );
  });
});
