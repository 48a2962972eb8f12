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
  for (const command of ['status', 'publish', 'rejects', 'query', 'verify', 'clean'])
    expect(stdout).toMatch(new RegExp(`^${command}.* \\d+\\.\\d s$`, 'm'));
});
