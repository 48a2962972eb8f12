import { loadDefinition, type StateMachineDefinition } from './state-machine/definition.ts';
import type { TaskFunction } from './state-machine/task-function.ts';

/** The functions that the pipeline's state machine calls. */
type PipelineFunction = 'splitter' | 'parser' | 'reconciler' | 'merger' | 'finalizer';

/** The pipeline's state machine file, with the tasks of `pipelineTasks` as its resources. */
export function loadPipeline(): Promise<StateMachineDefinition> {
  return loadDefinition({
    SplitterArn: 'local:splitter',
    ParserArn: 'local:parser',
    ReconcilerArn: 'local:reconciler',
    MergerArn: 'local:merger',
    FinalizerArn: 'local:finalizer',
    ProcessedBucket: 'lake',
  });
}

/** The tasks that `loadPipeline`'s definition calls, by resource. */
export function pipelineTasks(
  functions: Record<PipelineFunction, TaskFunction>,
): Record<string, TaskFunction> {
  return Object.fromEntries(Object.entries(functions).map(([name, task]) => [`local:${name}`, task]));
}
