import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { composeMessage } from '../shared/errors.ts';
import { jsonText, shellWord, shownText, withShortValues } from '../shared/shown-text.ts';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const anyText = fc.string({ unit: 'binary' });

it('what is shown can be seen, and text of letters and marks stays as it is', () => {
  fc.assert(fc.property(anyText, (text) => void expect(shownText(text)).not.toMatch(UNSEEN)));
  for (const plain of ['CRÉDITO PESSOAL', 'CRE\u0301DITO', '日本', '→ … ✗ ·', 'a\\nb', '😀'])
    expect(shownText(plain)).toBe(plain);
  expect(shownText('a\u001b[31m\u009b\u202e\n\ud800\u{e0041}')).toBe(
    'a\\u001b[31m\\u009b\\u202e\\n\\ud800\\udb40\\udc41',
  );
});

it('JSON holds the exact value, on one line that can be seen', () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, anyText), (value) => {
      const text = jsonText(value);
      expect(text).not.toMatch(UNSEEN);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('messages shorten long partition values, and nothing else', () => {
  const key = `processed/small/year=2025/uf=${'A'.repeat(300)}/gen=00001/f.parquet`;
  const short = `processed/small/year=2025/uf=${'A'.repeat(48)}… (300 characters)/gen=00001/f.parquet`;
  expect(withShortValues(key)).toBe(short);
  expect(composeMessage({ what: 'it is gone', where: key, why: `${key} was moved` })).toBe(
    `${short}: it is gone. ${short} was moved.`,
  );
  const text = `uf=SP: ${'there is no such object '.repeat(9)}. x/uf=RJ, ${'and so on '.repeat(20)}/y`;
  expect(withShortValues(text)).toBe(text);
});

it('a word is what a shell reads', () => {
  expect(shellWord('a/b-1.txt')).toBe('a/b-1.txt');
  expect(shellWord(`$(id) it's`)).toBe(`'$(id) it'\\''s'`);
});

it('a word that is shown to be typed is the same word in bash, whatever it holds, and shows all that it holds', () => {
  const words = fc.sample(
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({
        unit: fc.constantFrom('\t', '\n', '\u001b', '\u202e', "'", '\\\\', '$', 'a', '1', 'é', '\u009b'),
      }),
    ),
    300,
  );
  const usable = words.filter((word) => !word.includes('\0') && word.isWellFormed());
  for (const word of usable) expect(shownText(shellWord(word))).toBe(shellWord(word));
  const script = usable.map((word) => `printf '%s\\0' ${shellWord(word)}`).join('\n');
  const said = spawnSync('bash', ['-c', script], { encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } });
  // A machine without bash shows nothing.
  if (said.error) return;
  expect(said.stdout.split('\0').slice(0, -1)).toEqual(usable);
});
