import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

/** Real processes on one lake at the same time. */
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'positional-lake-'));
  await writeFile(join(dir, 'small.json'), smallLayout());
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const convert = (inputs: string[], ...flags: string[]) => {
  const common = ['--layout', './small.json', '--out', 'lake', '--workers', '1', '--json'];
  return runCommand('cli/convert.ts', [...common, ...flags, '--input', ...inputs], dir);
};
const query = async (sql: string) => {
  const lake = await openLake({ lakeDir: join(dir, 'lake') });
  try {
    return (await lake.query(sql)).rows;
  } finally {
    lake.close();
  }
};
const firstRow = async (sql: string) => (await query(sql))[0]!.map(Number);
const statuses = (stdout: string) =>
  stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line).status] : []));
const fileLines = (file: number, cents: number) =>
  Array.from({ length: 50 }, (_, index) => smallLine(`${file}-${index}`, cents, index % 2 ? 'A' : 'B'));

describe('two processes', () => {
  it('that convert ten files of a day publish it once, complete', async () => {
    const files = Array.from({ length: 10 }, (_, index) => `f${index}_20250812.txt`);
    for (const [index, name] of files.entries()) {
      await writeFile(join(dir, name), smallFile(...fileLines(index, index + 1)));
    }
    const results = await Promise.all([
      convert(files.slice(0, 5), '--expected-files', '10'),
      convert(files.slice(5), '--expected-files', '10'),
    ]);
    for (const { code, stdout } of results) {
      expect(code).toBe(0);
      expect(statuses(stdout)).toEqual(Array(5).fill('loaded'));
    }
    const commits = await readdir(join(dir, 'lake/ledger/small/year=2025/month=08/day=12/_day'));
    expect(commits).toEqual(['1.json']);
    expect(await firstRow('SELECT count(*), CAST(sum(amount * 100) AS INT) FROM small')).toEqual([
      500,
      50 * 55,
    ]);
  });

  it('that convert the same files both end well, and the rows are there once', async () => {
    const files = ['f0_20250812.txt', 'f1_20250812.txt', 'f2_20250812.txt'];
    for (const [index, name] of files.entries()) {
      await writeFile(join(dir, name), smallFile(...fileLines(index, 1)));
    }
    const results = await Promise.all([convert(files), convert(files), convert(files.toReversed())]);
    for (const { code, stderr } of results) expect(`${code} ${stderr}`).toMatch(/^0 /);
    expect(await firstRow('SELECT count(*) FROM small')).toEqual([150]);
  });

  it('that bring the same bytes under two names load them once', async () => {
    for (const name of ['f_20250812.txt', 'g_20250812.txt']) {
      await writeFile(join(dir, name), smallFile(...fileLines(1, 1)));
    }
    const results = await Promise.all([convert(['f_20250812.txt']), convert(['g_20250812.txt'])]);
    expect(results.map(({ code }) => code).sort()).toEqual([0, 3]);
    expect(await firstRow('SELECT count(*) FROM small')).toEqual([50]);
  });
});

describe('a reader in a loop', () => {
  it('sees the old or the new total of each partition, never another, while files are replaced and cleaned', async () => {
    const name = 'f_20250812.txt';
    await writeFile(join(dir, name), smallFile(...fileLines(1, 1)));
    await convert([name]);
    let reading = true;
    const seen: string[] = [];
    const reader = (async () => {
      while (reading) {
        const sql =
          'SELECT product, count(*), CAST(sum(amount * 100) AS INT) FROM small GROUP BY 1 ORDER BY 1';
        for (const row of await query(sql)) seen.push(row.map(String).join(' '));
      }
    })();
    const totals = ['A 25 25', 'B 25 25'];
    for (const cents of [2, 3, 4]) {
      await writeFile(join(dir, name), smallFile(...fileLines(1, cents)));
      expect(await convert([name])).toMatchObject({ code: 0 });
      await runCommand('cli/clean.ts', ['--lake', 'lake', '--older-than', '0'], dir);
      totals.push(`A 25 ${25 * cents}`, `B 25 ${25 * cents}`);
    }
    reading = false;
    await reader;
    expect(new Set(seen).size).toBeGreaterThan(2);
    expect([...new Set(seen)].filter((row) => !totals.includes(row))).toEqual([]);
  });

  it('finds its files although the process that replaces them is killed', async () => {
    const name = 'f_20250812.txt';
    await writeFile(join(dir, name), smallFile(...fileLines(1, 1)));
    await convert([name]);
    for (const afterMs of [300, 500, 700]) {
      await writeFile(join(dir, name), smallFile(...fileLines(1, afterMs)));
      const flags = ['--layout', './small.json', '--out', 'lake', '--workers', '1', '--input', name];
      const script = new URL('../../cli/convert.ts', import.meta.url).pathname;
      const child = execFile(process.execPath, [script, ...flags], {
        env: { ...process.env, INIT_CWD: dir },
      });
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      expect(await firstRow('SELECT count(*), count(DISTINCT amount) FROM small')).toEqual([50, 1]);
      expect(await convert([name])).toMatchObject({ code: 0 });
      expect(await firstRow('SELECT CAST(max(amount * 100) AS INT) FROM small')).toEqual([afterMs]);
    }
    await runCommand('cli/clean.ts', ['--lake', 'lake', '--older-than', '0'], dir);
    expect((await readdir(join(dir, 'lake/runs'))).filter((entry) => entry !== 'metrics.jsonl')).toEqual([]);
  });
});
