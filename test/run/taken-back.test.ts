import { expect, it } from 'vitest';
import { takenBack } from '../../shared/run/taken-back.ts';
import { sampleEntry } from '../support/sample-entry.ts';

const AT = '2025-08-13T04:00:00.000Z';
const back = (entry: Parameters<typeof takenBack>[0], from: string | null) =>
  takenBack(entry, { from }, undefined, AT, 'wrong');

it('a file whose version is taken back is refused if it has no other', () => {
  const entry = sampleEntry('a');
  expect(back(entry, entry.runId)).toMatchObject({ state: 'refused', refusal: { code: 'rolled-back' } });
});

it('the state of another run stays, whatever it is, and that of the run itself unless it is loaded', () => {
  const entry = sampleEntry('a');
  const { runId } = entry;
  for (const [from, state] of [
    ['another', 'loaded'],
    [runId, 'merging'],
    [runId, 'refused'],
    ['another', 'parsing'],
  ] as const) {
    const after = back({ ...entry, state }, from);
    expect([after.state, after.runId, after.loaded]).toEqual([state, runId, undefined]);
    expect(after.rolledBack).toMatchObject([{ runId, reason: 'wrong', at: AT }]);
  }
});
