import type { Break } from './permission-breaks.ts';

// biome-ignore lint/suspicious/noExplicitAny: templates are plain data of any shape
type Broken = any;

/** Breaks of the state machine, and what the check says of each. */
export const STATE_MACHINE: readonly Break[] = [
  ['a substitution that is not given', (r) => delete substitutions(r).MergerArn, /MergerArn\} is not given/],
  [
    'a substitution that nobody uses',
    (r) => (substitutions(r).StarterArn = 'x'),
    /StarterArn is used by no state/,
  ],
  [
    'a function that is not pinned to a version',
    (r) => (substitutions(r).ParserArn = { 'Fn::GetAtt': ['ParserLambdaFunction', 'Arn'] }),
    /ParseRange: calls its function and no version of it/,
  ],
  [
    'an ItemReader of another format',
    (r) => (states(r).ParseRanges.ItemReader.ReaderConfig.InputType = 'CSV'),
    /object is JSON/,
  ],
  ['a map without a bound', (r) => delete states(r).ParseRanges.MaxConcurrency, /that means 10,000/],
  [
    'more children than parsers may run',
    (r) => {
      reserve(r, 120);
      states(r).ParseRanges.MaxConcurrency = 100;
    },
    /children × 2 files are 200/,
  ],
  [
    'more files than parsers may run',
    (r, context) => {
      reserve(r, 120);
      context.filesAtOnce = 12;
    },
    /children × 12 files/,
  ],
  [
    'a label that is too long',
    (r) => (states(r).ParseRanges.Label = 'x'.repeat(41)),
    /Label must be there, of at most 40/,
  ],
  [
    'a Catch on a map',
    (r) => (states(r).ParseRanges.Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Finalize' }]),
    /has a Catch, which ends redrive/,
  ],
  [
    'a Retry on a map',
    (r) => (states(r).ParseRanges.Retry = [{ ErrorEquals: ['States.ALL'] }]),
    /must retry its reading/,
  ],
  [
    'STANDARD children',
    (r) => (states(r).ParseRanges.ItemProcessor.ProcessorConfig.ExecutionType = 'STANDARD'),
    /children must be EXPRESS/,
  ],
  [
    'an EXPRESS child without time for a second try',
    (r) => (states(r).ParseRanges.ItemProcessor.States.ParseRange.TimeoutSeconds = 160),
    /two tries do not fit in the 300 s/,
  ],
  [
    'an inline map with more lanes than there are',
    (r) => (states(r).MergePartitions.MaxConcurrency = 50),
    /of those run 40 at once/,
  ],
  [
    'a Retry on an inline map',
    (r) => (states(r).MergePartitions.Retry = [{ ErrorEquals: ['States.ALL'] }]),
    /would do all of it again/,
  ],
  ['failures tolerated', (r) => (states(r).ParseRanges.ToleratedFailurePercentage = 5), /tolerates failures/],
  [
    'an error that nobody throws',
    (r) => states(r).Split.Retry[1].ErrorEquals.push('StoreNotAvailable'),
    /retries StoreNotAvailable, which nothing throws/,
  ],
  [
    'a retryable error that no state retries',
    (r) => (states(r).Split.Retry = states(r).Split.Retry.slice(1)),
    /ControlFileAwaited: says that a retry helps/,
  ],
  [
    'a state that does not retry',
    (r) => delete states(r).Finalize.Retry,
    /Finalize: does not retry StoreUnavailable/,
  ],
  [
    'a state that goes nowhere',
    (r) => (states(r).Reconcile.Next = 'Nowhere'),
    /state machine: FilePipeline\.Definition/,
  ],
  [
    'a function that outlives its state',
    (r) => (r.SplitterLambdaFunction.Properties.Timeout = 600),
    /gives up after 300 s while/,
  ],
  [
    'a line of the definition lost',
    (r) => delete states(r).ParseRanges.ResultPath,
    /is not what the file says/,
  ],
  ['an Express machine', (r) => (r.FilePipeline.Properties.StateMachineType = 'EXPRESS'), /must be STANDARD/],
];

function reserve(resources: Broken, count: number): void {
  resources.ParserLambdaFunction.Properties.ReservedConcurrentExecutions = count;
}

function states(resources: Broken): Broken {
  return resources.FilePipeline.Properties.Definition.States;
}

function substitutions(resources: Broken): Broken {
  return resources.FilePipeline.Properties.DefinitionSubstitutions;
}
