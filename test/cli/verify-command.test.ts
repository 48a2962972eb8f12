import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

let dir: string;
const run = (command: string, ...flags: string[]) => runCommand(command, flags, dir);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'positional-lake-'));
  await writeFile(join(dir, 'small.json'), smallLayout());
  await writeFile(join(dir, 'f_20250812.txt'), smallFile(smallLine('A1', 1), smallLine('A2', 2)));
  const flags = ['--layout', './small.json', '--out', 'lake', '--workers', '1', '--input', 'f_20250812.txt'];
  await run('convert', ...flags);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function publishedFile(): Promise<string> {
  const names = await readdir(join(dir, 'lake/processed/small'), { recursive: true });
  return join(dir, 'lake/processed/small', names.find((name) => name.endsWith('.parquet'))!);
}

it('verify names damage with the command that heals it, repair makes it safe, and that command heals it', async () => {
  expect(await run('verify', '--lake', 'lake')).toMatchObject({ code: 0, stderr: '' });
  // Every name of the file is damaged: nothing has its bytes any more.
  await truncate(await publishedFile(), 100);
  const found = await run('verify', '--lake', 'lake', '--quick', '--json');
  const verdict = JSON.parse(found.stdout);
  expect([found.code, verdict]).toMatchObject([3, { depth: 'quick', damaged: 1 }]);
  const { command } = verdict.findings[0].mend;
  expect(command).toMatch(/^npx positional-lake convert .*--force --input \S+f_20250812\.txt$/);

  const planned = await run('repair', '--lake', 'lake', '--dry-run', '--json');
  expect([planned.code, JSON.parse(planned.stdout)]).toMatchObject([3, { dryRun: true, done: [] }]);
  const repaired = await run('repair', '--lake', 'lake');
  expect(repaired.code).toBe(3);
  expect(repaired.stdout).toContain(command);
  const sql = 'SELECT id FROM small ORDER BY id';
  expect(await run('query', '--lake', 'lake', '--json', sql)).toMatchObject({ code: 1, stdout: '' });

  await run('convert', ...command.split(' ').slice(3));
  const { stdout } = await run('query', '--lake', 'lake', '--check', '--json', sql);
  expect(stdout.trim().split('\n')).toEqual(['{"id":"A1"}', '{"id":"A2"}']);
  expect(await run('repair', '--lake', 'lake')).toMatchObject({ code: 0 });
  expect(await run('verify', '--lake', 'lake')).toMatchObject({ code: 0 });
});
