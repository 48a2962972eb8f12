import { ObjectDamaged } from '../../errors.ts';
import { runKeys } from '../../keys/run-keys.ts';
import { isRunId } from '../../keys/source-id.ts';
import { type FilePlan, filePlanShape } from '../../run/file-plan.ts';
import { isLeased } from '../../run/lease.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { arePlaced } from '../publish/apply-commit.ts';
import { HELD_BY_ROLLBACK, takeLeave } from '../store/day-holds.ts';
import { dayEntries, lastCommit, ledgerDays } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { findJson } from '../store/json-object.ts';
import { readEntry, updateEntry } from '../store/ledger.ts';
import { plannedNote, plannedNotes } from './clean-notes.ts';
import { type PublishedRuns, publishedRuns } from './published-runs.ts';
import type { PlannedRemoval, Removals } from './removals.ts';

const EXECUTIONS = 'runs/executions/';
/** A removal waits for the store: many at once wait no longer. */
const PARALLEL_RUNS = 16;
const LOT = 500;

/** The parts of a run's plan that say whether it may be removed. */
type CleanedRun = Pick<
  FilePlan,
  'runId' | 'dataset' | 'businessDate' | 'sourceKey' | 'ledgerKey' | 'attempt' | 'startedAt'
>;

/** Removes runs past their retention, runs without a plan, and the notes of executions that are over. */
export async function cleanRuns(removals: Removals): Promise<void> {
  const { lake } = removals.ports;
  const keys = await Array.fromAsync(lake.listFolder('runs/', { isEmptyShown: true }));
  const roots = keys.filter((key) => key.endsWith('/') && key !== EXECUTIONS);
  const byDay = new Map<string, CleanedRun[]>();
  await inParallel(roots, PARALLEL_RUNS, async (root) => {
    if (removals.isOver()) return;
    const run = await removals.orFail(root, () => agedRun(removals, root.slice('runs/'.length, -1)));
    if (!run) return;
    const day = `${run.dataset} ${run.businessDate}`;
    const known = byDay.get(day);
    if (known) known.push(run);
    else byDay.set(day, [run]);
  });
  /** Keys of notes that went with a run, or in a dry run would have gone. */
  const known = new Set<string>();
  for (const runs of byDay.values()) {
    if (removals.isOver()) return;
    const clean = () => cleanRunsOfDay(removals, runs, known);
    await removals.orFail(runs.map(rootOf), clean, clean);
  }
  const notes = await Array.fromAsync(lake.listFolder(EXECUTIONS));
  const left = notes.filter((key) => !known.has(key));
  await removeLots(removals, left, (key) => removals.orFail(key, () => plannedNote(removals, key)));
}

/** The run, if it is past its retention. One without a plan is removed at once. */
async function agedRun(removals: Removals, runId: string): Promise<CleanedRun | undefined> {
  const { ports, options, now } = removals;
  const { root, plan: planKey } = runKeys(runId);
  const plan = await findJson(ports.lake, planKey, filePlanShape).catch(async (error) => {
    if (!(error instanceof ObjectDamaged) || (await isNamed(removals, runId))) throw error;
    return undefined;
  });
  if (!plan) {
    if (!isRunId(runId)) {
      removals.keep(root, 'it has not the name of a run: move it away if nobody needs it');
      return undefined;
    }
    if (await isOnlyCopy(removals, runId)) {
      removals.keep(root, 'the rows of a loaded file wait in it for their day; it lost its plan');
      return undefined;
    }
    // The plan is written first and removed last: nobody can work on a run without one.
    const why = 'it has no plan that can be read, so nobody can work on it';
    const orphan = await removals.planBelow('orphan', root, why, planKey);
    if (orphan) await removals.removeTogether([orphan]);
    return undefined;
  }
  if (now.getTime() - Date.parse(plan.startedAt) < options.runsOlderThanMs) return undefined;
  const { dataset, businessDate, sourceKey, ledgerKey, attempt, startedAt } = plan;
  return { runId, dataset, businessDate, sourceKey, ledgerKey, attempt, startedAt };
}

/** Does a file of the ledger, or what readers see of a day, come from the run? Its plan, which cannot be read, would say of which. */
async function isNamed({ ports: { lake } }: Removals, runId: string): Promise<boolean> {
  for (const [dataset, dates] of await ledgerDays(lake)) {
    for (const date of [null, ...dates]) {
      const entries = await dayEntries(lake, dataset, date);
      if (entries.some((entry) => entry.runId === runId || entry.loaded?.runId === runId)) return true;
      const last = date === null ? undefined : await lastCommit(lake, dataset, date);
      if (last?.files.some((file) => file.runId === runId)) return true;
    }
  }
  return false;
}

/** Are the rows of a loaded file in the run, and not yet where readers of its day have them? */
async function isOnlyCopy({ ports }: Removals, runId: string): Promise<boolean> {
  for (const [dataset, dates] of await ledgerDays(ports.lake)) {
    for (const date of dates) {
      const last = await lastCommit(ports.lake, dataset, date);
      const objects = last && publishedRuns(last).objects.get(runId);
      if (objects) return !(await arePlaced(ports, objects));
      const entries = await dayEntries(ports.lake, dataset, date);
      if (entries.some(({ loaded }) => loaded?.runId === runId)) return true;
    }
  }
  return false;
}

/** Removes those of a day's runs that nothing needs. That is looked at again once no rollback can begin to count on them. */
async function cleanRunsOfDay(removals: Removals, runs: CleanedRun[], known: Set<string>): Promise<void> {
  const [first] = runs;
  if (!first) return;
  const { lake } = removals.ports;
  const last = await lastCommit(lake, first.dataset, first.businessDate);
  const entries = new Map<string, LedgerEntry | undefined>();
  const leaving = await unneeded(removals, runs, last && publishedRuns(last), entries);
  // A day without a commit cannot be rolled back.
  const roots = last && !removals.options.dryRun ? leaving.map(rootOf) : [];
  const leave = await takeLeave(lake, first, last?.commit ?? 0, roots);
  const again = await lastCommit(lake, first.dataset, first.businessDate);
  const published = again && publishedRuns(again);
  const still =
    again?.commit === last?.commit ? leaving : await unneeded(removals, leaving, published, entries);
  const removed = await removeLots(removals, still, async (run) => {
    const root = rootOf(run);
    if (!leave.held.has(root))
      return removals.orFail(
        root,
        async () => {
          const free = await freed(removals, run, published, entries);
          if (!free) return undefined;
          return [await plannedRun(removals, run), ...(await plannedNotes(removals, free.entry, known))];
        },
        () => cleanRunsOfDay(removals, [run], known),
      );
    removals.keep(root, HELD_BY_ROLLBACK);
    return undefined;
  });
  await leave.end(removed, removals.failedKeys());
}

/** Plans removals and carries them out, lot by lot. Answers with the keys of what was removed. */
async function removeLots<T>(
  removals: Removals,
  all: T[],
  plan: (one: T) => Promise<(PlannedRemoval | undefined)[] | undefined>,
): Promise<string[]> {
  const removed: string[] = [];
  const left = [...all];
  while (left.length > 0 && !removals.isOver()) {
    const planned = await inParallel(left.splice(0, LOT), PARALLEL_RUNS, plan);
    const found = planned.flatMap((of) => of ?? []).filter((one) => one !== undefined);
    removed.push(...(await removals.removeTogether(found)));
  }
  return removed;
}

function rootOf({ runId }: CleanedRun): string {
  return runKeys(runId).root;
}

/** The runs that nothing needs; the report says why the others stay. Notes the entry of each file in `entries`. */
async function unneeded(
  removals: Removals,
  runs: CleanedRun[],
  published: PublishedRuns | undefined,
  entries: Map<string, LedgerEntry | undefined>,
): Promise<CleanedRun[]> {
  const found: CleanedRun[] = [];
  await inParallel(runs, PARALLEL_RUNS, async (run) => {
    const root = rootOf(run);
    const reason = async () => {
      const entry = await readEntry(removals.ports.lake, run.ledgerKey);
      entries.set(run.ledgerKey, entry);
      return (await reasonToKeep(removals, run, entry, published)) ?? 'none';
    };
    const why = await removals.orFail(root, reason);
    if (why === 'none') found.push(run);
    else if (why !== undefined) removals.keep(root, why);
  });
  return found;
}

async function reasonToKeep(
  removals: Removals,
  run: CleanedRun,
  entry: LedgerEntry | undefined,
  published: PublishedRuns | undefined,
): Promise<string | undefined> {
  const { ports, now } = removals;
  // Small files that are converted together get their entries last.
  if (!entry) {
    return isLeased(run.startedAt, now)
      ? 'a conversion that has begun may still be at work on it'
      : undefined;
  }
  if (isTheRun(entry, run) && removals.isInUse(entry)) {
    return `${run.sourceKey} is ${entry.state}, until ${entry.leaseUntil ?? 'soon'} at least`;
  }
  // A commit written a moment ago, or one that could not be shown yet, still copies its objects from the run.
  const objects = published?.objects.get(run.runId);
  if (published && objects && !(await arePlaced(ports, objects))) {
    return `commit ${published.commit} of ${run.businessDate} still has objects to copy from it`;
  }
  return isWaiting(entry, run, published)
    ? `${run.sourceKey} is loaded and waits for its day to be published`
    : undefined;
}

/** The entry of a run's file once nobody can take the run up again; undefined if a conversion works on it or loaded it by now. */
async function freed(
  removals: Removals,
  run: CleanedRun,
  published: PublishedRuns | undefined,
  entries: ReadonlyMap<string, LedgerEntry | undefined>,
): Promise<{ entry: LedgerEntry | undefined } | undefined> {
  if (removals.options.dryRun) return { entry: entries.get(run.ledgerKey) };
  const free = await fence(removals, run, published);
  if (!free) removals.keep(rootOf(run), 'a conversion took it up again a moment ago');
  return free;
}

function plannedRun(removals: Removals, run: CleanedRun): Promise<PlannedRemoval | undefined> {
  const { root, plan } = runKeys(run.runId);
  const why = `${run.sourceKey} of ${run.businessDate}, begun ${run.startedAt}`;
  return removals.planBelow('run', root, why, plan);
}

/** Raises the attempt of the run's file, so that converting it again makes another run. Answers its entry; undefined if the run is needed by now. */
async function fence(
  removals: Removals,
  run: CleanedRun,
  published: PublishedRuns | undefined,
): Promise<{ entry: LedgerEntry | undefined } | undefined> {
  const isFree = (entry: LedgerEntry) =>
    !(isTheRun(entry, run) && removals.isInUse(entry)) && !isWaiting(entry, run, published);
  const entry = await updateEntry(removals.ports.lake, run.ledgerKey, (current) => {
    // A file that is loaded is not converted again, unless by force, which raises the attempt itself.
    const isLoadedRun = current?.state === 'loaded' && current.loaded?.runId === run.runId;
    if (!current || !isFree(current) || isLoadedRun || current.attempt > run.attempt) return current;
    return { ...current, attempt: run.attempt + 1 };
  });
  return !entry || isFree(entry) ? { entry } : undefined;
}

/** Is it what the entry has loaded, and in no commit yet? */
function isWaiting(
  { loaded }: LedgerEntry,
  { runId }: CleanedRun,
  published: PublishedRuns | undefined,
): boolean {
  return loaded?.runId === runId && published?.objects.has(runId) !== true;
}

/** True if the entry is about this run, or about one that is not planned yet and may turn out to be this run. */
function isTheRun(entry: LedgerEntry, run: CleanedRun): boolean {
  return entry.runId === run.runId || entry.state === 'splitting';
}
