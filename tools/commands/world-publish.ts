import { copyOf, dayOf, lastCommit, type Meaning, sameFiles, shownFiles, type World } from './world.ts';

interface Publication {
  world: World;
  /** Readers see all that the day should have; else it waits for something. */
  isDone: boolean;
}

/** Publishes a day, if it is complete; what is there of it, if that is wanted. */
export function publishDay(
  meaning: Meaning,
  before: World,
  dataset: string,
  businessDate: string,
  inPart: boolean,
): Publication {
  const world = copyOf(before);
  const day = dayOf(world, dataset, businessDate);
  const files = meaning.wouldShow(world, day);
  const isComplete = meaning.isComplete(world, day);
  const last = lastCommit(day);
  const isShown = last !== undefined && sameFiles(last.files, files);
  if (isShown && (!last.isPartial || !isComplete)) return { world, isDone: isComplete || inPart };
  if (!isComplete && (!inPart || Object.keys(files).length === 0)) return { world, isDone: false };
  day.last++;
  day.commits[day.last] = { files, isBlank: false, isPartial: !isComplete, restores: null };
  return { world, isDone: true };
}

/** Remembers what readers saw before a command that may have died while it published. */
export function mayLag(before: World, after: World, dataset: string, businessDate: string): World {
  const world = copyOf(after);
  const day = dayOf(world, dataset, businessDate);
  const was = dayOf(copyOf(before), dataset, businessDate);
  if (day.last !== was.last) day.earlier.push(...was.earlier, shownFiles(was));
  return world;
}

/** A command has published the day to its end. */
export function caughtUp(world: World, dataset: string, businessDate: string): World {
  const day = dayOf(world, dataset, businessDate);
  day.earlier = [];
  return world;
}
