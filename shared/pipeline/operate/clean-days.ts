import type { DayCommit } from '../../day/day-commit.ts';
import { dayPath } from '../../keys/business-date.ts';
import { dayCommitPrefix } from '../../keys/lake-keys.ts';
import type { ObjectInfo } from '../../ports/object-store.ts';
import { isLoaded } from '../../run/ledger-entry.ts';
import { applyCommit } from '../publish/apply-commit.ts';
import { dayEntries, lastCommit, ledgerDays, readCommit } from '../store/day-ledger.ts';
import { unlessDamaged } from '../store/json-object.ts';
import { HELD_BY_ROLLBACK, takeLeave } from './day-holds.ts';
import { bytesOf, type Removal, type Removals } from './removals.ts';

/** Cleans every day. One that cannot be shown must not stop the others: it keeps all it has, and the report says why. */
export async function cleanDays(removals: Removals): Promise<void> {
  for (const [dataset, dates] of await ledgerDays(removals.ports.lake)) {
    for (const date of [...dates].sort()) {
      try {
        while (!(await cleanDay(removals, dataset, date)));
      } catch (error) {
        removals.fail(dayCommitPrefix(dataset, date), error);
      }
    }
  }
}

/**
 * Removes generations of a day that no reader and no rollback needs any more, and folders that no commit names. Answers false, and removes
 * nothing, if another commit was written meanwhile: it may need what this one did not.
 */
async function cleanDay(removals: Removals, dataset: string, businessDate: string): Promise<boolean> {
  const { ports, options } = removals;
  const last = await lastCommit(ports.lake, dataset, businessDate);
  if (!last) return true;
  // From here on the catalog points to no generation older than this commit's.
  if (!options.dryRun) await applyCommit(ports, last);
  const leaving = await leavingFolders(removals, last);
  if (leaving.size === 0) return true;
  const leave = await takeLeave(ports.lake, last, last.commit, options.dryRun ? [] : [...leaving.keys()]);
  if ((await lastCommit(ports.lake, dataset, businessDate))?.commit !== last.commit) {
    await leave.end([]);
    return false;
  }
  const removed: string[] = [];
  for (const [folder, { what, why, objects }] of leaving) {
    if (leave.held.has(folder)) removals.keep(folder, HELD_BY_ROLLBACK);
    else {
      const keys = objects.map(({ key }) => key);
      await removals.removeKeys(what, folder, keys, bytesOf(objects), why);
      removed.push(folder);
    }
  }
  await leave.end(removed);
  return true;
}

/** A folder that is to be removed. */
interface LeavingFolder {
  what: Removal['what'];
  why: string;
  objects: ObjectInfo[];
}

/** The folders of a day that nothing needs any more, with what is in them. */
async function leavingFolders(
  { ports, options, now }: Removals,
  last: DayCommit,
): Promise<Map<string, LeavingFolder>> {
  const { dataset, businessDate } = last;
  const keep = locationsOf(last);
  const replaced = new Map<string, string>();
  const tables = new Set(last.tables.map((table) => table.dataset));
  const hidden = await hiddenRuns(ports.lake, last);
  /** Commits that cannot be read: nobody knows which of their folders are needed, so all stay. */
  const unknown = new Set<number>();
  let supersededAt = last.committedAt;
  for (let number = last.commit - 1; number > 0; number--) {
    const read = await unlessDamaged(
      readCommit(ports.lake, dataset, businessDate, number).then((commit) => ({ commit })),
    );
    if (!read) unknown.add(number);
    const commit = read?.commit;
    if (!commit) continue;
    const leftForMs = now.getTime() - Date.parse(supersededAt);
    for (const location of locationsOf(commit, hidden)) keep.add(location);
    for (const location of locationsOf(commit)) {
      if (leftForMs < options.generationsOlderThanMs) keep.add(location);
      else replaced.set(location, `replaced by commit ${number + 1} at ${supersededAt}`);
    }
    for (const table of commit.tables) tables.add(table.dataset);
    supersededAt = commit.committedAt;
  }
  const leaving = new Map<string, LeavingFolder>();
  for (const table of tables) {
    for await (const info of ports.lake.list(`${ports.publishedPrefix}${table}/${dayPath(businessDate)}/`)) {
      const folder = info.key.slice(0, info.key.lastIndexOf('/') + 1);
      const location = folder.slice(ports.publishedPrefix.length);
      if (keep.has(location)) continue;
      const why = replaced.get(location);
      const generation = Number(/\/gen=(\d+)\/$/.exec(folder)?.[1] ?? Number.NaN);
      // No commit names it: a copy came too late. A higher generation belongs to a commit that was written a moment ago.
      if (why === undefined && (!(generation <= last.commit) || unknown.has(generation))) continue;
      const entry = leaving.get(folder) ?? {
        what: why === undefined ? ('orphan' as const) : ('generation' as const),
        why: why ?? 'no commit of the day names it',
        objects: [],
      };
      entry.objects.push(info);
      leaving.set(folder, entry);
    }
  }
  return leaving;
}

/** Runs that are loaded and not in the day's last commit: a supplement whose file has another version now comes back with its own. */
async function hiddenRuns(
  lake: Parameters<typeof dayEntries>[0],
  { dataset, businessDate, files }: DayCommit,
): Promise<Set<string>> {
  const entries = await dayEntries(lake, dataset, businessDate);
  const shown = new Set(files.map(({ runId }) => runId));
  const loaded = entries.filter(isLoaded).map((entry) => entry.loaded.runId);
  return new Set(loaded.filter((runId) => !shown.has(runId)));
}

/** Folders of a commit's partitions; with `runs`, only of those that have objects of these runs. */
function locationsOf(commit: DayCommit, runs?: Set<string>): Set<string> {
  const partitions = commit.tables.flatMap((table) => table.partitions);
  const chosen = runs
    ? partitions.filter(({ objects }) => objects.some(({ runId }) => runs.has(runId)))
    : partitions;
  return new Set(chosen.map(({ location }) => location));
}
