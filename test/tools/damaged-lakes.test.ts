import { expect, test } from 'vitest';
import { Chances } from '../../tools/chaos/fault-plan.ts';
import { playDamage } from '../../tools/damaged-lakes/play-damage.ts';
import { makeSampleLake } from '../../tools/damaged-lakes/sample-lake.ts';

/** `npm run damage` makes 200 lakes and damages each in one place; these are a few, of one lake. */
const SEED = 20250812;
const LAKES = 16;

test('every damage is found and named, mended or said how to mend, and no reader gets a wrong row after repair', async () => {
  const base = await makeSampleLake(new Chances(SEED, 'lake'));
  const broken: string[] = [];
  const healed = new Set<string>();
  for (let index = 0; index < LAKES; index++) {
    const report = await playDamage(SEED + index, base);
    healed.add(report.healed);
    broken.push(
      ...report.broken.map((what) => `seed ${report.seed}, ${report.damage} of ${report.keys}: ${what}`),
    );
  }
  expect(broken).toEqual([]);
  expect([...healed]).toEqual(expect.arrayContaining(['by repair']));
});
