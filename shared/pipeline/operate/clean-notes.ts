import { executionKey } from '../../keys/run-keys.ts';
import { executionIdOf } from '../../keys/source-id.ts';
import { executionNoteShape } from '../../run/execution-pointer.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { findStoredJson, unlessDamaged } from '../store/json-object.ts';
import { readEntry } from '../store/ledger.ts';
import type { PlannedRemoval, Removals } from './removals.ts';

/** What is to be removed of the notes on the executions that worked on a file, if nobody is at work on it. */
export async function plannedNotes(
  removals: Removals,
  entry: LedgerEntry | undefined,
  known: Set<string>,
): Promise<(PlannedRemoval | undefined)[]> {
  if (!entry || removals.isInUse(entry)) return [];
  const executions = new Set(entry.history.map(({ execution }) => execution));
  const keys = [...executions].map((execution) => executionKey(executionIdOf(execution)));
  const planned: (PlannedRemoval | undefined)[] = [];
  for (const key of keys) {
    if (known.has(key)) continue;
    known.add(key);
    planned.push(await removals.orFail(key, () => agedNote(removals, key).then((aged) => aged?.planned)));
  }
  return planned;
}

/** What is to be removed of a note of which only its key is known. */
export async function plannedNote(removals: Removals, key: string): Promise<PlannedRemoval[] | undefined> {
  const aged = await agedNote(removals, key);
  if (!aged) return undefined;
  const entry =
    aged.ledgerKey === undefined ? undefined : await readEntry(removals.ports.lake, aged.ledgerKey);
  return entry && removals.isInUse(entry) ? undefined : [aged.planned];
}

/** The removal of a note that is past its retention, if its execution is over: the entry that it names says whether that is so. */
async function agedNote(
  { ports, options, now }: Removals,
  key: string,
): Promise<{ planned: PlannedRemoval; ledgerKey?: string } | undefined> {
  const finding = findStoredJson(ports.lake, key, executionNoteShape).then((found) => ({ found }));
  const read = await unlessDamaged(finding);
  if (!read) return { planned: noteRemoval(key, 0, 'it cannot be read, so nobody can use it') };
  const stored = read.found;
  if (!stored) return undefined;
  const { at } = stored.value;
  if (at !== undefined && now.getTime() - Date.parse(at) < options.runsOlderThanMs) return undefined;
  const planned = noteRemoval(key, stored.bytes.length, 'its execution is over');
  return 'ledgerKey' in stored.value ? { planned, ledgerKey: stored.value.ledgerKey } : { planned };
}

function noteRemoval(key: string, bytes: number, why: string): PlannedRemoval {
  return { removal: { what: 'execution', key, objects: 1, bytes, why }, steps: [[key]] };
}
