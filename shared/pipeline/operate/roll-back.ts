import {
  type DayCommit,
  planDayCommit,
  type RolledBackFile,
  type TableSchema,
} from '../../day/day-commit.ts';
import { ObjectDamaged, RunInconsistent, UsageError } from '../../errors.ts';
import { dayCommitKey, dayCommitPrefix, ledgerEntryKey, rejectsDataset } from '../../keys/lake-keys.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isCorrectedBy } from '../../run/corrected-version.ts';
import { type LoadedEntry, type LoadedVersion, supplementedRun } from '../../run/ledger-entry.ts';
import { applyCommit, type FoundObjects, requireObjects, sourceFolders } from '../publish/apply-commit.ts';
import { planFreeCommit } from '../publish/free-commit.ts';
import { byWhom } from '../publish/publish-day.ts';
import { compareAndSwap } from '../store/compare-and-swap.ts';
import { holdFolders } from '../store/day-holds.ts';
import { dayEntries, lastCommit, readCommit } from '../store/day-ledger.ts';
import { entryVersions } from '../store/ledger.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { loadedVersionOf, settleRollback } from '../store/settle-rollback.ts';
import { hiddenNext, type TakeOutRequest, takeOutUnpublished } from './take-out.ts';

interface RollbackRequest extends TakeOutRequest {
  /** Commit to go back to, instead of the one before. */
  toCommit?: number | undefined;
}

interface RollbackOutcome {
  /** Null if a file was taken out that was loaded and in no commit. */
  commit: number | null;
  /** The commit whose content the day has again; null if only one file went back. */
  restores: number | null;
  files: RolledBackFile[];
}

/**
 * Takes a day, or one file of it, back to the version before: a new commit with the old objects in new generation folders. The commit is
 * written first and decides; the ledger entries follow it. Fails with `UsageError` if there is no version before.
 */
export async function rollBack(ports: PipelinePorts, request: RollbackRequest): Promise<RollbackOutcome> {
  const { dataset, businessDate, reason } = request;
  const unpublished = await takeOutUnpublished(ports, request);
  if (unpublished) return { commit: null, restores: null, files: [unpublished] };
  const { commit, restores, files, found } = await compareAndSwap(
    dayCommitPrefix(dataset, businessDate),
    () => commitRollback(ports, request),
  );
  await settleRollback(ports, commit);
  await applyCommit(ports, commit, found);
  await ports.notifier.notify({
    kind: 'warning',
    subject: `Rolled back: ${dataset} of ${businessDate}`.slice(0, 100),
    message: `${dataset} of ${businessDate} is published as commit ${commit.commit} with ${files.length} ${files.length === 1 ? 'file as it was' : 'files as they were'} before (${[...new Set(files.map(({ sourceKey }) => sourceKey))].join(', ')}): ${reason}`,
  });
  return { commit: commit.commit, restores, files };
}

/** Writes the commit of a rollback. */
async function commitRollback(
  ports: PipelinePorts,
  request: RollbackRequest,
): Promise<Omit<RollbackOutcome, 'commit'> & { commit: DayCommit; found: FoundObjects }> {
  const { dataset, businessDate, file, reason } = request;
  const last = await lastCommit(ports.lake, dataset, businessDate);
  if (!last)
    throw nothingBefore(`${dataset} of ${businessDate} was never published`, 'Look at it with status.');
  await settleRollback(ports, last);
  const { files, restores } =
    file === undefined
      ? await wholeDay(ports, last, request)
      : { files: await oneFileAndItsSupplements(ports, last, request, file), restores: null };
  const commit = await planRollback(ports, last, files, reason, restores);
  const found = await writeHeld(ports, commit);
  return { commit, restores, files, found };
}

/** Writes a commit whose objects exist, and which `clean` cannot remove between the look at them and the commit. */
async function writeHeld(ports: PipelinePorts, commit: DayCommit): Promise<FoundObjects> {
  const { dataset, businessDate, commit: number } = commit;
  const folders = await sourceFolders(ports, commit);
  const { leaving, letGo } = await holdFolders(ports.lake, commit, number, folders);
  const found = await requireObjects(ports, commit, leaving).catch(async (error) => {
    await letGo();
    throw error;
  });
  const key = dayCommitKey(dataset, businessDate, number);
  await ports.lake.putOnce(key, sealedBytes(key, commit));
  return found;
}

async function wholeDay(
  ports: PipelinePorts,
  last: DayCommit,
  { dataset, businessDate, toCommit }: RollbackRequest,
): Promise<{ files: RolledBackFile[]; restores: number }> {
  // A day that was rolled back before goes back from the commit it was restored to, not to the one it was rolled back from.
  const restores = toCommit ?? (last.rollback?.restores ?? last.commit) - 1;
  const target = await readCommit(ports.lake, dataset, businessDate, restores).catch((error) => {
    if (!(error instanceof ObjectDamaged)) throw error;
    const { where, why } = error;
    const next =
      'Nothing was changed. Name another commit with --to, or convert the files that are wanted again with --force.';
    throw new ObjectDamaged({ what: 'the commit to go back to cannot be read', where, why, next });
  });
  if (!target || restores >= last.commit) {
    throw nothingBefore(
      `${dataset} of ${businessDate} has no commit ${restores} before commit ${last.commit}`,
      'status --versions lists its commits.',
    );
  }
  const before = new Map(last.files.map((file) => [file.sourceId, file]));
  const after = new Map(target.files.map((file) => [file.sourceId, file]));
  const standing = new Map(
    (await dayEntries(ports.lake, dataset, businessDate)).map((entry) => [entry.sourceId, entry]),
  );
  const files = [...new Map([...before, ...after]).values()].flatMap(({ sourceId, sourceKey }) => {
    const [shown, to] = [before.get(sourceId)?.runId ?? null, after.get(sourceId)?.runId ?? null];
    const ledgerKey = ledgerEntryKey(dataset, businessDate, sourceId);
    // A hidden supplement is loaded, although no reader sees it.
    const entry = standing.get(sourceId);
    const from = shown ?? (entry && supplementedRun(entry) ? (entry.loaded?.runId ?? null) : null);
    return shown === to ? [] : [{ sourceId, sourceKey, ledgerKey, from, to }];
  });
  const changed = new Set(files.map(({ sourceKey }) => sourceKey));
  for (const entry of standing.values()) {
    const { sourceId, sourceKey, loaded } = entry;
    if (!loaded || before.has(sourceId) || after.has(sourceId)) continue;
    // A hidden supplement that came after that commit: with the version that it corrects it would be shown again. Everything else in no
    // commit waits for the day, and goes on waiting.
    if (!changed.has(supplementedRun(entry)?.sourceKey ?? '')) continue;
    const ledgerKey = ledgerEntryKey(dataset, businessDate, sourceId);
    files.push({ sourceId, sourceKey, ledgerKey, from: loaded.runId, to: null });
  }
  return { files, restores: target.rollback?.restores ?? restores };
}

/** A file, and those that correct records of it: each goes to the version that belongs to the version of the file. */
async function oneFileAndItsSupplements(
  ports: PipelinePorts,
  last: DayCommit,
  request: RollbackRequest,
  file: string,
): Promise<RolledBackFile[]> {
  const { dataset, businessDate } = request;
  const taken = await oneFile(ports, last, request, file);
  const files = [taken];
  const standing = taken.to === null ? undefined : await loadedVersionOf(ports, taken.ledgerKey, taken.to);
  for (const entry of await dayEntries(ports.lake, dataset, businessDate)) {
    const { sourceId, sourceKey, loaded } = entry;
    // A later version that waits for the day would come back with its next publication.
    if (request.remove && loaded && sourceId === taken.sourceId && loaded.runId !== taken.from)
      files.push({ ...taken, from: loaded.runId });
    if (!loaded || supplementedRun(entry)?.sourceKey !== taken.sourceKey) continue;
    const ledgerKey = ledgerEntryKey(dataset, businessDate, sourceId);
    const from = loaded.runId;
    const to = standing ? await correctionOf(ports, ledgerKey, standing) : null;
    // Without a version for it, the supplement keeps what it has, hidden, until its own version of the file comes back.
    files.push({ sourceId, sourceKey, ledgerKey, from: to === null ? null : from, to });
  }
  return files;
}

/** The last run of a supplement that was loaded for a version of its file. */
async function correctionOf(
  { lake }: PipelinePorts,
  ledgerKey: string,
  corrected: LoadedVersion,
): Promise<string | null> {
  for await (const entry of entryVersions(lake, ledgerKey)) {
    const run = supplementedRun(entry);
    if (entry.loaded && run && isCorrectedBy(corrected, run)) return entry.loaded.runId;
  }
  return null;
}

async function oneFile(
  ports: PipelinePorts,
  last: DayCommit,
  { dataset, businessDate, remove }: RollbackRequest,
  file: string,
): Promise<RolledBackFile> {
  const named = last.files.filter(({ sourceKey }) => sourceKey === file || fileNameOf(sourceKey) === file);
  const [found, another] = named;
  if (!found || another) {
    const hidden = found ? undefined : await hiddenNext(ports, last, file);
    if (hidden) throw nothingBefore(hidden.what, hidden.next);
    throw nothingBefore(
      found
        ? `${file} could be ${named.map(({ sourceKey }) => sourceKey).join(' or ')}`
        : `${file} is not published for ${businessDate}`,
      `Give one of: ${last.files.map(({ sourceKey }) => sourceKey).join(', ')}.`,
    );
  }
  const { sourceId, sourceKey, runId: from } = found;
  const ledgerKey = ledgerEntryKey(dataset, businessDate, sourceId);
  const to = remove ? null : await runBefore(ports, ledgerKey, from);
  if (to === undefined) {
    throw nothingBefore(
      `${sourceKey} has no version before the one that is published`,
      'Take it out of the day with --remove, or send a corrected file.',
    );
  }
  return { sourceId, sourceKey, ledgerKey, from, to };
}

/** The last run that was loaded before `runId` and was not rolled back itself. */
async function runBefore(
  { lake }: PipelinePorts,
  ledgerKey: string,
  runId: string,
): Promise<string | undefined> {
  let taken: string[] | undefined;
  let seen = false;
  for await (const { loaded, rolledBack = [] } of entryVersions(lake, ledgerKey)) {
    taken ??= rolledBack.map((version) => version.runId);
    if (loaded?.runId === runId) seen = true;
    else if (seen && loaded && !taken.includes(loaded.runId)) return loaded.runId;
  }
  return undefined;
}

/** The next commit, with other versions of some files. Tables keep the columns they have now. */
async function planRollback(
  ports: PipelinePorts,
  last: DayCommit,
  files: RolledBackFile[],
  reason: string,
  restores: number | null,
): Promise<DayCommit> {
  const { dataset, businessDate } = last;
  const changed = new Map(files.map((file) => [file.sourceId, file]));
  const entries: LoadedEntry[] = [];
  const wanted = new Map([
    ...last.files.map(({ sourceId, runId }): [string, string | null] => [sourceId, runId]),
    ...files.map(({ sourceId, to }): [string, string | null] => [sourceId, to]),
  ]);
  const entriesNow = await dayEntries(ports.lake, dataset, businessDate);
  const standing = new Map(entriesNow.map((entry) => [entry.sourceId, entry]));
  for (const [sourceId, runId] of wanted) {
    if (runId === null) continue;
    const ledgerKey = changed.get(sourceId)?.ledgerKey ?? ledgerEntryKey(dataset, businessDate, sourceId);
    const entry = standing.get(sourceId);
    const loaded = await loadedVersionOf(ports, ledgerKey, runId);
    if (!entry || !loaded) {
      throw new RunInconsistent({
        what: 'the ledger does not know the version to go back to',
        where: ledgerKey,
        why: `No version of the entry has run ${runId}.`,
        next: 'Nothing was changed. Convert the file that is wanted with --force.',
      });
    }
    entries.push({ ...entry, loaded });
  }
  const at = ports.clock.now().toISOString();
  const schemas = schemasOf(last);
  return planFreeCommit(ports, last.commit + 1, (number) => ({
    ...planDayCommit(dataset, number, businessDate, at, entries, schemas, last),
    rollback: { reason, restores, files },
    ...(last.terms !== undefined && { terms: last.terms }),
    ...byWhom(ports),
  }));
}

function schemasOf({ dataset, businessDate, commit, tables }: DayCommit): {
  rows: TableSchema[];
  rejects: TableSchema;
} {
  const rejects = tables.find((table) => table.dataset === rejectsDataset(dataset));
  if (rejects) return { rows: tables.filter((table) => table !== rejects), rejects };
  throw new RunInconsistent({
    what: 'the commit to go back from has no table of rejects',
    where: dayCommitKey(dataset, businessDate, commit),
    why: 'Every commit has one, so this object was damaged.',
    next: 'Nothing was changed. Restore an earlier version of the object from the bucket or a backup.',
  });
}

function nothingBefore(what: string, next: string): UsageError {
  return new UsageError({ what, next });
}
