import { dayChanges } from '../../day/day-change.ts';
import { type DayCommit, holdsExactly, planDayCommit } from '../../day/day-commit.ts';
import { RunInconsistent } from '../../errors.ts';
import { addDays } from '../../keys/business-date.ts';
import { dayCommitKey, dayCommitPrefix } from '../../keys/lake-keys.ts';
import type { Layout } from '../../layout/layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { compareAndSwap } from '../store/compare-and-swap.ts';
import { lastReadableCommit } from '../store/day-commits.ts';
import { lastCommit, lastWritten, unlessBlank } from '../store/day-ledger.ts';
import { readNumberedTerms } from '../store/kept-terms.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { settleRollback } from '../store/settle-rollback.ts';
import { addColumns } from '../store/table-owner.ts';
import { applyCommit, type FoundObjects, requireObjects, showCommit } from './apply-commit.ts';
import { isCatalogUpToDate } from './catch-up-catalog.ts';
import { dayTables } from './day-tables.ts';
import { planFreeCommit } from './free-commit.ts';
import { judgeDay } from './judge-day.ts';
import { catalogOverDamage, isTableDamaged, restoreTables } from './restore-catalog.ts';
import { surelyWaitsFor } from './surely-waits.ts';

/** The business day before is looked for this many days back: longer than the longest holidays. */
const MAX_DAYS_BACK = 10;

/** The result of publishing a day. */
export interface DayOutcome {
  published: boolean;
  commit: number | undefined;
  /** Why the loaded files are not published yet. */
  waitingFor?: string;
  /** Set if this call wrote the commit; of several calls at once, one does. */
  committed?: boolean;
  warnings?: string[];
  /** Ids of the files just loaded that the commit shows not, or in another version: supplements whose file has another version now. */
  notShown?: string[];
}

interface PublishOptions {
  /** Publish the loaded files although the day is not complete. */
  partial?: { reason: string } | undefined;
  /** Also if the last commit or the catalog cannot be read: the first is followed by another, the second is written again. */
  force?: boolean | undefined;
  /**
   * The files that were just loaded, for which the day is published; a listing may not show them yet. The call then does no more than these
   * files need: whoever loads another file publishes that one.
   */
  loaded?: LoadedRun[] | undefined;
  /** Say what a day still waits for that shows all it has: somebody asked for the whole day. */
  tellsWaiting?: boolean | undefined;
}

/** A file and the run that loaded it. */
export interface LoadedRun {
  sourceId: string;
  runId: string;
}

/**
 * Publishes a day once its expected files are loaded: writes a day commit if the loaded files are not those of the last one, copies its
 * objects into their generation folders, then points the catalog to them. Every step may be repeated.
 */
export async function publishDay(
  ports: PipelinePorts,
  layout: Layout,
  businessDate: string,
  options: PublishOptions = {},
): Promise<DayOutcome> {
  // Files of one day that finish together commit one after the other.
  const { commit, isNew, waitingFor, lacks, found } = await compareAndSwap(
    dayCommitPrefix(layout.name, businessDate),
    () => commitDay(ports, layout, businessDate, options),
  );
  if (options.force) await restoreTables(ports, layout.name, (table) => isTableDamaged(ports.catalog, table));
  if (waitingFor !== undefined)
    return { published: commit !== undefined, commit: commit?.commit, waitingFor };
  // The objects of a commit that readers see need not be looked at again.
  const isPlaced = options.loaded !== undefined && !isNew && (await isCatalogUpToDate(ports, commit));
  if (isPlaced) await showCommit(ports, commit);
  else await applyCommit(ports, commit, found);
  const notShown = (options.loaded ?? []).filter((run) => !holdsRuns(commit, [run]));
  const outcome: DayOutcome = {
    published: true,
    commit: commit.commit,
    ...(notShown.length > 0 && { notShown: notShown.map(({ sourceId }) => sourceId) }),
  };
  if (!isNew) return lacks === undefined ? outcome : { ...outcome, waitingFor: lacks };
  await tellPeople(ports, commit);
  const { warnings } = commit;
  return { ...outcome, committed: true, ...(warnings ? { warnings } : {}) };
}

/** The day's last commit, whether it was written just now, and what the day still waits for. */
type Committed =
  | { commit: DayCommit; isNew: boolean; found?: FoundObjects; waitingFor?: undefined; lacks?: string }
  | {
      commit: DayCommit | undefined;
      isNew: false;
      found?: undefined;
      waitingFor: string;
      lacks?: undefined;
    };

/** Writes the next commit of a day if its files are complete and not those of the last commit. */
async function commitDay(
  ports: PipelinePorts,
  layout: Layout,
  businessDate: string,
  options: PublishOptions,
): Promise<Committed> {
  const before = await lastOf(ports, layout.name, businessDate, options);
  const { number: lastNumber, value: written, isDamaged } = before;
  if (written?.rollback) await settleRollback(ports, written);
  const last = unlessBlank(written);
  const { loaded } = options;
  if (loaded && last && last.partial === undefined && holdsRuns(last, loaded)) {
    return { commit: last, isNew: false };
  }
  const latest = loaded?.at(-1)?.sourceId;
  const surely = latest === undefined ? undefined : await surelyWaitsFor(ports, layout, businessDate, latest);
  if (surely !== undefined) return { commit: last, isNew: false, waitingFor: surely };
  const known = [...(last?.files ?? []), ...(loaded ?? [])].map(({ sourceId }) => sourceId);
  const { sound, hidden, waitingFor } = await judgeDay(ports, layout, businessDate, known);
  if (
    last &&
    !isDamaged &&
    holdsExactly(last, sound) &&
    (last.partial === undefined || waitingFor !== undefined)
  ) {
    // A file that a late day manifest keeps out is loaded, and in no commit.
    const isOut = waitingFor !== undefined && loaded !== undefined && !holdsRuns(last, loaded);
    if (isOut) return { commit: last, isNew: false, waitingFor };
    const lacks = options.tellsWaiting ? waitingFor : undefined;
    return { commit: last, isNew: false, ...(lacks === undefined ? {} : { lacks }) };
  }
  const { partial } = options;
  if (waitingFor !== undefined && (!partial || sound.length === 0)) {
    return { commit: last, isNew: false, waitingFor };
  }
  const catalog = options.force ? catalogOverDamage(ports.catalog) : ports.catalog;
  const { lake, clock } = ports;
  const at = clock.now().toISOString();
  const tables = await dayTables({ catalog }, layout, businessDate, sound);
  // Before the commit is written: one of another day, at the same time, may have other columns.
  const where = `${layout.name} of ${businessDate}`;
  const schemas = await addColumns({ lake, clock, catalog }, layout.name, where, tables);
  const terms = (await readNumberedTerms(lake, layout.name, businessDate))?.number;
  const inPart =
    partial && waitingFor !== undefined ? { reason: partial.reason, missing: waitingFor } : undefined;
  const planned = await planFreeCommit({ lake, catalog }, lastNumber + 1, (number) => ({
    ...planDayCommit(layout.name, number, businessDate, at, sound, schemas, last),
    ...(inPart && { partial: inPart }),
    ...(terms !== undefined && { terms }),
    ...byWhom(ports),
  }));
  const warnings = [...hidden, ...(await changeWarnings(ports, layout, planned))];
  const commit = warnings.length > 0 ? { ...planned, warnings } : planned;
  const found = await requireObjects(ports, commit);
  const key = dayCommitKey(layout.name, businessDate, commit.commit);
  await ports.lake.putOnce(key, sealedBytes(key, commit));
  return { commit, isNew: true, found };
}

/** For the record of a commit. */
export function byWhom({ settings: { user } }: Pick<PipelinePorts, 'settings'>): Pick<DayCommit, 'by'> {
  return user === undefined ? {} : { by: user };
}

function holdsRuns({ files }: DayCommit, loaded: LoadedRun[]): boolean {
  const held = new Map(files.map(({ sourceId, runId }) => [sourceId, runId]));
  return loaded.every(({ sourceId, runId }) => held.get(sourceId) === runId);
}

/** The number of a day's last commit, and the commit. By force, one that cannot be read is passed over: the one before it counts. */
async function lastOf(
  { lake }: PipelinePorts,
  dataset: string,
  businessDate: string,
  { force }: PublishOptions,
): Promise<{ number: number; value: DayCommit | undefined; isDamaged?: boolean }> {
  const last = await (force ? lastReadableCommit : lastWritten)(lake, dataset, businessDate);
  return last ?? { number: 0, value: undefined };
}

async function changeWarnings(ports: PipelinePorts, layout: Layout, commit: DayCommit): Promise<string[]> {
  const { maxChangePercent } = layout.day;
  if (maxChangePercent === undefined || commit.partial) return [];
  for (let back = 1; back <= MAX_DAYS_BACK; back++) {
    const date = addDays(commit.businessDate, -back);
    try {
      const before = await lastCommit(ports.lake, layout.name, date);
      if (before) return dayChanges(commit, before, maxChangePercent);
    } catch (error) {
      if (!(error instanceof RunInconsistent)) throw error;
      return [`it could not be compared with ${date}, because ${error.where} cannot be read`];
    }
  }
  return [];
}

async function tellPeople(ports: PipelinePorts, commit: DayCommit): Promise<void> {
  const { dataset, businessDate, partial, warnings } = commit;
  const told = [
    ...(partial
      ? [
          `It is published without ${partial.missing}, on purpose: ${partial.reason}. The rest is published with publish --partial as it arrives, or automatically once the day is complete.`,
        ]
      : []),
    ...(warnings ?? []).map((warning) => `${warning}. The day is published; ask whether that can be true.`),
  ];
  if (told.length === 0) return;
  await ports.notifier.notify({
    kind: 'warning',
    subject: `${partial ? 'Published in part' : 'Unusual'}: ${dataset} of ${businessDate}`.slice(0, 100),
    message: `${dataset} of ${businessDate}, commit ${commit.commit}: ${told.join(' ')}`,
  });
}
