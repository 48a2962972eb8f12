import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../bin/commands.ts';
import { typed } from '../support/typed-words.ts';

const listed = COMMANDS.flatMap((command) =>
  'load' in command
    ? { ...command, words: [command.name] }
    : command.commands.map((inner) => ({ ...inner, words: [command.name, inner.name] })),
);

describe('every command', () => {
  it.each(
    listed.map(({ words, load }) => [words.join(' '), load] as const),
  )('%s says how it is typed, what its flags mean and how it exits', async (words, load) => {
    const { line } = await load();
    expect(line.usage.startsWith(`positional-lake ${words}`)).toBe(true);
    expect(line.notes).toContain('Exit codes: 0 ');
    const help = await typed(...words.split(' '), '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain(line.does);
    expect(await typed('help', ...words.split(' '))).toEqual(help);
    expect(await typed(...words.split(' '), '--nonsense')).toEqual({
      code: 2,
      stdout: '',
      stderr: `there is no flag --nonsense. positional-lake ${words} --help shows every flag.\n`,
    });
  });
});

describe('the program', () => {
  it('lists its commands', async () => {
    for (const words of [[], ['--help'], ['-h'], ['help']]) {
      const { code, stdout } = await typed(...words);
      expect(code).toBe(0);
      for (const { name } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect((await typed('layout', '--help')).stdout).toMatch(
      /^positional-lake layout COMMAND.*\n\n {2}describe /,
    );
  });

  it('says its version', async () => {
    expect((await typed('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\+[0-9a-f]{16}\n$/);
  });

  it.each([
    [
      ['convret'],
      "there is no command 'convret'. Did you mean convert? positional-lake --help shows every command.",
    ],
    [['xyzzy'], "there is no command 'xyzzy'. positional-lake --help shows every command."],
    [
      ['layout', 'gues'],
      "there is no command 'gues'. Did you mean guess? positional-lake layout --help shows",
    ],
    [['layout'], 'a command is missing. There are describe, preview, guess, '],
  ])('%j is refused', async (words, message) => {
    const { code, stdout, stderr } = await typed(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});
