import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, dirname, relative, sep } from 'node:path';
import { createFinalizer } from '../functions/finalizer/handler.ts';
import { createReconciler } from '../functions/reconciler/handler.ts';
import { createSplitter } from '../functions/splitter/handler.ts';
import { createWatchdog } from '../functions/watchdog/handler.ts';
import { PipelineError } from '../shared/errors.ts';
import { rejectsDataset } from '../shared/keys/lake-keys.ts';
import type { Compression } from '../shared/layout/layout.ts';
import type { FinalizeResult } from '../shared/pipeline/finalize/finalize-file.ts';
import type { PartSummary } from '../shared/pipeline/parse/parse-range.ts';
import type { SplitResult } from '../shared/pipeline/split/split-file.ts';
import { readCommit } from '../shared/pipeline/store/day-ledger.ts';
import { readEntry } from '../shared/pipeline/store/ledger.ts';
import type { LedgerEntry, MergedFile } from '../shared/run/ledger-entry.ts';
import type { ControlTotalResult } from '../shared/totals/control-totals.ts';
import type { RecordCounts } from '../shared/totals/record-counts.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';
import { startUrl } from './start-bundle.ts';
import { loadDefinition } from './state-machine/definition.ts';
import type { ExecutionEvent } from './state-machine/execution-event.ts';
import type { ExecutionOptions, ExecutionResult } from './state-machine/run-execution.ts';
import { createWorkerPool } from './state-machine/worker-pool.ts';

export interface NightOptions extends Omit<LocalSetup, 'rawRoot' | 'rangeSizeBytes'> {
  /** By default at most a gibibyte, and as many ranges as occupy every worker to the end. */
  rangeSizeBytes?: number | undefined;
  layout: string;
  inputs: string[];
  /** Source keys are paths below it; by default a file's name. */
  rawRoot?: string | undefined;
  businessDate?: string | undefined;
  workerCount: number;
  compression?: Compression | undefined;
  force?: boolean | undefined;
  /** Source key of the file whose rejected records the inputs bring corrected. */
  supplementOf?: string | undefined;
  signal?: AbortSignal | undefined;
  progress?: NightProgress | undefined;
}

/** Told as the night goes on, file by file. */
export interface NightProgress {
  fileStarted(sourceKey: string): void;
  planned(rangeCount: number): void;
  rangeDone(part: PartSummary): void;
  stage(state: string): void;
  notified(line: string): void;
  /** Something is not there yet and is looked for again. */
  waiting(line: string): void;
}

/** The summary object of design: one a file. */
export interface FileSummary {
  runId: string | null;
  status: 'loaded' | 'already-loaded' | 'refused' | 'failed';
  sourceKey: string;
  businessDate: string | null;
  inputBytes: number;
  rangeCount: number;
  records: RecordCounts;
  rows: number;
  controlTotals: ControlTotalResult[];
  outputs: SummaryOutput[];
  rejectOutputs: SummaryOutput[];
  rowGroups: { count: number; min: number; median: number; max: number };
  published: boolean;
  seconds: number;
  reason?: string;
  /** Name of the error of a failed file; decides the exit code. */
  errorName?: string;
  warnings?: string[];
}

export interface SummaryOutput {
  key: string;
  dataset: string;
  partition: Record<string, string | null>;
  rows: number;
  bytes: number;
}

/** What a range writes is not written again when its parts are files already: larger than a Lambda's, which has its minutes. */
const MOST_RANGE_BYTES = 1024 * 1024 * 1024;
const LEAST_SPREAD_BYTES = 8 * 1024 * 1024;
/** Cuts move to starts of records: without it what they leave at the end would be one more range of a few records. */
const CUT_SLACK_BYTES = 64 * 1024;
/** Rows are no objects, so that young ones are few: more room would only be filled before it is swept. */
const YOUNG_GENERATION_MB = 4;

const RESOURCES = {
  SplitterArn: 'local:splitter',
  ParserArn: 'local:parser',
  ReconcilerArn: 'local:reconciler',
  MergerArn: 'local:merger',
  FinalizerArn: 'local:finalizer',
  ProcessedBucket: 'lake',
};

/** Runs the pipeline's state machine once. */
type Execute = (execution: Omit<ExecutionOptions, 'definition'>) => Promise<ExecutionResult>;

/** Converts files one after the other through the deployed state machine file, ranges of each on all workers. */
export async function* convertNight(options: NightOptions): AsyncGenerator<FileSummary> {
  const { lakeDir, expectedFiles } = options;
  const rangeSizeBytes = options.rangeSizeBytes ?? MOST_RANGE_BYTES;
  const setup: LocalSetup = { lakeDir, rawRoot: options.rawRoot ?? '.', rangeSizeBytes, expectedFiles };
  const handlerModule = startUrl(new URL('./embedded-functions.ts', import.meta.url));
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
  const pool = createWorkerPool({ workerCount: options.workerCount, handlerModule, setup, resourceLimits });
  try {
    // The threads load their functions meanwhile.
    const { runExecution } = await import('./state-machine/run-execution.ts');
    const definition = await loadDefinition(RESOURCES);
    const execute: Execute = (execution) => runExecution({ definition, ...execution });
    for (const input of options.inputs) {
      if (options.signal?.aborted) return;
      yield await convertFile(input, options, setup, execute, pool);
    }
  } finally {
    await pool.close();
  }
}

async function convertFile(
  input: string,
  options: NightOptions,
  setup: LocalSetup,
  execute: Execute,
  pool: ReturnType<typeof createWorkerPool>,
): Promise<FileSummary> {
  const startedAt = performance.now();
  const rawRoot = options.rawRoot ?? dirname(input);
  const sourceKey = options.rawRoot ? relative(options.rawRoot, input).split(sep).join('/') : basename(input);
  const { progress } = options;
  const ports = createLocalPorts({ ...setup, rawRoot }, (line) => progress?.notified(line));
  const splitter = createSplitter(ports);
  const reconciler = createReconciler(ports);
  const finalizer = createFinalizer(ports);
  let split: SplitResult | undefined;
  let finalized: FinalizeResult | undefined;
  progress?.fileStarted(sourceKey);
  const onWorkers =
    (name: string) =>
    (event: unknown, { signal }: { signal: AbortSignal }) =>
      pool.run(name, { ...(event as object), rawRoot }, { signal });
  const request = {
    layout: options.layout,
    sourceKey,
    rangeSizeBytes: options.rangeSizeBytes ?? (await spreadRangeBytes(input, options.workerCount)),
    ...(options.businessDate === undefined ? {} : { businessDate: options.businessDate }),
    ...(options.compression === undefined ? {} : { compression: options.compression }),
    ...(options.force ? { force: true } : {}),
    ...(options.supplementOf === undefined ? {} : { supplementOf: options.supplementOf }),
  };
  const result = await execute({
    input: request,
    executionName: `convert-${randomUUID()}`,
    store: ports.lake,
    maxConcurrency: options.workerCount,
    signal: options.signal,
    onEvent: (event: ExecutionEvent) => report(event, progress),
    tasks: {
      'local:splitter': async (event) => {
        split = await splitter(event as never).catch((error: Error) => {
          // The state machine waits and asks again; somebody who looks on should know for what.
          if (error.name === 'ControlFileAwaited') progress?.waiting(error.message);
          throw error;
        });
        if (split.rangeCount !== undefined) progress?.planned(split.rangeCount);
        return split;
      },
      'local:parser': onWorkers('parser'),
      'local:reconciler': (event) => reconciler(event as never),
      'local:merger': onWorkers('merger'),
      'local:finalizer': async (event) => {
        finalized = await finalizer(event as never);
        return finalized;
      },
    },
  });
  if (result.status !== 'SUCCEEDED') {
    const error = rootCause(result.error);
    const status = result.status === 'ABORTED' ? 'ABORTED' : 'FAILED';
    const { name, message: cause } = error;
    const input = JSON.stringify(request);
    const detail = { executionArn: result.executionId, status, error: name, cause, input };
    // Where the lake itself cannot be written, neither can ledger and metrics: the summary says what failed all the same.
    const told = createWatchdog(ports)({ detail });
    await told.catch((problem: Error) => progress?.notified(`failure: ${problem.message}`));
    if (finalized?.status !== 'refused') {
      return failedSummary(sourceKey, split, error, seconds(startedAt));
    }
  }
  const entry = await readEntry(ports.lake, split!.ledgerKey);
  const outputs = await publishedOutputs(ports.lake, entry!, finalized?.day?.commit);
  return summaryOf(entry!, finalized!, split!, outputs, seconds(startedAt));
}

/** Ranges of one size, as many for each worker: none of them waits for another's last range. */
async function spreadRangeBytes(input: string, workerCount: number): Promise<number> {
  const sizeBytes = await stat(input).then(
    ({ size }) => size,
    () => 0,
  );
  const turns = Math.max(1, Math.ceil(sizeBytes / workerCount / MOST_RANGE_BYTES));
  return Math.max(Math.ceil(sizeBytes / (workerCount * turns)) + CUT_SLACK_BYTES, LEAST_SPREAD_BYTES);
}

function report(event: ExecutionEvent, progress: NightProgress | undefined): void {
  if (event.type === 'child-succeeded' && event.state === 'ParseRanges')
    progress?.rangeDone(event.output as PartSummary);
  else if (event.type === 'state-entered' && !event.child) progress?.stage(event.state);
}

/** A failed map reports its own error; what broke is the child's. */
function rootCause(error: Error): Error {
  const { cause } = error;
  const isMapError = error.name === 'States.ExceedToleratedFailureThreshold';
  return isMapError && cause instanceof Error ? cause : error;
}

function seconds(startedAt: number): number {
  return Math.round(performance.now() - startedAt) / 1000;
}

const NO_RECORDS: RecordCounts = { read: 0, header: 0, detail: 0, trailer: 0, rejected: 0 };
const NO_ROW_GROUPS = { count: 0, min: 0, median: 0, max: 0 };

function failedSummary(
  sourceKey: string,
  split: SplitResult | undefined,
  error: Error,
  elapsedSeconds: number,
): FileSummary {
  return {
    runId: split?.runId ?? null,
    status: 'failed',
    sourceKey,
    businessDate: split?.businessDate ?? null,
    inputBytes: 0,
    rangeCount: split?.rangeCount ?? 0,
    records: NO_RECORDS,
    rows: 0,
    controlTotals: [],
    outputs: [],
    rejectOutputs: [],
    rowGroups: NO_ROW_GROUPS,
    published: false,
    seconds: elapsedSeconds,
    reason: error.message,
    errorName: error instanceof PipelineError || error.name ? error.name : 'Error',
  };
}

function summaryOf(
  entry: LedgerEntry,
  finalized: FinalizeResult,
  split: SplitResult,
  outputs: { rows: SummaryOutput[]; rejects: SummaryOutput[] },
  elapsedSeconds: number,
): FileSummary {
  const { status, day } = finalized;
  const refused = status === 'refused';
  return {
    runId: entry.runId,
    status,
    sourceKey: entry.sourceKey,
    businessDate: entry.businessDate,
    inputBytes: entry.inputBytes,
    rangeCount: split.rangeCount ?? 0,
    records: entry.records ?? NO_RECORDS,
    rows: refused ? 0 : (entry.rows ?? 0),
    controlTotals: entry.controlTotals ?? [],
    outputs: refused ? [] : outputs.rows,
    rejectOutputs: refused ? [] : outputs.rejects,
    rowGroups: (!refused && entry.loaded?.rowGroups) || NO_ROW_GROUPS,
    published: day?.published === true && day.waitingFor === undefined,
    seconds: elapsedSeconds,
    ...(refused && entry.refusal ? { reason: entry.refusal.message } : {}),
    ...(entry.warnings ? { warnings: entry.warnings } : {}),
  };
}

/** The file's objects where readers find them; where the day is not published yet, where the run left them. */
async function publishedOutputs(
  lake: ReturnType<typeof createLocalPorts>['lake'],
  entry: LedgerEntry,
  commit: number | undefined,
): Promise<{ rows: SummaryOutput[]; rejects: SummaryOutput[] }> {
  const { dataset, businessDate, loaded, sourceId } = entry;
  if (!loaded || businessDate === null) return { rows: [], rejects: [] };
  const published = commit === undefined ? undefined : await readCommit(lake, dataset, businessDate, commit);
  const tables = published?.tables ?? [];
  const outputOf = (table: string, { partition, mergedKey, rows, bytes }: MergedFile): SummaryOutput => {
    const published = tables
      .find((candidate) => candidate.dataset === table)
      ?.partitions.flatMap((candidate) => candidate.objects)
      .find((object) => object.sourceId === sourceId && object.mergedKey === mergedKey);
    return { key: published?.key ?? mergedKey, dataset: table, partition, rows, bytes };
  };
  return {
    rows: loaded.outputs.map((file) => outputOf(file.dataset, file)),
    rejects: loaded.rejectOutputs.map((file) => outputOf(rejectsDataset(dataset), file)),
  };
}
