import { advanced, type FileState, type LedgerEntry } from '../control/ledger-entry.ts';
import { PreconditionFailed, RunInconsistent } from '../errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { fromJsonBytes, toJsonBytes } from './json-object.ts';

/** Others may write the same entry; each loss rereads. More than this many in a row is no accident. */
const MAX_TRIES = 50;

export async function readEntry(lake: ObjectStore, key: string): Promise<LedgerEntry | undefined> {
  const stored = await lake.get(key);
  return stored && fromJsonBytes<LedgerEntry>(stored.bytes);
}

/**
 * Changes a ledger entry by conditional write: `change` gets what is there and returns what is to be there, or the very same
 * object to leave it. A write that lost is made again from what stands then.
 */
export async function updateEntry(
  lake: ObjectStore,
  key: string,
  change: (current: LedgerEntry | undefined) => LedgerEntry | undefined,
): Promise<LedgerEntry | undefined> {
  for (let tries = 1; ; tries++) {
    const stored = await lake.get(key);
    const current = stored && fromJsonBytes<LedgerEntry>(stored.bytes);
    const next = change(current);
    if (next === undefined || next === current) return current;
    try {
      if (stored) await lake.putIf(key, toJsonBytes(next), stored.tag);
      else await lake.putOnce(key, toJsonBytes(next));
      return next;
    } catch (error) {
      if (!(error instanceof PreconditionFailed) || tries >= MAX_TRIES) throw error;
    }
  }
}

/**
 * Moves a run's entry to `state`. A run that is no longer the entry's own must not write over the one that is, and one that is loaded
 * stays so: whoever comes late, with a step that another execution of the same run is beyond, changes nothing.
 */
export async function advanceRun(
  lake: ObjectStore,
  key: string,
  runId: string,
  state: FileState,
  at: string,
  changes: Partial<LedgerEntry> = {},
): Promise<LedgerEntry> {
  const entry = await updateEntry(lake, key, (current) => {
    if (!current || current.runId !== runId) throw takenOver(key, current, runId);
    // A retry of a step that already wrote its result changes nothing.
    const again =
      (current.state === state && Object.keys(changes).length === 0) ||
      (current.state === 'loaded' && state !== 'loaded');
    return again ? current : advanced(current, state, at, changes);
  });
  return entry!;
}

/** Another run has the file by now; this one has nothing to say any more. */
export function takenOver(key: string, current: LedgerEntry | undefined, runId: string): RunInconsistent {
  return new RunInconsistent({
    what: 'another run took over this file',
    where: key,
    why: `the ledger names run ${current?.runId ?? 'none'}, and this is run ${runId}`,
    next: 'Let the other run finish; nothing of this one is published.',
  });
}
