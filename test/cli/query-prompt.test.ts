import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { askForSql } from '../../cli/query-prompt.ts';
import { UsageError } from '../../shared/errors.ts';

afterEach(() => vi.restoreAllMocks());

/** What a person types, and what was answered for it. */
async function answersTo(typed: string) {
  const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const warned = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const input = new PassThrough();
  const output = new PassThrough();
  const answered: string[] = [];
  input.end(typed);
  await askForSql(
    { tables: ['contracts'], interrupt: () => undefined },
    { input, output, terminal: false },
    async (sql, form) => {
      if (sql.startsWith('SELEC ')) throw new UsageError({ what: 'no', excerpt: ['SELEC', '^'] });
      answered.push(`${form}: ${sql.trim()}`);
    },
  );
  return {
    answered,
    prompts: String(output.read()),
    said: said.mock.calls.flat().join('\n'),
    warned: warned.mock.calls.flat().join('\n'),
  };
}

test('a statement runs when a line ends in a semicolon, and an error does not end the prompt', async () => {
  const { answered, prompts, warned } = await answersTo('SELECT 1\n, 2;\nSELEC 3;\n\\x\nSELECT 4;\n');
  expect(answered).toEqual(['table: SELECT 1\n, 2;', 'expanded: SELECT 4;']);
  expect(prompts).toMatch(/^lake> /);
  expect(warned).toBe('no.\n  SELEC\n  ^');
});

test('help and tables are shown, and \\q leaves', async () => {
  const { answered, said } = await answersTo('\\?\n\\q\nSELECT 1;\n');
  expect(answered).toEqual([]);
  expect(said).toMatch(/^Tables: contracts\. .*\nType SQL/);
});
