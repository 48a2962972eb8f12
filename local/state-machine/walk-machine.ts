import type { JsonValue, StateDefinition, StateMachineDefinition } from './definition.ts';
import { executionId } from './execution-context.ts';
import { payloadText } from './payload-limit.ts';
import type { TaskFunction } from './task-function.ts';

interface Walk {
  definition: StateMachineDefinition;
  executionName: string;
  /** Anything that can be JSON. */
  input: unknown;
  tasks: Readonly<Record<string, TaskFunction>>;
  stateMachineName?: string | undefined;
}

/** The fields that a walk follows, by type of state. One with another field is not walked. */
const WALKED: Record<string, ReadonlySet<string>> = {
  Task: new Set(['Resource', 'Parameters', 'ResultPath', 'Next', 'End', 'TimeoutSeconds', 'Retry']),
  Choice: new Set(['Choices', 'Default']),
  Succeed: new Set(),
};

/**
 * Runs a state machine file along tasks and choices, one after the other, for small files: the runner of whole executions takes a
 * millisecond for each, for what they do not need. The way is that of the file. Nothing is retried, and no time runs out. Answers with the
 * id of the execution; undefined if the way leads to a state that fails or is not walked, or if a task or a path fails: `runExecution` then
 * has to do it.
 */
export async function walkMachine(walk: Walk): Promise<string | undefined> {
  const { definition, executionName, stateMachineName = 'file-pipeline' } = walk;
  const id = executionId(stateMachineName, executionName);
  try {
    let payload = copied(walk.input, 'The input of the execution');
    for (let name = definition.StartAt; ; ) {
      const state = definition.States[name];
      if (!state || !isWalked(state)) return undefined;
      if (state.Type === 'Succeed') return id;
      if (state.Type === 'Task') payload = await taskOutput(walk, name, state, payload, id);
      if (state.End === true) return id;
      name = state.Type === 'Choice' ? chosen(state, payload) : String(state.Next);
    }
  } catch {
    return undefined;
  }
}

function isWalked(state: StateDefinition): boolean {
  const fields = WALKED[state.Type];
  return fields !== undefined && Object.keys(state).every((key) => WRITTEN.has(key) || fields.has(key));
}

const WRITTEN = new Set(['Type', 'Comment']);

async function taskOutput(
  { tasks }: Walk,
  name: string,
  { Resource, Parameters, ResultPath = '$' }: StateDefinition,
  payload: JsonValue,
  id: string,
): Promise<JsonValue> {
  const context = { Execution: { Id: id, RedriveCount: 0 }, State: { Name: name, RetryCount: 0 } };
  const input = Parameters === undefined ? payload : filled(Parameters as JsonValue, payload, context);
  const task = tasks[String(Resource)];
  if (!task) throw new Error(`no task for ${Resource}`);
  const answer = await task(copied(input, `The input of ${name}`), { signal: new AbortController().signal });
  const output = copied(answer, `The output of ${name}`);
  if (ResultPath === '$') return output;
  const field = /^\$\.(\w+)$/.exec(String(ResultPath))?.[1];
  if (field === undefined) throw new Error(`${name} puts its result where no walk does`);
  return { ...(payload as object), [field]: output };
}

/** As JSON that was sent. Fails if it is larger than states may pass. */
function copied(value: unknown, what: string): JsonValue {
  return JSON.parse(payloadText(value, what)) as JsonValue;
}

/** A payload template, whose fields that end in `.$` are paths. */
function filled(template: JsonValue, payload: JsonValue, context: JsonValue): JsonValue {
  if (typeof template !== 'object' || template === null || Array.isArray(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$')
        ? [key.slice(0, -2), required(String(value), payload, context)]
        : [key, filled(value, payload, context)],
    ),
  );
}

function required(path: string, payload: JsonValue, context: JsonValue): JsonValue {
  const value = path.startsWith('$$') ? valueAt(path.slice(1), context) : valueAt(path, payload);
  if (value === undefined) throw new Error(`there is nothing at ${path}`);
  return value;
}

/** `$` or `$.a.b`; undefined if there is nothing. */
function valueAt(path: string, payload: JsonValue): JsonValue | undefined {
  const [root, ...fields] = path.split('.');
  if (root !== '$' || fields.some((field) => !/^\w+$/.test(field))) throw new Error(`no walk knows ${path}`);
  let value: JsonValue | undefined = payload;
  for (const field of fields) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.hasOwn(value, field) ? value[field] : undefined;
  }
  return value;
}

function chosen({ Choices, Default }: StateDefinition, payload: JsonValue): string {
  for (const { Variable, Next, ...test } of Choices as Record<string, unknown>[]) {
    const value = valueAt(String(Variable), payload);
    const [[operator, wanted] = [], ...others] = Object.entries(test);
    if (others.length > 0) throw new Error('no walk knows choices of several tests');
    if (operator === 'IsPresent' ? (value !== undefined) === wanted : isEqual(operator, value, wanted))
      return String(Next);
  }
  return String(Default);
}

function isEqual(operator: string | undefined, value: JsonValue | undefined, wanted: unknown): boolean {
  if (operator !== 'StringEquals') throw new Error(`no walk knows ${operator}`);
  // A test of what is not there fails an execution.
  if (value === undefined) throw new Error('there is nothing to choose by');
  return value === wanted;
}
