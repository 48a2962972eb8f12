import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgress } from '../../terminal/progress-line.ts';
import { runCommand } from '../support/run-command.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

/** Sets the title of a terminal, colours it (also with one character), turns text around, hides some, and fakes a line of its own. */
const NASTY = "\u001b]0;x\u0007\u001b[31m\u009b32m\u202eFDP\u2066\u200b\ufeff\u2028\nloaded: 'all' $(id) \"";
const FILE = `${NASTY}_20250812.txt`;
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

let dir: string;
const run = async (command: string, ...flags: string[]) => {
  const result = await runCommand(command, flags, dir);
  expect(result.stdout + result.stderr).not.toMatch(UNSEEN);
  expect(result.stdout + result.stderr).not.toMatch(/^loaded: 'all'/m);
  return result;
};

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'positional-lake-'));
  await writeFile(join(dir, 'small.json'), smallLayout({ description: NASTY }));
  await writeFile(
    join(dir, FILE),
    smallFile(smallLine('A1', 1), smallLine('A2', 'X', '\u001b[7m'), smallLine('\u001b[5m', 3, '\u001b]0')),
  );
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('no command lets a name or a value reach the terminal as it is', () => {
  const out = ['--layout', './small.json', '--out', 'lake', '--workers', '1'];
  const lake = ['--lake', 'lake'];

  it('when it converts, shows, publishes, rolls back and cleans', async () => {
    const first = await run('convert', ...out, '--expected-files', '2', '--input', FILE);
    expect([first.code, first.stdout]).toEqual([
      0,
      expect.stringContaining('\\u001b[31m\\u009b32m\\u202eFDP'),
    ]);
    await run('publish', ...lake, '--partial', '--reason', NASTY);
    const again = await run('convert', ...out, '--input', FILE, '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ status: 'already-loaded', sourceKey: FILE });
    await run('status', ...lake, '--versions');
    const status = JSON.parse((await run('status', ...lake, '--json')).stdout);
    expect(status.files[0]).toMatchObject({ name: FILE });
    expect(status.published.partial.reason).toBe(NASTY.trim());
    await run('rejects', ...lake);
    const rejects = await run('rejects', ...lake, '--file', FILE, '--json');
    expect(JSON.parse(rejects.stdout).examples[0].sourceKey).toBe(FILE);
    await run('query', ...lake, 'SELECT id, product, source_key FROM small, ledger');
    const row = await run('query', ...lake, '--json', "SELECT id FROM small WHERE id LIKE '%[%'");
    expect(JSON.parse(row.stdout)).toEqual({ id: '\u001b[5m' });
    await run('rollback', ...lake, '--business-date', '2025-08-12', '--file', FILE, '--remove');
    await run('clean', ...lake, '--older-than', '0', '--generations-older-than', '0');
  });

  it('when it refuses or fails', async () => {
    await writeFile(join(dir, 'strict.json'), smallLayout({ name: 'strict', rejects: { maxPercent: 0 } }));
    const strict = ['--layout', './strict.json', '--out', 'lake-2', '--workers', '1', '--input', FILE];
    const refused = await run('convert', ...strict);
    expect(refused.code).toBe(3);
    // The command that it names can be typed.
    expect(refused.stderr).toContain(String.raw`\x0aloaded: \'all\' $(id) "_20250812.txt'`);
    await run('status', '--lake', 'lake-2');
    for (const [command, ...flags] of [
      ['convert', ...out, '--input', `no${FILE}`],
      ['convert', '--layout', `./${NASTY}.json`, '--out', 'lake', '--input', FILE],
      ['convert', `--${NASTY}`],
      ['query', ...lake, `SELECT "${NASTY.replaceAll('"', '')}" FROM small`],
      ['status', '--lake', NASTY],
      ['rejects', ...lake, '--reason', NASTY],
      ['layout', NASTY],
    ] as const) {
      await run(command, ...flags);
    }
  });

  it('when it describes, previews and guesses layouts', async () => {
    await writeFile(
      join(dir, `${NASTY}.csv`),
      `name,start,end,type\n${NASTY.replace(/[\n",]/g, '')},1,6,x\n`,
    );
    await run('layout', 'preview', './small.json', FILE);
    await run('layout', 'preview', './small.json', FILE, '--json');
    await run('layout', 'describe', './small.json');
    await run('layout', 'from-positions', `${NASTY}.csv`);
    const guessed = await run('layout', 'guess', FILE);
    expect(JSON.parse(guessed.stdout)).toMatchObject({ encoding: expect.any(String) });
  });

  it('while it works', () => {
    let text = '';
    const output = { isTTY: true, columns: 1000, write: (piece: string) => (text += piece) };
    const progress = createProgress(output, () => 0);
    progress.fileStarted(FILE, { totalBytes: 1, bytesRead: () => 0 });
    progress.notified(FILE);
    progress.done();
    expect(text.replaceAll('\r\u001b[K', '')).not.toMatch(UNSEEN);
  });
});
