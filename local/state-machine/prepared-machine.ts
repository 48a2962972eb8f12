import { UsageError } from '../../shared/errors.ts';
import type { StateDefinition, StateMachineDefinition } from './definition.ts';
import { assertRunnableMap, isDistributedMap } from './distributed-map.ts';
import { bindContextPaths } from './execution-context.ts';

/** A definition as the library runs it, with its Task states and Distributed Maps. */
export interface PreparedMachine {
  definition: StateMachineDefinition;
  /** Task states by name, also those inside inline Maps and Parallels: names are unique in a file. */
  tasks: Map<string, StateDefinition>;
  /** Distributed Maps by name, with their context paths bound. */
  maps: Map<string, StateDefinition>;
  /** State key of `bindContextPaths` → name of the state. */
  stateNames: Map<string, string>;
}

/** For a Task without TimeoutSeconds (AWS: 99,999,999) and for a Distributed Map, which has no timeout of its own. */
const DAY_SECONDS = 86_400;

/** The keys that a Distributed Map keeps when the library sees it as a Task. */
const KEPT_MAP_FIELDS = [
  'Comment',
  'InputPath',
  'ResultSelector',
  'ResultPath',
  'OutputPath',
  'Next',
  'End',
  'Retry',
  'Catch',
];

/**
 * Rewrites a definition for the library. Each Distributed Map becomes a Task of the same name, so that the library
 * still decides on input, result, Retry, Catch and the next state. Context paths are bound. Tasks without a timeout
 * get one, because the library's default is 60 s. An inline Map gets no more lanes than there are workers, so that the
 * TimeoutSeconds of its tasks measure work and not waiting.
 */
export function prepareMachine(definition: StateMachineDefinition, workerCount: number): PreparedMachine {
  const before = prepared.get(definition);
  if (before?.workerCount === workerCount) return before;
  const found: Found = {
    workerCount,
    tasks: new Map(),
    maps: new Map(),
    stateNames: new Map(),
  };
  const machine = { ...found, definition: prepareStates(definition, found) };
  prepared.set(definition, machine);
  return machine;
}

/** The machine of each definition, as it was prepared last: a night runs one for each of its files. */
const prepared = new WeakMap<StateMachineDefinition, PreparedMachine & { workerCount: number }>();

interface Found extends Omit<PreparedMachine, 'definition'> {
  workerCount: number;
}

function prepareStates(definition: StateMachineDefinition, found: Found): StateMachineDefinition {
  const States = Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => {
      const stateKey = `s${found.stateNames.size}`;
      found.stateNames.set(stateKey, name);
      const bound = bindContextPaths(state, stateKey);

      if (isDistributedMap(bound)) {
        found.maps.set(name, bound);
        const kept = KEPT_MAP_FIELDS.filter((field) => Object.hasOwn(bound, field));
        const fields = Object.fromEntries(kept.map((field) => [field, bound[field]]));
        const task = {
          ...fields,
          Type: 'Task',
          Resource: 'local:distributed-map',
          TimeoutSeconds: DAY_SECONDS,
        };
        return [name, task];
      }
      if (bound.Type === 'Task') {
        const hasTimeout = 'TimeoutSeconds' in bound || 'TimeoutSecondsPath' in bound;
        const task = hasTimeout ? bound : { ...bound, TimeoutSeconds: DAY_SECONDS };
        found.tasks.set(name, task);
        return [name, task];
      }
      if (bound.Type === 'Map' && !('MaxConcurrencyPath' in bound)) {
        // 0 is the file's way to say that there is no limit.
        bound.MaxConcurrency = Math.min(Number(bound.MaxConcurrency) || Infinity, found.workerCount);
      }
      for (const field of ['ItemProcessor', 'Iterator']) {
        if (field in bound) bound[field] = prepareStates(bound[field] as StateMachineDefinition, found);
      }
      if ('Branches' in bound) {
        const branches = bound.Branches as StateMachineDefinition[];
        bound.Branches = branches.map((branch) => prepareStates(branch, found));
      }
      return [name, bound];
    }),
  );
  return { ...definition, States };
}

/**
 * Fails with `UsageError`, before anything runs, if a definition or a child in it needs what the local runner does not
 * have: a Resource without a task, JSONata, another kind of ItemReader, batching.
 */
export function assertRunnable(
  definition: StateMachineDefinition,
  hasTask: (resource: string) => boolean,
): void {
  for (const [name, state] of Object.entries(definition.States)) {
    if ((state.QueryLanguage ?? definition.QueryLanguage ?? 'JSONPath') !== 'JSONPath') {
      throw new UsageError({ what: 'only JSONPath runs locally', where: `state ${name}` });
    }
    if (state.Type === 'Task' && !hasTask(String(state.Resource))) {
      throw new UsageError({
        what: `there is no task for the Resource ${state.Resource}`,
        where: `state ${name}`,
        next: 'Give the runner a task under that name.',
      });
    }
    if (isDistributedMap(state)) assertRunnableMap(name, state);
    const nested = [state.ItemProcessor, state.Iterator, ...((state.Branches as unknown[]) ?? [])];
    for (const inner of nested) {
      if (inner) assertRunnable(inner as StateMachineDefinition, hasTask);
    }
  }
}
