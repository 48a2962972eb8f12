import type { DayCommit, RolledBackFile } from '../../day/day-commit.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { LedgerEntry, LoadedVersion } from '../../run/ledger-entry.ts';
import { notedBack, takenBack } from '../../run/taken-back.ts';
import { lastWritten } from './day-ledger.ts';
import { unlessDamaged } from './json-object.ts';
import { entryVersions, readEntry, updateEntry } from './ledger.ts';

/**
 * Makes the ledger agree with a rollback that is committed: each entry's loaded version becomes the one before. The commit decides; the
 * next step that reads it calls this, and calling it twice changes nothing.
 */
export async function settleRollback(ports: Pick<PipelinePorts, 'lake'>, commit: DayCommit): Promise<void> {
  const { rollback, committedAt } = commit;
  if (!rollback) return;
  for (const file of rollback.files) {
    // A supplement that was hidden while its file had another version: the ledger has it already.
    if (file.from === file.to) continue;
    // Most often the ledger agrees already, and its history need not be read.
    const standing = await readEntry(ports.lake, file.ledgerKey);
    if (!standing || isSettled(standing, file)) continue;
    const back = file.from === null ? undefined : await loadedVersionOf(ports, file.ledgerKey, file.from);
    const loaded = file.to === null ? undefined : await loadedVersionOf(ports, file.ledgerKey, file.to);
    await updateEntry(ports.lake, file.ledgerKey, (current) => {
      if (!current || isSettled(current, file)) return current;
      // Another version was loaded, which waits for the day or came since: it stays, and the one that was shown is not loaded again.
      if ((current.loaded?.runId ?? null) !== file.from)
        return back ? notedBack(current, back, committedAt, rollback.reason) : current;
      if (file.to !== null && !loaded) return current;
      return takenBack(current, file, loaded, committedAt, rollback.reason);
    });
  }
}

/** Does the entry have another version than the one that was taken back, and say of that one that it was? */
function isSettled({ loaded, rolledBack = [] }: LedgerEntry, { from, to }: RolledBackFile): boolean {
  const runId = loaded?.runId ?? null;
  return (
    runId !== from && (from === null || runId === to || rolledBack.some((known) => known.runId === from))
  );
}

/**
 * Settles a rollback that the day's last commit says and that the ledger may not know yet, since whoever wrote it died. To be called before
 * an entry is believed that says loaded. True if the last commit is a rollback.
 */
export async function settleLastRollback(
  ports: Pick<PipelinePorts, 'lake'>,
  dataset: string,
  businessDate: string,
): Promise<boolean> {
  // A commit that cannot be read is for those to tell who publish.
  const last = await unlessDamaged(lastWritten(ports.lake, dataset, businessDate));
  if (!last?.value.rollback) return false;
  await settleRollback(ports, last.value);
  return true;
}

/** The version that a run loaded, from the entry's present and earlier versions. */
export async function loadedVersionOf(
  { lake }: Pick<PipelinePorts, 'lake'>,
  ledgerKey: string,
  runId: string,
): Promise<LoadedVersion | undefined> {
  for await (const { loaded } of entryVersions(lake, ledgerKey)) if (loaded?.runId === runId) return loaded;
  return undefined;
}
