import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

/** The commands for the person on call, in the order of a bad night, on a lake that `convert` made. */
let dir: string;
const run = (command: string, ...flags: string[]) => runCommand(command, flags, dir);
const convert = (...flags: string[]) =>
  run('convert', '--layout', './small.json', '--out', 'lake', '--workers', '1', '--json', ...flags);
const rows = async () => {
  const sql = 'SELECT id FROM small ORDER BY id';
  const { stdout } = await run('query', '--lake', 'lake', '--json', sql);
  return stdout.split('\n').flatMap((line) => (line ? [JSON.parse(line).id] : []));
};
const put = (name: string, ...lines: string[]) => writeFile(join(dir, name), smallFile(...lines));

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'positional-lake-'));
  await writeFile(join(dir, 'small.json'), smallLayout());
  await put('f_20250812.txt', smallLine('A1', 1), smallLine('A2', 'X'));
  await convert('--expected-files', '2', '--input', 'f_20250812.txt');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('commands for a bad night', () => {
  it('status shows what is missing', async () => {
    const { code, stdout } = await run('status', '--lake', 'lake', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      dataset: 'small',
      businessDate: '2025-08-12',
      counts: { loaded: 1, missing: 1 },
      totals: { records: 2, rows: 1, rejected: 1 },
      published: null,
      waitingFor: '1 of 2 files',
    });
    const text = await run('status', '--lake', 'lake');
    expect(text.stdout).toContain('expected: 2 files (by settings); loaded 1');
    expect(text.stdout).toContain('waiting for 1 of 2 files');
  });

  it('publish publishes in part on purpose, and not without a reason', async () => {
    expect(await run('publish', '--lake', 'lake')).toMatchObject({ code: 3 });
    expect(await run('publish', '--lake', 'lake', '--partial')).toMatchObject({ code: 2 });
    const { code, stdout } = await run(
      'publish',
      '--lake',
      'lake',
      '--partial',
      '--reason',
      'one is late',
      '--json',
    );
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { published: true, commit: 1 }]);
    expect(await rows()).toEqual(['A1']);
    expect((await run('status', '--lake', 'lake')).stdout).toContain(
      'IN PART, without 1 of 2 files: one is late',
    );
  });

  it('publish without --partial does not say that a day in part is published', async () => {
    const { code, stdout } = await run('publish', '--lake', 'lake', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([3, { commit: 1, waitingFor: '1 of 2 files' }]);
    const again = await run('publish', '--lake', 'lake', '--partial', '--reason', 'one is late');
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('published as commit 1') });
  });

  it('rejects marks the field under a ruler, names the line and the next commands, and writes them out to be corrected and loaded', async () => {
    const shown = await run('rejects', '--lake', 'lake');
    expect(shown.stdout).toContain('1 × invalid-number in amount');
    expect(shown.stdout.split('\n').slice(1, 6)).toEqual([
      `  f_20250812.txt, line 2, byte ${smallLine('A1', 1).length + 1}, ${smallLine('A2', 'X').length} bytes`,
      expect.stringMatching(/^ {4}[-+\d]+$/),
      `    ${smallLine('A2', 'X')}`,
      expect.stringMatching(/^ {4} +\^+$/),
      `    amount, 7 to 15: "00000000X", hex 30 30 30 30 30 30 30 30 58`,
    ]);
    expect(shown.stdout).toContain(
      'rejects --lake lake --business-date 2025-08-12 --dataset small --file f_20250812.txt --export',
    );
    expect(shown.stdout).toContain('small.json --supplement-of f_20250812.txt');
    const nope = await run('rejects', '--lake', 'lake', '--file', 'nope');
    expect(nope).toMatchObject({ code: 2, stdout: '' });
    expect(nope.stderr).toContain("has no file 'nope'. Its files are f_20250812.txt.");
    expect((await run('rejects', '--lake', 'lake', '--export', 'fix_20250812.txt')).code).toBe(0);
    expect(await run('rejects', '--lake', 'lake', '--export', 'fix_20250812.txt')).toMatchObject({ code: 2 });
    const text = await readFile(join(dir, 'fix_20250812.txt'), 'latin1');
    expect(text).toBe(`${smallLine('A2', 'X')}\n`);
    await writeFile(join(dir, 'fix_20250812.txt'), text.replace('X', '7'));
    await convert('--supplement-of', 'f_20250812.txt', '--input', 'fix_20250812.txt');
    await put('g_20250812.txt', smallLine('G1', 1));
    const last = await convert('--input', 'g_20250812.txt');
    expect(JSON.parse(last.stdout)).toMatchObject({ status: 'loaded', published: true });
    expect(await rows()).toEqual(['A1', 'A2', 'G1']);
  });

  it('rollback takes back a wrong correction', async () => {
    await put('g_20250812.txt', smallLine('WRONG', 1));
    await convert('--input', 'g_20250812.txt');
    expect(await rows()).toEqual(['A1', 'A2', 'WRONG']);
    const day = ['--lake', 'lake', '--business-date', '2025-08-12'];
    const { code } = await run('rollback', ...day, '--file', 'g_20250812.txt', '--reason', 'wrong');
    expect(code).toBe(0);
    expect(await rows()).toEqual(['A1', 'A2', 'G1']);
    expect((await convert('--input', 'g_20250812.txt')).code).toBe(3);
    expect(await rows()).toEqual(['A1', 'A2', 'G1']);
  });

  it('history lists the commits, and a query reads each back', async () => {
    const { code, stdout } = await run('history', '--lake', 'lake', '--json');
    const { commits } = JSON.parse(stdout);
    const states = commits.map(({ kind, state, rows: count }: Record<string, unknown>) => [
      kind,
      state,
      count,
    ]);
    expect([code, states]).toEqual([
      0,
      [
        ['partial', 'replaced', 1],
        ['publication', 'replaced', 3],
        ['publication', 'replaced', 3],
        ['rollback', 'current', 3],
      ],
    ]);
    const sql = 'SELECT id FROM small ORDER BY id';
    const asOf = String(commits[2].snapshots[0].id);
    const past = await run('query', '--lake', 'lake', '--as-of', asOf, '--json', sql);
    expect(past).toMatchObject({ code: 0, stdout: '{"id":"A1"}\n{"id":"A2"}\n{"id":"WRONG"}\n' });
  });

  it('clean removes runs, and the lake answers as before', async () => {
    const report = await run('clean', '--lake', 'lake', '--older-than', '0', '--dry-run', '--json');
    expect(JSON.parse(report.stdout)).toMatchObject({ dryRun: true, kept: [] });
    expect((await run('clean', '--lake', 'lake', '--older-than', '0')).code).toBe(0);
    expect((await readdir(join(dir, 'lake/runs'))).filter((name) => name !== 'metrics.jsonl')).toEqual([]);
    expect(await rows()).toEqual(['A1', 'A2', 'G1']);
    expect((await run('status', '--lake', 'lake', '--versions')).stdout).toContain(
      'versions of g_20250812.txt',
    );
  });

  it.each([
    ['status'],
    ['status', '--lake', 'nowhere'],
    ['status', '--lake', 'lake', 'what'],
    ['status', '--lake', 'lake', '--business-date', '2025-02-30'],
    ['status', '--lake', 'lake', '--business-date', '2020-02-20'],
    ['status', '--lake', 'lake', '--dataset', 'smal'],
    ['status', '--lake', 'aws'],
    ['query', '--lake', 'lake', '--as-of', 'yesterday', 'SELECT 1'],
    ['publish', '--lake', 'lake', '--wrong'],
    ['rollback', '--lake', 'lake'],
    ['rollback', '--lake', 'lake', '--business-date', '2025-08-12', '--file', 'x'],
    ['rollback', '--lake', 'lake', '--business-date', '2025-08-12', '--to', '99'],
    ['clean', '--lake', 'lake', '--older-than', 'soon'],
    ['rejects', '--lake', 'lake', '--examples', 'many'],
  ])('a wrong command line is answered with one sentence and exit code 2: %s %s %s %s', async (command, ...flags) => {
    const { code, stderr } = await run(command, ...flags);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
