import { expect, it } from 'vitest';
import { judgeLooks } from '../../tools/engines/judge-looks.ts';

const looksAt = (...states: string[]) =>
  states.map((saw, index) => ({ saw, fromMs: 10 * index, toMs: 10 * index + 9 }));
const SWITCHES = [5, 15, 25];

it('looks at one state or the next are right, if some were under way when it was switched', () => {
  expect(judgeLooks(looksAt('a', 'a', 'b', 'c'), ['a', 'b', 'c'], SWITCHES)).toEqual({
    looks: 4,
    states: 3,
    acrossSwitches: 3,
    problems: [],
  });
});

it.each([
  ['half a state', looksAt('a', 'half of b', 'b'), SWITCHES, 'half of b'],
  ['an earlier state', looksAt('a', 'b', 'a', 'b'), SWITCHES, 'no state from 1 on'],
  ['an error', looksAt('a', 'error: no file', 'b'), SWITCHES, 'no file'],
  ['an old state at last', looksAt('a', 'a', 'a'), SWITCHES, 'the last look saw a, not b'],
  ['a state that nobody saw', looksAt('b', 'b', 'b'), SWITCHES, '1 states were not seen'],
  ['no switch', looksAt('a', 'b', 'b'), [9.5], 'only 0 looks were under way'],
])('%s is a problem', (_, looks, switches, problem) => {
  expect(judgeLooks(looks, ['a', 'b'], switches).problems.join('\n')).toContain(problem);
});
