import { ObjectDamaged, RunInconsistent } from '../../errors.ts';
import { entryHistoryPrefix } from '../../keys/lake-keys.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { hasFailed } from '../../run/ended-executions.ts';
import {
  advanced,
  type FileState,
  isFinal,
  type LedgerEntry,
  ledgerEntryShape,
} from '../../run/ledger-entry.ts';
import { compareAndSwap, putFirst, replace } from './compare-and-swap.ts';
import { findJson, findStoredJson } from './json-object.ts';
import { readNumbered } from './numbered-object.ts';
import { restoredEntry } from './restored-entry.ts';
import { sealedBytes } from './sealed-json.ts';

export function readEntry(lake: ObjectStore, key: string): Promise<LedgerEntry | undefined> {
  return findJson(lake, key, ledgerEntryShape);
}

/**
 * Changes a ledger entry by conditional write. `change` gets the entry as it is and returns the entry as it should be, or the very same
 * object to leave it; it is called again if another writer was faster. The version before is kept first, under `_history/`. With
 * `overDamage`, an entry that is lost is replaced, and `change` gets what its history and the commits know.
 */
export function updateEntry(
  lake: ObjectStore,
  key: string,
  change: (current: LedgerEntry | undefined) => LedgerEntry | undefined,
  overDamage = false,
): Promise<LedgerEntry | undefined> {
  return compareAndSwap(key, async () => {
    const stored = await findStoredJson(lake, key, ledgerEntryShape).catch((error) => {
      if (overDamage && error instanceof ObjectDamaged) return undefined;
      throw error;
    });
    if (overDamage && !stored) {
      const damaged = await lake.get(key);
      const restored = await restoredEntry(lake, key);
      if (damaged || restored.entry) return replaceLost(lake, key, damaged, restored, change);
    }
    const current = stored?.value;
    const next = change(current);
    if (next === undefined || next === current) return current;
    if (!stored) {
      const first = { ...next, revision: 1 };
      await lake.putOnce(key, sealedBytes(key, first));
      return first;
    }
    const revision = stored.value.revision ?? 1;
    // Of a version that nobody has seen nothing is kept: the entry's own history has its step.
    const isSeen = !lake.isDraft?.(key);
    // The loser of a race for the next revision has kept the same bytes as the winner.
    if (isSeen) await putFirst(lake, `${entryHistoryPrefix(key)}${revision}.json`, stored.bytes);
    const numbered = { ...next, revision: isSeen ? revision + 1 : revision };
    await lake.putIf(key, sealedBytes(key, numbered), stored.tag);
    return numbered;
  });
}

async function replaceLost(
  lake: ObjectStore,
  key: string,
  damaged: { tag: string } | undefined,
  { nextRevision, entry }: Awaited<ReturnType<typeof restoredEntry>>,
  change: (current: LedgerEntry | undefined) => LedgerEntry | undefined,
): Promise<LedgerEntry | undefined> {
  const next = change(entry);
  if (next === undefined || next === entry) return entry;
  const numbered = { ...next, revision: nextRevision };
  await replace(lake, key, sealedBytes(key, numbered), damaged);
  return numbered;
}

/** Every version of an entry, the latest first. With `passed`, earlier ones that cannot be read are passed to it, and left out. */
export async function* entryVersions(
  lake: ObjectStore,
  key: string,
  passed?: (damaged: ObjectDamaged) => void,
): AsyncIterable<LedgerEntry> {
  const current = await readEntry(lake, key);
  if (!current) return;
  yield current;
  for (let revision = (current.revision ?? 1) - 1; revision > 0; revision--) {
    const kept = await readNumbered(lake, entryHistoryPrefix(key), revision, ledgerEntryShape).catch(
      (error) => {
        if (!passed || !(error instanceof ObjectDamaged)) throw error;
        passed(error);
        return undefined;
      },
    );
    if (kept) yield kept;
  }
}

/** Who calls a step: an execution, between two redrives. */
export interface LifeOfExecution {
  execution: string;
  redriveCount: number;
}

/**
 * Moves a run's entry to `state`. A late step of a run that another execution has already finished, loaded or refused, changes nothing, nor
 * does the end of a step, `merging`, of one that failed meanwhile: nobody goes on with it. Fails with `RunInconsistent` if the entry belongs
 * to another run by now, or the execution that calls is over, if the call says which.
 */
export async function advanceRun(
  lake: ObjectStore,
  key: string,
  runId: string,
  state: FileState,
  at: string,
  changes: Partial<LedgerEntry> = {},
  by?: LifeOfExecution,
): Promise<LedgerEntry> {
  const entry = await updateEntry(lake, key, (current) => {
    if (!current || current.runId !== runId) throw takenOver(key, current, runId);
    if (by && hasFailed(current, by.execution, by.redriveCount)) throw givenUp(key, by.execution);
    const isRetry = current.state === state && Object.keys(changes).length === 0;
    const isLoaded = current.state === 'loaded' && current.loaded?.runId === runId;
    const isFinished = (isLoaded || current.state === 'refused') && !isFinal(state);
    // Whoever takes it up again begins with a step of its own.
    const isGivenUp = current.state === 'failed' && state === 'merging';
    return isRetry || isFinished || isGivenUp ? current : advanced(current, state, at, changes);
  });
  if (!entry) throw takenOver(key, entry, runId);
  return entry;
}

/** The execution was ended while this step was under way, or before its call arrived, and people were told. */
export function givenUp(key: string, execution: string): RunInconsistent {
  return new RunInconsistent({
    what: 'this execution was given up',
    where: key,
    why: `The ledger says that ${execution} has ended, while a step of it was still at work or its call was on the way.`,
    next: 'Redrive the execution, or convert the file again.',
  });
}

/** Another run has the file by now, and this one must not write over it. */
export function takenOver(key: string, current: LedgerEntry | undefined, runId: string): RunInconsistent {
  return new RunInconsistent({
    what: 'another run took over this file',
    where: key,
    why: `The ledger names run ${current?.runId ?? 'none'}, and this is run ${runId}.`,
    next: 'Let the other run finish; nothing of this one is published.',
  });
}
