import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { runCommand } from '../support/run-command.ts';

it('the commands of the person on call are timed on a lake of many runs, and each shows what is there', async () => {
  const { code, stdout, stderr } = await runCommand(
    'tools/scale/main.ts',
    ['--days', '2', '--files', '5', '--dir', tmpdir()],
    process.cwd(),
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^10 runs of 2 days/);
  for (const command of [
    'status',
    'history',
    'publish',
    'rejects',
    'report',
    'query',
    'verify',
    'clean',
    'rollback',
  ])
    expect(stdout).toMatch(new RegExp(`^${command}.* \\d+\\.\\d s$`, 'm'));
});

it('a lake that the command convert makes is timed too', async () => {
  const { code, stdout, stderr } = await runCommand(
    'tools/scale/main.ts',
    ['--days', '1', '--files', '5', '--convert', '--dir', tmpdir()],
    process.cwd(),
  );
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^convert, 5 files +\d+\.\d s +\d+ MB +\d+\.\d s\n5 runs of 1 days/);
});
