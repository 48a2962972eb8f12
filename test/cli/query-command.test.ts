import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { giveEachTestAFolder, rootDir, TRUTH, writeCatalog } from '../support/lake-of-test.ts';
import { runCommand } from '../support/run-command.ts';

giveEachTestAFolder();

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

  test('points at the place of an error in the SQL, below one paragraph', async () => {
    expect(await run('--lake', '.', 'SELECT 1; SELEC 2')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'the SQL does not run. Parser Error: syntax error at or near "SELEC". Tables of this lake: contracts, contracts_days, ledger.\n' +
        '  LINE 1: SELECT 1; SELEC 2\n                    ^\n',
    });
  });

  test('prints every answer in the form that was asked for, with null told from empty', async () => {
    const sql = "SELECT NULL AS a, '' AS b, 'x|\"y' AS c; SELECT 7 AS n";
    const stdoutOf = async (...flags: string[]) => (await run('--lake', '.', ...flags)).stdout;
    expect(await stdoutOf(sql, '--csv')).toBe('a,b,c\n,"","x|""y"\nn\n7\n');
    expect(await stdoutOf(sql, '--markdown')).toBe(
      '| a | b | c |\n| --- | --- | --- |\n| NULL |  | x\\|"y |\n\n| n |\n| --- |\n| 7 |\n',
    );
    expect(await stdoutOf(sql, '--expanded')).toBe('─ row 1 ──\na  NULL\nb\nc  x|"y\n\n─ row 1 ──\nn  7\n');
    expect(await stdoutOf('EXPLAIN SELECT count(*) FROM contracts')).toMatch(/^┌─+┐\n│/);
    expect((await run('--lake', '.', '--csv', '--json', sql)).code).toBe(2);
  });

  test.each([
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
