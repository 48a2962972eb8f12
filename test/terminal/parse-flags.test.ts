import { describe, expect, it } from 'vitest';
import { isSet, text, textOr, texts } from '../../terminal/command-line.ts';
import { parseFlags } from '../../terminal/parse-flags.ts';

const FLAGS = {
  lake: text('DIR', 'where'),
  input: texts('FILE', 'what'),
  nights: textOr('5', 'N', 'how many'),
  'no-sync': isSet('not wait'),
  json: isSet('JSON'),
};
const parsed = (...args: string[]) => parseFlags(FLAGS, args, 'lake x --help');

describe('flags', () => {
  it('have their values, defaults and words', () => {
    expect(parsed('--lake', 'a', '--input', 'b', 'c', '--input=d', '--json')).toEqual({
      values: { lake: 'a', input: ['b', 'd'], nights: '5', 'no-sync': undefined, json: true },
      words: ['c'],
    });
    expect(parsed('--no-sync').values['no-sync']).toBe(true);
    expect(parsed('--', '--lake')).toMatchObject({ words: ['--lake'], values: { lake: undefined } });
    expect(parsed('--lake', '-').values.lake).toBe('-');
    expect(parsed('--lake=--json').values).toMatchObject({ lake: '--json', json: undefined });
  });

  it.each([
    [['--laek', 'a'], 'there is no flag --laek. Did you mean --lake? lake x --help shows every flag.'],
    [['--zzzzzz'], 'there is no flag --zzzzzz. lake x --help shows every flag.'],
    [['-q'], 'there is no flag -q. lake x --help shows every flag.'],
    [['--json=yes'], 'there is no flag --json=yes.'],
    [['--lake'], '--lake has no value. Write --lake DIR. lake x --help shows every flag.'],
    [
      ['--lake', '--json'],
      '--lake has no value: what follows it is --json. Write --lake DIR, or --lake=--json if',
    ],
  ])('%j are refused in one paragraph', (args, message) => {
    expect(() => parsed(...args)).toThrow(message);
  });
});
