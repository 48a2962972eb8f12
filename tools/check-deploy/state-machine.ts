import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import { deployedDefinition } from '../../local/state-machine/definition.ts';
import * as errors from '../../shared/errors.ts';
import { type Check, type DeployContext, type Problem, resourcesOf, targetOf } from './template.ts';

const validate: (definition: unknown) => { isValid: boolean; errorsText: () => string } = createRequire(
  import.meta.url,
)('asl-validator');

/** Errors that Step Functions and Lambda throw themselves. */
const PLATFORM_ERRORS = [
  'States.Timeout',
  'States.TaskFailed',
  'States.ALL',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
];

/**
 * Errors that no state retries, because a retry would not help: the execution fails, people are told, and it stays redrivable. Every
 * class of shared/errors.ts is either retryable or named here.
 */
export const ENDS_THE_EXECUTION: Record<string, string> = {
  UsageError: 'the input is wrong',
  LayoutInvalid: 'the layout must be corrected',
  SourceNotFound: 'the file is not there',
  SourceChanged: 'the new version has an event of its own',
  BusinessDateUnknown: 'somebody must say the date',
  ObjectNotFound: 'what a run wrote was removed',
  PreconditionFailed: 'another run won; use cases read again, so one that ends an execution is a defect',
  OutputUnwritable: 'a permission or a bucket is missing',
  RunInconsistent: 'another run has the file',
  ObjectDamaged: 'somebody must run what its message says',
  ObjectClosed: 'the role may not read it until somebody gives it the right',
  ParquetMalformed: 'a defect of this software',
  KernelMemoryExceeded: 'it would be exceeded again',
  Interrupted: 'a person stopped it; on one machine only',
};

interface State {
  Type: string;
  Resource?: string;
  TimeoutSeconds?: number;
  MaxConcurrency?: number;
  Label?: string;
  ToleratedFailurePercentage?: number;
  Retry?: { ErrorEquals: string[] }[];
  Catch?: unknown;
  ItemReader?: {
    Resource?: string;
    ReaderConfig?: { InputType?: string };
    Parameters?: Record<string, unknown>;
  };
  ItemProcessor?: { ProcessorConfig?: Record<string, string>; States: Record<string, State> };
}

/** The state machine is valid, also in what Step Functions does not check: limits, names of errors, concurrency, time. */
export const stateMachine: Check = {
  name: 'state machine',
  async run(context) {
    const found = resourcesOf(context.template, 'AWS::StepFunctions::StateMachine');
    const [first] = found;
    if (!first || found.length > 1) {
      return {
        looked: 0,
        problems: [{ where: 'Resources', what: `${found.length} state machines instead of one` }],
      };
    }
    const [id, { Properties = {} }] = first;
    const problems: Problem[] = [];
    const definition = Properties.Definition ?? JSON.parse(Properties.DefinitionString ?? '{}');
    const substitutions: Record<string, unknown> = Properties.DefinitionSubstitutions ?? {};
    const { isValid, errorsText } = validate(structuredClone(definition));
    if (!isValid) problems.push({ where: `${id}.Definition`, what: errorsText() });
    problems.push(...substitutionProblems(id, JSON.stringify(definition), Object.keys(substitutions)));
    // Packaging leaves out what is null, and CloudFormation refuses it.
    if (!isDeepStrictEqual(definition, await deployedDefinition()))
      problems.push({
        where: `${id}.Definition`,
        what: 'is not what the file says: does the file hold a null?',
      });
    const states = [...allStates(definition.States ?? {})];
    for (const { name, state, isExpress } of states) {
      const called = calledFunction(state, substitutions, context);
      if (state.Type === 'Task') problems.push(...taskProblems(name, state, called, isExpress));
      if (state.Type === 'Map') problems.push(...mapProblems(name, state, substitutions, context));
    }
    if (Properties.StateMachineType !== 'STANDARD')
      problems.push({ where: id, what: 'must be STANDARD: an Express one has five minutes' });
    return { looked: states.length, problems: [...problems, ...errorProblems(states)] };
  },
};

interface FoundState {
  name: string;
  state: State;
  /** Of an EXPRESS child. */
  isExpress: boolean;
}

/** States of a machine and of all maps in it. */
function* allStates(states: Record<string, State>, isExpress = false): Generator<FoundState> {
  for (const [name, state] of Object.entries(states)) {
    yield { name, state, isExpress };
    const processor = state.ItemProcessor;
    if (processor) yield* allStates(processor.States, isDistributed(state) && isOfType(state, 'EXPRESS'));
  }
}

function substitutionProblems(id: string, text: string, given: string[]): Problem[] {
  const used = new Set(Array.from(text.matchAll(/\$\{([^}]*)\}/g), ([, name = '']) => name));
  return [
    ...[...used]
      .filter((name) => !given.includes(name))
      .map((name) => ({ where: `${id}.DefinitionSubstitutions`, what: `\${${name}} is not given` })),
    ...given
      .filter((name) => !used.has(name))
      .map((name) => ({ where: `${id}.DefinitionSubstitutions`, what: `${name} is used by no state` })),
  ];
}

/** `${ParserArn}` → the function of the template that it is a version of. */
function calledFunction(state: State, substitutions: Record<string, unknown>, { template }: DeployContext) {
  const name = /^\$\{(\w+)\}$/.exec(state.Resource ?? '')?.[1];
  const called = template.Resources[(name && targetOf(substitutions[name])) || ''];
  if (called?.Type !== 'AWS::Lambda::Version') return { called, isPinned: false };
  return { called: template.Resources[targetOf(called.Properties?.FunctionName) ?? ''], isPinned: true };
}

function taskProblems(
  name: string,
  state: State,
  { called, isPinned }: ReturnType<typeof calledFunction>,
  isExpress: boolean,
): Problem[] {
  const where = `state ${name}`;
  if (called?.Type !== 'AWS::Lambda::Function') {
    return [{ where, what: `calls ${state.Resource}, which is not a function of the template` }];
  }
  if (!isPinned) {
    const what =
      'calls its function and no version of it: a deployment would change the code of executions that run';
    return [{ where, what }];
  }
  const functionSeconds = Number(called.Properties?.Timeout);
  const { TimeoutSeconds: seconds } = state;
  if (seconds === undefined)
    return [{ where, what: 'has no timeout: if it hangs, it holds the file for a year' }];
  if (isExpress) {
    // A call that hangs goes on beside the second try: both write the same bytes to the same keys.
    return 2 * seconds < EXPRESS_SECONDS
      ? []
      : [
          {
            where,
            what: `takes ${seconds} s: two tries do not fit in the ${EXPRESS_SECONDS} s of its child`,
          },
        ];
  }
  return functionSeconds > seconds
    ? [
        {
          where,
          what: `gives up after ${seconds} s while its function may run ${functionSeconds} s: a retry would run beside it`,
        },
      ]
    : [];
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const EXPRESS_SECONDS = 300;
/** Iterations of an inline map at once: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const INLINE_LANES = 40;

function isDistributed({ ItemProcessor }: State): boolean {
  return ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
}

function isOfType({ ItemProcessor }: State, type: string): boolean {
  return ItemProcessor?.ProcessorConfig?.ExecutionType === type;
}

function mapProblems(
  name: string,
  state: State,
  substitutions: Record<string, unknown>,
  context: DeployContext,
): Problem[] {
  const where = `state ${name}`;
  const lanes = state.MaxConcurrency ?? 0;
  const found = [
    lanes > 0 ? '' : 'has no MaxConcurrency: that means 10,000 children, or 40 in a map without children',
    state.Catch === undefined ? '' : 'has a Catch, which ends redrive',
    ...(isDistributed(state) ? distributedProblems(state) : inlineProblems(state)),
    ...Object.values(state.ItemProcessor?.States ?? {}).map((inner) => {
      const reserved = calledFunction(inner, substitutions, context).called?.Properties
        ?.ReservedConcurrentExecutions;
      const wanted = lanes * context.filesAtOnce;
      return reserved === undefined || wanted <= Number(reserved)
        ? ''
        : `${lanes} children × ${context.filesAtOnce} files are ${wanted}, and its function may run ${reserved} times at once`;
    }),
  ];
  return found.filter((what) => what !== '').map((what) => ({ where, what }));
}

function inlineProblems({ MaxConcurrency = 0, Retry }: State): string[] {
  return [
    MaxConcurrency <= INLINE_LANES ? '' : `is inline: of those run ${INLINE_LANES} at once, whatever it says`,
    Retry === undefined ? '' : 'has a Retry: it would do all of it again, and its states retry',
  ];
}

function distributedProblems(state: State): string[] {
  const { Resource, ReaderConfig, Parameters = {} } = state.ItemReader ?? {};
  const retried = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals).sort();
  const must = (isRight: boolean, what: string) => (isRight ? '' : what);
  return [
    must(
      isOfType(state, 'EXPRESS'),
      'its children must be EXPRESS: three transitions of each STANDARD one make 10 TB wait for 1,000 s (docs/scale.md)',
    ),
    must(state.ToleratedFailurePercentage === 0, 'tolerates failures: rows would be missing'),
    must(
      /^[A-Za-z0-9_-]{1,40}$/.test(state.Label ?? ''),
      'its Label must be there, of at most 40 letters, digits, _ and -',
    ),
    must(
      isDeepStrictEqual(retried, ['States.ItemReaderFailed', 'States.ResultWriterFailed']),
      'must retry its reading and its writing, and nothing else: another Retry starts a new map run, and children retry',
    ),
    must(Resource === 'arn:aws:states:::s3:getObject', 'its ItemReader must read one S3 object'),
    must(ReaderConfig?.InputType === 'JSON', 'its ItemReader must say that the object is JSON'),
    must(
      'Bucket' in Parameters && ('Key' in Parameters || 'Key.$' in Parameters),
      'its ItemReader must name bucket and key',
    ),
  ];
}

/** Something throws every error that is retried, and every error that is thrown is retried or ends the execution on purpose. */
function errorProblems(states: FoundState[]): Problem[] {
  const classes = Object.values(errors).flatMap((exported) => {
    if (typeof exported !== 'function' || exported === errors.PipelineError) return [];
    const made = new (exported as new (facts: { what: string }) => errors.PipelineError)({
      what: 'it happened',
    });
    return made instanceof errors.PipelineError ? [made] : [];
  });
  const names = classes.map(({ name }) => name);
  const problems: Problem[] = [];
  const tasks = states.filter(({ state }) => state.Type === 'Task');
  const retriedBy = ({ Retry = [] }: State) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
  for (const { name, state } of tasks) {
    for (const error of retriedBy(state)) {
      if (!names.includes(error) && !PLATFORM_ERRORS.includes(error))
        problems.push({ where: `state ${name}`, what: `retries ${error}, which nothing throws` });
    }
    for (const error of [
      'StoreUnavailable',
      'StoreThrottled',
      'Lambda.TooManyRequestsException',
      'Sandbox.Timedout',
      'Runtime.ExitError',
    ]) {
      if (!retriedBy(state).includes(error))
        problems.push({ where: `state ${name}`, what: `does not retry ${error}` });
    }
  }
  for (const { name, retryable } of classes) {
    const retried = tasks.some(({ state }) => retriedBy(state).includes(name));
    if (retryable && !retried)
      problems.push({ where: `error ${name}`, what: 'says that a retry helps, but no state retries it' });
    if (!retryable && retried)
      problems.push({ where: `error ${name}`, what: 'says that no retry helps, but a state retries it' });
    if (!retryable && !ENDS_THE_EXECUTION[name])
      problems.push({
        where: `error ${name}`,
        what: 'is retried by no state, and is not among those that end an execution on purpose',
      });
  }
  return problems;
}
