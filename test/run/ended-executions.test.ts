import { expect, it } from 'vitest';
import { hasEnded, withFailed } from '../../shared/run/ended-executions.ts';
import { sampleEntry } from '../support/sample-entry.ts';

const entry = { ...sampleEntry('a'), history: [] };
const steps = (...states: string[]) => ({
  history: states.map((state) => ({ state, execution: 'e1' })),
});

it('an execution that failed has ended, in that life and the earlier ones, and no other execution has', () => {
  const failed = withFailed(entry, 'e1', 1);
  expect([0, 1, 2].map((life) => hasEnded(failed, 'e1', life))).toEqual([true, true, false]);
  expect(hasEnded(failed, 'e2', 0)).toBe(false);
  // Nobody knows in which life a call of an earlier version was made.
  expect(hasEnded(failed, 'e1', undefined)).toBe(false);
  expect(withFailed(failed, 'e1', 0)).toBe(failed);
  expect(withFailed(withFailed(failed, 'e2', 0), 'e1', 2).failedExecutions).toEqual([
    { execution: 'e2', redriveCount: 0 },
    { execution: 'e1', redriveCount: 2 },
  ]);
});

it('the last twenty are known', () => {
  let noted = entry;
  for (let index = 0; index <= 20; index++) noted = withFailed(noted, `e${index}`, 0);
  expect([0, 1, 20].map((index) => hasEnded(noted, `e${index}`, 0))).toEqual([false, true, true]);
});

it('an execution whose own run has ended has, and not one that found the file loaded', () => {
  expect(hasEnded(steps('splitting', 'parsing'), 'e1', 0)).toBe(false);
  expect(hasEnded(steps('splitting', 'parsing', 'loaded'), 'e1', 0)).toBe(true);
  expect(hasEnded(steps('splitting', 'refused'), 'e1', 5)).toBe(true);
  expect(hasEnded(steps('splitting', 'loaded'), 'e2', 0)).toBe(false);
  expect(hasEnded(steps('loaded'), 'e1', 0)).toBe(false);
  expect(hasEnded(steps('loaded', 'splitting'), 'e1', 0)).toBe(false);
});
