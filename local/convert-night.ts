import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createFinalizer, readFinalizerEvent } from '../functions/finalizer/handler.ts';
import { createReconciler, readReconcilerEvent } from '../functions/reconciler/handler.ts';
import { createSplitter, readSplitterEvent } from '../functions/splitter/handler.ts';
import { createWatchdog } from '../functions/watchdog/handler.ts';
import { RunInconsistent } from '../shared/errors.ts';
import type { FinalizeResult } from '../shared/pipeline/finalize/finalize-file.ts';
import type { PartSummary } from '../shared/pipeline/parse/parse-range.ts';
import type { ConvertRequest } from '../shared/pipeline/split/convert-request.ts';
import type { SplitResult } from '../shared/pipeline/split/split-file.ts';
import { readEntry } from '../shared/pipeline/store/ledger.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import {
  type FileSummary,
  failedSummary,
  publishedOutputs,
  summaryOf,
  turnedAwaySummary,
} from './file-summary.ts';
import { createLocalPorts, type LocalSetup } from './local-ports.ts';
import { loadPipeline, pipelineTasks } from './pipeline-tasks.ts';
import { sourceKeyOf } from './source-key.ts';
import { startUrl } from './start-bundle.ts';
import type { ExecutionEvent } from './state-machine/execution-event.ts';
import type { ExecutionOptions, ExecutionResult } from './state-machine/run-execution.ts';
import { type TaskFunction, taskOf } from './state-machine/task-function.ts';
import { createWorkerPool, type WorkerPool } from './state-machine/worker-pool.ts';

/** Settings of every conversion of a night. A setting that is undefined is left to the layout, the file or a default. */
type NightRequest = { [Key in keyof Omit<ConvertRequest, 'sourceKey'>]: ConvertRequest[Key] | undefined } & {
  layout: string;
};

export interface NightOptions
  extends Pick<LocalSetup, 'lakeDir' | 'isStandardInput' | 'expectedFiles' | 'sync'> {
  request: NightRequest;
  /** Absolute paths. */
  inputs: string[];
  /** Source keys are paths below it; by default a file's name. */
  rawRoot?: string | undefined;
  workerCount: number;
  signal?: AbortSignal | undefined;
  progress?: NightProgress | undefined;
}

/** Called as the night goes on, file by file. */
export interface NightProgress {
  /** `bytesRead` answers the bytes that ranges have read so far; after a failed try, some twice. */
  fileStarted(sourceKey: string, bytes: { totalBytes: number; bytesRead: () => number }): void;
  planned(rangeCount: number): void;
  rangeDone(part: PartSummary): void;
  stage(state: string): void;
  notified(line: string): void;
  /** Something is not there yet and is looked for again. */
  waiting(line: string): void;
}

/** Larger than a Lambda's range, which must end in minutes: a merge links large parts and does not write them again. */
const MOST_RANGE_BYTES = 1024 * 1024 * 1024;
const LEAST_SPREAD_BYTES = 8 * 1024 * 1024;
/** Cuts move to starts of records; without slack the bytes left at the end would be one more range of a few records. */
const CUT_SLACK_BYTES = 64 * 1024;
/** Few young objects exist, because rows are not objects: a larger space would only be filled before it is swept. */
const YOUNG_GENERATION_MB = 4;

/** Objects that all files of a night share. */
interface Night {
  options: NightOptions;
  setup: LocalSetup;
  pool: WorkerPool;
  /** Runs the pipeline's state machine once. */
  execute(execution: Omit<ExecutionOptions, 'definition'>): Promise<ExecutionResult>;
}

/** Converts files one after the other through the deployed state machine file, the ranges of each on all workers. */
export async function* convertNight(options: NightOptions): AsyncGenerator<FileSummary> {
  const { lakeDir, isStandardInput, expectedFiles, sync = true } = options;
  const rangeSizeBytes = options.request.rangeSizeBytes ?? MOST_RANGE_BYTES;
  const rawRoot = options.rawRoot ?? '.';
  const bytesRead = new BigInt64Array(new SharedArrayBuffer(8));
  const setup: LocalSetup = {
    ...{ lakeDir, rawRoot, isStandardInput, rangeSizeBytes, expectedFiles, sync, bytesRead },
  };
  const handlerModule = startUrl(new URL('./embedded-functions.ts', import.meta.url));
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB };
  const workerCount = Math.min(options.workerCount, await mostRanges(options));
  const pool = createWorkerPool({ workerCount, handlerModule, setup, resourceLimits });
  try {
    // The threads load their functions meanwhile.
    const { runExecution } = await import('./state-machine/run-execution.ts');
    const definition = await loadPipeline();
    const execute: Night['execute'] = (execution) => runExecution({ definition, ...execution });
    for (const input of options.inputs) {
      if (options.signal?.aborted) return;
      yield await convertFile(input, { options, setup, pool, execute });
    }
  } finally {
    await pool.close();
  }
}

async function convertFile(input: string, { options, setup, pool, execute }: Night): Promise<FileSummary> {
  const startedAt = performance.now();
  const { progress, workerCount, signal } = options;
  const rawRoot = options.rawRoot ?? dirname(input);
  const sourceKey = sourceKeyOf(input, options.rawRoot);
  // A publication proves all bytes of the lake that it takes over: on all threads, as it would otherwise be the longest time with one.
  const checksumOf = async (path: string) =>
    ((await pool.run('checksum', { path }, signal && { signal })) as string | null) ?? undefined;
  const show = (line: string) => progress?.notified(line);
  const ports = createLocalPorts({ ...setup, rawRoot }, show, undefined, checksumOf);
  const totalBytes = await sizeOf(input);
  const rangeSizeBytes = options.request.rangeSizeBytes ?? spreadRangeBytes(totalBytes, workerCount);
  const request = { ...options.request, sourceKey, rangeSizeBytes };
  const answers: Answers = {};
  const { bytesRead } = setup;
  if (bytesRead) Atomics.store(bytesRead, 0, 0n);
  progress?.fileStarted(sourceKey, {
    totalBytes,
    bytesRead: () => (bytesRead ? Number(Atomics.load(bytesRead, 0)) : 0),
  });
  const result = await execute({
    input: request,
    executionName: `convert-${randomUUID()}`,
    store: ports.lake,
    maxConcurrency: workerCount,
    signal,
    onEvent: (event: ExecutionEvent) => report(event, progress),
    tasks: tasksOf(ports, pool, rawRoot, answers, progress),
  });
  const { split, finalized } = answers;
  if (result.status !== 'SUCCEEDED') {
    const error = rootCause(result.error);
    const status = result.status === 'ABORTED' ? 'ABORTED' : 'FAILED';
    await recordFailure(ports, { executionArn: result.executionId, status, error, request }).catch(
      // If the lake cannot be written, neither can ledger and metrics: the summary still says what failed.
      (problem: Error) => progress?.notified(`failure: ${problem.message}`),
    );
    if (finalized?.status !== 'refused') return failedSummary(sourceKey, split, error, seconds(startedAt));
  }
  if (split?.verdict === 'refused' && split.refusal.code === 'key-taken') {
    return turnedAwaySummary(split, seconds(startedAt));
  }
  const entry = split && (await readEntry(ports.lake, split.ledgerKey));
  if (!entry || !finalized) {
    throw new RunInconsistent({ what: 'the conversion ended without a ledger entry', where: sourceKey });
  }
  const outputs = await publishedOutputs(ports.lake, entry, finalized.day?.commit);
  return summaryOf(entry, finalized, split, outputs, seconds(startedAt));
}

/** Answers of the functions for one file, as far as they have been called. */
interface Answers {
  split?: SplitResult;
  finalized?: FinalizeResult;
}

/** The pipeline's functions for one file: ranges and merges on the workers, the rest in this thread. */
function tasksOf(
  ports: PipelinePorts,
  pool: WorkerPool,
  rawRoot: string,
  answers: Answers,
  progress: NightProgress | undefined,
): Record<string, TaskFunction> {
  const onWorkers =
    (name: string): TaskFunction =>
    (event, { signal }) =>
      pool.run(name, { ...(event as object), rawRoot }, { signal });
  const splitter = createSplitter(ports);
  const finalizer = createFinalizer(ports);
  return pipelineTasks({
    splitter: taskOf(readSplitterEvent, async (event) => {
      const split = await splitter(event).catch((error: Error) => {
        // The state machine waits and asks again; a person who watches should know for what.
        if (error.name === 'ControlFileAwaited') progress?.waiting(error.message);
        throw error;
      });
      answers.split = split;
      if (split.verdict === 'convert') progress?.planned(split.rangeCount);
      return split;
    }),
    parser: async (event, invocation) => {
      const part = (await onWorkers('parser')(event, invocation)) as PartSummary;
      progress?.rangeDone(part);
      return part;
    },
    reconciler: taskOf(readReconcilerEvent, createReconciler(ports)),
    merger: onWorkers('merger'),
    finalizer: taskOf(readFinalizerEvent, async (event) => {
      answers.finalized = await finalizer(event);
      return answers.finalized;
    }),
  });
}

/** Does what EventBridge and the watchdog do on AWS: ledger, metrics, notification. */
async function recordFailure(
  ports: PipelinePorts,
  failed: { executionArn: string; status: string; error: Error; request: unknown },
): Promise<void> {
  const { executionArn, status, request } = failed;
  const { name: error, message: cause } = failed.error;
  const input = JSON.stringify(request);
  await createWatchdog(ports)({ detail: { executionArn, status, error, cause, input } });
}

/** As many ranges as the largest file can have: more threads would have nothing to read. */
async function mostRanges({ inputs, request }: NightOptions): Promise<number> {
  const sizes = await Promise.all(inputs.map(sizeOf));
  return Math.max(1, Math.ceil(Math.max(0, ...sizes) / (request.rangeSizeBytes ?? LEAST_SPREAD_BYTES)));
}

/** Size that gives every worker as many ranges as the others, so that no worker waits for another's last range. */
function spreadRangeBytes(sizeBytes: number, workerCount: number): number {
  const turns = Math.max(1, Math.ceil(sizeBytes / workerCount / MOST_RANGE_BYTES));
  return Math.max(Math.ceil(sizeBytes / (workerCount * turns)) + CUT_SLACK_BYTES, LEAST_SPREAD_BYTES);
}

function sizeOf(input: string): Promise<number> {
  return stat(input).then(
    ({ size }) => size,
    () => 0,
  );
}

function report(event: ExecutionEvent, progress: NightProgress | undefined): void {
  if (event.type === 'state-entered' && !event.child) progress?.stage(event.state);
}

/** A failed map reports an error of its own, whose cause is the error of the child that failed. */
function rootCause(error: Error): Error {
  const { cause } = error;
  const isMapError = error.name === 'States.ExceedToleratedFailureThreshold';
  return isMapError && cause instanceof Error ? cause : error;
}

function seconds(startedAt: number): number {
  return Math.round(performance.now() - startedAt) / 1000;
}
