import { ExecutionAbortedError, ExecutionError, ExecutionTimeoutError } from 'aws-local-stepfunctions';
import { Interrupted } from '../../shared/errors.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue, StateMachineDefinition } from './definition.ts';
import { runDistributedMap } from './distributed-map.ts';
import { type ContextObject, countRetry, createContext, type ExecutionFacts } from './execution-context.ts';
import type { ExecutionEvent } from './execution-event.ts';
import { followEvents } from './follow-events.ts';
import { libraryMachine } from './library-machine.ts';
import type { MachineOutcome } from './machine-outcome.ts';
import { type PreparedMachine, prepareMachine } from './prepared-machine.ts';
import { RunningWork } from './running-work.ts';
import { StateTurns } from './state-turns.ts';
import { asError, StatesError } from './states-error.ts';
import type { TaskFunction } from './task-function.ts';
import { invokeTask, untilAborted } from './task-invocation.ts';

interface MachineRun {
  definition: StateMachineDefinition;
  execution: ExecutionFacts;
  store: Pick<ObjectStore, 'get' | 'put'>;
  /** By Resource, after substitution. */
  tasks: Readonly<Record<string, TaskFunction>>;
  maxConcurrency: number;
  signal: AbortSignal;
  onEvent: (event: ExecutionEvent) => void;
}

/**
 * Runs one machine, the execution's or a child's, to its end on aws-local-stepfunctions. Its promise resolves
 * once the tasks have ended too, or 5 s after they were told to stop.
 */
export async function runMachine(run: MachineRun): Promise<MachineOutcome> {
  const { execution } = run;
  if (run.signal.aborted) return { status: 'ABORTED', error: interrupted(execution, run.signal) };

  const prepared = prepareMachine(run.definition, run.maxConcurrency);
  const context = createContext(execution, prepared.stateNames);
  const turns = new StateTurns();
  const work = new RunningWork();
  const ended = new AbortController();
  const signal = AbortSignal.any([run.signal, ended.signal]);
  const handlers = stateHandlers(run, prepared, { context, turns, work, signal });
  const libraryRun = libraryMachine(prepared.definition).run(execution.input, {
    context,
    overrides: { taskResourceLocalHandlers: handlers },
  });
  signal.addEventListener('abort', libraryRun.abort, { once: true });

  let fault: Error | undefined;
  let failedState: string | undefined;
  const followed = followEvents(libraryRun.eventLogs, {
    onEvent: run.onEvent,
    turns,
    // The states of inline Maps and Parallels fail inside one of these.
    onStateFailed: (stateName) => {
      if (Object.hasOwn(prepared.definition.States, stateName)) failedState = stateName;
    },
  }).catch((error) => {
    fault = asError(error);
    ended.abort();
  });

  const result = await libraryRun.result.then(
    (output): MachineOutcome => ({ status: 'SUCCEEDED', output }),
    (error: Error): MachineOutcome => ({ status: 'FAILED', error }),
  );
  await followed;
  ended.abort();
  await work.ends();

  if (fault) return { status: 'FAILED', error: fault, failedState };
  return result.status === 'SUCCEEDED'
    ? result
    : failureOf(result.error, failedState, { ...run, definition: prepared.definition });
}

/** State that the handlers of one run share. */
interface RunState {
  context: ContextObject;
  turns: StateTurns;
  work: RunningWork;
  /** Aborts when the run is stopped and when it has ended. */
  signal: AbortSignal;
}

type StateHandler = (input: JsonValue) => Promise<JsonValue>;

/** The functions that the library calls for each Task, and for each Distributed Map, which it sees as a Task. */
function stateHandlers(
  run: MachineRun,
  { tasks, maps }: PreparedMachine,
  { context, turns, work, signal }: RunState,
): Record<string, StateHandler> {
  const { execution, store, onEvent, maxConcurrency } = run;
  /** The library calls a Task's handler once more if it is stopped while it waits for a retry; that call does nothing. */
  const atItsTurn = async (stateName: string, act: () => Promise<JsonValue>): Promise<JsonValue> => {
    try {
      await untilAborted(turns.take(stateName), signal);
      return await act();
    } catch (error) {
      countRetry(context, stateName);
      throw signal.aborted ? new EndedError(execution.name) : error;
    }
  };
  const handlers: Record<string, StateHandler> = {};
  for (const [stateName, state] of tasks) {
    const onStarted = (started: Promise<unknown>) => work.add(started);
    handlers[stateName] = (input) =>
      atItsTurn(stateName, () => {
        const task = taskFor(run, String(state.Resource));
        return invokeTask({ stateName, state, task, input, context, executionSignal: signal, onStarted });
      });
  }
  for (const [stateName, state] of maps) {
    handlers[stateName] = (input) =>
      atItsTurn(stateName, () => {
        const map = runDistributedMap({
          ...{ stateName, state, input, context, execution, store, maxConcurrency, signal, onEvent },
          runChild: (definition, child, options) =>
            runMachine({ ...run, ...options, definition, execution: child }),
        });
        work.add(map);
        return untilAborted(map, signal);
      });
  }
  return handlers;
}

function taskFor({ tasks }: MachineRun, resource: string): TaskFunction {
  const task = tasks[resource];
  if (task) return task;
  throw new Error(`No task for ${resource}, although assertRunnable passed.`);
}

/** How a machine that the library reports as failed has ended. */
function failureOf(thrown: Error, failedState: string | undefined, run: MachineRun): MachineOutcome {
  const { definition, execution } = run;
  const error = thrown instanceof ExecutionError ? asError(thrown.cause) : thrown;
  const timedOut = (what: string, limit: string): MachineOutcome => ({
    status: 'FAILED',
    error: new StatesError('States.Timeout', `${what} ran longer than ${limit}.`),
    failedState,
  });
  if (error instanceof ExecutionAbortedError || error instanceof EndedError) {
    return { status: 'ABORTED', error: interrupted(execution, run.signal) };
  }
  if (error instanceof ExecutionTimeoutError) {
    return timedOut(execution.name, `${definition.TimeoutSeconds} s`);
  }
  if (error.name === 'States.Timeout' && error.message === error.name && failedState !== undefined) {
    // The library gives the name and no more.
    const seconds = definition.States[failedState]?.TimeoutSeconds;
    return timedOut(failedState, seconds === undefined ? 'its TimeoutSecondsPath says' : `${seconds} s`);
  }
  return { status: 'FAILED', error, failedState };
}

/** The error of a task that is called after the end; nothing retries or catches it. */
class EndedError extends Error {
  override readonly name = 'ExecutionEnded';
  readonly isRetryable = false;
  readonly isCatchable = false;

  constructor(executionName: string) {
    super(`The execution ${executionName} has ended.`);
  }
}

function interrupted(execution: ExecutionFacts, signal: AbortSignal): Interrupted {
  return new Interrupted({
    what: 'the execution was stopped',
    where: execution.name,
    next: 'Start it again: finished work is found and not done twice.',
    cause: signal.reason,
  });
}
