import type { DayCommit } from '../../day/day-commit.ts';
import { dayCommitPrefix, ledgerDayPrefix, ledgerEntryKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { inParallel } from './in-parallel.ts';
import { fromJsonBytes } from './json-object.ts';
import { highestNumbered } from './numbered-object.ts';

const PARALLEL_READS = 16;

/**
 * The ledger entry of every file of a day, in the order of their keys; `null` for files refused before their date was known. A listing
 * may be old: entries of the sources in `known` are asked for by name, so that it cannot lose one.
 */
export async function dayEntries(
  lake: ObjectStore,
  dataset: string,
  businessDate: string | null,
  known: string[] = [],
): Promise<LedgerEntry[]> {
  const prefix = ledgerDayPrefix(dataset, businessDate);
  const keys = new Set(known.map((sourceId) => ledgerEntryKey(dataset, businessDate, sourceId)));
  for await (const { key } of lake.list(prefix)) {
    if (!key.slice(prefix.length).includes('/') && key.endsWith('.json')) keys.add(key);
  }
  const entries = await inParallel([...keys].sort(), PARALLEL_READS, async (key) => {
    const stored = await lake.get(key);
    return stored && fromJsonBytes<LedgerEntry>(stored.bytes);
  });
  return entries.filter((entry) => entry !== undefined);
}

export async function lastCommit(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<DayCommit | undefined> {
  return (await highestNumbered<DayCommit>(lake, dayCommitPrefix(dataset, businessDate)))?.value;
}

/** Every dataset that has a ledger, with the days of which something is known: two steps of a listing, no document is read. */
export async function ledgerDays(lake: ObjectStore, dataset?: string): Promise<Map<string, Set<string>>> {
  const days = new Map<string, Set<string>>();
  for await (const { key } of lake.list(dataset === undefined ? 'ledger/' : `ledger/${dataset}/`)) {
    const match = /^ledger\/([^/]+)\/year=(\d{4})\/month=(\d{2})\/day=(\d{2})\//.exec(key);
    if (!match) continue;
    const [, name, year, month, day] = match as unknown as string[];
    const known = days.get(name!) ?? new Set();
    days.set(name!, known.add(`${year}-${month}-${day}`));
  }
  return days;
}
