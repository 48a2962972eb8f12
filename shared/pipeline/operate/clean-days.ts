import type { DayCommit } from '../../day/day-commit.ts';
import { dayPath } from '../../keys/business-date.ts';
import { dayCommitPrefix, daysDataset } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { isLoaded } from '../../run/ledger-entry.ts';
import { applyCommit } from '../publish/apply-commit.ts';
import { dayRowPublication } from '../publish/day-row.ts';
import { HELD_BY_ROLLBACK, takeLeave } from '../store/day-holds.ts';
import { dayEntries, lastCommit, ledgerDays, readCommit } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { unlessDamaged } from '../store/json-object.ts';
import { listedKeys } from '../store/listed-keys.ts';
import type { Removal, Removals } from './removals.ts';
import type { RetiredTables } from './retired-tables.ts';

/** Cleans every day. One that cannot be shown must not stop the others: it keeps all it has, and the report says why. */
export async function cleanDays(removals: Removals, retired: RetiredTables): Promise<void> {
  for (const [dataset, dates] of await ledgerDays(removals.ports.lake)) {
    for (const date of [...dates].sort()) {
      if (removals.isOver()) return;
      const clean = async () => {
        while (!(await cleanDay(removals, retired, dataset, date)));
      };
      await removals.orFail(dayCommitPrefix(dataset, date), clean, clean);
    }
  }
}

/**
 * Removes generations of a day that no reader and no rollback needs any more, and folders that no commit names. Answers false, and removes
 * nothing, if another commit was written meanwhile: it may need what this one did not.
 */
async function cleanDay(
  removals: Removals,
  retired: RetiredTables,
  dataset: string,
  businessDate: string,
): Promise<boolean> {
  const { ports, options } = removals;
  const last = await lastCommit(ports.lake, dataset, businessDate);
  if (!last) return true;
  // From here on the catalog points to no generation older than this commit's.
  if (!options.dryRun) await applyCommit(ports, last);
  const leaving = await leavingObjects(removals, retired, last);
  if (leaving.size === 0) return true;
  const leave = await takeLeave(ports.lake, last, last.commit, options.dryRun ? [] : [...leaving.keys()]);
  if ((await lastCommit(ports.lake, dataset, businessDate))?.commit !== last.commit) {
    await leave.end([]);
    return false;
  }
  const removed: string[] = [];
  for (const [name, { what, why, objects }] of leaving) {
    if (leave.held.has(name)) removals.keep(name, HELD_BY_ROLLBACK);
    else {
      const removal = {
        what,
        key: name,
        objects: objects.length,
        bytes: await bytesOf(ports.lake, objects),
        why,
      };
      removed.push(...(await removals.removeTogether([{ removal, steps: [objects] }])));
    }
  }
  await leave.end(removed, removals.failedKeys());
  return true;
}

/** A folder, or one object of a folder that readers still need, that is to be removed. */
interface Leaving {
  what: Removal['what'];
  why: string;
  /** Their keys. */
  objects: string[];
}

/** What nothing needs any more of a day, by the key of its folder or, in a folder that stays, of the object. */
async function leavingObjects(
  removals: Removals,
  retired: RetiredTables,
  last: DayCommit,
): Promise<Map<string, Leaving>> {
  const { ports } = removals;
  const { businessDate } = last;
  const { keep, replaced, tables, unknown, commits } = await commitsBefore(removals, last);
  const needed = await retired.neededCommits(tables, businessDate);
  for (const commit of commits) {
    if (needed.has(commit.commit)) for (const key of keysOf(commit)) keep.add(key);
  }
  const leaving = new Map<string, Leaving>();
  for (const table of tables) {
    for (const [folder, keys] of await foldersOf(ports, `${table}/${dayPath(businessDate)}/`)) {
      const nameOf = (key: string) => key.slice(ports.publishedPrefix.length);
      const named = keys.filter((key) => replaced.has(nameOf(key)) && !keep.has(nameOf(key)));
      const why = named[0] && replaced.get(nameOf(named[0]));
      const generation = Number(/\/gen=(\d+)\/$/.exec(folder)?.[1] ?? Number.NaN);
      const isKept = keys.some((key) => keep.has(nameOf(key)));
      // Of a folder that readers still need, only what a commit named is known to be needed no more.
      if (isKept) for (const key of named) leaving.set(key, generationOf(replaced.get(nameOf(key)), [key]));
      else if (why !== undefined) leaving.set(folder, generationOf(why, keys));
      // No commit names it: a copy came too late. A higher generation belongs to a commit that was written a moment ago.
      else if (generation <= last.commit && !unknown.has(generation))
        leaving.set(folder, { what: 'orphan', why: 'no commit of the day names it', objects: keys });
    }
  }
  return leaving;
}

/** What the commits of a day before the last one have. */
interface CommitsBefore {
  commits: DayCommit[];
  tables: Set<string>;
  /** Keys of objects that stay, and of those that were replaced long enough ago, with the reason. */
  keep: Set<string>;
  replaced: Map<string, string>;
  /** Commits that cannot be read: nobody knows which of their folders are needed, so all stay. */
  unknown: Set<number>;
}

async function commitsBefore({ ports, options, now }: Removals, last: DayCommit): Promise<CommitsBefore> {
  const { dataset, businessDate } = last;
  const found: CommitsBefore = {
    commits: [],
    tables: new Set([
      ...last.tables.map((table) => table.dataset),
      ...(ports.catalog.hasDaysTable ? [daysDataset(dataset)] : []),
    ]),
    keep: keysOf(last),
    replaced: new Map(),
    unknown: new Set(),
  };
  const { keep, replaced } = found;
  // Of a day's first commit there is no earlier one that could have them.
  const hidden = last.commit > 1 ? await hiddenRuns(ports.lake, last) : new Set<string>();
  let supersededAt = last.committedAt;
  for (let number = last.commit - 1; number > 0; number--) {
    const read = await unlessDamaged(
      readCommit(ports.lake, dataset, businessDate, number).then((commit) => ({ commit })),
    );
    if (!read) found.unknown.add(number);
    const commit = read?.commit;
    if (!commit) continue;
    found.commits.push(commit);
    const leftForMs = now.getTime() - Date.parse(supersededAt);
    for (const key of objectKeysOf(commit, hidden)) keep.add(key);
    for (const key of keysOf(commit)) {
      if (leftForMs < options.generationsOlderThanMs) keep.add(key);
      else if (!replaced.has(key)) replaced.set(key, `replaced by commit ${number + 1} at ${supersededAt}`);
    }
    for (const table of commit.tables) found.tables.add(table.dataset);
    supersededAt = commit.committedAt;
  }
  return found;
}

function generationOf(why = '', objects: string[]): Leaving {
  return { what: 'generation', why, objects };
}

const PARALLEL_HEADS = 16;

async function bytesOf(lake: ObjectStore, keys: string[]): Promise<number> {
  const found = await inParallel(keys, PARALLEL_HEADS, (key) => lake.head(key));
  return found.reduce((sum, info) => sum + (info?.sizeBytes ?? 0), 0);
}

/** The keys of published objects below a folder, by the folder that they are in. */
async function foldersOf(
  { lake, publishedPrefix }: Removals['ports'],
  below: string,
): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  for await (const key of listedKeys(lake, `${publishedPrefix}${below}`)) {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    const known = folders.get(folder);
    if (known) known.push(key);
    else folders.set(folder, [key]);
  }
  return folders;
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

/** Keys of what a commit has below the published root: its objects, and its row in the table of days, if there is one. */
function keysOf(commit: DayCommit): Set<string> {
  const { partitions } = dayRowPublication(commit);
  return new Set([...objectKeysOf(commit), ...partitions.flatMap(({ files }) => files)]);
}

/** Keys of a commit's objects; with `runs`, only of those that come from these runs. */
function objectKeysOf({ tables }: DayCommit, runs?: Set<string>): Set<string> {
  const objects = tables.flatMap(({ partitions }) => partitions.flatMap((partition) => partition.objects));
  return new Set(objects.filter(({ runId }) => !runs || runs.has(runId)).map(({ key }) => key));
}
