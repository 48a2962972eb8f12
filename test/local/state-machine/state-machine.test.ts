import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type JsonValue,
  loadDefinition,
  parseDefinition,
  type StateMachineDefinition,
} from '../../../local/state-machine/definition.ts';
import type { ExecutionEvent } from '../../../local/state-machine/execution-event.ts';
import { PAYLOAD_LIMIT_BYTES } from '../../../local/state-machine/payload-limit.ts';
import { type ExecutionOptions, runExecution } from '../../../local/state-machine/run-execution.ts';
import type { TaskFunction } from '../../../local/state-machine/task-invocation.ts';
import { LayoutInvalid, StoreUnavailable } from '../../../shared/errors.ts';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';

// A CommonJS package without types.
const aslValidator: (
  definition: object,
  options: { checkArn: boolean; checkPaths: boolean },
) => { isValid: boolean; errorsText: () => string } = createRequire(import.meta.url)('asl-validator');

const FUNCTIONS = ['Splitter', 'Parser', 'Reconciler', 'Merger', 'Finalizer'];

function substitutions(arn: (name: string) => string): Record<string, string> {
  const arns = FUNCTIONS.map((name) => [`${name}Arn`, arn(name.toLowerCase())]);
  return { ...Object.fromEntries(arns), ProcessedBucket: 'lake' };
}

const pipeline = () => loadDefinition(substitutions((name) => `local:${name}`));

/** The two methods a run needs, over a map of key → text. */
function memoryStore(objects: Record<string, unknown> = {}) {
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

const PLAN = {
  verdict: 'convert',
  dataset: 'contracts',
  planKey: 'runs/r1/plan.json',
  rangesKey: 'runs/r1/ranges.json',
  mergesKey: 'runs/r1/merges.json',
  parseResultsPrefix: 'runs/r1/map/parse',
  mergeResultsPrefix: 'runs/r1/map/merge',
};

/** What a Distributed Map answers: where its results stand. */
const mapResult = (state: string, prefix: string) => ({
  MapRunArn: `local:mapRun:file-pipeline/${state}:${state}`,
  ResultWriterDetails: { Bucket: 'lake', Key: `${prefix}/${state}/manifest.json` },
});
const RANGES = [
  { startByte: 0, endByte: 141 },
  { startByte: 141, endByte: 282 },
  { startByte: 282, endByte: 400 },
];

/** Runs the deployed file with tasks that answer as the real ones would, and writes down who was called. */
async function start(
  options: Partial<Omit<ExecutionOptions, 'tasks'>> & { tasks?: Tasks; ranges?: unknown } = {},
) {
  const { tasks, ranges = RANGES, ...others } = options;
  const calls: string[] = [];
  const events: ExecutionEvent[] = [];
  const memory = memoryStore({ 'runs/r1/ranges.json': ranges, 'runs/r1/merges.json': ['a', 'b'] });
  const answers: Tasks = {
    splitter: async () => PLAN,
    parser: async () => ({ rows: 1 }),
    reconciler: async () => ({ ...PLAN, verdict: 'balanced' }),
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
    definition: await pipeline(),
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
function mapMachine(
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

function runMap(options: {
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

const untilStopped = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const shown = (event: ExecutionEvent) =>
  [event.type, event.state, event.child?.index ?? ('index' in event ? event.index : undefined)]
    .filter((word) => word !== undefined)
    .join(' ');

describe('the state machine file', () => {
  it('is valid Amazon States Language once its placeholders are Lambdas', async () => {
    const definition = await loadDefinition(
      substitutions((name) => `arn:aws:lambda:sa-east-1:123456789012:function:lake-dev-${name}`),
    );
    const { isValid, errorsText } = aslValidator(definition, {
      checkArn: true,
      checkPaths: true,
    });
    expect(errorsText()).toBe('');
    expect(isValid).toBe(true);
  });

  it('names a placeholder that stays open, and one that it does not have', async () => {
    const { ParserArn: _, ...missing } = substitutions((name) => name);
    await expect(loadDefinition(missing)).rejects.toThrow('${ParserArn}');
    await expect(loadDefinition({ ...substitutions((name) => name), ParsrArn: 'x' })).rejects.toThrow(
      'has no placeholder ${ParsrArn}',
    );
  });

  it('takes values that JSON must escape', () => {
    const text = '{ "StartAt": "A", "States": { "A": { "Type": "Succeed", "Comment": "${Name}" } } }';
    const definition = parseDefinition(text, { Name: 'C:\\lake "x" $& {}' }, 'test.json');
    expect(definition.States.A!.Comment).toBe('C:\\lake "x" $& {}');
  });
});

describe('the paths through the pipeline', () => {
  it('converts, balances, merges and loads', async () => {
    const inputs: Record<string, unknown[]> = {};
    const note = (name: string, answer: unknown) => async (input: unknown) => {
      inputs[name] ??= [];
      inputs[name].push(input);
      return answer;
    };
    const { result, calls, memory } = await start({
      maxConcurrency: 1,
      tasks: {
        splitter: note('splitter', PLAN),
        parser: note('parser', { rows: 1 }),
        reconciler: note('reconciler', { ...PLAN, verdict: 'balanced' }),
        merger: note('merger', null),
        finalizer: note('finalizer', { published: true }),
      },
    });
    expect(await result).toEqual({
      status: 'SUCCEEDED',
      output: { published: true },
      executionId: 'local:execution:file-pipeline:exec-1',
    });
    expect(calls.join(' ')).toBe('splitter parser parser parser reconciler merger merger finalizer');
    expect(inputs.splitter).toEqual([
      { execution: 'local:execution:file-pipeline:exec-1', request: { key: 'raw/contratos.txt' } },
    ]);
    expect(inputs.parser).toEqual(
      RANGES.map((range) => ({ dataset: PLAN.dataset, planKey: PLAN.planKey, range })),
    );
    expect(inputs.merger).toEqual(
      ['a', 'b'].map((merge) => ({ dataset: PLAN.dataset, planKey: PLAN.planKey, merge })),
    );
    // What the maps gave stands beside the plan.
    expect(inputs.reconciler).toEqual([
      { ...PLAN, parsed: mapResult('ParseRanges', PLAN.parseResultsPrefix) },
    ]);
    expect(inputs.finalizer).toEqual([
      { ...PLAN, verdict: 'balanced', merged: mapResult('MergePartitions', PLAN.mergeResultsPrefix) },
    ]);
    expect(memory.keys()).toContain('runs/r1/map/parse/ParseRanges/manifest.json');
    expect(memory.keys()).toContain('runs/r1/map/merge/MergePartitions/SUCCEEDED_0.json');
  });

  const refusal = {
    verdict: 'refused',
    refusal: { code: 'empty', message: 'contratos.txt has no records.' },
  };

  it.each([
    ['Split', { splitter: async () => refusal }, 'splitter finalizer'],
    ['Reconcile', { reconciler: async () => refusal }, 'splitter parser parser parser reconciler finalizer'],
  ])('refused at %s: is recorded, then fails as FileRefused with the message', async (_, tasks, called) => {
    const { result, calls } = await start({ tasks });
    expect(await result).toMatchObject({
      status: 'FAILED',
      error: { name: 'FileRefused', message: 'contratos.txt has no records.' },
      failedState: 'FileRefused',
    });
    expect(calls.join(' ')).toBe(called);
  });

  it.each([
    ['Split', { splitter: async () => ({ verdict: 'already-loaded' }) }, 'splitter finalizer'],
    [
      'Reconcile',
      { reconciler: async () => ({ verdict: 'already-loaded' }) },
      'splitter parser parser parser reconciler finalizer',
    ],
  ])('already loaded at %s: confirms the publication and does no more', async (_, tasks, called) => {
    const { result, calls } = await start({ tasks });
    expect(await result).toMatchObject({ status: 'SUCCEEDED', output: { published: true } });
    expect(calls.join(' ')).toBe(called);
  });

  it('goes on where a map has no items', async () => {
    const { result, calls, memory } = await start({ ranges: [] });
    expect(await result).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls.join(' ')).toBe('splitter reconciler merger merger finalizer');
    expect(memory.json('runs/r1/map/parse/ParseRanges/manifest.json').ResultFiles).toEqual({
      FAILED: [],
      PENDING: [],
      SUCCEEDED: [],
    });
  });

  it('tells what happens, in order, and no task starts before its state was told', async () => {
    const order: string[] = [];
    const { result } = await start({
      maxConcurrency: 1,
      ranges: RANGES.slice(0, 1),
      onEvent: (event) => order.push(shown(event)),
      tasks: {
        parser: async () => order.push('PARSER RUNS'),
        reconciler: async () => {
          order.push('RECONCILER RUNS');
          return { verdict: 'already-loaded' };
        },
      },
    });
    await result;
    expect(order).toEqual([
      'state-entered Split',
      'state-exited Split',
      'state-entered SplitVerdict',
      'state-exited SplitVerdict',
      'state-entered ParseRanges',
      'child-started ParseRanges 0',
      'state-entered ParseRange 0',
      'PARSER RUNS',
      'state-exited ParseRange 0',
      'child-succeeded ParseRanges 0',
      'state-exited ParseRanges',
      'state-entered Reconcile',
      'RECONCILER RUNS',
      'state-exited Reconcile',
      'state-entered ReconcileVerdict',
      'state-exited ReconcileVerdict',
      'state-entered ConfirmPublished',
      'state-exited ConfirmPublished',
      'state-entered AlreadyLoaded',
      'state-exited AlreadyLoaded',
    ]);
  });
});

describe('retries', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const lost = () => new StoreUnavailable({ what: 'cannot read', where: 'raw/contratos.txt' });

  async function failing(
    times: number,
    error: () => Error,
    change?: (retrier: Record<string, unknown>) => void,
  ) {
    const definition = await pipeline();
    const { ParseRange } = (definition.States.ParseRanges!.ItemProcessor as StateMachineDefinition).States;
    change?.((ParseRange!.Retry as Record<string, unknown>[])[0]!);
    let calls = 0;
    const { result, events } = await start({
      definition,
      ranges: RANGES.slice(0, 1),
      tasks: {
        parser: async () => {
          calls += 1;
          if (calls <= times) throw error();
        },
      },
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    const retries = events.filter((event) => event.type === 'retry');
    return { result: await result, calls, retries };
  }

  it('repeats a parser whose store was unavailable, with the waits of the file', async () => {
    const { result, calls, retries } = await failing(2, lost);
    expect(result.status).toBe('SUCCEEDED');
    expect(calls).toBe(3);
    const about = {
      type: 'retry',
      state: 'ParseRange',
      child: { map: 'ParseRanges', index: 0 },
      errorName: 'StoreUnavailable',
    };
    // 2 s, then 2 × 2 s, halved by the jitter.
    expect(retries).toEqual([
      { ...about, attempt: 1, waitMs: 1000 },
      { ...about, attempt: 2, waitMs: 2000 },
    ]);
  });

  it('gives up after MaxAttempts', async () => {
    const { result, calls, retries } = await failing(Infinity, lost);
    expect(retries.map((retry) => retry.waitMs)).toEqual([1000, 2000, 4000, 8000, 16_000]);
    expect(calls).toBe(6);
    expect(result).toMatchObject({
      status: 'FAILED',
      failedState: 'ParseRanges',
      error: { name: 'States.ExceedToleratedFailureThreshold', cause: { name: 'StoreUnavailable' } },
    });
  });

  it('follows IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds and JitterStrategy of the file', async () => {
    const { retries, calls } = await failing(Infinity, lost, (retrier) => {
      Object.assign(retrier, { IntervalSeconds: 10, BackoffRate: 3, MaxAttempts: 3 });
    });
    expect(retries.map((retry) => retry.waitMs)).toEqual([5000, 15_000, 30_000]);
    expect(calls).toBe(4);
    const calm = await failing(Infinity, lost, (retrier) => {
      Object.assign(retrier, { MaxDelaySeconds: 5, JitterStrategy: 'NONE', MaxAttempts: 4 });
    });
    expect(calm.retries.map((retry) => retry.waitMs)).toEqual([2000, 4000, 5000, 5000]);
  });

  it('does not repeat an error that the file does not list; its map fails, and it stays reachable', async () => {
    const thrown = new LayoutInvalid({ what: 'has no field "x"', where: 'layouts/contracts.json' });
    const { result, calls, retries } = await failing(Infinity, () => thrown);
    expect(retries).toEqual([]);
    expect(calls).toBe(1);
    expect(result).toMatchObject({
      status: 'FAILED',
      failedState: 'ParseRanges',
      error: { name: 'States.ExceedToleratedFailureThreshold' },
    });
    if (result.status === 'SUCCEEDED') return;
    expect(result.error.message).toContain(
      'child 0 of 1 failed with LayoutInvalid: layouts/contracts.json: has no field "x".',
    );
    expect(result.error.cause).toBe(thrown);
  });

  it('TimeoutSeconds stops the task and fails the state as States.Timeout, which ParseRange repeats', async () => {
    const signals: AbortSignal[] = [];
    const { result, events } = await start({
      ranges: RANGES.slice(0, 1),
      tasks: {
        parser: async (_, { signal }) => {
          signals.push(signal);
          if (signals.length === 1) await untilStopped(signal);
        },
      },
    });
    await vi.advanceTimersByTimeAsync(839_999);
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    await vi.advanceTimersByTimeAsync(1000);
    expect((await result).status).toBe('SUCCEEDED');
    expect(signals.length).toBe(2);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'retry', errorName: 'States.Timeout', waitMs: 1000 }),
    );
    expect(vi.getTimerCount()).toBe(0);
  });

  it('fails a Task that times out where the file has no Retry for it, and lets a long one without a timeout go on', async () => {
    const definition = await pipeline();
    delete definition.States.Split!.Retry;
    const split = await start({ definition, tasks: { splitter: (_, { signal }) => untilStopped(signal) } });
    await vi.advanceTimersByTimeAsync(300_000);
    expect(await split.result).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.Timeout', message: 'Split ran longer than 300 s.' },
      failedState: 'Split',
    });

    // The library alone would stop it after a minute.
    const long = runMap({
      input: [1],
      work: () => new Promise((resolve) => setTimeout(resolve, 3_600_000)),
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect((await long.result).status).toBe('SUCCEEDED');
  });

  it('starts the clock of a child only when it runs', async () => {
    const { result } = runMap({
      task: { TimeoutSeconds: 10 },
      input: [1, 2, 3],
      maxConcurrency: 1,
      work: () => new Promise((resolve) => setTimeout(resolve, 9000)),
    });
    await vi.advanceTimersByTimeAsync(27_000);
    expect(await result).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('calls no task once the execution was stopped during a retry’s wait, and leaves no timer', async () => {
    const abort = new AbortController();
    let calls = 0;
    const { result } = await start({
      signal: abort.signal,
      tasks: {
        splitter: async () => {
          calls += 1;
          throw lost();
        },
      },
    });
    await vi.advanceTimersByTimeAsync(500);
    abort.abort();
    expect((await result).status).toBe('ABORTED');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(calls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not run through what is left of a Retry once it was stopped', async () => {
    const abort = new AbortController();
    const { result } = runMap({
      task: {
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 99, JitterStrategy: 'FULL' }],
      },
      input: [1],
      signal: abort.signal,
      work: (_, { signal }) => untilStopped(signal),
    });
    await vi.advanceTimersByTimeAsync(0);
    abort.abort();
    expect((await result).status).toBe('ABORTED');
    // One draw of the jitter: the library draws before it asks whether the error may be retried.
    expect(vi.mocked(Math.random).mock.calls.length).toBe(1);
  });

  it('waits for stopped tasks, but not forever for one that does not heed its signal', async () => {
    const abort = new AbortController();
    const { result } = await start({
      signal: abort.signal,
      tasks: { splitter: () => new Promise(() => {}) },
    });
    let done = false;
    void result.then(() => {
      done = true;
    });
    await vi.advanceTimersByTimeAsync(1000);
    abort.abort();
    await vi.advanceTimersByTimeAsync(4999);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await result).status).toBe('ABORTED');
  });
});

describe('a Distributed Map', () => {
  it.each([
    ['the file’s, where it is smaller', 3, 8, 3],
    ['the runner’s, where that is smaller', 100, 2, 2],
    ['the runner’s, where the file has no limit', 0, 5, 5],
  ])('runs as many children as allowed: %s', async (_, MaxConcurrency, maxConcurrency, most) => {
    let running = 0;
    let seen = 0;
    const { result } = runMap({
      map: { MaxConcurrency },
      input: Array.from({ length: 20 }, (_, index) => index),
      maxConcurrency,
      work: async (input) => {
        running += 1;
        seen = Math.max(seen, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        return input;
      },
    });
    // In item order, whatever finished first.
    expect(await result).toMatchObject({ output: Array.from({ length: 20 }, (_, index) => index) });
    expect(seen).toBe(most);
  });

  it('stops at the first failure: aborts what runs, starts nothing more, writes who did what', async () => {
    const started: number[] = [];
    const stopped: number[] = [];
    const lastStarted = Promise.withResolvers<void>();
    const { result, memory, events } = runMap({
      map: {
        ItemsPath: '$.items',
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'lake', 'Prefix.$': '$.prefix' },
        },
      },
      input: { items: [0, 1, 2, 3, 4, 5], prefix: 'runs/r1/map' },
      maxConcurrency: 3,
      work: async (index: number, { signal }) => {
        started.push(index);
        if (index === 0) return 'fine';
        if (index === 2) {
          await lastStarted.promise;
          throw new LayoutInvalid({ what: 'bad' });
        }
        if (index === 3) lastStarted.resolve();
        signal.addEventListener('abort', () => stopped.push(index));
        return untilStopped(signal);
      },
    });
    expect(await result).toMatchObject({
      status: 'FAILED',
      failedState: 'Each',
      error: { name: 'States.ExceedToleratedFailureThreshold', cause: { name: 'LayoutInvalid' } },
    });
    expect(started).toEqual([0, 1, 2, 3]);
    expect(stopped).toEqual([1, 3]);
    const statuses = (kind: string) =>
      memory
        .json(`runs/r1/map/Each/${kind}_0.json`)
        .map((child: Record<string, string>) => [child.Input, child.Status, child.Error ?? child.Output]);
    expect(statuses('SUCCEEDED')).toEqual([['0', 'SUCCEEDED', '"fine"']]);
    expect(statuses('FAILED')).toEqual([
      ['1', 'ABORTED', undefined],
      ['2', 'FAILED', 'LayoutInvalid'],
      ['3', 'ABORTED', undefined],
    ]);
    expect(statuses('PENDING')).toEqual([
      ['4', 'PENDING', undefined],
      ['5', 'PENDING', undefined],
    ]);
    const failures = events.filter((event) => event.type === 'child-failed');
    expect(failures.map((event) => [event.index, event.errorName, event.aborted])).toEqual([
      [2, 'LayoutInvalid', false],
      [1, 'Interrupted', true],
      [3, 'Interrupted', true],
    ]);
  });

  it.each([
    ['none tolerated', {}, 1, 'FAILED'],
    ['a count that is reached', { ToleratedFailureCount: 2 }, 2, 'SUCCEEDED'],
    ['a count that is exceeded', { ToleratedFailureCount: 2 }, 3, 'FAILED'],
    ['a percentage that is reached', { ToleratedFailurePercentage: 25 }, 2, 'SUCCEEDED'],
    ['a percentage that is exceeded', { ToleratedFailurePercentage: 25 }, 3, 'FAILED'],
    ['the stricter of both', { ToleratedFailurePercentage: 25, ToleratedFailureCount: 1 }, 2, 'FAILED'],
  ])('tolerates failures: %s', async (_, map, failureCount, status) => {
    const { result } = runMap({
      map,
      input: [1, 2, 3, 4, 5, 6, 7, 8],
      maxConcurrency: 1,
      work: async (item: number) => {
        if (item <= failureCount) throw new LayoutInvalid({ what: `bad ${item}` });
        return item;
      },
    });
    const ended = await result;
    expect(ended.status).toBe(status);
    if (ended.status !== 'SUCCEEDED') return;
    const output = ended.output as Record<string, JsonValue>[];
    expect(output.slice(failureCount)).toEqual([3, 4, 5, 6, 7, 8]);
    expect(output[0]).toMatchObject({ Status: 'FAILED', Error: 'LayoutInvalid', Cause: 'bad 1.' });
  });

  it('writes the results of a map run in the shape of Step Functions', async () => {
    const { result, memory } = runMap({
      map: {
        ItemsPath: '$.items',
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'lake', Prefix: 'results/' },
        },
      },
      input: { items: [{ a: 1 }] },
      work: async () => ({ rows: 7 }),
    });
    const mapRunArn = 'local:mapRun:file-pipeline/Each:Each';
    expect(await result).toMatchObject({
      output: {
        MapRunArn: mapRunArn,
        ResultWriterDetails: { Bucket: 'lake', Key: 'results/Each/manifest.json' },
      },
    });
    expect(memory.keys()).toEqual(['results/Each/SUCCEEDED_0.json', 'results/Each/manifest.json']);
    const children = memory.json('results/Each/SUCCEEDED_0.json');
    expect(children).toEqual([
      {
        ExecutionArn: 'local:execution:file-pipeline/Each:exec-1-Each-0',
        Input: '{"a":1}',
        InputDetails: { Included: true },
        Name: 'exec-1-Each-0',
        Output: '{"rows":7}',
        OutputDetails: { Included: true },
        RedriveCount: 0,
        StartDate: expect.stringMatching(/^\d{4}-.*Z$/),
        StateMachineArn: 'local:stateMachine:file-pipeline/Each',
        Status: 'SUCCEEDED',
        StopDate: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    expect(memory.json('results/Each/manifest.json')).toEqual({
      DestinationBucket: 'lake',
      MapRunArn: mapRunArn,
      ResultFiles: {
        FAILED: [],
        PENDING: [],
        SUCCEEDED: [{ Key: 'results/Each/SUCCEEDED_0.json', Size: JSON.stringify(children).length }],
      },
    });
  });

  it.each([
    ['is not there', undefined],
    ['is no array', { ranges: [] }],
  ])('fails as States.ItemReaderFailed when the object with its items %s', async (_, ranges) => {
    const store = memoryStore(ranges === undefined ? {} : { 'runs/r1/ranges.json': ranges }).store;
    const { result, calls } = await start({ store });
    expect(await result).toMatchObject({
      status: 'FAILED',
      failedState: 'ParseRanges',
      error: { name: 'States.ItemReaderFailed', message: expect.stringContaining('runs/r1/ranges.json') },
    });
    expect(calls).toEqual(['splitter']);
  });

  it('fails as States.ResultWriterFailed when the store refuses its results', async () => {
    const { store } = memoryStore({ 'runs/r1/ranges.json': [] });
    store.put = async () => {
      throw new StoreUnavailable({ what: 'disk is gone' });
    };
    expect(await (await start({ store })).result).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.ResultWriterFailed', cause: { name: 'StoreUnavailable' } },
    });
  });

  it('keeps Retry and Catch of the map: the library decides on them', async () => {
    let calls = 0;
    const definition = mapMachine({
      Retry: [
        { ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1, IntervalSeconds: 0 },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught', ResultPath: '$.caught' }],
      ItemsPath: '$.items',
    });
    definition.States.Caught = { Type: 'Pass', OutputPath: '$.caught.Error', End: true };
    const { result } = await start({
      definition,
      input: { items: [1] },
      tasks: {
        work: async () => {
          calls += 1;
          throw new LayoutInvalid({ what: 'bad' });
        },
      },
    });
    expect(await result).toMatchObject({
      status: 'SUCCEEDED',
      output: 'States.ExceedToleratedFailureThreshold',
    });
    expect(calls).toBe(2);
  });

  it('fails with an ItemSelector that points nowhere, and not with a child’s error', async () => {
    const { result } = runMap({
      map: { ItemSelector: { 'x.$': '$.nowhere' } },
      input: [1],
      work: async () => null,
    });
    expect(await result).toMatchObject({ status: 'FAILED', error: { name: 'States.Runtime' } });
  });
});

describe('an execution', () => {
  it('stops with everything in it when its signal aborts', async () => {
    const abort = new AbortController();
    const stopped: number[] = [];
    const { result, memory, events } = runMap({
      map: {
        ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'b', Prefix: 'p' } },
      },
      task: { Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 0 }] },
      input: [0, 1, 2, 3],
      maxConcurrency: 2,
      signal: abort.signal,
      work: async (index: number, { signal }) => {
        if (index === 1) setImmediate(() => abort.abort(new Error('Ctrl-C')));
        try {
          return await untilStopped(signal);
        } finally {
          stopped.push(index);
        }
      },
    });
    expect(await result).toMatchObject({
      status: 'ABORTED',
      error: { name: 'Interrupted', cause: { message: 'Ctrl-C' } },
    });
    expect(stopped).toEqual([0, 1]);
    expect(events.filter((event) => event.type === 'child-started').length).toBe(2);
    expect(memory.keys()).toEqual([]);
  });

  it('does not begin when its signal has aborted already', async () => {
    const { result, calls, events } = await start({ signal: AbortSignal.abort() });
    expect((await result).status).toBe('ABORTED');
    expect([...calls, ...events]).toEqual([]);
  });

  const big = 'x'.repeat(PAYLOAD_LIMIT_BYTES);

  it.each([
    ['an input of the execution', { input: { big } }, 'Split', ''],
    ['an output of a task', { tasks: { splitter: async () => ({ ...PLAN, big }) } }, 'Split', 'splitter'],
    [
      'an output that ResultPath put together',
      {
        tasks: {
          splitter: async () => ({ verdict: 'refused', refusal: { message: big.slice(0, 200_000) } }),
          finalizer: async () => big.slice(0, 100_000),
        },
      },
      'RecordRefusal',
      'splitter finalizer',
    ],
    [
      'text whose bytes, not characters, are too many',
      { tasks: { splitter: async () => ({ ...PLAN, message: 'ç'.repeat(PAYLOAD_LIMIT_BYTES / 2) }) } },
      'Split',
      'splitter',
    ],
  ])('fails as States.DataLimitExceeded with %s', async (_, options, failedState, called) => {
    const { result, calls } = await start(options);
    expect(await result).toMatchObject({
      status: 'FAILED',
      error: { name: 'States.DataLimitExceeded' },
      failedState,
    });
    expect(calls.join(' ')).toBe(called);
  });

  it('lets payloads of exactly 256 KiB pass', async () => {
    const output = { verdict: 'already-loaded', fill: '' };
    output.fill = 'x'.repeat(PAYLOAD_LIMIT_BYTES - JSON.stringify(output).length);
    const { result } = await start({ tasks: { splitter: async () => output } });
    expect((await result).status).toBe('SUCCEEDED');
  });

  it('does not let a Catch for States.ALL swallow a payload that is too large', async () => {
    const definition = await pipeline();
    definition.States.Split!.Catch = [{ ErrorEquals: ['States.ALL'], Next: 'AlreadyLoaded' }];
    const { result } = await start({ definition, tasks: { splitter: async () => big } });
    expect(await result).toMatchObject({ status: 'FAILED', error: { name: 'States.DataLimitExceeded' } });
  });

  it('shows the context object of AWS, in children as their own, in an inline Map as the execution’s', async () => {
    const shownContext = {
      'id.$': '$$.Execution.Id',
      'input.$': '$$.Execution.Input',
      'start.$': '$$.Execution.StartTime',
      'said.$': "States.Format('{} of {}', $$.State.Name, $$.StateMachine.Id)",
    };
    const definition = mapMachine(
      { ItemsPath: '$.items', ItemSelector: { ...shownContext, 'index.$': '$$.Map.Item.Index' } },
      { Parameters: { 'selected.$': '$', own: shownContext } },
    );
    definition.States.Each!.ResultPath = '$.each';
    definition.States.Each!.Next = 'Inline';
    delete definition.States.Each!.End;
    definition.States.Inline = {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: {
        StartAt: 'Look',
        States: { Look: { Type: 'Pass', Parameters: shownContext, End: true } },
      },
      ResultPath: '$.inline',
      End: true,
    };
    const { result } = await start({
      definition,
      input: { items: ['a'] },
      tasks: { work: async (input) => input },
    });
    const ended = await result;
    expect(ended.status).toBe('SUCCEEDED');
    if (ended.status !== 'SUCCEEDED') return;
    const output = ended.output as { each: Record<string, JsonValue>[]; inline: JsonValue[] };
    const [child] = output.each as { selected: Record<string, JsonValue>; own: Record<string, JsonValue> }[];
    const ofExecution = {
      id: 'local:execution:file-pipeline:exec-1',
      input: { items: ['a'] },
      start: child!.selected.start,
    };
    expect(child!.selected).toEqual({
      ...ofExecution,
      said: 'Each of local:stateMachine:file-pipeline',
      index: 0,
    });
    expect(child!.own).toMatchObject({
      id: 'local:execution:file-pipeline/Each:exec-1-Each-0',
      input: child!.selected,
      said: 'Work of local:stateMachine:file-pipeline/Each',
    });
    expect(output.inline).toEqual([{ ...ofExecution, said: 'Look of local:stateMachine:file-pipeline' }]);
  });

  it('passes JSON between states, and a task cannot change what its next attempt is given', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const seen: unknown[] = [];
    const { result } = await start({
      tasks: {
        splitter: async () => ({ ...PLAN, reason: undefined }),
        reconciler: async (input) => {
          seen.push({ ...input });
          input.planKey = 'changed';
          if (seen.length === 1) throw new StoreUnavailable({ what: 'cannot read' });
          return { verdict: 'already-loaded' };
        },
      },
    });
    await result;
    vi.restoreAllMocks();
    const given = { ...PLAN, parsed: mapResult('ParseRanges', PLAN.parseResultsPrefix) };
    expect(seen).toStrictEqual([given, given]);
  });

  it('fails with what a listener throws, and does not hang', async () => {
    const { result } = await start({
      onEvent: (event) => {
        if (event.state === 'ParseRange') throw new TypeError('a broken progress bar');
      },
    });
    expect(await result).toMatchObject({
      status: 'FAILED',
      error: { cause: { name: 'TypeError', message: 'a broken progress bar' } },
    });
  });

  it('says before it runs anything what it cannot run', async () => {
    const { result, calls } = await start();
    await result;
    expect(calls.length).toBeGreaterThan(0);

    const run = (definition: StateMachineDefinition) => start({ definition }).then(({ result }) => result);
    await expect(run(mapMachine({}))).rejects.toThrow('state Work: no task for the Resource local:work');
    const definition = await pipeline();
    (definition.States.ParseRanges!.ItemReader as { Resource: string }).Resource =
      'arn:aws:states:::s3:listObjectsV2';
    await expect(run(definition)).rejects.toThrow('state ParseRanges: the local runner has no ItemReader of');
  });
});
