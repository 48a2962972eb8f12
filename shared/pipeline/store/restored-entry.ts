import { businessDateOfKey } from '../../keys/business-date.ts';
import { entryHistoryPrefix, numberOfKey } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../run/ledger-entry.ts';
import { lastReadableCommit } from './day-commits.ts';
import { unlessDamaged } from './json-object.ts';
import { readNumbered } from './numbered-object.ts';

/**
 * What is known of a ledger entry that cannot be read: its last version that was kept, with the loaded version that is published. `revision`
 * is the highest number that was kept.
 */
export async function restoredEntry(
  lake: ObjectStore,
  key: string,
): Promise<{ revision: number; entry: LedgerEntry | undefined }> {
  const prefix = entryHistoryPrefix(key);
  let revision = 0;
  for await (const info of lake.list(prefix)) revision = Math.max(revision, numberOfKey(info.key) ?? 0);
  const kept: LedgerEntry[] = [];
  for (let number = revision; number > 0; number--) {
    const entry = await unlessDamaged(readNumbered(lake, prefix, number, ledgerEntryShape));
    if (entry) kept.push(entry);
  }
  const [latest] = kept;
  if (!latest) return { revision, entry: undefined };
  const published = await publishedRun(lake, key, latest);
  // A version that the history does not know is not replaced by an older one: its rows must not come back.
  const { loaded } =
    published === undefined ? latest : (kept.find((entry) => entry.loaded?.runId === published) ?? {});
  // The version that is lost may have raised the attempt.
  return { revision, entry: { ...latest, loaded, attempt: latest.attempt + 1 } };
}

/** The run of the file that readers see, as far as commits of its day can be read. */
async function publishedRun(
  lake: ObjectStore,
  key: string,
  { dataset, sourceId }: LedgerEntry,
): Promise<string | undefined> {
  const businessDate = businessDateOfKey(key);
  if (businessDate === undefined) return undefined;
  const last = await lastReadableCommit(lake, dataset, businessDate);
  return last?.value?.files.find((file) => file.sourceId === sourceId)?.runId;
}
