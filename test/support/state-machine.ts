import { loadPipeline } from '../../local/pipeline-tasks.ts';
import type { StateMachineDefinition } from '../../local/state-machine/definition.ts';
import type { ExecutionEvent } from '../../local/state-machine/execution-event.ts';
import { type ExecutionOptions, runExecution } from '../../local/state-machine/run-execution.ts';
import type { TaskFunction } from '../../local/state-machine/task-function.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** The two methods a run needs, over a map of key → text. */
export function memoryStore(objects: Record<string, unknown> = {}) {
  const texts = new Map(Object.entries(objects).map(([key, value]) => [key, JSON.stringify(value)]));
  const store: Pick<ObjectStore, 'get' | 'put'> = {
    get: async (key) => {
      const text = texts.get(key);
      return text === undefined ? undefined : { bytes: new TextEncoder().encode(text), tag: key };
    },
    put: async (key, bytes) => {
      texts.set(key, new TextDecoder().decode(bytes));
      return key;
    },
  };
  const json = (key: string) => JSON.parse(texts.get(key) ?? 'null');
  return { store, json, keys: () => [...texts.keys()].sort() };
}

export const PLAN = {
  verdict: 'convert',
  dataset: 'contracts',
  planKey: 'runs/r1/plan.json',
  rangesKey: 'runs/r1/ranges.json',
  parseResultsPrefix: 'runs/r1/map/parse',
};
/** Two lots. */
export const MERGES = [[0, 1], [2]];
export const RANGES = [
  { startByte: 0, endByte: 141 },
  { startByte: 141, endByte: 282 },
  { startByte: 282, endByte: 400 },
];

/** The deployed file, with maps that fail at once. */
export async function withoutRetryOfMaps(): Promise<StateMachineDefinition> {
  const definition = await loadPipeline();
  for (const state of Object.values(definition.States)) if (state.Type === 'Map') delete state.Retry;
  return definition;
}

/** Runs the deployed file with tasks that answer as the real ones would, and records which were called. */
export async function start(
  options: Partial<Omit<ExecutionOptions, 'tasks'>> & { tasks?: Tasks; ranges?: unknown } = {},
) {
  const { tasks, ranges = RANGES, ...others } = options;
  const calls: string[] = [];
  const events: ExecutionEvent[] = [];
  const memory = memoryStore({ 'runs/r1/ranges.json': ranges });
  const answers: Tasks = {
    splitter: async () => PLAN,
    parser: async () => ({ rows: 1 }),
    reconciler: async () => ({ ...PLAN, verdict: 'balanced', merges: MERGES }),
    merger: async () => null,
    finalizer: async () => ({ published: true }),
    ...tasks,
  };
  const recorded = Object.entries(answers).map(([name, task]): [string, TaskFunction] => [
    `local:${name}`,
    async (input, invocation) => {
      calls.push(name);
      return task(input, invocation);
    },
  ]);
  const result = runExecution({
    definition: await loadPipeline(),
    input: { key: 'raw/contratos.txt' },
    executionName: 'exec-1',
    store: memory.store,
    tasks: Object.fromEntries(recorded),
    maxConcurrency: 4,
    onEvent: (event) => events.push(event),
    ...others,
  });
  return { result, calls, events, memory };
}
// biome-ignore lint/suspicious/noExplicitAny: a fake reads fields off an input that the pipeline types elsewhere
type Tasks = Record<string, (input: any, options: { signal: AbortSignal }) => Promise<unknown>>;

/** A machine of one Distributed Map over `items`, for what the pipeline's file does not use. */
export function mapMachine(
  map: Record<string, unknown>,
  task: Record<string, unknown> = {},
): StateMachineDefinition {
  return {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        Label: 'Each',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Work',
          States: { Work: { Type: 'Task', Resource: 'local:work', ...task, End: true } },
        },
        End: true,
        ...map,
      },
    },
  };
}

export function runMap(options: {
  map?: Record<string, unknown>;
  task?: Record<string, unknown>;
  input: unknown;
  work: (input: never, options: { signal: AbortSignal }) => Promise<unknown>;
  maxConcurrency?: number;
  signal?: AbortSignal;
}) {
  const memory = memoryStore();
  const events: ExecutionEvent[] = [];
  const result = runExecution({
    definition: mapMachine(options.map ?? {}, options.task),
    input: options.input,
    executionName: 'exec-1',
    store: memory.store,
    tasks: { 'local:work': options.work as TaskFunction },
    maxConcurrency: options.maxConcurrency ?? 4,
    signal: options.signal,
    onEvent: (event) => events.push(event),
  });
  return { result, memory, events };
}

export const untilStopped = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
