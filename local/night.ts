import { stat } from 'node:fs/promises';
import type { PartSummary } from '../shared/pipeline/parse/part-summary.ts';
import type { ConvertRequest } from '../shared/pipeline/split/convert-request.ts';
import type { LocalSetup } from './local-ports.ts';
import type { ExecutionOptions, ExecutionResult } from './state-machine/run-execution.ts';
import type { WorkerPool } from './state-machine/worker-pool.ts';

/** Settings of every conversion of a night. A setting that is undefined is left to the layout, the file or a default. */
export type NightRequest = {
  [Key in keyof Omit<ConvertRequest, 'sourceKey'>]: ConvertRequest[Key] | undefined;
} & { layout: string };

export interface NightOptions
  extends Pick<LocalSetup, 'lakeDir' | 'isStandardInput' | 'expectedFiles' | 'sync'> {
  request: NightRequest;
  /** Absolute paths. */
  inputs: string[];
  /** Source keys are paths below it; by default a file's name. */
  rawRoot?: string | undefined;
  workerCount: number;
  /** The main thread is one of the workers: for a process that does nothing else. */
  worksHere?: boolean;
  signal?: AbortSignal | undefined;
  progress?: NightProgress | undefined;
}

/** Called as the night goes on, file by file. */
export interface NightProgress {
  /** `bytesRead` answers the bytes that ranges have read so far; after a failed try, some twice. */
  fileStarted(sourceKey: string, bytes: { totalBytes: number; bytesRead: () => number }): void;
  planned(rangeCount: number): void;
  rangeDone(part: Pick<PartSummary, 'rows' | 'rejected'>): void;
  stage(state: string): void;
  notified(line: string): void;
  /** Something is not there yet and is looked for again. */
  waiting(line: string): void;
}

/** Objects that all files of a night share. */
export interface Night {
  options: NightOptions;
  setup: LocalSetup;
  pool: WorkerPool;
  /** So many bytes the main thread is ahead of all others when they begin. */
  headStartBytes: number;
  /** Runs the pipeline's state machine once. */
  execute(execution: Omit<ExecutionOptions, 'definition'>): Promise<ExecutionResult>;
}

/** A thread takes as long to start as one core takes for so many bytes and more. */
export const SHORT_NIGHT_BYTES = 16 * 1024 * 1024;
/** Files up to this size are read by one thread. */
export const LEAST_SPREAD_BYTES = 8 * 1024 * 1024;

/** Zero for a file that is not there: whoever converts it says so. */
export function sizeOf(input: string): Promise<number> {
  return stat(input).then(
    ({ size }) => size,
    () => 0,
  );
}

export function secondsSince(startedAt: number): number {
  return Math.round(performance.now() - startedAt) / 1000;
}
