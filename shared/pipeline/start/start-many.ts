import { PipelineError } from '../../errors.ts';
import type { Executions } from '../../ports/executions.ts';
import type { ConvertRequest } from '../split/convert-request.ts';
import { inParallel } from '../store/in-parallel.ts';

/** How much time there is, and how it passes. */
export interface Patience {
  /** Milliseconds until whoever starts executions is stopped. */
  remaining: () => number;
  pause: (ms: number) => Promise<unknown>;
}

/** An execution that is to be started. */
export interface PlannedStart {
  name: string;
  input: ConvertRequest;
}

interface StartedMany {
  /** Names of the executions that were started now. */
  executions: string[];
  /** Number of executions that had been started before. */
  repeated: number;
  /** The first key that there was no time for. */
  next?: string;
}

/**
 * A start waits some 30 ms for an answer, so these reach what Step Functions allows: 150 a second in sa-east-1, 300 in the largest regions,
 * after a first 800 to 1,300. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (API action throttling quotas)
 */
const PARALLEL_STARTS = 24;
const LOT = 240;
/** Time that a lot needs if it is throttled. */
const LOT_MS = 20_000;
/** The answer, and the log. */
const TO_END_MS = 5_000;
const FIRST_WAIT_MS = 200;
const MOST_WAIT_MS = 5_000;

/**
 * Starts what `plan` makes of each key, many at once, in lots and in the order of the keys. It begins no lot that it may not have the time
 * for; then the answer names the first key that is left.
 */
export async function startMany(
  executions: Executions,
  keys: AsyncIterable<string>,
  plan: (key: string) => Promise<PlannedStart | undefined>,
  patience: Patience,
): Promise<StartedMany> {
  const done: StartedMany = { executions: [], repeated: 0 };
  const startLot = async (lot: string[]) => {
    await inParallel(lot, PARALLEL_STARTS, async (key) => {
      const planned = await plan(key);
      if (!planned) return;
      const outcome = await startPatiently(executions, planned, patience);
      if (outcome === 'started') done.executions.push(planned.name);
      else done.repeated += 1;
    });
  };
  let lot: string[] = [];
  for await (const key of keys) {
    if (lot.length === 0 && patience.remaining() < LOT_MS + TO_END_MS) return { ...done, next: key };
    lot.push(key);
    if (lot.length < LOT) continue;
    await startLot(lot);
    lot = [];
  }
  await startLot(lot);
  return done;
}

/** Starts one execution; one that is throttled, or meets a fault that passes, is tried again as long as there is time. */
export async function startPatiently(
  executions: Executions,
  { name, input }: PlannedStart,
  { remaining, pause }: Patience,
): Promise<'started' | 'already-started'> {
  for (let tries = 0; ; tries++) {
    try {
      return await executions.start(name, input);
    } catch (error) {
      const waitMs = Math.random() * Math.min(FIRST_WAIT_MS * 2 ** tries, MOST_WAIT_MS);
      const isWorthIt = error instanceof PipelineError && error.retryable;
      if (!isWorthIt || remaining() < waitMs + TO_END_MS) throw error;
      await pause(waitMs);
    }
  }
}
