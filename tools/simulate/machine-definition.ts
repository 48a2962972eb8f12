import { z } from 'zod';
import { UsageError } from '../../shared/errors.ts';

/** The state machine as far as it takes time: read from the definition that is deployed. */
export interface Machine {
  startAt: string;
  states: Map<string, MachineState>;
}

export type MachineState =
  | ({ type: 'task'; next: string | undefined } & TaskState)
  | ({ type: 'map'; next: string | undefined } & MapState)
  | { type: 'choice'; choices: ChoiceRule[]; otherwise: string | undefined }
  | { type: 'succeed' }
  | { type: 'fail' };

/** A rule of a Choice: it is for a verdict, or for files of which the states before it said something under a name. */
interface ChoiceRule {
  verdict?: string | undefined;
  present?: string | undefined;
  next: string;
}

export interface TaskState {
  name: string;
  /** The function that it calls. */
  functionName: string;
  timeoutSeconds: number;
  retriers: Retrier[];
}

export interface MapState {
  name: string;
  maxConcurrency: number;
  /** Its children are states of the execution itself, and no map run. */
  inline: boolean;
  express: boolean;
  itemsPerChild: number;
  children: Machine;
}

export interface Retrier {
  errors: string[];
  intervalSeconds: number;
  backoffRate: number;
  maxAttempts: number;
  maxDelaySeconds: number;
  fullJitter: boolean;
}

const retrierShape = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  BackoffRate: z.number().default(2),
  MaxAttempts: z.number().default(3),
  MaxDelaySeconds: z.number().default(Infinity),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});

const choiceShape = z.strictObject({
  Variable: z.string().startsWith('$.'),
  StringEquals: z.string().optional(),
  IsPresent: z.literal(true).optional(),
  Next: z.string(),
});

const machineShape = z.object({
  StartAt: z.string(),
  States: z.record(z.string(), z.looseObject({ Type: z.string() })),
  ProcessorConfig: z
    .object({ Mode: z.string().default('INLINE'), ExecutionType: z.string().default('STANDARD') })
    .optional(),
});

const stateShape = z.object({
  Next: z.string().optional(),
  Default: z.string().optional(),
  TimeoutSeconds: z.number().default(Infinity),
  Retry: z.array(retrierShape).default([]),
  Choices: z.array(choiceShape).default([]),
  MaxConcurrency: z.number().default(0),
  ItemBatcher: z.object({ MaxItemsPerBatch: z.number().default(1) }).optional(),
  ItemProcessor: z.unknown().optional(),
});

/** Reads a definition whose retry policies are filled in; its placeholders name the functions. `names` are the functions that there are. */
export function readMachine(definition: unknown, names: readonly string[]): Machine {
  const { StartAt, States } = machineShape.parse(definition);
  const states = Object.entries(States).map(
    ([name, state]) => [name, readState(name, state, names)] as const,
  );
  return { startAt: StartAt, states: new Map(states) };
}

function readState(name: string, source: { Type: string }, names: readonly string[]): MachineState {
  const state = stateShape.parse(source);
  const next = state.Next;
  switch (source.Type) {
    case 'Task': {
      const functionName = calledFunction(name, source, names);
      const retriers = state.Retry.map(readRetrier);
      return { type: 'task', next, name, functionName, timeoutSeconds: state.TimeoutSeconds, retriers };
    }
    case 'Map': {
      const { ProcessorConfig } = machineShape.parse(state.ItemProcessor);
      return {
        ...{ type: 'map', next, name },
        maxConcurrency: state.MaxConcurrency || Infinity,
        inline: ProcessorConfig?.Mode !== 'DISTRIBUTED',
        express: ProcessorConfig?.ExecutionType === 'EXPRESS',
        itemsPerChild: state.ItemBatcher?.MaxItemsPerBatch ?? 1,
        children: readMachine(state.ItemProcessor, names),
      };
    }
    case 'Choice': {
      const choices = state.Choices.map(({ Variable, StringEquals, IsPresent, Next }) => ({
        verdict: StringEquals,
        present: IsPresent && Variable.slice('$.'.length),
        next: Next,
      }));
      return { type: 'choice', choices, otherwise: state.Default };
    }
    case 'Succeed':
      return { type: 'succeed' };
    case 'Fail':
      return { type: 'fail' };
    default:
      throw new UsageError({
        what: `the simulator does not know states of type ${source.Type}`,
        where: `state ${name}`,
        next: 'Teach tools/simulate/machine-definition.ts what it costs.',
      });
  }
}

/** `${ParserArn}` → parser, wherever the state names it. */
function calledFunction(name: string, state: object, names: readonly string[]): string {
  const text = JSON.stringify(state).toLowerCase();
  const called = names.find((candidate) => text.includes(`\${${candidate}`));
  if (called !== undefined) return called;
  throw new UsageError({ what: 'the task calls no function that is known', where: `state ${name}` });
}

function readRetrier(source: z.infer<typeof retrierShape>): Retrier {
  return {
    errors: source.ErrorEquals,
    intervalSeconds: source.IntervalSeconds,
    backoffRate: source.BackoffRate,
    maxAttempts: source.MaxAttempts,
    maxDelaySeconds: source.MaxDelaySeconds,
    fullJitter: source.JitterStrategy === 'FULL',
  };
}

/** Changes to try on a definition without editing it. */
export interface WhatIf {
  /** MaxConcurrency of the map over ranges. */
  maxConcurrency?: number | undefined;
  /** How the map over ranges runs: inside the execution, or as a map run with children of a type. */
  children?: 'inline' | 'express' | 'standard' | undefined;
  rangesPerChild?: number | undefined;
  /** A parser that has not answered after so many seconds is started a second time, a second later at most. */
  secondStartSeconds?: number | undefined;
  /** Answers throttling with so many attempts at most 30 s apart. */
  throttledAttempts?: number | undefined;
}

/** The error that a caller gets when Lambda turns it away. */
export const THROTTLED = 'Lambda.TooManyRequestsException';

/** The machine with the changes in it. */
export function changedMachine({ startAt, states }: Machine, whatIf: WhatIf): Machine {
  const changed = [...states].map(([name, state]): [string, MachineState] => {
    if (state.type === 'task') return [name, changedTask(state, whatIf)];
    if (state.type !== 'map') return [name, state];
    const children = changedMachine(state.children, whatIf);
    const isOverRanges = [...children.states.values()].some(
      (inner) => inner.type === 'task' && inner.functionName === 'parser',
    );
    return [
      name,
      {
        ...{ ...state, children },
        maxConcurrency: (isOverRanges ? whatIf.maxConcurrency : undefined) ?? state.maxConcurrency,
        ...(isOverRanges && whatIf.children !== undefined
          ? { inline: whatIf.children === 'inline', express: whatIf.children === 'express' }
          : {}),
        itemsPerChild: (isOverRanges ? whatIf.rangesPerChild : undefined) ?? state.itemsPerChild,
      },
    ];
  });
  return { startAt, states: new Map(changed) };
}

function changedTask<State extends TaskState>(state: State, whatIf: WhatIf): State {
  const retriers = retriersWith(state.retriers, whatIf);
  const { secondStartSeconds } = whatIf;
  if (secondStartSeconds === undefined || state.functionName !== 'parser') return { ...state, retriers };
  const again: Retrier = {
    errors: ['States.Timeout'],
    ...{ intervalSeconds: 1, backoffRate: 1, maxAttempts: 1, maxDelaySeconds: 1, fullJitter: true },
  };
  return { ...state, timeoutSeconds: secondStartSeconds, retriers: [again, ...retriers] };
}

function retriersWith(retriers: Retrier[], { throttledAttempts }: WhatIf): Retrier[] {
  if (throttledAttempts === undefined) return retriers;
  const throttled: Retrier = {
    errors: [THROTTLED],
    ...{ intervalSeconds: 1, backoffRate: 2, maxAttempts: throttledAttempts, maxDelaySeconds: 30 },
    fullJitter: true,
  };
  return [throttled, ...retriers];
}
