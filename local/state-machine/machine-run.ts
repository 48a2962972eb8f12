import {
  ExecutionAbortedError,
  ExecutionError,
  ExecutionTimeoutError,
  StateMachine,
} from 'aws-local-stepfunctions';
import { Interrupted } from '../../shared/errors.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue, StateMachineDefinition } from './definition.ts';
import { runDistributedMap } from './distributed-map.ts';
import { createContext, type ExecutionFacts, type LibraryDefinition } from './execution-context.ts';
import type { ExecutionEvent } from './execution-event.ts';
import type { MachineOutcome } from './machine-outcome.ts';
import { assertPayloadSize } from './payload-limit.ts';
import { prepareMachine } from './prepared-machine.ts';
import { StateTurns } from './state-turns.ts';
import { asError, StatesError } from './states-error.ts';
import { invokeTask, type TaskFunction, untilAborted } from './task-invocation.ts';

export interface MachineRun {
  definition: StateMachineDefinition;
  execution: ExecutionFacts;
  store: Pick<ObjectStore, 'get' | 'put'>;
  /** By Resource, after substitution. */
  tasks: Readonly<Record<string, TaskFunction>>;
  maxConcurrency: number;
  signal: AbortSignal;
  onEvent: (event: ExecutionEvent) => void;
}

/** How long a run that was stopped waits for tasks that do not heed their signal. */
const STOP_GRACE_MS = 5_000;

/**
 * Runs one machine, the execution's or a child's, to its end on aws-local-stepfunctions. Its promise resolves
 * when the tasks have ended too, or 5 s after they were told to.
 */
export async function runMachine(run: MachineRun): Promise<MachineOutcome> {
  const { execution } = run;
  if (run.signal.aborted) return { status: 'ABORTED', error: interrupted(execution, run.signal) };

  const { definition, tasks, maps, stateNames } = prepareMachine(run.definition);
  const context = createContext(execution, stateNames);
  const turns = new StateTurns();
  const working = new Set<Promise<unknown>>();
  const ended = new AbortController();
  const signal = AbortSignal.any([run.signal, ended.signal]);

  const track = (work: Promise<unknown>): void => {
    const end: Promise<unknown> = work.then(
      () => working.delete(end),
      () => working.delete(end),
    );
    working.add(end);
  };
  /** The library calls a Task's handler once more when it is stopped during a retry's wait: not with us. */
  const atItsTurn = async (stateName: string, work: () => Promise<JsonValue>): Promise<JsonValue> => {
    try {
      await untilAborted(turns.take(stateName), signal);
      return await work();
    } catch (error) {
      throw signal.aborted ? new EndedError(execution.name) : error;
    }
  };

  const handlers: Record<string, (input: JsonValue) => Promise<JsonValue>> = {};
  for (const [stateName, state] of tasks) {
    const task = run.tasks[state.Resource as string]!;
    handlers[stateName] = (input) =>
      atItsTurn(stateName, () =>
        invokeTask({ stateName, state, task, input, context, executionSignal: signal, onStarted: track }),
      );
  }
  for (const [stateName, state] of maps) {
    const { store, onEvent, maxConcurrency } = run;
    handlers[stateName] = (input) =>
      atItsTurn(stateName, () => {
        const map = runDistributedMap({
          ...{ stateName, state, input, context, execution, store, maxConcurrency, signal, onEvent },
          runChild: (childDefinition, childExecution, options) =>
            runMachine({ ...run, ...options, definition: childDefinition, execution: childExecution }),
        });
        track(map);
        return untilAborted(map, signal);
      });
  }

  const machine = new StateMachine(definition as unknown as LibraryDefinition, {
    validationOptions: { noValidate: true },
  });
  const libraryRun = machine.run(execution.input, {
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
      if (Object.hasOwn(definition.States, stateName)) failedState = stateName;
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
  await workEnds(working);

  if (fault) return { status: 'FAILED', error: fault, failedState };
  if (result.status === 'SUCCEEDED') return result;
  const error = result.error instanceof ExecutionError ? asError(result.error.cause) : result.error;
  if (error instanceof ExecutionAbortedError || error instanceof EndedError) {
    return { status: 'ABORTED', error: interrupted(execution, run.signal) };
  }
  if (error instanceof ExecutionTimeoutError) {
    const message = `${execution.name} ran longer than ${definition.TimeoutSeconds} s.`;
    return { status: 'FAILED', error: new StatesError('States.Timeout', message), failedState };
  }
  if (error.name === 'States.Timeout' && error.message === error.name && failedState !== undefined) {
    // The library says no more than the name.
    const { TimeoutSeconds } = definition.States[failedState]!;
    const limit = TimeoutSeconds === undefined ? 'its TimeoutSecondsPath says' : `${TimeoutSeconds} s`;
    const message = `${failedState} ran longer than ${limit}.`;
    return { status: 'FAILED', error: new StatesError('States.Timeout', message), failedState };
  }
  return { status: 'FAILED', error, failedState };
}

type EventLogs = ReturnType<StateMachine['run']>['eventLogs'];

interface Follower {
  onEvent: (event: ExecutionEvent) => void;
  turns: StateTurns;
  onStateFailed: (stateName: string) => void;
}

/**
 * Passes the library's events on and checks every payload that a state gets or gives, because what ResultPath
 * or a Pass state put together goes through no task. Fails with `States.DataLimitExceeded`, and with what
 * `onEvent` throws.
 */
async function followEvents(logs: EventLogs, { onEvent, turns, onStateFailed }: Follower): Promise<void> {
  const failures = new Map<string, { timestamp: number; errorName: string }>();
  for await (const log of logs) {
    if (!('state' in log)) continue;
    const { name, input, output } = log.state;
    // The states of an inline Map run several times at once; their index tells them apart.
    const visit = `${log.index ?? ''} ${name}`;
    const check = (payload: unknown, what: string) => {
      try {
        assertPayloadSize(payload, what);
      } catch (error) {
        onStateFailed(name);
        throw error;
      }
    };
    if (log.type === 'StateEntered') {
      onEvent({ type: 'state-entered', state: name, payload: input });
      check(input, `The input of ${name}`);
      turns.announce(name);
    } else if (log.type === 'StateExited') {
      check(output, `The output of ${name}`);
      onEvent({ type: 'state-exited', state: name, payload: output });
    } else if (log.type === 'StateFailed') {
      failures.set(visit, { timestamp: log.timestamp, errorName: log.Error });
      onStateFailed(name);
    } else if (log.type === 'StateRetried') {
      const { timestamp, errorName } = failures.get(visit)!;
      const { attempt } = log.retry;
      onEvent({ type: 'retry', state: name, attempt, waitMs: log.timestamp - timestamp, errorName });
      turns.announce(name);
    }
  }
}

/** What a task that comes too late meets; nothing retries or catches it. */
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
    next: 'Start it again: what is done is found and not done twice.',
    cause: signal.reason,
  });
}

async function workEnds(working: Set<Promise<unknown>>): Promise<void> {
  if (working.size === 0) return;
  const grace = Promise.withResolvers<void>();
  const timer = setTimeout(grace.resolve, STOP_GRACE_MS);
  await Promise.race([Promise.all(working), grace.promise]);
  clearTimeout(timer);
}
