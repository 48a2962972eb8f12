import { DayPublication } from './day-publication.ts';
import { EventLoop, type Process } from './event-loop.ts';
import { FileArrivals } from './file-arrivals.ts';
import { FileExecutions } from './file-executions.ts';
import { FileWork } from './file-work.ts';
import { FunctionCalls, type FunctionFigures } from './function-calls.ts';
import { LambdaService } from './lambda-service.ts';
import { type BoundLimit, LimitLog } from './limit-log.ts';
import type { Machine } from './machine-definition.ts';
import type { Night, Throughput } from './night.ts';
import { ObjectRequests } from './object-requests.ts';

/** What a night came to. */
export interface NightResult {
  filesLoaded: number;
  /** Executions that failed after their retries: somebody must redrive them. */
  filesLost: number;
  /** Events that ended as dead letters, so that no execution was started. */
  filesNotStarted: number;
  lastArrivalSeconds: number;
  /** From the last byte until readers see all files; null if some were lost. */
  timeToSqlSeconds: number | null;
  endedAtSeconds: number;
  functions: FunctionFigures[];
  errors: Record<string, number>;
  /** The limits that bound, the first one first. */
  limits: BoundLimit[];
  ranges: number;
  mergedFiles: number;
  parsersAtOnce: number;
  openMapRuns: number;
  /** Events of the longest history of an execution, of 25,000. */
  historyEvents: number;
  outputBytes: number;
  stateTransitions: number;
  expressRequests: number;
  expressGbSeconds: number;
  s3Puts: number;
  s3Gets: number;
}

/** Plays a night on the machine, event by event. The same night with the same seed gives the same result. */
export function simulateNight(machine: Machine, night: Night, rates: Throughput): NightResult {
  const about = { night, rates };
  const time = { loop: new EventLoop(), log: new LimitLog() };
  const lambda = new LambdaService(night.quotas, night.reserved, time.loop, time.log);
  const requests = new ObjectRequests(night.quotas, night.code.prefixes, time.loop, time.log);
  const calls = new FunctionCalls(about, time, lambda, requests);
  const work = new FileWork(night, rates);
  const day = new DayPublication(night, rates, work);
  const executions = new FileExecutions(about, time, calls, work, day);
  const arrivals = new FileArrivals(about, time, lambda, calls);
  const ended = { loaded: 0, lost: 0, notStarted: 0 };
  function* file(fileIndex: number): Process {
    if (!(yield* arrivals.start(fileIndex))) ended.notStarted += 1;
    else if (yield* executions.file(machine, fileIndex)) ended.loaded += 1;
    else ended.lost += 1;
  }
  for (let fileIndex = 0; fileIndex < night.files; fileIndex++) time.loop.start(file(fileIndex));
  time.loop.run();
  const published = ended.loaded === night.files ? day.publishedAtSeconds : undefined;
  return {
    filesLoaded: ended.loaded,
    filesLost: ended.lost,
    filesNotStarted: ended.notStarted,
    lastArrivalSeconds: night.arrivalSeconds,
    timeToSqlSeconds: published === undefined ? null : published - night.arrivalSeconds,
    endedAtSeconds: time.loop.nowSeconds,
    functions: [...calls.figures.values()],
    errors: calls.errors,
    limits: time.log.bound(),
    ranges: work.ranges.length * night.files,
    mergedFiles: work.outputs * night.files,
    parsersAtOnce: lambda.peaks.parser ?? 0,
    openMapRuns: executions.mostOpenMapRuns,
    historyEvents: executions.mostEvents,
    outputBytes: night.inputBytes * rates.bytesOutPerByteIn,
    stateTransitions: executions.transitions,
    expressRequests: executions.expressRequests,
    expressGbSeconds: executions.expressGbSeconds,
    s3Puts: requests.puts,
    s3Gets: requests.gets,
  };
}
