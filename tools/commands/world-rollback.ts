import {
  type Commit,
  copyOf,
  type DayState,
  dayOf,
  fileOf,
  lastCommit,
  type Meaning,
  type Shown,
  standing,
  standingFiles,
  type World,
} from './world.ts';

export interface RollbackRequest {
  dataset: string;
  businessDate: string;
  file?: string | undefined;
  remove?: boolean | undefined;
  to?: number | undefined;
}

/** A file that goes from one load to another. */
interface Move {
  key: string;
  from: number | null;
  to: number | null;
}

/** The worlds after a rollback; undefined if there is nothing to go back to. More than one if a commit to go back to is not known. */
export function rollBack(meaning: Meaning, before: World, request: RollbackRequest): World[] | undefined {
  const day = dayOf(copyOf(before), request.dataset, request.businessDate);
  if (request.file === undefined) return wholeDay(before, day, request);
  const last = lastCommit(day);
  const isCommitted = day.commits[day.last]?.files[request.file] !== undefined;
  if (request.remove && !isCommitted && standing(day, request.file) !== undefined)
    return [takenOut(before, day, request.file)];
  const from = last?.files[request.file];
  if (!last || from === undefined) return undefined;
  const to = request.remove ? null : loadBefore(day, request.file, from);
  if (to === undefined) return undefined;
  const moves = [
    { key: request.file, from, to },
    ...waiting(day, request, from),
    ...supplementsOf(meaning, before, day, request.file, to),
  ];
  return [moved(before, day, moves, filesAfter(last.files, moves), null)];
}

/** The last load before this one that was not taken back itself. */
function loadBefore(day: DayState, key: string, from: number): number | undefined {
  const { timeline, taken } = fileOf(day, key);
  const at = timeline.lastIndexOf(from);
  const before = timeline.slice(0, Math.max(at, 0)).filter((load) => load !== null);
  return before.findLast((load) => load !== from && !taken.some((known) => known.load === load));
}

/** A later version of a file that is taken out goes with it. */
function waiting(day: DayState, { file = '', remove }: RollbackRequest, from: number): Move[] {
  const load = standing(day, file);
  return remove && load !== undefined && load !== from ? [{ key: file, from: load, to: null }] : [];
}

/** What corrects the file goes to its last load for that version of it; without one it stays as it is, hidden. */
function supplementsOf(
  meaning: Meaning,
  world: World,
  day: DayState,
  file: string,
  parent: number | null,
): Move[] {
  return Object.entries(standingFiles(day)).flatMap(([key, load]) => {
    if (meaning.contentOf(world, load).corrects !== file) return [];
    const to =
      parent === null
        ? undefined
        : fileOf(day, key).timeline.findLast(
            (known) => known !== null && meaning.isCorrected(world, known, parent),
          );
    return [{ key, from: to === undefined ? null : load, to: to ?? null }];
  });
}

function wholeDay(before: World, day: DayState, { to }: RollbackRequest): World[] | undefined {
  const last = lastCommit(day);
  if (!last) return undefined;
  const number = to ?? (last.restores ?? day.last) - 1;
  if (number >= day.last || number < 1) return undefined;
  const targets = commitsOf(day, number).filter(({ isBlank }) => !isBlank);
  if (targets.length === 0) return undefined;
  return targets.map((target) => {
    const moves = movesTo(before, day, last.files, target.files);
    return moved(before, day, moves, target.files, target.restores ?? number);
  });
}

/** A commit by its number. In the middle of a command of several files it had each of them, or what was there before. */
function commitsOf(day: DayState, number: number): Commit[] {
  const known = day.commits[number];
  if (known) return [known];
  const numbers = Object.keys(day.commits).map(Number);
  const earlier = day.commits[Math.max(0, ...numbers.filter((one) => one < number))];
  const later = day.commits[Math.min(...numbers.filter((one) => one > number))];
  const [was, becomes] = [earlier?.files ?? {}, later?.files ?? {}];
  const changed = Object.keys({ ...was, ...becomes }).filter((key) => was[key] !== becomes[key]);
  return Array.from({ length: 2 ** changed.length }, (_, bits) => {
    const files = { ...was };
    for (const [index, key] of changed.entries()) {
      if (((bits >> index) & 1) === 0) continue;
      const load = becomes[key];
      if (load === undefined) delete files[key];
      else files[key] = load;
    }
    return { files, isBlank: false, isPartial: false, restores: null };
  });
}

function movesTo(world: World, day: DayState, shown: Shown, target: Shown): Move[] {
  const moves: Move[] = [];
  for (const key of Object.keys({ ...shown, ...target })) {
    const [now, to] = [shown[key] ?? null, target[key] ?? null];
    if (now === to) continue;
    const load = standing(day, key);
    const isSupplement = load !== undefined && world.loads[load]?.corrects !== undefined;
    moves.push({ key, from: now ?? (isSupplement ? load : null), to });
  }
  const changed = new Set(moves.map(({ key }) => key));
  // A hidden supplement that came later would be shown again with its file.
  for (const [key, load] of Object.entries(standingFiles(day))) {
    if (shown[key] !== undefined || target[key] !== undefined) continue;
    const corrects = world.loads[load]?.corrects;
    const parent = Object.entries(day.files).find(
      ([, file]) => corrects !== undefined && file.timeline.includes(corrects),
    );
    if (parent && changed.has(parent[0])) moves.push({ key, from: load, to: null });
  }
  return moves;
}

function filesAfter(files: Shown, moves: Move[]): Shown {
  const after = { ...files };
  for (const { key, to } of moves) {
    if (to === null) delete after[key];
    else after[key] = to;
  }
  return after;
}

function moved(
  before: World,
  { dataset, businessDate }: DayState,
  moves: Move[],
  files: Shown,
  restores: number | null,
): World {
  const world = copyOf(before);
  const day = dayOf(world, dataset, businessDate);
  world.clock++;
  for (const move of moves) settle(world, day, move);
  day.last++;
  day.commits[day.last] = { files, isBlank: false, isPartial: false, restores };
  return world;
}

/** A file that is in no commit is taken out: readers see what they saw. */
function takenOut(before: World, { dataset, businessDate }: DayState, key: string): World {
  const world = copyOf(before);
  const day = dayOf(world, dataset, businessDate);
  world.clock++;
  settle(world, day, { key, from: standing(day, key) ?? null, to: null });
  const last = lastCommit(day);
  const { files = {}, isPartial = false } = last ?? {};
  const restores = last ? (last.restores ?? day.last) : null;
  day.last++;
  day.commits[day.last] = { files: { ...files }, isBlank: !last, isPartial, restores };
  return world;
}

/** The file stands where it goes to; what was taken back is known. A version that waits for the day goes on waiting. */
function settle(world: World, day: DayState, { key, from, to }: Move): void {
  if (from === to) return;
  const file = fileOf(day, key);
  const load = standing(day, key) ?? null;
  const isKnown = file.taken.some((taken) => taken.load === from);
  if (load !== from) {
    if (from !== null && load !== to && !isKnown) file.taken.push({ load: from, at: world.clock });
    return;
  }
  file.timeline.push(to);
  if (load !== null) file.taken.push({ load, at: world.clock });
  file.taken = file.taken.filter((taken) => taken.load !== to);
}
