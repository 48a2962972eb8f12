import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { EXPLAINED, explanationOf } from '../../tools/mutants/explained-mutants.ts';
import { generatedMutants } from '../../tools/mutants/generated-mutants.ts';
import { mutantName, mutated } from '../../tools/mutants/mutant.ts';
import { DECIDING_FILES } from '../../tools/mutants/rooms.ts';
import { switchedSource } from '../../tools/mutants/switched-source.ts';

const DECIDE = [
  "import { kept } from './kept.ts';",
  'type Three = 3;',
  'export async function decide(count: number, write: () => Promise<void>) {',
  '  if (!kept && count >= 2) await write();',
  "  return count === 0 ? 'none' : 'some';",
  '}',
  '',
].join('\n');

const madeOf = (text: string) =>
  generatedMutants('decide.ts', text, ['a.test.ts']).map((mutant) => mutantName(mutant, text));

test('rules change conditions, terms, boundaries, numbers, calls for their effect and waiting for them', () => {
  expect(madeOf(DECIDE)).toEqual([
    'decide.ts:4  !kept && count >= 2 → false',
    'decide.ts:4  !kept && count >= 2 → !kept',
    'decide.ts:4  !kept && count >= 2 → count >= 2',
    'decide.ts:4  >= → >',
    'decide.ts:4  2 → 3',
    'decide.ts:4  await write(); → ;',
    'decide.ts:4  await write() → void write()',
    'decide.ts:5  count === 0 → true',
    'decide.ts:5  count === 0 → false',
    'decide.ts:5  0 → 1',
  ]);
  const changed = generatedMutants('decide.ts', DECIDE, []).map((mutant) => mutated(DECIDE, mutant));
  expect(new Set(changed).size).toBe(changed.length);
  expect(changed[3]).toContain('if (!kept && count > 2) await');
});

test('rules change nothing that decides nothing: types, messages, the answer of a sort, how much is done at once', () => {
  expect(madeOf('const told = `${count === 1 ? 1 : 2}`; const key = { 1: two };')).toEqual([]);
  expect(madeOf('const PARALLEL_READS = 16; type Few = 1 | 2; let x = y as 3;')).toEqual([]);
  expect(madeOf('all.sort((a, b) => (a < b ? -1 : 1));')).toEqual([
    'decide.ts:1  all.sort((a, b) => (a < b ? -1 : 1)); → ;',
    'decide.ts:1  < → >',
  ]);
  expect(madeOf('const sum = { ...(sum === undefined ? {} : { sum }) };')).toEqual([
    'decide.ts:1  sum === undefined → true',
  ]);
});

test('a source with switches is the mutant that is switched on, and itself if none is', async () => {
  const text =
    'async (kept, count, log) => { if (!kept && count >= 2) log.push(1); else log.push(2); return count === 0; }';
  const mutants = generatedMutants('decide.ts', text, []).map((mutant, index) => ({ id: index + 1, mutant }));
  const inputs = [0, 1, 2, 3].flatMap((count) => [true, false].map((kept) => ({ count, kept })));
  const answers = async (source: string, on: number) => {
    const [before, code] = source.includes('; async') ? source.split('; async', 2) : ['', source.slice(5)];
    const decide = new Function('globalThis', `${before}; return async ${code}`)({
      isMutantOn: (id: number) => id === on,
    });
    return Promise.all(
      inputs.map(async ({ kept, count }) => {
        const log: number[] = [];
        return [await decide(kept, count, log), log];
      }),
    );
  };
  const switched = switchedSource(text, mutants);
  expect(await answers(switched, 0)).toEqual(await answers(text, 0));
  for (const { id, mutant } of mutants) {
    const changed = mutated(text, mutant) ?? '';
    expect(await answers(switched, id), mutantName(mutant, text)).toEqual(await answers(changed, 0));
  }
});

test('files and tests of the rooms are where the list says', () => {
  for (const [file, tests] of Object.entries(DECIDING_FILES)) {
    for (const path of [file, ...tests]) expect(existsSync(path), path).toBe(true);
  }
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
