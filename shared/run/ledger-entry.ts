import {
  countsShape,
  listOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  type ShapesOfKeys,
  text,
  wholeNumber,
} from '../json-shape.ts';
import { partitionShape } from '../keys/partition-path.ts';
import type { Refusal } from '../refusal.ts';
import { refusalShape } from '../refusal.ts';
import type { ControlTotalResult } from '../totals/control-totals.ts';
import { controlTotalShape } from '../totals/control-totals.ts';
import type { RecordCounts } from '../totals/record-counts.ts';
import { recordCountsShape } from '../totals/record-counts.ts';
import { type Distribution, distributionShape } from './distribution.ts';
import { type FailedExecution, failedExecutionsShape } from './ended-executions.ts';
import type { FailureCause } from './failure-cause.ts';
import { type SupplementedRun, supplementedRunShape } from './file-plan.ts';
import { type NulledExamples, nulledExamplesShape } from './invalid-values.ts';
import { leaseFrom } from './lease.ts';
import type { FileContent } from './source-content.ts';

const FILE_STATES = [
  'splitting',
  'parsing',
  'reconciling',
  'merging',
  'loaded',
  'refused',
  'failed',
] as const;
export type FileState = (typeof FILE_STATES)[number];

/**
 * One source file in the ledger: the state of the last run on it, and the last version that was loaded. The two differ while a corrected
 * file is being converted or after it was refused: the version loaded before stays published.
 */
/** The origin of a file that came through standard input: no path leads to it. */
export const STANDARD_INPUT = '-';

export interface LedgerEntry {
  /** Number of this version of the entry, from 1; earlier ones are kept under `_history/`. */
  revision?: number;
  dataset: string;
  sourceId: string;
  sourceKey: string;
  businessDate: string | null;
  /** Path of the file on the machine that converted it, or STANDARD_INPUT. A store that names files by key alone has none, nor have older entries. */
  origin?: string | undefined;
  version: string;
  inputBytes: number;
  state: FileState;
  runId: string | null;
  attempt: number;
  /** The execution that works on the file, or worked on it last. */
  execution: string;
  layout: { name: string; fingerprint: string };
  /** Number of the last terms of its day that a run of the file was planned under. A supplement has none, nor have older entries. */
  terms?: number | undefined;
  softwareVersion: string;
  history: Step[];
  updatedAt: string;
  records?: RecordCounts;
  rows?: number;
  /** Rejected records by reason, and values that became null by field. */
  reasons?: Record<string, number>;
  nulled?: Record<string, number>;
  /** The first such value of each field. */
  nulledExamples?: NulledExamples;
  controlTotals?: ControlTotalResult[];
  refusal?: Refusal | undefined;
  failure?: FailureCause | undefined;
  /** When people were told how the run ended. If it is missing after the end, a retry still has to tell them. */
  told?: string;
  warnings?: string[] | undefined;
  loaded?: LoadedVersion | undefined;
  /** Until then a run that has not ended counts as running, and nobody removes what it wrote. */
  leaseUntil?: string | undefined;
  /** Versions that were rolled back; they are not loaded again unless forced. */
  rolledBack?: RolledBackVersion[] | undefined;
  /** The executions that failed while they worked on the file, as far as people were told; a late call of one is refused. */
  failedExecutions?: FailedExecution[] | undefined;
  /** Set for a file of corrected records of another: what the last run on it corrects, which may differ from what is loaded. */
  supplementOf?: SupplementedRun | undefined;
}

interface Step {
  state: FileState;
  at: string;
  execution: string;
  version: string;
}

interface RolledBackVersion extends Partial<FileContent> {
  version: string;
  runId: string;
  at: string;
  reason: string;
}

/** A version that balanced and was merged, with everything that publishing it needs. */
export interface LoadedVersion {
  version: string;
  /** Another version of the source that was found to hold the same bytes: a local file that was moved, linked or copied back. */
  seenAs?: string;
  runId: string;
  layoutFingerprint: string;
  /** The tables that its files are for. Entries of earlier versions do not say it. */
  tables?: LoadedTable[];
  contentDigest: string;
  /** CRC-64/NVME of all bytes of the file, in base64. */
  checksum?: string;
  softwareVersion?: string;
  /** Size of a compressed file as it is stored; `inputBytes` and `checksum` are those of its decompressed bytes. */
  storedBytes?: number;
  inputBytes: number;
  records: RecordCounts;
  /** Which records were rejected (`RejectsDigest`). Entries of earlier versions do not say it. */
  rejectsDigest?: string;
  rows: number;
  controlTotals: ControlTotalResult[];
  /** The run whose rejected records it corrects; null for a file of its own. Entries of earlier versions say it only for the file. */
  supplementOf?: SupplementedRun | null;
  outputs: MergedFile[];
  rejectOutputs: MergedFile[];
  /** Rows per row group, over all outputs. */
  rowGroups: Distribution;
  startedAt: string;
  loadedAt: string;
}

/** A dataset of a layout as it was when a file was loaded: names and Hive types of its columns. */
interface LoadedTable {
  dataset: string;
  columns: { name: string; type: string }[];
  partitionKeys: { name: string; type: string }[];
}

/** An entry of a file that has a loaded version. */
export type LoadedEntry = LedgerEntry & { loaded: LoadedVersion };

/** The parts of an entry that say whether the file is a supplement. */
export interface MaybeSupplement<Run> {
  loaded?: { supplementOf?: Run | null } | undefined;
  supplementOf?: Run | undefined;
}

/**
 * The run whose rejected records the loaded version corrects, or that the last run on the file was for, if nothing is loaded; undefined for
 * a file that is no supplement.
 */
export function supplementedRun<Run>({ loaded, supplementOf }: MaybeSupplement<Run>): Run | undefined {
  return loaded?.supplementOf === undefined ? supplementOf : (loaded.supplementOf ?? undefined);
}

export function isLoaded(entry: LedgerEntry): entry is LoadedEntry {
  return entry.loaded !== undefined;
}

/** A merged file of a run. */
export interface MergedFile {
  /** Dataset of the rows; for rejects the layout's name. */
  dataset: string;
  /** Partition column → value; empty for rejects. */
  partition: Record<string, string | null>;
  /** Key of the object below `runs/`. */
  mergedKey: string;
  fileName: string;
  rows: number;
  bytes: number;
  /** CRC-64/NVME of the file, in base64. */
  checksum?: string;
}

export const mergedFileKeys: ShapesOfKeys<MergedFile> = {
  dataset: text,
  partition: partitionShape,
  mergedKey: text,
  fileName: text,
  rows: wholeNumber,
  bytes: wholeNumber,
  checksum: optional(text),
};
const mergedFilesShape = listOf(objectOf<MergedFile>(mergedFileKeys));
const controlTotalsShape = listOf(controlTotalShape);

const columnsShape = listOf(objectOf<LoadedTable['columns'][number]>({ name: text, type: text }));

const loadedVersionShape = objectOf<LoadedVersion>({
  version: text,
  seenAs: optional(text),
  runId: text,
  layoutFingerprint: text,
  tables: optional(
    listOf(objectOf<LoadedTable>({ dataset: text, columns: columnsShape, partitionKeys: columnsShape })),
  ),
  contentDigest: text,
  checksum: optional(text),
  softwareVersion: optional(text),
  storedBytes: optional(wholeNumber),
  inputBytes: wholeNumber,
  records: recordCountsShape,
  rejectsDigest: optional(text),
  rows: wholeNumber,
  controlTotals: controlTotalsShape,
  outputs: mergedFilesShape,
  supplementOf: optional(nullable(supplementedRunShape)),
  rejectOutputs: mergedFilesShape,
  rowGroups: distributionShape,
  startedAt: text,
  loadedAt: text,
});

const stateShape = oneOf(FILE_STATES);

export const ledgerEntryShape = objectOf<LedgerEntry>({
  revision: optional(wholeNumber),
  dataset: text,
  sourceId: text,
  sourceKey: text,
  businessDate: nullable(text),
  origin: optional(text),
  version: text,
  inputBytes: wholeNumber,
  state: stateShape,
  runId: nullable(text),
  attempt: wholeNumber,
  execution: text,
  layout: objectOf<LedgerEntry['layout']>({ name: text, fingerprint: text }),
  terms: optional(wholeNumber),
  softwareVersion: text,
  history: listOf(objectOf<Step>({ state: stateShape, at: text, execution: text, version: text })),
  updatedAt: text,
  records: optional(recordCountsShape),
  rows: optional(wholeNumber),
  reasons: optional(countsShape),
  nulled: optional(countsShape),
  nulledExamples: optional(nulledExamplesShape),
  controlTotals: optional(controlTotalsShape),
  refusal: optional(refusalShape),
  failure: optional(objectOf<FailureCause>({ name: text, message: text })),
  told: optional(text),
  warnings: optional(listOf(text)),
  loaded: optional(loadedVersionShape),
  leaseUntil: optional(text),
  rolledBack: optional(
    listOf(
      objectOf<RolledBackVersion>({
        version: text,
        runId: text,
        at: text,
        reason: text,
        sizeBytes: optional(wholeNumber),
        checksum: optional(text),
      }),
    ),
  ),
  failedExecutions: optional(failedExecutionsShape),
  supplementOf: optional(supplementedRunShape),
});

/** Is this a state after which nothing more happens to a run? */
export function isFinal(state: FileState): boolean {
  return state === 'loaded' || state === 'refused' || state === 'failed';
}

/** Enough steps to audit a file, few enough to keep the entry small. */
const HISTORY_LENGTH = 100;

/** Is a run working on the file, as far as the ledger knows? No lease is waited for if all its executions died for certain (`hasDied`). */
export function isInUse(
  entry: Pick<LedgerEntry, 'state' | 'leaseUntil' | 'updatedAt' | 'history' | 'execution'>,
  now: Date,
  hasDied: (execution: string) => boolean = () => false,
): boolean {
  if (isFinal(entry.state) || Date.parse(entry.leaseUntil ?? entry.updatedAt) <= now.getTime()) return false;
  // Another execution may be at work on the same run beside the one that the entry names; it has left a step, unless that was cut off.
  const executions = [entry, ...entry.history].map(({ execution }) => execution);
  return entry.history.length >= HISTORY_LENGTH || !executions.every(hasDied);
}

/** The entry in another state, with the step added to its history. */
export function advanced(
  entry: LedgerEntry,
  state: FileState,
  at: string,
  changes: Partial<LedgerEntry> = {},
): LedgerEntry {
  const leaseUntil = isFinal(state) ? undefined : leaseFrom(at);
  const { told: _told, ...before } = entry;
  const next: LedgerEntry = { ...before, leaseUntil, ...changes, state, updatedAt: at };
  const step = { state, at, execution: next.execution, version: next.version };
  return { ...next, history: [...entry.history, step].slice(-HISTORY_LENGTH) };
}
