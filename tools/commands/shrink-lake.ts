import { join } from 'node:path';
import { LakePlay, type LakeReport, type PlayOptions } from './play-lake.ts';

/** A lake is played again at most so often. */
const MOST_TRIES = 60;

/** The lake with as few of its steps as still break something: half of them at once, then one after the other. */
export async function shrinkLake(
  broken: LakeReport,
  folder: string,
  options: PlayOptions,
): Promise<LakeReport> {
  let shortest = broken;
  let tries = 0;
  for (
    let size = Math.ceil(broken.steps.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = shortest.steps.length - size; at > -size && tries < MOST_TRIES; at -= size) {
      const left = new Set(shortest.steps.slice(Math.max(0, at), at + size));
      const fewer = shortest.steps.filter((step) => !left.has(step));
      if (fewer.length === 0) continue;
      tries++;
      const report = await new LakePlay(broken.seed, join(folder, `try-${tries}`), options).play(fewer);
      if (report.broken.length > 0) shortest = report;
    }
  }
  return shortest;
}
