import type { StateMachineDefinition } from '../../local/state-machine/definition.ts';
import { type NightReport, playNight } from './chaos-night.ts';
import { idsOf } from './night-steps.ts';

/** A night is played again at most so often. */
const MOST_TRIES = 80;

/** The night with as few of its deeds as still break an invariant, found by leaving out one after the other. */
export async function shrinkNight(
  definition: StateMachineDefinition,
  broken: NightReport,
): Promise<NightReport> {
  let shortest = broken;
  let tries = 0;
  for (let isShorter = true; isShorter; ) {
    isShorter = false;
    for (const id of idsOf(shortest.steps).toReversed()) {
      if (tries++ >= MOST_TRIES) return shortest;
      const fewer = idsOf(shortest.steps).filter((other) => other !== id);
      const report = await playNight(definition, broken.seed, fewer);
      if (report.outcome !== 'broken') continue;
      shortest = report;
      isShorter = true;
    }
  }
  return shortest;
}
