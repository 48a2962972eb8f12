import type { JsonValue, StateDefinition } from './definition.ts';
import { type ContextObject, fillTemplate } from './execution-context.ts';
import { assertPayloadSize } from './payload-limit.ts';
import { asError } from './states-error.ts';
import type { TaskFunction } from './task-function.ts';

interface TaskInvocation {
  stateName: string;
  state: StateDefinition;
  task: TaskFunction;
  input: JsonValue;
  context: ContextObject;
  /** Aborts when the execution ends, for whatever reason. */
  executionSignal: AbortSignal;
  /** Receives the work, which may go on for a moment after its signal aborted. */
  onStarted: (work: Promise<unknown>) => void;
}

/**
 * Calls a task as Step Functions calls a Lambda: JSON in, JSON out, both within the payload limit, its signal
 * aborted after TimeoutSeconds.
 *
 * The library fails the state with `States.Timeout` on a timer of its own, which is older and fires first; the result
 * of the call is then ignored. When the execution ends, the call fails at once, even if the task goes on, so that the
 * library clears its timer and Node can exit.
 *
 * Unlike on AWS, where a Lambda that timed out in Step Functions runs on, the task's signal aborts.
 */
export async function invokeTask(invocation: TaskInvocation): Promise<JsonValue> {
  const { stateName, state, task, input, context, executionSignal } = invocation;
  assertPayloadSize(input, `The input of ${stateName}`);
  const timeout = new AbortController();
  const timeoutMs = 1000 * (await timeoutSeconds(state, input, context));
  executionSignal.throwIfAborted();

  const timer = setTimeout(() => timeout.abort(new Error(`${stateName} timed out`)), timeoutMs);
  try {
    const signal = AbortSignal.any([executionSignal, timeout.signal]);
    // In an async function, so that a task that throws at once looks like one that rejects.
    const work = (async () => task(structuredClone(input), { signal }))();
    invocation.onStarted(work);
    const output = asJson(await untilAborted(work, signal));
    assertPayloadSize(output, `The output of ${stateName}`);
    return output;
  } catch (thrown) {
    executionSignal.throwIfAborted();
    throw asError(thrown);
  } finally {
    clearTimeout(timer);
  }
}

async function timeoutSeconds(
  state: StateDefinition,
  input: JsonValue,
  context: ContextObject,
): Promise<number> {
  if (typeof state.TimeoutSeconds === 'number') return state.TimeoutSeconds;
  const path = { 'seconds.$': state.TimeoutSecondsPath as string };
  return ((await fillTemplate(path, input, context)) as { seconds: number }).seconds;
}

/** A payload as it is after it was sent as text; undefined becomes null, as from a Lambda. */
function asJson(value: unknown): JsonValue {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value) ?? 'null') as JsonValue);
}

/** `work`, or a rejection with the signal's reason as soon as it aborts. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
