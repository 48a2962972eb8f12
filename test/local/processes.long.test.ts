import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLake } from '../../local/lake/lake-sql.ts';
import { outcomeOf, PROGRAM_PATH, runCommand, startScript } from '../support/run-command.ts';
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
  return runCommand('convert', [...common, ...flags, '--input', ...inputs], dir);
};
const query = async (sql: string) => {
  const lake = await openLake({ lakeDir: join(dir, 'lake') });
  try {
    return (await lake.query(sql)).rows;
  } finally {
    lake.close();
  }
};
const clean = () => runCommand('clean', ['--lake', 'lake', '--older-than', '0'], dir);
const lakeFiles = () => readdir(join(dir, 'lake'), { recursive: true });
const firstRow = async (sql: string) => (await query(sql))[0]?.map(Number);
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

  it('that convert the same many small files load each once, and clean beside them takes nothing away', async () => {
    const files = Array.from({ length: 24 }, (_, index) => `f${index}_20250812.txt`);
    for (const [index, name] of files.entries()) {
      await writeFile(join(dir, name), smallFile(...fileLines(index, 1)));
    }
    let converting = true;
    const cleaning = (async () => {
      while (converting) {
        expect((await clean()).stderr).not.toMatch(/cannot|error/i);
        await delay(20);
      }
    })();
    const results = await Promise.all([convert(files), convert(files.toReversed())]);
    converting = false;
    await cleaning;
    for (const { code, stderr } of results) expect(`${code} ${stderr}`).toMatch(/^0 /);
    expect(await firstRow('SELECT count(*), count(DISTINCT id) FROM small')).toEqual([1200, 1200]);
    const again = await convert(files);
    expect(statuses(again.stdout)).toEqual(Array(24).fill('already-loaded'));
    const { stdout } = await runCommand('verify', ['--lake', 'lake'], dir);
    expect(stdout).toMatch(/no damage/);
  });

  it('that bring the bytes of many small files under two names each load them once', async () => {
    const names = (letter: string) => Array.from({ length: 8 }, (_, file) => `${letter}${file}_20250812.txt`);
    for (const letter of ['f', 'g']) {
      for (const [index, name] of names(letter).entries()) {
        await writeFile(join(dir, name), smallFile(...fileLines(index, 1)));
      }
    }
    const results = await Promise.all([convert(names('f')), convert(names('g'))]);
    const all = results.flatMap(({ stdout }) => statuses(stdout));
    expect(all.filter((status) => status === 'loaded')).toHaveLength(8);
    expect(all.filter((status) => status === 'refused')).toHaveLength(8);
    expect(await firstRow('SELECT count(*) FROM small')).toEqual([400]);
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
    let reads = 0;
    const seen = new Set<string>();
    const reader = (async () => {
      for (; reading; reads++) {
        const sql =
          'SELECT product, count(*), CAST(sum(amount * 100) AS INT) FROM small GROUP BY 1 ORDER BY 1';
        for (const row of await query(sql)) seen.add(row.map(String).join(' '));
      }
    })();
    /** Until the reader has begun and ended a read of what is published now. */
    const nextRead = async () => {
      const next = reads + 2;
      while (reads < next) await Promise.race([delay(5), reader]);
    };
    const totals = (cents: number) => [`A 25 ${25 * cents}`, `B 25 ${25 * cents}`];
    try {
      await nextRead();
      for (const cents of [2, 3, 4]) {
        await writeFile(join(dir, name), smallFile(...fileLines(1, cents)));
        expect(await convert([name])).toMatchObject({ code: 0 });
        await nextRead();
        await clean();
      }
    } finally {
      reading = false;
      await reader;
    }
    expect([...seen].sort()).toEqual([1, 2, 3, 4].flatMap(totals).sort());
  });

  // Signs of a run that a reader of the lake's folders can see: it has begun, a part is written, a generation is there.
  it.each([
    ['has begun', /^runs\//],
    ['has written a part', /^runs\/.*\.parquet$/],
    ['has written to a new generation', /^processed\/.*gen=00002/],
  ])('finds its files although the process that replaces them is killed once it %s', async (_, sign) => {
    const name = 'f_20250812.txt';
    await writeFile(join(dir, name), smallFile(...fileLines(1, 1)));
    await convert([name]);
    const before = new Set(await lakeFiles());
    await writeFile(join(dir, name), smallFile(...fileLines(1, 2)));
    const flags = ['--layout', './small.json', '--out', 'lake', '--workers', '1', '--input', name];
    const child = startScript(PROGRAM_PATH, ['convert', ...flags], dir);
    const ended = outcomeOf(child);
    // A folder that goes while it is listed is no sign, and is looked for again.
    const isSeen = async () =>
      (await lakeFiles().catch((): string[] => [])).some((file) => !before.has(file) && sign.test(file));
    while (child.exitCode === null && !(await isSeen()));
    child.kill('SIGKILL');
    await ended;
    expect(await isSeen()).toBe(true);
    expect(await firstRow('SELECT count(*), count(DISTINCT amount) FROM small')).toEqual([50, 1]);
    expect(await convert([name])).toMatchObject({ code: 0 });
    expect(await firstRow('SELECT CAST(max(amount * 100) AS INT) FROM small')).toEqual([2]);
    await clean();
    expect((await readdir(join(dir, 'lake/runs'))).filter((entry) => entry !== 'metrics.jsonl')).toEqual([]);
  });
});
