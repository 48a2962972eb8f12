import { describe, expect, test } from 'vitest';
import { LayoutInvalid } from '../../shared/errors.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { field, type Json, LAYOUT, rules } from '../support/totals-files.ts';

describe('rules that cannot be checked are refused with the layout', () => {
  const failure = (layout: unknown): string => {
    try {
      readLayout(JSON.stringify(layout), 'f');
    } catch (error) {
      expect(error).toBeInstanceOf(LayoutInvalid);
      return (error as LayoutInvalid).message;
    }
    throw new Error('the layout was accepted');
  };
  const one = (equals: string) => rules({ trailer: 'n', equals });
  const control = (more: Json) => ({
    ...LAYOUT,
    controlFile: { name: '{stem}.ctl', length: 10, fields: [field('n', 1, 10, 'integer')], ...more },
  });
  test.each<[string, unknown, string[]]>([
    ['a hash without a modulus', one('hash(conta)'), ['needs a modulus from 2 to 10^38', 'modulo 10^10']],
    ['a modulus of one', one('hash(conta) modulo 1'), ['needs a modulus']],
    ['a modulus beyond any number', one('hash(conta) modulo 10^39'), ['needs a modulus']],
    ['a sum with a modulus', one('sum(conta) modulo 10'), ["'sum(conta) modulo 10'", 'hash(<field>)']],
    ['a hash of no field', one('hash(contas) modulo 97'), ["adds up 'contas'", "'conta'"]],
    ['a count of parts', one('count(header)'), ["counts 'header'"]],
    [
      'two places',
      rules({ trailer: 'n', header: 'n', equals: 'count(all)' }),
      ["one of 'header', 'trailer' and 'controlFile'"],
    ],
    [
      'no control file',
      rules({ controlFile: 'n', equals: 'count(all)' }),
      ['speaks of the control file', 'describes none'],
    ],
    ['an unknown placeholder', control({ name: '{base}.ctl' }), ["has '{base}'", '{stem}']],
    ['a path', control({ name: 'control/{stem}' }), ['a name beside the data file, not a path']],
    ['the data itself', control({ name: '{name}' }), ['the data file itself']],
    ['lines in EBCDIC', control({ encoding: 'cp037' }), ["'lines'", 'valid: fixed']],
    ['a field beyond it', control({ length: 9 }), ['controlFile.fields[0] (n)', 'ends at 10']],
  ])('%s', (_, layout, fragments) => {
    const message = failure(layout);
    for (const fragment of fragments) expect(message).toContain(fragment);
  });
});
