import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loadDefinition, parseDefinition } from '../../../local/state-machine/definition.ts';
import type { ExecutionEvent } from '../../../local/state-machine/execution-event.ts';
import { ObjectDamaged } from '../../../shared/errors.ts';
import { MERGES, PLAN, RANGES, start } from '../../support/state-machine.ts';

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

  it('names a placeholder without a value, and a value without a placeholder', async () => {
    const { ParserArn: _, ...missing } = substitutions((name) => name);
    await expect(loadDefinition(missing)).rejects.toThrow('${ParserArn}');
    await expect(loadDefinition({ ...substitutions((name) => name), ParsrArn: 'x' })).rejects.toThrow(
      'there is no placeholder ${ParsrArn}',
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
        reconciler: note('reconciler', { ...PLAN, verdict: 'balanced', merges: MERGES }),
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
      {
        execution: 'local:execution:file-pipeline:exec-1',
        redriveCount: 0,
        request: { key: 'raw/contratos.txt' },
      },
    ]);
    expect(inputs.parser).toEqual(
      RANGES.map((range) => ({ dataset: PLAN.dataset, planKey: PLAN.planKey, range, retries: 0 })),
    );
    expect(inputs.merger).toEqual(
      MERGES.map((merges) => ({ dataset: PLAN.dataset, planKey: PLAN.planKey, merges })),
    );
    const { dataset, planKey } = PLAN;
    const execution = 'local:execution:file-pipeline:exec-1';
    expect(inputs.reconciler).toEqual([{ dataset, planKey, execution, redriveCount: 0 }]);
    expect(inputs.finalizer).toEqual([
      { ...PLAN, verdict: 'balanced', merges: MERGES, merged: [null, null] },
    ]);
    expect(memory.keys()).toContain('runs/r1/map/parse/ParseRanges/manifest.json');
  });

  it('parses a file of one range without a map, and merges nothing if no part needs it', async () => {
    const [onlyRange] = RANGES;
    const seen: unknown[] = [];
    const { result, calls, memory } = await start({
      tasks: {
        splitter: async () => ({ ...PLAN, onlyRange }),
        parser: async (input) => seen.push(input),
        reconciler: async () => ({ ...PLAN, verdict: 'balanced' }),
      },
    });
    expect(await result).toMatchObject({ status: 'SUCCEEDED', output: { published: true } });
    expect(calls.join(' ')).toBe('splitter parser reconciler finalizer');
    expect(seen).toEqual([{ dataset: PLAN.dataset, planKey: PLAN.planKey, range: onlyRange, retries: 0 }]);
    expect(memory.keys()).toEqual(['runs/r1/ranges.json']);
  });

  it('runs no more lots at once than there are workers', async () => {
    let atWork = 0;
    const most: number[] = [];
    const { result } = await start({
      maxConcurrency: 2,
      tasks: {
        reconciler: async () => ({ ...PLAN, verdict: 'balanced', merges: [[0], [1], [2], [3], [4]] }),
        merger: async () => {
          most.push(++atWork);
          await setImmediate();
          atWork -= 1;
        },
      },
    });
    expect(await result).toMatchObject({ status: 'SUCCEEDED' });
    expect(Math.max(...most)).toBe(2);
  });

  it('fails as a merge does, and stays at the map', async () => {
    const { result } = await start({
      tasks: {
        merger: async () => {
          throw new ObjectDamaged({ what: 'a part was altered' });
        },
      },
    });
    expect(await result).toMatchObject({
      status: 'FAILED',
      error: { name: 'ObjectDamaged' },
      failedState: 'MergePartitions',
    });
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

  it('goes on if a map has no items', async () => {
    const { result, calls, memory } = await start({ ranges: [] });
    expect(await result).toMatchObject({ status: 'SUCCEEDED' });
    expect(calls.join(' ')).toBe('splitter reconciler merger merger finalizer');
    expect(memory.json('runs/r1/map/parse/ParseRanges/manifest.json').ResultFiles).toEqual({
      FAILED: [],
      PENDING: [],
      SUCCEEDED: [],
    });
  });

  it('reports what happens, in order, and starts no task before its state was reported', async () => {
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
