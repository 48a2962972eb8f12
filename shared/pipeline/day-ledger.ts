import type { DayCommit } from '../control/day-commit.ts';
import type { LedgerEntry } from '../control/ledger-entry.ts';
import { commitOfKey, dayCommitKey, dayCommitPrefix, ledgerDayPrefix } from '../keys/lake-keys.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { inParallel } from './in-parallel.ts';
import { fromJsonBytes, readJson } from './json-object.ts';

const PARALLEL_READS = 16;

/** The ledger entry of every file of a day, in the order of their keys. */
export async function dayEntries(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<LedgerEntry[]> {
  const prefix = ledgerDayPrefix(dataset, businessDate);
  const keys: string[] = [];
  for await (const { key } of lake.list(prefix)) {
    if (!key.slice(prefix.length).includes('/') && key.endsWith('.json')) keys.push(key);
  }
  return inParallel(keys, PARALLEL_READS, (key) => readJson<LedgerEntry>(lake, key));
}

export async function lastCommit(
  lake: ObjectStore,
  dataset: string,
  businessDate: string,
): Promise<DayCommit | undefined> {
  let highest = 0;
  for await (const { key } of lake.list(dayCommitPrefix(dataset, businessDate))) {
    highest = Math.max(highest, commitOfKey(key) ?? 0);
  }
  if (highest === 0) return undefined;
  const stored = await lake.get(dayCommitKey(dataset, businessDate, highest));
  return stored && fromJsonBytes<DayCommit>(stored.bytes);
}
