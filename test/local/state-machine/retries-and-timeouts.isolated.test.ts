import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadPipeline } from '../../../local/pipeline-tasks.ts';
import type { StateMachineDefinition } from '../../../local/state-machine/definition.ts';
import { LayoutInvalid, StoreThrottled, StoreUnavailable } from '../../../shared/errors.ts';
import { memoryStore, PLAN, RANGES, runMap, start, untilStopped } from '../../support/state-machine.ts';

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
    const definition = await loadPipeline();
    const { ParseRange } = (definition.States.ParseRanges!.ItemProcessor as StateMachineDefinition).States;
    change?.((ParseRange!.Retry as Record<string, unknown>[]).at(-1)!);
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

  it('is patient with throttling: one call of many waits until the others are done', async () => {
    const throttled = () => new StoreThrottled({ what: 'too fast', where: 'raw/contratos.txt' });
    const { result, calls, retries } = await failing(60, throttled);
    expect([result.status, calls]).toEqual(['SUCCEEDED', 61]);
    expect(retries.map((retry) => retry.waitMs).slice(0, 8)).toEqual([
      500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000,
    ]);
    expect((await failing(Infinity, throttled)).calls).toBe(61);
  });

  it('reads the items of a map again, and writes its results again', async () => {
    const { store } = memoryStore({ 'runs/r1/ranges.json': RANGES, 'runs/r1/merges.json': [] });
    const failures = new Map([
      ['runs/r1/ranges.json', 2],
      ['runs/r1/map/parse/ParseRanges/manifest.json', 2],
    ]);
    const failing = (key: string) => {
      const left = failures.get(key) ?? 0;
      failures.set(key, left - 1);
      if (left > 0) throw lost();
    };
    const { result, events } = await start({
      store: {
        get: async (key) => {
          failing(key);
          return store.get(key);
        },
        put: async (key, bytes) => {
          failing(key);
          return store.put(key, bytes);
        },
      },
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect((await result).status).toBe('SUCCEEDED');
    const retries = events.flatMap((event) =>
      event.type === 'retry' ? [[event.errorName, event.waitMs]] : [],
    );
    expect(retries).toEqual([
      ['States.ItemReaderFailed', 1000],
      ['States.ItemReaderFailed', 2000],
      ['States.ResultWriterFailed', 4000],
      ['States.ResultWriterFailed', 8000],
    ]);
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

  it('does not repeat an error that the file does not list; its map fails, and the error stays reachable', async () => {
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

  it('TimeoutSeconds stops the task and fails the state as States.Timeout, which ParseOnlyRange repeats', async () => {
    const signals: AbortSignal[] = [];
    const { result, events } = await start({
      tasks: {
        splitter: async () => ({ ...PLAN, onlyRange: RANGES[0] }),
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

  it('lets the tasks of EXPRESS children take their time', async () => {
    let finish = () => {};
    const { result } = await start({
      ranges: RANGES.slice(0, 1),
      tasks: { parser: () => new Promise<void>((resolve) => (finish = resolve)) },
    });
    await vi.advanceTimersByTimeAsync(3_600_000);
    finish();
    expect((await result).status).toBe('SUCCEEDED');
  });

  it('fails a Task that times out if the file has no Retry for it, and lets a long one without a timeout go on', async () => {
    const definition = await loadPipeline();
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

  it('does not use up the rest of a Retry once it was stopped', async () => {
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
