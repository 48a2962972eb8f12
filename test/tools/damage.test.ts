import { expect, test } from 'vitest';
import { damageInput } from '../../tools/fuzz/damage/damage-input.ts';

/** `npm run fuzz -- --damage` plays a million damaged records; these are a few thousand of them. */
const SEED = 20250812;
const FILES = 120;

test('what loads of files with damaged records is what their sender meant', async () => {
  const outcomes = new Set<string>();
  const damaged = new Map<string, number>();
  for (let index = 0; index < FILES; index++) {
    const played = await damageInput(SEED, index);
    outcomes.add(played.outcome);
    for (const [kind, records] of played.damaged) damaged.set(kind, (damaged.get(kind) ?? 0) + records);
  }
  // Good files load, damage shows, and most ways of damaging a record were tried.
  expect([...outcomes]).toEqual(expect.arrayContaining(['loaded', 'loaded with rejects']));
  expect(damaged.size).toBeGreaterThan(30);
});
