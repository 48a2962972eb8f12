import { describe, expect, it, vi } from 'vitest';
import { loadPipeline } from '../../../local/pipeline-tasks.ts';
import type { JsonValue, StateMachineDefinition } from '../../../local/state-machine/definition.ts';
import { PAYLOAD_LIMIT_BYTES } from '../../../local/state-machine/payload-limit.ts';
import { StoreUnavailable } from '../../../shared/errors.ts';
import { mapMachine, PLAN, runMap, start, untilStopped } from '../../support/state-machine.ts';

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
    const definition = await loadPipeline();
    definition.States.Split!.Catch = [{ ErrorEquals: ['States.ALL'], Next: 'AlreadyLoaded' }];
    const { result } = await start({ definition, tasks: { splitter: async () => big } });
    expect(await result).toMatchObject({ status: 'FAILED', error: { name: 'States.DataLimitExceeded' } });
  });

  it('shows the context object of AWS, in children as their own, in an inline Map as the execution’s', async () => {
    const shownContext = {
      'id.$': '$$.Execution.Id',
      'input.$': '$$.Execution.Input',
      'start.$': '$$.Execution.StartTime',
      'redriven.$': '$$.Execution.RedriveCount',
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
      redriveCount: 2,
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
      redriven: 2,
    };
    expect(child!.selected).toEqual({
      ...ofExecution,
      said: 'Each of local:stateMachine:file-pipeline',
      index: 0,
    });
    expect(child!.own).toMatchObject({
      id: 'local:execution:file-pipeline/Each:exec-1-Each-0',
      input: child!.selected,
      // A map that is run again starts its children anew.
      redriven: 0,
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
    const { dataset, planKey } = PLAN;
    const given = { dataset, planKey, execution: 'local:execution:file-pipeline:exec-1', redriveCount: 0 };
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

  it('says what it cannot run before it runs anything', async () => {
    const { result, calls } = await start();
    await result;
    expect(calls.length).toBeGreaterThan(0);

    const run = (definition: StateMachineDefinition) => start({ definition }).then(({ result }) => result);
    await expect(run(mapMachine({}))).rejects.toThrow(
      'state Work: there is no task for the Resource local:work',
    );
    const definition = await loadPipeline();
    (definition.States.ParseRanges!.ItemReader as { Resource: string }).Resource =
      'arn:aws:states:::s3:listObjectsV2';
    await expect(run(definition)).rejects.toThrow('state ParseRanges: the local runner has no ItemReader of');
  });
});
