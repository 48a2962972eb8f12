import { type DayCommit, dayCommitShape } from '../../day/day-commit.ts';
import { RunInconsistent } from '../../errors.ts';
import { businessDateOfKey } from '../../keys/business-date.ts';
import { dayCommitPrefix, ledgerDayPrefix, ledgerEntryKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { inParallel } from './in-parallel.ts';
import { readEntry } from './ledger.ts';
import { highestNumbered, readNumbered } from './numbered-object.ts';

/** Entries of a day that are read at once. */
export const PARALLEL_ENTRIES = 64;
const PARALLEL_LISTINGS = 16;

/**
 * The ledger entry of every file of a day, in the order of their keys; the day `null` has the files that were refused before their date
 * was known. A listing may be old, so entries of the sources in `known` are read by name and cannot be lost. With `damaged`, an entry that
 * cannot be read is added there, and the others are read.
 */
export async function dayEntries(
  lake: ObjectStore,
  dataset: string,
  businessDate: string | null,
  known: string[] = [],
  damaged?: RunInconsistent[],
): Promise<LedgerEntry[]> {
  const keys = await dayEntryKeys(lake, dataset, businessDate, known);
  const entries = await inParallel(keys, PARALLEL_ENTRIES, async (key) => {
    try {
      return await readEntry(lake, key);
    } catch (error) {
      if (!damaged || !(error instanceof RunInconsistent)) throw error;
      damaged.push(error);
      return undefined;
    }
  });
  return entries.filter((entry) => entry !== undefined);
}

/** The keys of the entries of a day in their order, and those of `known` sources. */
export async function dayEntryKeys(
  lake: ObjectStore,
  dataset: string,
  businessDate: string | null,
  known: string[] = [],
): Promise<string[]> {
  const keys = new Set(known.map((sourceId) => ledgerEntryKey(dataset, businessDate, sourceId)));
  for await (const key of lake.listFolder(ledgerDayPrefix(dataset, businessDate)))
    if (key.endsWith('.json')) keys.add(key);
  return [...keys].sort();
}

/** The last commit of a day, or undefined if the day was never published. */
export async function lastCommit(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<DayCommit | undefined> {
  return unlessBlank((await lastWritten(lake, dataset, businessDate))?.value);
}

/** The last document in the row of a day's commits, with its number: for those who write the next one. It may be blank. */
export function lastWritten(lake: ObjectStore, dataset: string, businessDate: string) {
  return highestNumbered(lake, dayCommitPrefix(dataset, businessDate), dayCommitShape);
}

/** The commit with this number of a day, or undefined if there is none. */
export async function readCommit(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
  commit: number,
): Promise<DayCommit | undefined> {
  return unlessBlank(
    await readNumbered(lake, dayCommitPrefix(dataset, businessDate), commit, dayCommitShape),
  );
}

/** The commit, unless it is a blank one (`DayCommit`). */
export function unlessBlank(commit: DayCommit | undefined): DayCommit | undefined {
  return commit && commit.tables.length > 0 ? commit : undefined;
}

/** Every dataset that has a ledger, with the days of which something is known. Lists folders only, however much is in them. */
export async function ledgerDays(lake: ObjectStore, dataset?: string): Promise<Map<string, Set<string>>> {
  const roots = dataset === undefined ? await foldersIn(lake, ['ledger/']) : [`ledger/${dataset}/`];
  const years = (await foldersIn(lake, roots)).filter((folder) => /\/year=[^/]*\/$/.test(folder));
  const days = new Map<string, Set<string>>();
  for (const folder of await foldersIn(lake, await foldersIn(lake, years))) {
    const [, name = ''] = folder.split('/');
    const businessDate = businessDateOfKey(folder);
    if (businessDate !== undefined) days.set(name, (days.get(name) ?? new Set()).add(businessDate));
  }
  return days;
}

async function foldersIn(lake: ObjectStore, parents: string[]): Promise<string[]> {
  const children = await inParallel(parents, PARALLEL_LISTINGS, (parent) =>
    Array.fromAsync(lake.listFolder(parent)),
  );
  return children.flat().filter((key) => key.endsWith('/'));
}
