import type { JsonValue, StateDefinition } from './definition.ts';
import { libraryMachine } from './library-machine.ts';
import { asError } from './states-error.ts';

/** The values of `$$.Execution` and `$$.StateMachine`. */
export interface ExecutionFacts {
  id: string;
  name: string;
  input: JsonValue;
  /** ISO 8601 */
  startTime: string;
  /** How often the execution was redriven: 0 unless it is said. */
  redriveCount?: number | undefined;
  stateMachineName: string;
}

/** The context object that is handed to the library, see `bindContextPaths`. */
export interface ContextObject {
  [field: string]: unknown;
}

/** Fields that hold states of their own; those states are bound when they are run. */
const NESTED_STATES = new Set(['ItemProcessor', 'Iterator', 'Branches']);

/**
 * Points the file's context paths to values that the library leaves alone.
 *
 * aws-local-stepfunctions has no `$$.State`, and it sets `$$.Execution.Input` and `.StartTime` anew for every
 * machine it runs, so that inside an inline Map they would be the item's. Hence `$$.Execution` becomes
 * `$$.Local.Execution` and `$$.State` becomes `$$.Local.States.<stateKey>`. `$$.Map` is the library's own.
 */
export function bindContextPaths(state: StateDefinition, stateKey: string): StateDefinition {
  const bind = (value: unknown, field: string): unknown => {
    if (Array.isArray(value)) return value.map((element) => bind(element, field));
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, NESTED_STATES.has(key) ? inner : bind(inner, key)]),
      );
    }
    if (typeof value !== 'string' || !holdsPath(field)) return value;
    return value.replace(/\$\$\.(Execution|State)(?!\w)/g, (_, name: string) =>
      name === 'State' ? `$$.Local.States.${stateKey}` : '$$.Local.Execution',
    );
  };
  return bind(state, '') as StateDefinition;
}

/** Fields whose text is a path or an intrinsic function; all others are literals. */
function holdsPath(field: string): boolean {
  return field.endsWith('.$') || field.endsWith('Path') || field === 'Variable';
}

/**
 * The context object of an execution whose states are bound under the keys of `stateNames`. `RedriveCount` is there in every execution,
 * 0 in one that was never redriven (docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
 */
export function createContext(facts: ExecutionFacts, stateNames: ReadonlyMap<string, string>): ContextObject {
  const { id: Id, name: Name, input: Input, startTime: StartTime, redriveCount: RedriveCount = 0 } = facts;
  return {
    Local: {
      Execution: { Id, Name, Input, StartTime, RedriveCount },
      States: Object.fromEntries(Array.from(stateNames, ([key, Name]) => [key, { Name, RetryCount: 0 }])),
    },
    StateMachine: { Id: stateMachineId(facts.stateMachineName), Name: facts.stateMachineName },
  };
}

/** Counts a try of a state that failed: the library fills the payload of the next one anew. */
export function countRetry(context: ContextObject, stateName: string): void {
  const { States: states = {} } = (context.Local ?? {}) as { States?: Record<string, StateContext> };
  for (const state of Object.values(states)) if (state.Name === stateName) state.RetryCount++;
}

interface StateContext {
  Name: string;
  RetryCount: number;
}

/** `$$.StateMachine.Id` of a local state machine; an ARN on AWS. */
export function stateMachineId(stateMachineName: string): string {
  return `local:stateMachine:${stateMachineName}`;
}

/** `$$.Execution.Id` of a local execution. */
export function executionId(stateMachineName: string, executionName: string): string {
  return `local:execution:${stateMachineName}:${executionName}`;
}

/**
 * Fills a payload template (`{ "a.$": "$.b", "c": 1 }`) with the library's own JSONPath, by running a machine
 * of one Pass state. Fails with the library's error for a bad path, e.g. `States.Runtime`.
 */
export async function fillTemplate(
  template: JsonValue,
  input: JsonValue,
  context: ContextObject,
): Promise<JsonValue> {
  const machine = libraryMachine({
    StartAt: 'Fill',
    States: { Fill: { Type: 'Pass', Parameters: { filled: template }, End: true } },
  });
  try {
    return ((await machine.run(input, { context }).result) as { filled: JsonValue }).filled;
  } catch (error) {
    throw asError((error as Error).cause ?? error);
  }
}
