import { entryHistoryPrefix } from '../../keys/lake-keys.ts';
import { runKeys } from '../../keys/run-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../run/ledger-entry.ts';
import { plannedMergesShape } from '../../run/merge-spec.ts';
import { reconciliationShape } from '../../run/reconciliation.ts';
import { readDocument } from './stored-document.ts';

/** How far a run came, as far as it says which documents the run has. */
type Progress = 'planned' | 'refused' | 'balanced' | 'loaded';

/** How far the run came, by the entry of its file, or by an earlier version of the entry if another run took the file over. */
export async function progressOf(
  lake: Pick<ObjectStore, 'get'>,
  entry: LedgerEntry,
  { runId, ledgerKey }: FilePlan,
): Promise<Progress> {
  const now = statedProgress(entry, runId);
  if (now || entry.runId === runId) return now ?? 'planned';
  const prefix = entryHistoryPrefix(ledgerKey);
  for (let revision = (entry.revision ?? 1) - 1; revision > 0; revision--) {
    const kept = (await readDocument(lake, `${prefix}${revision}.json`, ledgerEntryShape))?.value;
    const then = kept && statedProgress(kept, runId);
    if (then) return then;
  }
  return 'planned';
}

function statedProgress({ loaded, runId, state, history }: LedgerEntry, of: string): Progress | undefined {
  if (loaded?.runId === of) return 'loaded';
  if (runId !== of) return undefined;
  if (state === 'refused') return 'refused';
  // The steps since the run was begun, or taken up again, for the last time.
  const begun = history.findLastIndex((step) => step.state === 'splitting');
  return history.slice(begun).some((step) => step.state === 'merging') ? 'balanced' : undefined;
}

/**
 * Keys of the documents that a run has until `clean` removes it. Its plan is not among them: without it nothing is known of the run. Nor are
 * the manifests of a range that may not have been read yet.
 */
export async function neededDocuments(
  lake: Pick<ObjectStore, 'get'>,
  { runId, rangeCount }: FilePlan,
  progress: Progress,
): Promise<string[]> {
  const keys = runKeys(runId);
  if (progress === 'planned') return [keys.ranges];
  if (progress === 'refused') {
    const account = (await readDocument(lake, keys.reconciliation, reconciliationShape))?.value;
    // Versions of this software that knew no digest of rejects did not list them either.
    const listsRejects = !account || account.rejectsDigest !== undefined;
    return [keys.ranges, keys.reconciliation, ...(listsRejects ? [keys.rejectFiles] : [])];
  }
  const merges = (await readDocument(lake, keys.merges, plannedMergesShape))?.value ?? [];
  const toMerge = merges.filter(({ taken }) => !taken);
  return [
    ...[keys.ranges, keys.reconciliation, keys.merges],
    ...(toMerge.length < merges.length ? [keys.takenParts] : []),
    ...Array.from({ length: rangeCount }, (_, index) => keys.partManifest(index)),
    ...toMerge.map(({ mergeIndex }) => keys.mergeSpec(mergeIndex)),
    ...(progress === 'loaded' ? toMerge.map(({ mergeIndex }) => keys.mergeResult(mergeIndex)) : []),
  ];
}
