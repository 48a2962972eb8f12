import type { DayCommit, RolledBackFile } from '../../day/day-commit.ts';
import { ledgerEntryKey } from '../../keys/lake-keys.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isLoaded, type LoadedEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { takenBack } from '../../run/taken-back.ts';
import { dayEntries, lastCommit } from '../store/day-ledger.ts';
import { updateEntry } from '../store/ledger.ts';

export interface TakeOutRequest {
  dataset: string;
  businessDate: string;
  /** Source key or name of one file; without it the whole day goes back to the commit before. */
  file?: string | undefined;
  /** Take the file out of the day, even if it has an earlier version. */
  remove?: boolean | undefined;
  reason: string;
}

/**
 * Takes out a file that is loaded and in no commit: its layout does not fit the others, it keeps a day waiting, or it is a supplement that
 * is hidden. No reader saw it, so the ledger alone changes. Undefined if it is not such a file, or was published meanwhile.
 */
export async function takeOutUnpublished(
  ports: PipelinePorts,
  { dataset, businessDate, file, remove, reason }: TakeOutRequest,
): Promise<RolledBackFile | undefined> {
  if (file === undefined || !remove) return undefined;
  const isCommitted = async (sourceId: string) => {
    const last = await lastCommit(ports.lake, dataset, businessDate);
    return last?.files.some((committed) => committed.sourceId === sourceId) ?? false;
  };
  const [entry, another] = await loadedNamed(ports, dataset, businessDate, file);
  if (!entry || another || (await isCommitted(entry.sourceId))) return undefined;
  const { sourceId, sourceKey, loaded } = entry;
  const ledgerKey = ledgerEntryKey(dataset, businessDate, sourceId);
  const from = loaded.runId;
  const at = ports.clock.now().toISOString();
  await updateEntry(ports.lake, ledgerKey, (current) =>
    current?.loaded?.runId === from ? takenBack(current, { from }, undefined, at, reason) : current,
  );
  // A commit that was written before the entry changed holds the file: a rollback of the day takes it out of there.
  if (await isCommitted(sourceId)) return undefined;
  return { sourceId, sourceKey, ledgerKey, from, to: null };
}

/** Why a file that is loaded and not published cannot go back to a version before; undefined if nothing is loaded under this name. */
export async function hiddenNext(
  ports: PipelinePorts,
  { dataset, businessDate }: DayCommit,
  file: string,
): Promise<{ what: string; next: string } | undefined> {
  const [entry] = await loadedNamed(ports, dataset, businessDate, file);
  if (!entry) return undefined;
  const parent = supplementedRun(entry)?.sourceKey;
  const out = `take it out of the day with --file ${entry.sourceKey} --remove`;
  return parent === undefined
    ? {
        what: `${file} is loaded and not published; status says what its day waits for`,
        next: `Publish it, or ${out}.`,
      }
    : {
        what: `${file} is hidden, because the version of ${parent} that it corrects is not published`,
        next: `Roll back ${parent} to that version, and it is shown again; convert it again with --supplement-of ${parent} --force, if the present version rejects the same records; or ${out}.`,
      };
}

async function loadedNamed(
  { lake }: PipelinePorts,
  dataset: string,
  businessDate: string,
  file: string,
): Promise<LoadedEntry[]> {
  const entries = (await dayEntries(lake, dataset, businessDate)).filter(isLoaded);
  return entries.filter(({ sourceKey }) => sourceKey === file || fileNameOf(sourceKey) === file);
}
