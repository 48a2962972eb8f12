import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM_PATH } from '../support/run-command.ts';
import { typed } from '../support/typed-words.ts';

const completed = async (...words: string[]) =>
  (await typed('complete', '--', ...words)).stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t')[0]);

describe('what a word may become', () => {
  it('is a command, a flag, a value, a layout, or a file', async () => {
    expect(await completed('conv')).toEqual(['convert']);
    expect(await completed('layout', '')).toContain('from-copybook');
    expect(await completed('convert', '--comp')).toEqual(['--compression']);
    expect(await completed('convert', '--compression', 's')).toEqual(['snappy']);
    expect(await completed('convert', '--layout', 'contracts')).toEqual(
      expect.arrayContaining(['contracts', 'contracts-with-trailer', ':files']),
    );
    expect(await completed('convert', '--input', '')).toEqual([':files']);
    expect(await completed('status', '--lake', 'x', '--l')).toEqual([]);
    expect(await completed('nothing', '')).toEqual([]);
  });

  it('no shell has no script', async () => {
    expect(await typed('completions', 'csh')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there are no completions for 'csh'. Give bash, zsh, fish."),
    });
  });
});

describe('a shell completes', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'completions-'));
    symlinkSync(PROGRAM_PATH, join(dir, 'positional-lake'));
    writeFileSync(join(dir, 'a-file.txt'), '');
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const isThere = (shell: string) => spawnSync(shell, ['--version']).status === 0;
  async function asked(shell: string, program: string): Promise<string[]> {
    const file = join(dir, `script.${shell}`);
    writeFileSync(file, (await typed('completions', shell)).stdout);
    const PATH = [dir, dirname(process.execPath), process.env.PATH].join(delimiter);
    const env = { ...process.env, PATH, HOME: dir };
    const { stdout, stderr } = spawnSync(shell, ['-c', program.replace('SCRIPT', file)], {
      cwd: dir,
      env,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  }

  it.skipIf(!isThere('bash'))('bash', async () => {
    const ask = (
      ...words: string[]
    ) => `COMP_WORDS=(positional-lake ${words.join(' ')}); COMP_CWORD=${words.length}
      _positional_lake positional-lake; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const program = ['source SCRIPT', ask('conv'), ask('convert', '--inp'), ask('convert', '--input', 'a-')];
    expect(await asked('bash', program.join('\n'))).toEqual(['convert', '--input', 'a-file.txt']);
  });

  it.skipIf(!isThere('fish'))('fish', async () => {
    const ask = ['conv', 'convert --inp', 'convert --input a-'].map(
      (line) => `complete -C 'positional-lake ${line}'`,
    );
    const lines = await asked('fish', ['source SCRIPT', ...ask].join('\n'));
    expect(lines.map((line) => line.split('\t')[0])).toEqual(['convert', '--input', 'a-file.txt']);
  });

  // Its completion system runs only while somebody types: its two functions that show what was found stand in for it.
  it.skipIf(!isThere('zsh'))('zsh', async () => {
    const ask = (...words: string[]) =>
      `words=(positional-lake ${words.join(' ')}); CURRENT=${words.length + 1}; _positional_lake`;
    const stubs = 'compdef() { :; }; _describe() { print -rl -- ${(P)2}; }; _files() { print -rl -- a-*; }';
    const program = [
      stubs,
      'source SCRIPT',
      ask('conv'),
      ask('convert', '--inp'),
      ask('convert', '--input', 'a-'),
    ];
    const lines = await asked('zsh', program.join('\n'));
    expect(lines.map((line) => line.split(':')[0])).toEqual(['convert', '--input', 'a-file.txt']);
  });
});
