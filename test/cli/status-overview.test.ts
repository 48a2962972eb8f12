import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { smallLayout, smallLine } from '../support/small-contracts.ts';
import { typed } from '../support/typed-words.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'overview-'));
  await writeFile(join(dir, 'small.json'), smallLayout({ rejects: { maxPercent: 10 } }));
  await writeFile(join(dir, 'f_20250812.txt'), `${smallLine('A1', 1)}\n`);
  await writeFile(join(dir, 'f_20250813.txt'), `${smallLine('A1', 'X')}\n`);
  const inputs = ['f_20250812.txt', 'f_20250813.txt'];
  const converted = await runCommand(
    'convert',
    ['--layout', './small.json', '--out', 'lake', '--input', ...inputs],
    dir,
  );
  expect(converted.code).toBe(3);
  expect(converted.stderr).toMatch(/^refused \(too-many-rejects\): /m);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

test('status without a date shows every day at a glance, then the latest one, with the code of each refusal', async () => {
  const { code, stdout } = await runCommand('status', ['--lake', 'lake'], dir);
  expect(code).toBe(0);
  const [, , ...lines] = stdout.split('\n');
  expect(lines[0]).toMatch(/^small +2025-08-13 +refused +1 refused +0 +\d+$/);
  expect(lines[1]).toMatch(/^small +2025-08-12 +published +1 loaded +1 +0 +1$/);
  expect(lines[3]).toBe('small of 2025-08-13');
  expect(stdout).toMatch(/^refused \(too-many-rejects\): /m);
});

test('status --all shows every day, with --json as one object for each, and goes on past one that cannot be read', async () => {
  const lake = join(dir, 'lake');
  const glance = await typed('status', '--lake', lake, '--all');
  expect(glance.code).toBe(0);
  expect(glance.stdout.match(/^small +2025-08-1[23] /gm)).toHaveLength(2);
  expect(glance.stdout).not.toContain('small of');
  const { code, stdout } = await typed('status', '--lake', lake, '--all', '--json');
  expect(code).toBe(0);
  const days = stdout.trim().split('\n');
  expect(days.map((line) => JSON.parse(line))).toMatchObject([
    { dataset: 'small', businessDate: '2025-08-13', published: null, counts: { refused: 1 } },
    { dataset: 'small', businessDate: '2025-08-12', published: { commit: 1 }, totals: { rows: 1 } },
  ]);
  const one = ['--lake', lake, '--json', '--business-date', '2025-08-12'];
  expect(JSON.parse((await typed('status', ...one)).stdout)).toEqual(JSON.parse(days[1]!));
  const both = ['--lake', lake, '--all', '--business-date', '2025-08-12'];
  expect((await typed('status', ...both)).code).toBe(2);
  const commit = join(dir, 'lake/ledger/small/year=2025/month=08/day=12/_day/1.json');
  await writeFile(commit, (await readFile(commit, 'utf8')).slice(0, 40));
  const damaged = await typed('status', '--lake', lake, '--all', '--json');
  expect(damaged.code).toBe(1);
  expect(
    damaged.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { businessDate: '2025-08-13', counts: { refused: 1 } },
    {
      dataset: 'small',
      businessDate: '2025-08-12',
      damaged: [{ key: expect.stringContaining('_day/1.json') }],
    },
  ]);
});
