import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { smallLayout, smallLine } from '../support/small-contracts.ts';

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
