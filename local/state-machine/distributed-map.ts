import { UsageError } from '../../shared/errors.ts';
import type { JsonValue, StateDefinition, StateMachineDefinition } from './definition.ts';
import { fillTemplate } from './execution-context.ts';
import { type ItemReader, readItems } from './item-reader.ts';
import { type DistributedMapRun, MapChildren } from './map-children.ts';
import { type ChildResult, describeChild, writeResults } from './map-results.ts';
import { asError, StatesError } from './states-error.ts';

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
 * runner's, if that is smaller) at a time and in item order, and writes the results. A child starts only when
 * a worker is free for it, so that its TimeoutSeconds measure work and not waiting.
 *
 * Fails with `States.ExceedToleratedFailureThreshold` as soon as more children failed than are tolerated
 * (none by default): its message and `cause` are those of the first child that failed, no further child
 * starts, running ones are aborted. Also with `States.ItemReaderFailed`, `States.ResultWriterFailed`, and the
 * signal's reason when the execution was stopped; then it writes no results.
 *
 * Unlike on AWS: one store serves for every bucket; the id of the map run is its Label; there is no redrive
 * (a fresh execution skips what is there); children's order of starting is that of the items. EXPRESS children have
 * as much time as they need, and so have their tasks: those time-outs are short because AWS ends the child after
 * five minutes (docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 */
export async function runDistributedMap(run: DistributedMapRun): Promise<JsonValue> {
  const { state, stateName, input, context, signal } = run;
  const items = await readItems(state, stateName, input, context, run.store);
  const tolerated = await toleratedFailures(run, items.length);
  const limit = Math.min((await fieldOrPath(run, 'MaxConcurrency')) || Infinity, run.maxConcurrency);
  const label = typeof state.Label === 'string' ? state.Label : stateName;

  const processor = childDefinition(state.ItemProcessor as StateMachineDefinition);
  const map = new MapChildren(run, processor, items, { label, tolerated });
  await map.run(limit);
  signal.throwIfAborted();
  if (map.broken !== undefined) throw map.broken;
  const { children, failedCount, firstFailure } = map;
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

/** The machine of the children, see `runDistributedMap`. */
function childDefinition(processor: StateMachineDefinition): StateMachineDefinition {
  if ((processor.ProcessorConfig as { ExecutionType?: string })?.ExecutionType !== 'EXPRESS')
    return processor;
  const States = Object.entries(processor.States).map(([name, { TimeoutSeconds: _, ...state }]) => [
    name,
    state,
  ]);
  return { ...processor, States: Object.fromEntries(States) };
}

/** How many children may fail: the stricter of count and percentage, 0 if the file has neither. */
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
