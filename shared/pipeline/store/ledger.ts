import { PreconditionFailed, RunInconsistent } from '../../errors.ts';
import { entryHistoryPrefix } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { advanced, type FileState, isFinal, type LedgerEntry } from '../../run/ledger-entry.ts';
import { fromJsonBytes, toJsonBytes } from './json-object.ts';
import { readNumbered } from './numbered-object.ts';

/** Others may write the same entry; each loss rereads. More than this many in a row is no accident. */
const MAX_TRIES = 50;

export async function readEntry(lake: ObjectStore, key: string): Promise<LedgerEntry | undefined> {
  const stored = await lake.get(key);
  return stored && fromJsonBytes<LedgerEntry>(stored.bytes);
}

/**
 * Changes a ledger entry by conditional write: `change` gets what is there and returns what is to be there, or the very same
 * object to leave it. A write that lost is made again from what stands then. The version before is kept first, under `_history/`.
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
    const numbered = { ...next, revision: (current?.revision ?? (current ? 1 : 0)) + 1 };
    try {
      if (stored) {
        await keepRevision(lake, key, current!.revision ?? 1, stored.bytes);
        await lake.putIf(key, toJsonBytes(numbered), stored.tag);
      } else await lake.putOnce(key, toJsonBytes(numbered));
      return numbered;
    } catch (error) {
      if (!(error instanceof PreconditionFailed) || tries >= MAX_TRIES) throw error;
    }
  }
}

/** Who loses the race for the next revision has kept the same bytes as the winner. */
async function keepRevision(
  lake: ObjectStore,
  key: string,
  revision: number,
  bytes: Uint8Array,
): Promise<void> {
  try {
    await lake.putOnce(`${entryHistoryPrefix(key)}${revision}.json`, bytes);
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
}

/** Every version of an entry, the latest first. */
export async function* entryVersions(lake: ObjectStore, key: string): AsyncIterable<LedgerEntry> {
  const current = await readEntry(lake, key);
  if (!current) return;
  yield current;
  for (let revision = (current.revision ?? 1) - 1; revision > 0; revision--) {
    const kept = await readNumbered<LedgerEntry>(lake, entryHistoryPrefix(key), revision);
    if (kept) yield kept;
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
    // A retry of a step that already wrote its result changes nothing, nor does an execution that comes behind one that has finished the run.
    const again = current.state === state && Object.keys(changes).length === 0;
    const finished = current.state === 'loaded' && current.loaded?.runId === runId && !isFinal(state);
    return again || finished ? current : advanced(current, state, at, changes);
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
