import { expect, test } from 'vitest';
import { isAmong, SwitchedMutants, type SwitchResult } from '../../tools/mutants/switch-task.ts';

const after = (...results: SwitchResult[]) => new SwitchedMutants(results);
const one = (is: 'begun' | 'dropped' | 'caught' | 'endless', test = 'a', id = 1): SwitchResult => ({
  is,
  id,
  test,
});
const some = (is: 'at import' | 'reached' | 'not repeatable' | 'done', ids: number[]): SwitchResult => ({
  is,
  ids,
  test: 'a',
});

test('a mutant is judged once a test has caught it, or it never ends', () => {
  expect(after(one('begun')).isJudged(1)).toBe(false);
  expect(after(one('begun'), one('caught')).isJudged(1)).toBe(true);
  expect(after(one('begun'), one('endless')).isJudged(1)).toBe(true);
});

test('what a test caught does not count if that test fails without the mutant as well', () => {
  const told = after(one('caught'), one('caught', 'b', 2), some('not repeatable', [1, 2, 3]));
  expect([told.isJudged(1), told.isJudged(2), told.isJudged(3)]).toEqual([false, true, false]);
  expect([...told.unsure]).toEqual([1, 2, 3]);
  // Another test may see it.
  expect(after(one('caught'), some('not repeatable', [1]), one('caught', 'b')).isJudged(1)).toBe(true);
});

test('a test tries a mutant once, but for a try that ended with the whole run', () => {
  const tried = after(one('begun'), one('begun', 'b'), one('begun', 'b'));
  expect([tried.triesOf(1), tried.hasTried('a', 1), tried.hasTried('c', 1), tried.triesOf(2)]).toEqual([
    2,
    true,
    false,
    0,
  ]);
  const dropped = after(one('begun'), one('begun', 'b'), one('dropped', 'b'));
  expect([dropped.triesOf(1), dropped.hasTried('b', 1)]).toEqual([1, false]);
});

test('code that runs at import, what tests reach, and tests that have tried all are told apart', () => {
  const told = after(some('at import', [1, 2]), some('reached', [2]), some('done', [2]));
  expect([[...told.atImport], [...told.reached], [...told.doneTests]]).toEqual([[1, 2], [2], ['a']]);
});

test('a test file is named itself, or by a folder that it is in', () => {
  expect(isAmong('test/day/a.test.ts', ['test/day'])).toBe(true);
  expect(isAmong('test/day/a.test.ts', ['test/day/a.test.ts'])).toBe(true);
  expect(isAmong('test/days/a.test.ts', ['test/day', 'test/day/b.test.ts'])).toBe(false);
});
