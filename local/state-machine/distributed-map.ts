import { UsageError } from '../../shared/errors.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { JsonValue, StateDefinition, StateMachineDefinition } from './definition.ts';
import {
  type ContextObject,
  type ExecutionFacts,
  executionId,
  fillTemplate,
  stateMachineId,
} from './execution-context.ts';
import type { ExecutionEvent } from './execution-event.ts';
import { type ItemReader, readItems } from './item-reader.ts';
import type { MachineOutcome } from './machine-outcome.ts';
import { type ChildResult, describeChild, writeResults } from './map-results.ts';
import { asError, StatesError } from './states-error.ts';

/** Runs one child; never rejects for what happens inside it. */
export type RunChild = (
  definition: StateMachineDefinition,
  execution: ExecutionFacts,
  options: { signal: AbortSignal; onEvent: (event: ExecutionEvent) => void },
) => Promise<MachineOutcome>;

export interface DistributedMapRun {
  stateName: string;
  /** With its context paths bound. */
  state: StateDefinition;
  /** After InputPath. */
  input: JsonValue;
  context: ContextObject;
  execution: ExecutionFacts;
  store: Pick<ObjectStore, 'get' | 'put'>;
  /** Children that the runner has workers for. */
  maxConcurrency: number;
  signal: AbortSignal;
  onEvent: (event: ExecutionEvent) => void;
  runChild: RunChild;
}

export function isDistributedMap(state: StateDefinition): boolean {
  const processor = state.ItemProcessor as { ProcessorConfig?: { Mode?: string } } | undefined;
  return state.Type === 'Map' && processor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
}

/** Fails with `UsageError` on a feature that would otherwise be ignored in silence. */
export function assertRunnableMap(stateName: string, state: StateDefinition): void {
  const reader = state.ItemReader as ItemReader | undefined;
  const config = { ...reader?.ReaderConfig };
  const { InputType, ...otherConfig } = config;
  const unknown = [
    'ItemBatcher' in state && 'ItemBatcher',
    reader && reader.Resource !== 'arn:aws:states:::s3:getObject' && `ItemReader of ${reader.Resource}`,
    reader && InputType !== 'JSON' && `ItemReader of type ${InputType}`,
    ...Object.keys(otherConfig).map((field) => `ReaderConfig.${field}`),
    'WriterConfig' in ((state.ResultWriter as object) ?? {}) && 'WriterConfig',
  ].filter((feature) => typeof feature === 'string');
  if (unknown.length > 0) {
    throw new UsageError({
      what: `the local runner has no ${unknown.join(', ')}`,
      where: `state ${stateName}`,
    });
  }
}

/**
 * Runs a Distributed Map: reads the items, runs a child execution for each, at most `MaxConcurrency` (or the
 * runner's, where that is smaller) at a time and in item order, writes the results. A child starts only when
 * a worker is free for it, so that its TimeoutSeconds measure work and not waiting.
 *
 * Fails with `States.ExceedToleratedFailureThreshold` as soon as more children failed than are tolerated
 * (none by default): its message and `cause` are those of the first child that failed, no further child
 * starts, running ones are aborted. Also with `States.ItemReaderFailed`, `States.ResultWriterFailed`, and the
 * signal's reason when the execution was stopped; then it writes no results.
 *
 * Unlike AWS: one store stands for every bucket; the id of the map run is its Label; there is no redrive
 * (a fresh execution skips what is there); children's order of starting is that of the items.
 */
export async function runDistributedMap(run: DistributedMapRun): Promise<JsonValue> {
  const { state, stateName, input, context, signal } = run;
  const items = await readItems(state, stateName, input, context, run.store);
  const tolerated = await toleratedFailures(run, items.length);
  const limit = Math.min((await fieldOrPath(run, 'MaxConcurrency')) || Infinity, run.maxConcurrency);
  const label = typeof state.Label === 'string' ? state.Label : stateName;
  const childMachine = `${run.execution.stateMachineName}/${label}`;

  const stop = new AbortController();
  const childSignal = AbortSignal.any([signal, stop.signal]);
  const children: ChildResult[] = items.map((item, index) => {
    const name = `${run.execution.name}-${label}-${index}`;
    return {
      name,
      executionId: executionId(childMachine, name),
      stateMachineId: stateMachineId(childMachine),
      input: item,
      outcome: { status: 'PENDING' },
    };
  });
  let failedCount = 0;
  let firstFailure: { index: number; error: Error } | undefined;

  const runOne = async (index: number): Promise<void> => {
    const child = children[index]!;
    const about = { state: stateName, index, childCount: items.length };
    const itemContext = { ...context, Map: { Item: { Index: index, Value: items[index] } } };
    const selector = (state.ItemSelector ?? state.Parameters) as JsonValue | undefined;
    if (selector !== undefined) child.input = await fillTemplate(selector, input, itemContext);
    if (childSignal.aborted) return;

    child.startDate = new Date().toISOString();
    run.onEvent({ type: 'child-started', ...about });
    const execution: ExecutionFacts = {
      id: child.executionId,
      name: child.name,
      input: child.input,
      startTime: child.startDate,
      stateMachineName: childMachine,
    };
    const outcome = await run.runChild(state.ItemProcessor as StateMachineDefinition, execution, {
      signal: childSignal,
      onEvent: (event) => run.onEvent({ child: { map: stateName, index }, ...event }),
    });
    child.stopDate = new Date().toISOString();
    child.outcome = outcome;
    if (outcome.status === 'SUCCEEDED') {
      run.onEvent({ type: 'child-succeeded', ...about, output: outcome.output });
      return;
    }
    const { name: errorName, message: errorMessage } = outcome.error;
    const aborted = outcome.status === 'ABORTED';
    run.onEvent({ type: 'child-failed', ...about, errorName, errorMessage, aborted });
    if (aborted) return;
    failedCount += 1;
    firstFailure ??= { index, error: outcome.error };
    if (failedCount > tolerated) stop.abort();
  };

  let nextIndex = 0;
  let broken: unknown;
  const lane = async (): Promise<void> => {
    while (nextIndex < items.length && !childSignal.aborted) {
      try {
        await runOne(nextIndex++);
      } catch (error) {
        // Not a child's failure but the map's own: an ItemSelector that points nowhere, a listener that threw.
        broken ??= error;
        stop.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, lane));
  signal.throwIfAborted();
  if (broken !== undefined) throw broken;

  if (firstFailure === undefined || failedCount <= tolerated) return writeOutput(run, children, label);
  const { index, error } = firstFailure;
  const written = await writeOutput(run, children, label).then(
    () => '',
    (writeError: Error) => ` Its results were not written either: ${writeError.message}`,
  );
  throw new StatesError(
    'States.ExceedToleratedFailureThreshold',
    `${stateName}: child ${index} of ${items.length} failed with ${error.name}: ${error.message} ` +
      `The specified tolerated failure threshold was exceeded: ${failedCount} failed, ${tolerated} tolerated.${written}`,
    error,
  );
}

async function writeOutput(
  run: DistributedMapRun,
  children: ChildResult[],
  label: string,
): Promise<JsonValue> {
  const { state, stateName, input, context, store } = run;
  const writer = state.ResultWriter as { Parameters: JsonValue } | undefined;
  if (writer === undefined) {
    return children.map((child) =>
      child.outcome.status === 'SUCCEEDED' ? child.outcome.output : describeChild(child),
    );
  }
  const { Bucket, Prefix = '' } = (await fillTemplate(writer.Parameters, input, context)) as {
    Bucket: string;
    Prefix?: string;
  };
  const mapRunArn = `local:mapRun:${run.execution.stateMachineName}/${label}:${label}`;
  try {
    return await writeResults(
      children,
      { bucket: Bucket, prefix: Prefix, mapRunId: label, mapRunArn },
      store,
    );
  } catch (error) {
    const why = asError(error).message;
    throw new StatesError(
      'States.ResultWriterFailed',
      `${stateName}: cannot write its results: ${why}`,
      error,
    );
  }
}

/** How many children may fail; the stricter of count and percentage, none where the file has neither. */
async function toleratedFailures(run: DistributedMapRun, itemCount: number): Promise<number> {
  const count = await fieldOrPath(run, 'ToleratedFailureCount');
  const percentage = await fieldOrPath(run, 'ToleratedFailurePercentage');
  if (count === undefined && percentage === undefined) return 0;
  return Math.min(count ?? Infinity, Math.floor(((percentage ?? 100) * itemCount) / 100));
}

async function fieldOrPath(run: DistributedMapRun, field: string): Promise<number | undefined> {
  const path = run.state[`${field}Path`];
  if (typeof path !== 'string') return run.state[field] as number | undefined;
  return ((await fillTemplate({ 'number.$': path }, run.input, run.context)) as { number: number }).number;
}
