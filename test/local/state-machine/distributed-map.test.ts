import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../local/state-machine/definition.ts';
import { LayoutInvalid, StoreUnavailable } from '../../../shared/errors.ts';
import {
  mapMachine,
  memoryStore,
  runMap,
  start,
  untilStopped,
  withoutRetryOfMaps,
} from '../../support/state-machine.ts';

describe('a Distributed Map', () => {
  it.each([
    ['the file’s limit, if it is smaller', 3, 8, 3],
    ['the runner’s limit, if that is smaller', 100, 2, 2],
    ['the runner’s limit, if the file has none', 0, 5, 5],
  ])('runs as many children as allowed: %s', async (_, MaxConcurrency, maxConcurrency, most) => {
    let running = 0;
    let seen = 0;
    const reached = Promise.withResolvers<void>();
    const { result } = runMap({
      map: { MaxConcurrency },
      input: Array.from({ length: 20 }, (_, index) => index),
      maxConcurrency,
      work: async (input) => {
        running += 1;
        seen = Math.max(seen, running);
        // Goes on only once as many run as may, so that each number is reached.
        if (seen === most) reached.resolve();
        await reached.promise;
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
    ['is not an array', { ranges: [] }],
  ])('fails as States.ItemReaderFailed when the object with its items %s', async (_, ranges) => {
    const store = memoryStore(ranges === undefined ? {} : { 'runs/r1/ranges.json': ranges }).store;
    const { result, calls } = await start({ store, definition: await withoutRetryOfMaps() });
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
    const definition = await withoutRetryOfMaps();
    expect(await (await start({ store, definition })).result).toMatchObject({
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
