import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { runCommand } from '../support/run-command.ts';

/** A few nights; `chaos.long.test.ts` plays those in which every kind of step and fault is seen, and wrong changes. */
const NIGHTS = 8;

// In processes of their own: a night turns the timers of its whole process to virtual time.
const play = (seed: number, nights: number, ...flags: string[]) =>
  runCommand(
    'tools/chaos/main.ts',
    ['--nights', String(nights), '--seed', String(seed), '--json', ...flags],
    tmpdir(),
  );

it(`${NIGHTS} nights under faults keep every invariant, and a seed plays the same night again`, async () => {
  const { code, stdout, stderr } = await play(1, NIGHTS);
  expect([code, stderr]).toEqual([0, '']);
  const reports = stdout.trimEnd().split('\n');
  expect(reports.map((report) => JSON.parse(report).broken)).toEqual(Array(NIGHTS).fill([]));
  expect((await play(NIGHTS, 1)).stdout.trimEnd()).toBe(reports.at(-1));
});

it('the deeds of a night can be played without the others', async () => {
  const only = await play(7, 1, '--only', '0.0');
  const { deeds, broken } = JSON.parse(only.stdout);
  expect(broken).toEqual([]);
  expect(JSON.parse((await play(7, 1)).stdout).deeds).not.toEqual(deeds);
});
