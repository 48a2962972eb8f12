import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { generatedMutants } from '../../tools/mutants/generated-mutants.ts';
import { mutantName, mutated } from '../../tools/mutants/mutant.ts';
import { DECIDING_FILES, EXPLAINED, explanationOf } from '../../tools/mutants/rooms.ts';

test('rules change operators, conditions, numbers and calls for their effect, and nothing in types', () => {
  const text = [
    "import { kept } from './kept.ts';",
    'type Three = 3;',
    'export async function decide(count: number, write: () => Promise<void>) {',
    '  if (!kept && count >= 2) await write();',
    "  return count === 0 ? 'none' : 'some';",
    '}',
    '',
  ].join('\n');
  const mutants = generatedMutants('decide.ts', text, ['a.test.ts']);
  expect(mutants.map((mutant) => mutantName(mutant, text))).toEqual([
    'decide.ts:4  !kept && count >= 2 → true',
    'decide.ts:4  !kept && count >= 2 → false',
    'decide.ts:4  !kept → kept',
    'decide.ts:4  && → ||',
    'decide.ts:4  >= → >',
    'decide.ts:4  2 → 3',
    'decide.ts:4  await write(); → ;',
    'decide.ts:5  count === 0 → true',
    'decide.ts:5  count === 0 → false',
    'decide.ts:5  === → !==',
    'decide.ts:5  0 → 1',
  ]);
  const changed = mutants.map((mutant) => mutated(text, mutant));
  expect(new Set(changed).size).toBe(mutants.length);
  expect(changed[4]).toContain('if (!kept && count > 2) await');
});

test('an edit whose text is gone, or is there twice, is stale', () => {
  const edit = { file: 'a.ts', to: 'x', why: '', tests: [] };
  expect(mutated('a b c', { ...edit, from: 'b' })).toBe('a x c');
  expect(mutated('a b b', { ...edit, from: 'b' })).toBeUndefined();
  expect(mutated('a c', { ...edit, from: 'b' })).toBeUndefined();
});

test('what is said of a mutant that no test can catch is about code that is still there', () => {
  for (const { file, within, edits, why } of EXPLAINED) {
    const text = readFileSync(file, 'utf8');
    expect(text.split(within).length, `${file}: ${within}`).toBe(2);
    const mutants = generatedMutants(file, text, DECIDING_FILES[file] ?? []);
    const explained = mutants.filter((mutant) => explanationOf(mutant, text) === why);
    const made = explained.map(({ from, to }) => `${from} → ${to}`);
    for (const [from, to] of edits) expect(made, `${file}: ${within}`).toContain(`${from} → ${to}`);
  }
});

test('the same change at another place is not explained', () => {
  const [{ file, within, edits } = { file: '', within: '', edits: [] }] = EXPLAINED;
  const text = readFileSync(file, 'utf8');
  const [[from, to] = ['', '']] = edits;
  const at = text.indexOf(from, text.indexOf(within));
  const mutant = { file, from, to, why: '', tests: [] };
  expect(explanationOf({ ...mutant, at }, text)).toBeDefined();
  expect(explanationOf({ ...mutant, at: text.indexOf(within) - 1 }, text)).toBeUndefined();
  expect(explanationOf({ ...mutant, at, to: 'another' }, text)).toBeUndefined();
  expect(explanationOf(mutant, text)).toBeUndefined();
});
