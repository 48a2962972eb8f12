import { expect, it } from 'vitest';
import type { FileState } from '../../shared/run/ledger-entry.ts';
import { stageDurations } from '../../shared/run/stage-durations.ts';

it('gives how long a file was in each state since its last claim', () => {
  const step = (state: FileState, minute: number) => ({
    state,
    at: new Date(minute * 60_000).toISOString(),
    execution: 'x',
    version: 'v1',
  });
  const history = [
    step('splitting', 0),
    step('failed', 1),
    step('splitting', 5),
    step('parsing', 6),
    step('loaded', 9),
  ];
  expect(stageDurations({ history })).toEqual({ splitting: 60_000, parsing: 180_000 });
});
