import { type DayCommit, dayCommitShape } from '../../day/day-commit.ts';
import { businessDateOfKey } from '../../keys/business-date.ts';
import { dayCommitPrefix, entryHistoryPrefix } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../run/ledger-entry.ts';
import { takenBack } from '../../run/taken-back.ts';
import { lastReadableCommit } from './day-commits.ts';
import { unlessDamaged } from './json-object.ts';
import { highestListed, readNumbered } from './numbered-object.ts';

/** What is known of a ledger entry that is lost: `convert --force` and `repair` write it again from this. */
interface RestoredEntry {
  /** For the next version. The number of the one that is lost is left out, so that no two versions have the same. */
  nextRevision: number;
  /** The last version that was kept, with what the commits of the day made of it; undefined if none was kept. */
  entry: LedgerEntry | undefined;
}

/** What is known of a ledger entry that is missing, or cannot be read. */
export async function restoredEntry(lake: ObjectStore, key: string): Promise<RestoredEntry> {
  const prefix = entryHistoryPrefix(key);
  const revision = await highestListed(lake, prefix);
  const kept: LedgerEntry[] = [];
  for (let number = revision; number > 0; number--) {
    const entry = await unlessDamaged(readNumbered(lake, prefix, number, ledgerEntryShape));
    if (entry) kept.push(entry);
  }
  const nextRevision = revision + 2;
  const [latest] = kept;
  if (!latest) return { nextRevision, entry: undefined };
  const entry = await asPublished(lake, key, latest, kept);
  // The version that is lost may have raised the attempt.
  return { nextRevision, entry: { ...entry, attempt: latest.attempt + 1 } };
}

/** The entry with the version that readers see, as far as commits of its day can be read. */
async function asPublished(
  lake: ObjectStore,
  key: string,
  latest: LedgerEntry,
  kept: LedgerEntry[],
): Promise<LedgerEntry> {
  const businessDate = businessDateOfKey(key);
  const { dataset, sourceId, loaded } = latest;
  if (businessDate === undefined) return latest;
  const last = await lastReadableCommit(lake, dataset, businessDate);
  if (!last?.value) return latest;
  const published = last.value.files.find((file) => file.sourceId === sourceId)?.runId;
  if (published === loaded?.runId) return latest;
  const standing = kept.find((entry) => entry.loaded?.runId === published)?.loaded;
  const prefix = dayCommitPrefix(dataset, businessDate);
  for (let number = last.value.commit; loaded && number > 0; number--) {
    const commit = await unlessDamaged(readNumbered(lake, prefix, number, dayCommitShape));
    if (commit && commit.committedAt < loaded.loadedAt) break;
    const taken = commit && takenFile(commit, sourceId, loaded.runId);
    if (!taken) continue;
    if (taken.to !== (published ?? null)) break;
    return takenBack(latest, taken, standing, commit!.committedAt, commit!.rollback!.reason);
  }
  // A version that the history does not know is not replaced by an older one: its rows must not come back.
  return published === undefined ? latest : { ...latest, loaded: standing };
}

/** A commit may take back two runs of a file: the one that was shown, and a later one that waited. */
function takenFile({ rollback }: DayCommit, sourceId: string, runId: string) {
  return rollback?.files.find((file) => file.sourceId === sourceId && file.from === runId);
}
