import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heal-'));
  await writeFile(join(folder, 'small.json'), smallLayout());
  await writeFile(join(folder, 'f_20250812.txt'), smallFile(smallLine('A1', 1), smallLine('A2', 2, 'B')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a command as its error says it, with the words in capitals filled in. */
function typed(line: string): Promise<CommandResult> {
  const words = line
    .replace('--layout small', '--layout ./small.json')
    .replace(/LAKE/, 'lake')
    .replace('f_20250812.*', 'f_20250812.txt')
    .split(' ');
  const [, , command = '', ...flags] = words;
  return runCommand(command, flags, folder);
}

const convert = () =>
  typed(
    'npx positional-lake convert --layout small --out LAKE --business-date 2025-08-12 --input f_20250812.txt',
  );
const query = () =>
  runCommand('query', ['--lake', 'lake', '--json', 'SELECT id FROM small ORDER BY id'], folder);
const IDS = ['A1', 'A2'].map((id) => `${JSON.stringify({ id })}\n`).join('');

it.each([
  ['a ledger entry', /^ledger\/small\/year.*\/f_20250812-[0-9a-f]{8}\.json$/, convert],
  ['a commit', /\/_day\/1\.json$/, convert],
  ['a catalog', /^catalog\/small\.json$/, query],
])('%s that is cut off: the line in the message brings all rows back', async (_, named, command) => {
  expect((await convert()).code).toBe(0);
  await mkdir(join(folder, 'lake'), { recursive: true });
  const paths = await readdir(join(folder, 'lake'), { recursive: true });
  const path = join(folder, 'lake', paths.find((one) => named.test(one))!);
  const bytes = await readFile(path);
  await rm(path);
  await writeFile(path, bytes.subarray(0, bytes.length >> 1));
  const failed = await command();
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(named.source.includes('catalog') ? /small\.json/ : /ledger\/small/);
  const [, line = ''] = /"(npx positional-lake (?:convert|publish) [^"]*)"/.exec(
    failed.stderr.replace('f_20250812.*', 'f_20250812.txt'),
  )!;
  const healed = await typed(line);
  expect(healed, healed.stderr).toMatchObject({ code: 0 });
  expect(await query()).toMatchObject({ code: 0, stdout: IDS, stderr: '' });
  expect((await convert()).code).toBe(0);
});
