import { type DayCommit, holdsExactly } from '../../day/day-commit.ts';
import { expectationOfTerms } from '../../day/day-terms.ts';
import { type DayExpectation, dayCompletion, type FileStatus } from '../../day/expected-files.ts';
import { type Decimal, decimalText, storedDecimal, sumByName } from '../../decimal.ts';
import { RunInconsistent } from '../../errors.ts';
import { ledgerEntryKey } from '../../keys/lake-keys.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import type { RefusalCode } from '../../refusal.ts';
import type { NulledExamples } from '../../run/invalid-values.ts';
import { isInUse, isLoaded, type LedgerEntry, supplementedRun } from '../../run/ledger-entry.ts';
import type { ControlTotalResult } from '../../totals/control-totals.ts';
import { acceptedDetails, type RecordCounts } from '../../totals/record-counts.ts';
import { isVisible } from '../publish/catch-up-catalog.ts';
import { judgeTables } from '../publish/day-tables.ts';
import { correctsStanding, judgeDay } from '../publish/judge-day.ts';
import { lastCommit, readCommit } from '../store/day-ledger.ts';
import { entryVersions } from '../store/ledger.ts';
import { type KeptSnapshot, snapshotsOfDay } from './lake-history.ts';
import { statusLayout } from './status-layout.ts';

/** The status of a day for the person on call. */
export interface DayStatus {
  dataset: string;
  businessDate: string;
  expectation: DayExpectation;
  counts: Record<FileStatus, number>;
  files: FileStatusLine[];
  /** Totals of the loaded files. */
  totals: {
    records: number;
    rows: number;
    rejected: number;
    corrected: number;
    sums: Record<string, string>;
  };
  /** The commit that readers see. */
  published: PublishedDay | null;
  /** A later commit that they do not see. */
  pending?: PublishedDay;
  /** The snapshots by which other programs read what the day's commits showed, as long as they are kept. */
  snapshots: (KeptSnapshot & { commit: number })[];
  /** Why the published files are not all the loaded ones. */
  waitingFor?: string;
  /** Objects of the day that cannot be read, each with what is wrong and what to do. What they say is missing above. */
  damaged?: { key: string; why: string }[];
}

export interface FileStatusLine {
  name: string;
  status: FileStatus | 'stalled';
  state?: string | undefined;
  unexpected?: boolean | undefined;
  version?: string | undefined;
  runId?: string | null | undefined;
  records?: RecordCounts | undefined;
  rows?: number | undefined;
  inputBytes?: number | undefined;
  /** CRC-64/NVME of the whole file, in base64. */
  checksum?: string | undefined;
  /** Values that became null because they are invalid, by field, with the first of each. */
  nulled?: Record<string, number> | undefined;
  nulledExamples?: NulledExamples | undefined;
  controlTotals?: ControlTotalResult[] | undefined;
  outputs?: { objects: number; bytes: number } | undefined;
  reason?: string | undefined;
  /** Set for a refused file. */
  refusalCode?: RefusalCode | undefined;
  warnings?: string[] | undefined;
  supplementOf?: string | undefined;
  /** Set for a supplement that corrects another version of its file than the one that is loaded: its rows are not shown. */
  hidden?: boolean | undefined;
  softwareVersion?: string | undefined;
  layoutFingerprint?: string | undefined;
  startedAt?: string | undefined;
  loadedAt?: string | undefined;
  updatedAt?: string | undefined;
  /** Every version of the entry, the latest first, if asked for. */
  versions?: LedgerEntry[] | undefined;
}

interface PublishedDay {
  commit: number;
  committedAt: string;
  files: number;
  rows: number;
  rejectedRows: number;
  partial?: DayCommit['partial'] | undefined;
  rollback?: DayCommit['rollback'] | undefined;
  warnings?: string[] | undefined;
}

/** The status of a day, from the ledger and from what readers see. Fails with `RunInconsistent` if no file of the day was split. */
export async function dayStatus(
  ports: Pick<PipelinePorts, 'lake' | 'settings' | 'clock' | 'catalog' | 'hasDied'>,
  dataset: string,
  businessDate: string,
  options: { versions?: boolean | undefined } = {},
): Promise<DayStatus> {
  const layout = await statusLayout(ports.lake, dataset, businessDate);
  const damaged: RunInconsistent[] = [];
  const judged = await judgeDay(ports, layout, businessDate, [], damaged);
  const { entries, sound, terms, waitingFor } = judged;
  const expectation = expectationOfTerms(terms, layout.day, ports.settings.expectedFiles, businessDate);
  const completion = dayCompletion(expectation, entries);
  const now = ports.clock.now();
  const byKey = new Map(entries.map((entry) => [entry.sourceKey, entry]));
  const files: FileStatusLine[] = [];
  for (const { name, status, unexpected } of completion.files) {
    const entry = byKey.get(name);
    if (!entry) files.push({ name, status });
    else {
      const line = statusLine(entry, status, isInUse(entry, now, ports.hasDied));
      if (unexpected) line.unexpected = true;
      if (isHidden(entry, byKey)) line.hidden = true;
      if (options.versions) await addVersions(ports, entry, line);
      files.push(line);
    }
  }
  const counts: DayStatus['counts'] = {
    loaded: 0,
    running: 0,
    refused: 0,
    failed: 0,
    missing: completion.missing,
  };
  for (const { status } of completion.files) if (status !== 'missing') counts[status]++;
  const { last, visible } = await seenCommits(ports, dataset, businessDate).catch((error: unknown) => {
    if (!(error instanceof RunInconsistent)) throw error;
    damaged.push(error);
    return { last: undefined, visible: undefined };
  });
  const isWhole = last === visible && holdsExactly(last, sound);
  const unfit = isWhole || damaged.length > 0 ? [] : (await judgeTables(ports, layout, sound)).problems;
  const waits = [waitingFor, ...unfit].filter((reason) => reason !== undefined).join('; ');
  return {
    dataset,
    businessDate,
    expectation,
    counts,
    files,
    totals: totalsOf(byKey),
    published: visible ? publishedDay(visible) : null,
    snapshots: last ? await snapshotsOfDay(ports, last) : [],
    ...(last && last !== visible ? { pending: publishedDay(last) } : {}),
    ...(waits === '' ? {} : { waitingFor: waits }),
    ...(damaged.length === 0
      ? {}
      : { damaged: damaged.map(({ where = '', message }) => ({ key: where, why: message })) }),
  };
}

/** The last commit of a day, and the one that readers see: an earlier one, or none, if the catalog did not take the last. */
async function seenCommits(
  ports: Pick<PipelinePorts, 'lake' | 'catalog'>,
  dataset: string,
  businessDate: string,
): Promise<{ last: DayCommit | undefined; visible: DayCommit | undefined }> {
  const last = await lastCommit(ports.lake, dataset, businessDate);
  let visible = last;
  while (visible && !(await isVisible(ports, visible))) {
    visible = await readCommit(ports.lake, dataset, businessDate, visible.commit - 1);
  }
  return { last, visible };
}

function statusLine(entry: LedgerEntry, status: FileStatus, isAtWork: boolean): FileStatusLine {
  const { loaded } = entry;
  const outputs = [...(loaded?.outputs ?? []), ...(loaded?.rejectOutputs ?? [])];
  return {
    name: entry.sourceKey,
    // Its process is gone, or its lease has run out, so nobody works on the run any more.
    status: status === 'running' && !isAtWork ? 'stalled' : status,
    state: entry.state,
    version: entry.version,
    runId: entry.runId,
    records: entry.records ?? loaded?.records,
    rows: loaded?.rows,
    inputBytes: entry.inputBytes,
    checksum: loaded?.checksum,
    nulled: entry.nulled,
    nulledExamples: entry.nulledExamples,
    controlTotals: entry.controlTotals,
    outputs: { objects: outputs.length, bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0) },
    reason:
      entry.state === 'refused'
        ? entry.refusal?.message
        : entry.state === 'failed'
          ? entry.failure?.message
          : undefined,
    refusalCode: entry.state === 'refused' ? entry.refusal?.code : undefined,
    warnings: entry.warnings,
    supplementOf: supplementedRun(entry)?.sourceKey,
    softwareVersion: entry.softwareVersion,
    layoutFingerprint: entry.layout.fingerprint,
    startedAt: loaded?.startedAt,
    loadedAt: loaded?.loadedAt,
    updatedAt: entry.updatedAt,
  };
}

function isHidden(entry: LedgerEntry, byKey: Map<string, LedgerEntry>): boolean {
  return isLoaded(entry) && !correctsStanding(entry, byKey);
}

/** Records of a supplement were counted as rejects of another file before, so they are not counted again; those that are hidden are nowhere. */
function totalsOf(byKey: Map<string, LedgerEntry>): DayStatus['totals'] {
  const totals: DayStatus['totals'] = { records: 0, rows: 0, rejected: 0, corrected: 0, sums: {} };
  const amounts: [string, Decimal][] = [];
  for (const entry of byKey.values()) {
    const { loaded } = entry;
    if (!loaded || isHidden(entry, byKey)) continue;
    totals.rows += loaded.rows;
    if (supplementedRun(entry)) totals.corrected += acceptedDetails(loaded.records);
    else {
      totals.records += loaded.records.read;
      totals.rejected += loaded.records.rejected;
    }
    for (const { figure, actual } of loaded.controlTotals) {
      if (figure) amounts.push([figure, storedDecimal(actual)]);
    }
  }
  totals.sums = Object.fromEntries([...sumByName(amounts)].map(([name, sum]) => [name, decimalText(sum)]));
  return totals;
}

function publishedDay(commit: DayCommit): PublishedDay {
  const { files, partial, rollback, warnings } = commit;
  return {
    commit: commit.commit,
    committedAt: commit.committedAt,
    files: files.length,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    rejectedRows: files.reduce((sum, { rejectedRows }) => sum + rejectedRows, 0),
    ...{ partial, rollback, warnings },
  };
}

/** Every version of the entry; of those that cannot be read, a warning. */
async function addVersions(
  { lake }: Pick<PipelinePorts, 'lake'>,
  { dataset, businessDate, sourceId, warnings = [] }: LedgerEntry,
  line: FileStatusLine,
): Promise<void> {
  const damaged: string[] = [];
  const key = ledgerEntryKey(dataset, businessDate, sourceId);
  line.versions = await Array.fromAsync(entryVersions(lake, key, ({ message }) => damaged.push(message)));
  if (damaged.length > 0) line.warnings = [...warnings, ...damaged];
}
