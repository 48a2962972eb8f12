import { dirname, join } from 'node:path';
import { createFinalizer, readFinalizerEvent } from '../functions/finalizer/handler.ts';
import { createReconciler, readReconcilerEvent } from '../functions/reconciler/handler.ts';
import { createSplitter, readSplitterEvent } from '../functions/splitter/handler.ts';
import { createWatchdog } from '../functions/watchdog/handler.ts';
import { RunInconsistent } from '../shared/errors.ts';
import { runKeys } from '../shared/keys/run-keys.ts';
import type { FinalizeResult } from '../shared/pipeline/finalize/finalize-file.ts';
import type { PartSummary } from '../shared/pipeline/parse/part-summary.ts';
import { wholePartBytes } from '../shared/pipeline/split/plan-file.ts';
import type { SplitResult } from '../shared/pipeline/split/split-file.ts';
import { readEntry } from '../shared/pipeline/store/ledger.ts';
import { listedKeys } from '../shared/pipeline/store/listed-keys.ts';
import { writtenTogether } from '../shared/pipeline/store/written-together.ts';
import type { PipelinePorts } from '../shared/ports/pipeline-ports.ts';
import type { UnevenParsers } from '../shared/ranges/plan-ranges.ts';
import { executionNameHere } from './adapters/local-process.ts';
import { checksumOn } from './checksums-on-workers.ts';
import { earlyChecksums } from './early-checksums.ts';
import {
  type FileSummary,
  failedSummary,
  publishedKeys,
  publishedOutputs,
  summaryOf,
  turnedAwaySummary,
} from './file-summary.ts';
import { createLocalPorts, MOST_RANGES_OF_FEW } from './local-ports.ts';
import { LEAST_SPREAD_BYTES, type Night, type NightProgress, secondsSince, sizeOf } from './night.ts';
import { pipelineTasks } from './pipeline-tasks.ts';
import { sourceKeyOf } from './source-key.ts';
import type { ExecutionEvent } from './state-machine/execution-event.ts';
import { type TaskFunction, taskOf } from './state-machine/task-function.ts';
import type { WorkerPool } from './state-machine/worker-pool.ts';

/** Larger than a Lambda's range, which must end in minutes: a merge links large parts and does not write them again. */
export const MOST_RANGE_BYTES = 1024 * 1024 * 1024;
/** Cuts move to starts of records; without slack the bytes left at the end would be one more range of a few records. */
const CUT_SLACK_BYTES = 64 * 1024;

/** The last ranges of a large file are an eighth of the others. */
const MOST_HALVINGS = 3;

/** Converts one file in an execution of the state machine, its ranges on all workers. */
export async function convertFile(input: string, night: Night): Promise<FileSummary> {
  const { options, setup, pool, execute } = night;
  const startedAt = performance.now();
  const { progress, workerCount, signal } = options;
  const rawRoot = options.rawRoot ?? dirname(input);
  const sourceKey = sourceKeyOf(input, options.rawRoot);
  const show = (line: string) => progress?.notified(line);
  const early = earlyChecksums(night, checksumOn(night));
  const { checksumOf } = early;
  const totalBytes = await sizeOf(input);
  // A run that goes on after an interruption has the same first file, and so the same ranges.
  const aheadBytes = input === options.inputs[0] ? night.headStartBytes : 0;
  const unevenParsers = options.request.rangeSizeBytes
    ? undefined
    : parsersOf(totalBytes, workerCount, aheadBytes);
  const ports = createLocalPorts({ ...setup, rawRoot, unevenParsers }, show, undefined, { checksumOf });
  const rangeSizeBytes = options.request.rangeSizeBytes ?? spreadRangeBytes(totalBytes, workerCount);
  const request = { ...options.request, sourceKey, rangeSizeBytes };
  const answers: Answers = { rangesBegun: 0, unproved: [] };
  const proveEarly = () => beginProofs(ports, setup.lakeDir, answers, early.begin);
  const { bytesRead } = setup;
  if (bytesRead) Atomics.store(bytesRead, 0, 0n);
  progress?.fileStarted(sourceKey, {
    totalBytes,
    bytesRead: () => (bytesRead ? Number(Atomics.load(bytesRead, 0)) : 0),
  });
  const result = await execute({
    input: request,
    executionName: executionNameHere(),
    store: ports.lake,
    maxConcurrency: workerCount,
    signal,
    onEvent: (event: ExecutionEvent) => report(event, progress),
    tasks: tasksOf(ports, pool, rawRoot, answers, progress, proveEarly),
  });
  const { split, finalized } = answers;
  if (result.status !== 'SUCCEEDED') {
    const error = rootCause(result.error);
    const status = result.status === 'ABORTED' ? 'ABORTED' : 'FAILED';
    await recordFailure(ports, { executionArn: result.executionId, status, error, request }).catch(
      // If the lake cannot be written, neither can ledger and metrics: the summary still says what failed.
      (problem: Error) => progress?.notified(`failure: ${problem.message}`),
    );
    if (finalized?.status !== 'refused')
      return failedSummary(sourceKey, split, error, secondsSince(startedAt));
  }
  if (split?.verdict === 'refused' && split.refusal.code === 'key-taken') {
    return turnedAwaySummary(split, secondsSince(startedAt));
  }
  const entry = split && (await readEntry(ports.lake, split.ledgerKey));
  if (!entry || !finalized) {
    throw new RunInconsistent({ what: 'the conversion ended without a ledger entry', where: sourceKey });
  }
  const outputs = publishedOutputs(entry, await publishedKeys(ports.lake, entry, finalized.day?.commit));
  return summaryOf(entry, finalized, split, outputs, secondsSince(startedAt));
}

/** Answers of the functions for one file, as far as they have been called. */
interface Answers {
  split?: SplitResult;
  finalized?: FinalizeResult;
  rangesBegun: number;
  /** Ranges whose parts nobody has begun to prove. */
  unproved: number[];
}

/** The pipeline's functions for one file: ranges and merges on the workers, the rest in this thread. */
function tasksOf(
  ports: PipelinePorts,
  pool: WorkerPool,
  rawRoot: string,
  answers: Answers,
  progress: NightProgress | undefined,
  proveEarly: () => Promise<void>,
): Record<string, TaskFunction> {
  const onWorkers =
    (name: string): TaskFunction =>
    (event, { signal }) =>
      pool.run(name, { ...(event as object), rawRoot }, { signal });
  const finalizer = createFinalizer(ports);
  return pipelineTasks({
    splitter: taskOf(readSplitterEvent, async (event) => {
      const splitting = writtenTogether(ports, (together) => createSplitter(together)(event));
      const split = await splitting.catch((error: Error) => {
        // The state machine waits and asks again; a person who watches should know for what.
        if (error.name === 'ControlFileAwaited') progress?.waiting(error.message);
        throw error;
      });
      answers.split = split;
      if (split.verdict === 'convert') progress?.planned(split.rangeCount);
      return split;
    }),
    parser: async (event, invocation) => {
      answers.rangesBegun++;
      const part = (await onWorkers('parser')(event, invocation)) as PartSummary;
      progress?.rangeDone(part);
      answers.unproved.push(part.rangeIndex);
      // The publication proves what this did not.
      void proveEarly().catch(() => undefined);
      return part;
    },
    reconciler: taskOf(readReconcilerEvent, (event) =>
      writtenTogether(ports, (together) => createReconciler(together)(event)),
    ),
    merger: onWorkers('merger'),
    finalizer: taskOf(readFinalizerEvent, async (event) => {
      answers.finalized = await finalizer(event);
      return answers.finalized;
    }),
  });
}

/** Begins to prove the parts that become files of the lake as they are, once no range waits for a worker. */
async function beginProofs(
  { lake, settings }: PipelinePorts,
  lakeDir: string,
  { split, rangesBegun, unproved }: Answers,
  begin: (paths: string[], leastBytes: number) => void,
): Promise<void> {
  if (split?.verdict !== 'convert' || rangesBegun < split.rangeCount) return;
  const least = wholePartBytes({ settings }, split.rangeCount);
  for (const rangeIndex of unproved.splice(0)) {
    const paths: string[] = [];
    for await (const key of listedKeys(lake, runKeys(split.runId).partsOf(rangeIndex)))
      paths.push(join(lakeDir, key));
    begin(paths, least);
  }
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

/** Size that gives every worker as many ranges as the others, so that no worker waits for another's last range. */
export function spreadRangeBytes(sizeBytes: number, workerCount: number): number {
  const turns = turnsOf(sizeBytes, workerCount);
  return Math.max(Math.ceil(sizeBytes / (workerCount * turns)) + CUT_SLACK_BYTES, LEAST_SPREAD_BYTES);
}

/** Ranges for each worker. */
function turnsOf(sizeBytes: number, workerCount: number): number {
  return Math.max(1, Math.ceil(sizeBytes / workerCount / MOST_RANGE_BYTES));
}

/**
 * How the workers of a file differ, of which the main thread may be ahead. A large file ends in finer ranges: after ten seconds one worker is
 * easily a second behind the other. There are no more of them than a file may have whose parts become files as they are.
 */
export function parsersOf(sizeBytes: number, workerCount: number, headStartBytes: number): UnevenParsers {
  const turns = turnsOf(sizeBytes, workerCount);
  const halvings = Math.min(MOST_HALVINGS, Math.floor(MOST_RANGES_OF_FEW / workerCount) - turns);
  const isFiner = workerCount > 1 && turns > 1 && halvings > 0;
  return { headStartBytes, ...(isFiner && { end: { parserCount: workerCount, halvings } }) };
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
