import { rejectsDataset } from '../shared/keys/lake-keys.ts';
import type { FinalizeResult } from '../shared/pipeline/finalize/finalize-file.ts';
import { hiddenSupplement } from '../shared/pipeline/publish/judge-day.ts';
import type { SplitResult } from '../shared/pipeline/split/split-file.ts';
import { readCommit } from '../shared/pipeline/store/day-ledger.ts';
import type { ObjectStore } from '../shared/ports/object-store.ts';
import type { RefusalCode } from '../shared/refusal.ts';
import type { NulledExamples } from '../shared/run/invalid-values.ts';
import { type LedgerEntry, type MergedFile, supplementedRun } from '../shared/run/ledger-entry.ts';
import type { ControlTotalResult } from '../shared/totals/control-totals.ts';
import type { RecordCounts } from '../shared/totals/record-counts.ts';

/** The object that `convert --json` prints for each file. */
export interface FileSummary {
  runId: string | null;
  status: 'loaded' | 'already-loaded' | 'refused' | 'failed';
  sourceKey: string;
  businessDate: string | null;
  inputBytes: number;
  rangeCount: number;
  records: RecordCounts;
  rows: number;
  /** Values that became null because they are invalid, by field, with the first of each. */
  nulled: Record<string, number>;
  nulledExamples: NulledExamples;
  controlTotals: ControlTotalResult[];
  outputs: SummaryOutput[];
  rejectOutputs: SummaryOutput[];
  rowGroups: { count: number; min: number; median: number; max: number };
  published: boolean;
  /** Set for a supplement that is loaded and not shown, because its file has another version. */
  hidden?: true;
  seconds: number;
  reason?: string;
  /** Set if the file was refused. */
  refusalCode?: RefusalCode;
  /** Name of the error of a failed file; decides the exit code. */
  errorName?: string;
  /** Those of the file, and those of its day if this file published it. */
  warnings?: string[];
}

interface SummaryOutput {
  key: string;
  dataset: string;
  partition: Record<string, string | null>;
  rows: number;
  bytes: number;
}

const NO_RECORDS: RecordCounts = { read: 0, header: 0, detail: 0, trailer: 0, rejected: 0 };
const NO_ROW_GROUPS = { count: 0, min: 0, median: 0, max: 0 };

export function failedSummary(
  sourceKey: string,
  split: SplitResult | undefined,
  error: Error,
  elapsedSeconds: number,
): FileSummary {
  const planned = split?.verdict === 'convert' ? split : undefined;
  return {
    ...nothingLoaded(sourceKey, split?.businessDate ?? null, elapsedSeconds),
    runId: planned?.runId ?? null,
    rangeCount: planned?.rangeCount ?? 0,
    status: 'failed',
    reason: error.message,
    errorName: error.name || 'Error',
  };
}

/** The summary of a file that was turned away before it had an entry in the ledger. */
export function turnedAwaySummary(
  { sourceKey, businessDate, refusal }: Extract<SplitResult, { verdict: 'refused' }>,
  elapsedSeconds: number,
): FileSummary {
  return {
    ...nothingLoaded(sourceKey, businessDate, elapsedSeconds),
    status: 'refused',
    reason: refusal.message,
    refusalCode: refusal.code,
  };
}

function nothingLoaded(
  sourceKey: string,
  businessDate: string | null,
  elapsedSeconds: number,
): Omit<FileSummary, 'status'> {
  return {
    runId: null,
    sourceKey,
    businessDate,
    inputBytes: 0,
    rangeCount: 0,
    records: NO_RECORDS,
    rows: 0,
    nulled: {},
    nulledExamples: {},
    controlTotals: [],
    outputs: [],
    rejectOutputs: [],
    rowGroups: NO_ROW_GROUPS,
    published: false,
    seconds: elapsedSeconds,
  };
}

export function summaryOf(
  entry: LedgerEntry,
  finalized: FinalizeResult,
  split: SplitResult,
  outputs: { rows: SummaryOutput[]; rejects: SummaryOutput[] },
  elapsedSeconds: number,
): FileSummary {
  const { status, day } = finalized;
  const refused = status === 'refused';
  const isShown = !day?.notShown?.includes(entry.sourceId);
  const isHidden = !isShown && supplementedRun(entry) !== undefined;
  const warnings = new Set([
    ...(entry.warnings ?? []),
    ...(day?.warnings ?? []),
    ...(isHidden ? [hiddenSupplement(entry)] : []),
  ]);
  return {
    runId: entry.runId,
    status,
    sourceKey: entry.sourceKey,
    businessDate: entry.businessDate,
    inputBytes: entry.inputBytes,
    rangeCount: split.verdict === 'convert' ? split.rangeCount : 0,
    records: entry.records ?? NO_RECORDS,
    rows: refused ? 0 : (entry.rows ?? 0),
    nulled: entry.nulled ?? {},
    nulledExamples: entry.nulledExamples ?? {},
    controlTotals: entry.controlTotals ?? [],
    outputs: refused ? [] : outputs.rows,
    rejectOutputs: refused ? [] : outputs.rejects,
    rowGroups: (!refused && entry.loaded?.rowGroups) || NO_ROW_GROUPS,
    published: day?.published === true && day.waitingFor === undefined && isShown,
    ...(isHidden && { hidden: true }),
    seconds: elapsedSeconds,
    ...(refused && entry.refusal ? { reason: entry.refusal.message, refusalCode: entry.refusal.code } : {}),
    ...(warnings.size > 0 ? { warnings: [...warnings] } : {}),
  };
}

/** Published keys of the objects of a commit. */
type PublishedKeys = (sourceId: string, mergedKey: string) => string | undefined;

export async function publishedKeys(
  lake: ObjectStore,
  { dataset, businessDate }: Pick<LedgerEntry, 'dataset' | 'businessDate'>,
  commit: number | undefined,
): Promise<PublishedKeys> {
  const published =
    commit === undefined || businessDate === null
      ? undefined
      : await readCommit(lake, dataset, businessDate, commit);
  const objects = (published?.tables ?? []).flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.objects),
  );
  const keys = new Map(objects.map(({ sourceId, mergedKey, key }) => [`${sourceId} ${mergedKey}`, key]));
  return (sourceId, mergedKey) => keys.get(`${sourceId} ${mergedKey}`);
}

/** The file's objects: under their published keys, or as the run left them if the day is not published yet. */
export function publishedOutputs(
  { dataset, businessDate, loaded, sourceId }: LedgerEntry,
  keyOf: PublishedKeys,
): { rows: SummaryOutput[]; rejects: SummaryOutput[] } {
  if (!loaded || businessDate === null) return { rows: [], rejects: [] };
  const outputOf = (table: string, { partition, mergedKey, rows, bytes }: MergedFile): SummaryOutput => {
    return { key: keyOf(sourceId, mergedKey) ?? mergedKey, dataset: table, partition, rows, bytes };
  };
  return {
    rows: loaded.outputs.map((file) => outputOf(file.dataset, file)),
    rejects: loaded.rejectOutputs.map((file) => outputOf(rejectsDataset(dataset), file)),
  };
}
