import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { rootDir, TRUTH, writeCatalog } from '../support/lake-of-test.ts';
import { runCommand } from '../support/run-command.ts';

describe('the query command', () => {
  const run = (...flags: string[]) => runCommand('query', flags, rootDir);

  beforeEach(async () => {
    await writeCatalog(rootDir, { dataset: 'contracts', columns: TRUTH, days: { '2025-08-12': 1 } });
  });

  test('prints JSON lines that lose nothing, from a lake below the folder where it was started', async () => {
    const sql =
      "SELECT 9007199254740993 AS big, 42::BIGINT AS small, 1.10::DECIMAL(5,2) AS money, DATE '2025-08-12' AS d, NULL AS none " +
      "UNION ALL SELECT 1, 2, 3, '${business_date}', 4 ORDER BY small DESC";
    expect(await run('--lake', '.', '--json', sql)).toEqual({
      code: 0,
      stdout:
        '{"big":"9007199254740993","small":42,"money":"1.10","d":"2025-08-12","none":null}\n' +
        '{"big":1,"small":2,"money":"3.00","d":"2025-08-12","none":4}\n',
      stderr: '',
    });
  });

  test('prints a table from a file', async () => {
    await writeFile(
      join(rootDir, 'q.sql'),
      "-- why\nSELECT '${business_date}' AS d, count(*) AS n FROM contracts\n",
    );
    const { stdout } = await run('--lake', rootDir, '--file', 'q.sql', '--business-date', '2024-02-29');
    expect(stdout).toBe('d           n\n──────────  ─\n2024-02-29  0\n(1 row)\n');
  });

  test.each([
    [['--lake', '.', 'SELEC 1']],
    [['--lake', '.', '--lak', 'SELECT 1']],
    [['--lake', 'none', 'SELECT 1']],
    [['--lake', '.', '--business-date', '12/08/2025', 'SELECT 1']],
    [['--lake', '.', 'SELECT', '1']],
    [['--lake', '.']],
    [['SELECT 1']],
  ])('ends with 2 and one paragraph if the SQL or the flags are wrong: %j', async (flags) => {
    const { code, stdout, stderr } = await run(...flags);
    expect([code, stdout, stderr.trimEnd().split('\n').length]).toEqual([2, '', 1]);
  });
});
