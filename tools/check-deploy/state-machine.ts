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
    for (const [name, state] of states) {
      if (state.Type === 'Task') problems.push(...taskProblems(name, state, substitutions, context));
      if (state.Type === 'Map') problems.push(...mapProblems(name, state, substitutions, context));
    }
    if (Properties.StateMachineType !== 'STANDARD')
      problems.push({ where: id, what: 'must be STANDARD: an Express one has five minutes' });
    return { looked: states.length, problems: [...problems, ...errorProblems(states)] };
  },
};

/** States of a machine and of all maps in it, by name. */
function* allStates(states: Record<string, State>): Generator<[string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state];
    if (state.ItemProcessor) yield* allStates(state.ItemProcessor.States);
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
  substitutions: Record<string, unknown>,
  context: DeployContext,
): Problem[] {
  const { called, isPinned } = calledFunction(state, substitutions, context);
  if (called?.Type !== 'AWS::Lambda::Function') {
    return [
      { where: `state ${name}`, what: `calls ${state.Resource}, which is not a function of the template` },
    ];
  }
  if (!isPinned) {
    const what =
      'calls its function and no version of it: a deployment would change the code of executions that run';
    return [{ where: `state ${name}`, what }];
  }
  const functionSeconds = Number(called.Properties?.Timeout);
  if (state.TimeoutSeconds === undefined)
    return [{ where: `state ${name}`, what: 'has no timeout: if it hangs, it holds the file for a year' }];
  if (functionSeconds > state.TimeoutSeconds) {
    const what = `gives up after ${state.TimeoutSeconds} s while its function may run ${functionSeconds} s: a retry would run beside it`;
    return [{ where: `state ${name}`, what }];
  }
  return [];
}

function mapProblems(
  name: string,
  state: State,
  substitutions: Record<string, unknown>,
  context: DeployContext,
): Problem[] {
  const where = `state ${name}`;
  const problems: Problem[] = [];
  const must = (isRight: boolean, what: string) => {
    if (!isRight) problems.push({ where, what });
  };
  const config = state.ItemProcessor?.ProcessorConfig;
  must(config?.Mode === 'DISTRIBUTED', 'is not distributed');
  must(
    config?.ExecutionType === 'STANDARD',
    'its children must be STANDARD: an Express one has five minutes, retries included',
  );
  must((state.MaxConcurrency ?? 0) > 0, 'has no MaxConcurrency: that means 10,000');
  must(state.ToleratedFailurePercentage === 0, 'tolerates failures: rows would be missing');
  must(
    /^[A-Za-z0-9_-]{1,40}$/.test(state.Label ?? ''),
    'its Label must be there, of at most 40 letters, digits, _ and -',
  );
  const retried = (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals).sort();
  must(
    isDeepStrictEqual(retried, ['States.ItemReaderFailed', 'States.ResultWriterFailed']),
    'must retry its reading and its writing, and nothing else: another Retry starts a new map run, and children retry',
  );
  must(state.Catch === undefined, 'has a Catch, which ends redrive');
  const { Resource, ReaderConfig, Parameters = {} } = state.ItemReader ?? {};
  must(Resource === 'arn:aws:states:::s3:getObject', 'its ItemReader must read one S3 object');
  must(ReaderConfig?.InputType === 'JSON', 'its ItemReader must say that the object is JSON');
  must(
    'Bucket' in Parameters && ('Key' in Parameters || 'Key.$' in Parameters),
    'its ItemReader must name bucket and key',
  );
  for (const child of Object.values(state.ItemProcessor?.States ?? {})) {
    const { called } = calledFunction(child, substitutions, context);
    const reserved = called?.Properties?.ReservedConcurrentExecutions;
    const wanted = (state.MaxConcurrency ?? 0) * context.filesAtOnce;
    must(
      reserved === undefined || wanted <= Number(reserved),
      `${state.MaxConcurrency} children × ${context.filesAtOnce} files are ${wanted}, and its function may run ${reserved} times at once`,
    );
  }
  return problems;
}

/** Something throws every error that is retried, and every error that is thrown is retried or ends the execution on purpose. */
function errorProblems(states: [string, State][]): Problem[] {
  const classes = Object.values(errors).flatMap((exported) => {
    if (typeof exported !== 'function' || exported === errors.PipelineError) return [];
    const made = new (exported as new (facts: { what: string }) => errors.PipelineError)({
      what: 'it happened',
    });
    return made instanceof errors.PipelineError ? [made] : [];
  });
  const names = classes.map(({ name }) => name);
  const problems: Problem[] = [];
  const tasks = states.filter(([, { Type }]) => Type === 'Task');
  const retriedBy = ({ Retry = [] }: State) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
  for (const [name, state] of tasks) {
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
    const retried = tasks.some(([, state]) => retriedBy(state).includes(name));
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
