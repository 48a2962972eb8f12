import { dayChanges } from '../../day/day-change.ts';
import { type DayCommit, holdsExactly, planDayCommit } from '../../day/day-commit.ts';
import { type ManifestEntries, manifestEntries, manifestTotals } from '../../day/day-manifest.ts';
import { type DayTerms, expectationOfTerms } from '../../day/day-terms.ts';
import { dayCompletion } from '../../day/expected-files.ts';
import { isSameDecimal, storedDecimal } from '../../decimal.ts';
import { RunInconsistent } from '../../errors.ts';
import { addDays } from '../../keys/business-date.ts';
import { dayCommitKey, dayCommitPrefix } from '../../keys/lake-keys.ts';
import { fileNameOf } from '../../keys/name-pattern.ts';
import type { Layout } from '../../layout/layout.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isCorrectedBy } from '../../run/corrected-version.ts';
import { isLoaded, type LedgerEntry, type LoadedEntry, supplementedRun } from '../../run/ledger-entry.ts';
import { figuresRefusal } from '../../run/stated-figures.ts';
import { numberOf } from '../../totals/control-value.ts';
import { compareAndSwap } from '../store/compare-and-swap.ts';
import { lastReadableCommit } from '../store/day-commits.ts';
import { dayEntries, lastCommit, lastWritten, unlessBlank } from '../store/day-ledger.ts';
import { readableTerms, readNumberedTerms, readTerms } from '../store/kept-terms.ts';
import { sealedBytes } from '../store/sealed-json.ts';
import { settleRollback } from '../store/settle-rollback.ts';
import { addColumns } from '../store/table-owner.ts';
import { applyCommit, type ProvedObjects, requireObjects } from './apply-commit.ts';
import { dayTables } from './day-tables.ts';
import { planFreeCommit } from './free-commit.ts';
import { catalogOverDamage, isTableDamaged, restoreTables } from './restore-catalog.ts';

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
}

interface PublishOptions {
  /** Publish the loaded files although the day is not complete. */
  partial?: { reason: string } | undefined;
  /** Also if the last commit or the catalog cannot be read: the first is followed by another, the second is written again. */
  force?: boolean | undefined;
  /** A file that is loaded for certain, even if a listing does not show it yet. */
  sourceId?: string | undefined;
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
  const { commit, isNew, waitingFor, proved } = await compareAndSwap(
    dayCommitPrefix(layout.name, businessDate),
    () => commitDay(ports, layout, businessDate, options),
  );
  if (options.force) await restoreTables(ports, layout.name, (table) => isTableDamaged(ports.catalog, table));
  if (waitingFor !== undefined)
    return { published: commit !== undefined, commit: commit?.commit, waitingFor };
  await applyCommit(ports, commit, proved);
  if (!isNew) return { published: true, commit: commit.commit };
  await tellPeople(ports, commit);
  const { warnings } = commit;
  return { published: true, commit: commit.commit, committed: true, ...(warnings ? { warnings } : {}) };
}

/** The day's last commit, whether it was written just now, and what the day still waits for. */
type Committed =
  | { commit: DayCommit; isNew: boolean; proved?: ProvedObjects; waitingFor?: undefined }
  | { commit: DayCommit | undefined; isNew: false; proved?: undefined; waitingFor: string };

/** Writes the next commit of a day if its files are complete and not those of the last commit. */
async function commitDay(
  ports: PipelinePorts,
  layout: Layout,
  businessDate: string,
  options: PublishOptions,
): Promise<Committed> {
  const { number: lastNumber, written, isDamaged } = await lastOf(ports, layout.name, businessDate, options);
  if (written?.rollback) await settleRollback(ports, written);
  const last = unlessBlank(written);
  const known = [...(last?.files ?? []), options].flatMap(({ sourceId }) => sourceId ?? []);
  const { sound, hidden, waitingFor } = await judgeDay(ports, layout, businessDate, known);
  if (
    last &&
    !isDamaged &&
    holdsExactly(last, sound) &&
    (last.partial === undefined || waitingFor !== undefined)
  ) {
    return { commit: last, isNew: false };
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
    ...planDayCommit(layout.name, number, businessDate, at, sound, schemas, last, ports.catalog),
    ...(inPart && { partial: inPart }),
    ...(terms !== undefined && { terms }),
  }));
  const warnings = [...hidden, ...(await changeWarnings(ports, layout, planned))];
  const commit = warnings.length > 0 ? { ...planned, warnings } : planned;
  const proved = await requireObjects(ports, commit);
  const key = dayCommitKey(layout.name, businessDate, commit.commit);
  await ports.lake.putOnce(key, sealedBytes(key, commit));
  return { commit, isNew: true, proved };
}

/** The number of a day's last commit, and the commit. By force, one that cannot be read is passed over: the one before it counts. */
async function lastOf(
  { lake }: PipelinePorts,
  dataset: string,
  businessDate: string,
  { force }: PublishOptions,
): Promise<{ number: number; written: DayCommit | undefined; isDamaged: boolean }> {
  if (!force) {
    const { number = 0, value: written } = (await lastWritten(lake, dataset, businessDate)) ?? {};
    return { number, written, isDamaged: false };
  }
  const readable = await lastReadableCommit(lake, dataset, businessDate);
  const { number = 0, isDamaged = false } = readable ?? {};
  return { number, written: readable?.value, isDamaged };
}

/**
 * The loaded files of a day that may be published, and why the day as a whole may not yet. With `damaged`, entries and terms that cannot
 * be read are added there instead of an error.
 */
export async function judgeDay(
  ports: Pick<PipelinePorts, 'lake' | 'settings'>,
  layout: Layout,
  businessDate: string,
  known: string[] = [],
  damaged?: RunInconsistent[],
): Promise<{
  entries: LedgerEntry[];
  sound: LoadedEntry[];
  /** Loaded supplements whose rows are not shown, each as a clause. */
  hidden: string[];
  terms: DayTerms | undefined;
  waitingFor?: string;
}> {
  // Entries are read before terms: a file that arrives in between counts as missing, and publishes the day itself.
  const entries = await dayEntries(ports.lake, layout.name, businessDate, known, damaged);
  const terms = damaged
    ? await readableTerms(ports.lake, layout.name, businessDate, damaged)
    : await readTerms(ports.lake, layout.name, businessDate);
  const expectation = expectationOfTerms(terms, layout.day, ports.settings.expectedFiles, businessDate);
  const completion = dayCompletion(expectation, entries);
  const all = entries.filter(isLoaded);
  // A supplement goes with the version that it corrects: it is hidden by another version of its file, and shown again with its own.
  const byKey = new Map(entries.map((entry) => [entry.sourceKey, entry]));
  const shown = new Set(all.filter((entry) => correctsStanding(entry, byKey)));
  const loaded = [...shown];
  const stated = terms?.manifest && manifestEntries(terms.manifest.file);
  const problems = loaded.map((entry) => unsoundness(entry, terms, stated));
  const waiting = [
    ...(completion.waitingFor === undefined ? [] : [completion.waitingFor]),
    ...problems.filter((problem) => problem !== undefined),
    ...(loaded.length === 0 ? ['a first file'] : []),
  ];
  const own = loaded.filter((_, index) => problems[index] === undefined);
  return {
    entries,
    // What corrects a file that the day manifest keeps out stays out with it.
    sound: own.filter((entry) => correctsStanding(entry, new Map(own.map((one) => [one.sourceKey, one])))),
    hidden: all.filter((entry) => !shown.has(entry)).map(hiddenSupplement),
    terms,
    ...(waiting.length > 0 ? { waitingFor: waiting.join('; ') } : {}),
  };
}

/** False for a supplement of another version of its file than the one that is loaded: readers do not see its rows. */
export function correctsStanding(entry: LoadedEntry, byKey: Map<string, LedgerEntry>): boolean {
  const corrected = supplementedRun(entry);
  if (!corrected) return true;
  const parent = byKey.get(corrected.sourceKey);
  return isCorrectedBy(parent?.loaded, corrected);
}

function hiddenSupplement(entry: LoadedEntry): string {
  const { sourceKey } = entry;
  const of = supplementedRun(entry)?.sourceKey;
  return `${sourceKey} is not shown, because it corrects records of a version of ${of} that was replaced; if ${of} still rejects them, convert it again with --supplement-of ${of} --force`;
}

/** Why a loaded file cannot be published: a day manifest that came later disagrees. */
function unsoundness(
  entry: LoadedEntry,
  terms: DayTerms | undefined,
  entries: ManifestEntries | undefined,
): string | undefined {
  const { sourceKey, loaded } = entry;
  if (supplementedRun(entry) || !terms?.manifest) return undefined;
  const { key } = terms.manifest;
  const stated = entries?.get(fileNameOf(sourceKey));
  if (!stated) return `${sourceKey}, which the day manifest ${key} does not name`;
  const { records, inputBytes, storedBytes, checksum } = loaded;
  const bytes =
    storedBytes === undefined ? { sizeBytes: inputBytes, crc64nvme: checksum } : { sizeBytes: storedBytes };
  const figures = { ...bytes, records: records.read, details: records.detail };
  const refusal = figuresRefusal(sourceKey, key, stated, figures);
  if (refusal) return `${sourceKey}, which is not what the day manifest ${key} says (${refusal.code})`;
  const values = manifestTotals(stated);
  const wrong = loaded.controlTotals.find(({ name, actual, pending }) => {
    // `dayManifest.<total>`, or `dayControlFile.<total>` in entries that an earlier version wrote.
    const stated = numberOf(values[name.slice(name.indexOf('.') + 1)]);
    return pending && !(stated && isSameDecimal(stated, storedDecimal(actual)));
  });
  return wrong && `${sourceKey}, whose ${wrong.name} is ${wrong.actual}, while ${key} states something else`;
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
