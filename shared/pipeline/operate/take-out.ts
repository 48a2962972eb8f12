import type { DayCommit, RolledBackFile } from '../../day/day-commit.ts';
import { dayCommitKey, dayCommitPrefix, ledgerEntryKey } from '../../keys/lake-keys.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isLoaded, type LoadedEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { applyCommit, type FoundObjects, requireObjects } from '../publish/apply-commit.ts';
import { planFreeCommit } from '../publish/free-commit.ts';
import { compareAndSwap } from '../store/compare-and-swap.ts';
import { dayEntries, lastWritten, unlessBlank } from '../store/day-ledger.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { settleRollback } from '../store/settle-rollback.ts';

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
 * is hidden. Readers see what they saw before, but a commit says it: a publication or rollback that has read the ledger before finds its
 * number taken, and reads again. Undefined if it is not such a file, or was published meanwhile.
 */
export async function takeOutUnpublished(
  ports: PipelinePorts,
  request: TakeOutRequest,
): Promise<RolledBackFile | undefined> {
  const { dataset, businessDate, file, remove } = request;
  if (file === undefined || !remove) return undefined;
  const out = await compareAndSwap(dayCommitPrefix(dataset, businessDate), () =>
    commitTakeOut(ports, request, file),
  );
  if (!out) return undefined;
  await settleRollback(ports, out.commit);
  if (unlessBlank(out.commit)) await applyCommit(ports, out.commit, out.found);
  return out.taken;
}

/** Writes the last commit again, with a note of what is taken out; a blank one, if the day was never published. */
async function commitTakeOut(
  ports: PipelinePorts,
  { dataset, businessDate, reason }: TakeOutRequest,
  file: string,
): Promise<{ commit: DayCommit; found: FoundObjects; taken: RolledBackFile } | undefined> {
  const { lake, clock } = ports;
  const { number = 0, value: written } = (await lastWritten(lake, dataset, businessDate)) ?? {};
  if (written?.rollback) await settleRollback(ports, written);
  const [entry, another] = await loadedNamed(ports, dataset, businessDate, file);
  const isCommitted = written?.files.some(({ sourceId }) => sourceId === entry?.sourceId);
  if (!entry || another || isCommitted) return undefined;
  const { sourceId, sourceKey, loaded } = entry;
  const ledgerKey = ledgerEntryKey(dataset, businessDate, sourceId);
  const taken = { sourceId, sourceKey, ledgerKey, from: loaded.runId, to: null };
  const { warnings: _ofOthers, ...standing } = written ?? { dataset, businessDate, files: [], tables: [] };
  const last = unlessBlank(written);
  // The whole day goes back from here as it would from the commit whose files these are.
  const restores = last ? (last.rollback?.restores ?? last.commit) : null;
  const commit = await planFreeCommit(ports, number + 1, (commit) => ({
    ...standing,
    commit,
    committedAt: clock.now().toISOString(),
    rollback: { reason, restores, files: [taken] },
  }));
  const found = await requireObjects(ports, commit);
  const key = dayCommitKey(dataset, businessDate, commit.commit);
  await lake.putOnce(key, sealedBytes(key, commit));
  return { commit, found, taken };
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
