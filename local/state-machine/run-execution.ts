import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue, StateMachineDefinition } from './definition.ts';
import { executionId } from './execution-context.ts';
import type { ExecutionEvent } from './execution-event.ts';
import type { MachineOutcome } from './machine-outcome.ts';
import { runMachine } from './machine-run.ts';
import { assertRunnable } from './prepared-machine.ts';
import type { TaskFunction } from './task-function.ts';

export interface ExecutionOptions {
  /** From `loadDefinition`. It is not changed. */
  definition: StateMachineDefinition;
  /** Anything that can be JSON. */
  input: unknown;
  executionName: string;
  /** Holds the items that Distributed Maps read and the results they write. */
  store: Pick<ObjectStore, 'get' | 'put'>;
  /** By Resource after substitution, e.g. `local:parser`. */
  tasks: Readonly<Record<string, TaskFunction>>;
  /** Children of a Distributed Map that run at once, unless its own MaxConcurrency is smaller. */
  maxConcurrency: number;
  /** Stops the execution with all its children. */
  signal?: AbortSignal | undefined;
  onEvent?: ((event: ExecutionEvent) => void) | undefined;
  stateMachineName?: string | undefined;
  /** What `$$.Execution.RedriveCount` says, if an execution that failed is run once more under its name; else 0. */
  redriveCount?: number | undefined;
}

/**
 * `error` is what was thrown: AWS shows `error.name` as Error and `error.message` as Cause. After a failed Distributed
 * Map `error.cause` is the error of the first child that failed. `executionId` is the tasks' `$$.Execution.Id`.
 */
export type ExecutionResult = MachineOutcome & { executionId: string };

/**
 * Runs a state machine file on this machine as Step Functions runs it: see `aws-local-stepfunctions` for states,
 * paths, Retry and Catch; `runDistributedMap` for Distributed Maps; `invokeTask` for tasks.
 *
 * Resolves also if the execution fails. Rejects with `UsageError`, before anything runs, if the definition needs a
 * Resource without a task, or a feature that the local runner lacks.
 *
 * Unlike on AWS: an execution that exceeds its own TimeoutSeconds is FAILED with `States.Timeout` (AWS:
 * TIMED_OUT); a stopped or failed execution stops its running tasks; there is no redrive, a fresh execution
 * finds finished work; HeartbeatSeconds, Credentials and history limits mean nothing.
 */
export async function runExecution(options: ExecutionOptions): Promise<ExecutionResult> {
  const { definition, executionName, store, tasks, maxConcurrency } = options;
  const { stateMachineName = 'file-pipeline' } = options;
  assertRunnable(definition, (resource) => Object.hasOwn(tasks, resource));
  const id = executionId(stateMachineName, executionName);
  const outcome = await runMachine({
    definition,
    execution: {
      id,
      name: executionName,
      input: JSON.parse(JSON.stringify(options.input ?? {})) as JsonValue,
      startTime: new Date().toISOString(),
      stateMachineName,
      redriveCount: options.redriveCount,
    },
    ...{ store, tasks, maxConcurrency },
    signal: options.signal ?? new AbortController().signal,
    onEvent: options.onEvent ?? (() => {}),
  });
  return { ...outcome, executionId: id };
}
