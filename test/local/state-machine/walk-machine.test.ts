import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { loadPipeline, pipelineTasks } from '../../../local/pipeline-tasks.ts';
import type { StateMachineDefinition } from '../../../local/state-machine/definition.ts';
import { runExecution } from '../../../local/state-machine/run-execution.ts';
import { walkMachine } from '../../../local/state-machine/walk-machine.ts';

const RANGE = { rangeIndex: 0, startByte: 0, endByte: 9 };
const IDS = { dataset: 'contracts', sourceKey: 'a.txt', ledgerKey: 'ledger/a.json' };
const PLAN = { ...IDS, planKey: 'runs/1/plan.json', runId: '1', rangesKey: 'runs/1/ranges.json' };
const SPLITS = [
  { ...PLAN, verdict: 'convert', onlyRange: RANGE },
  { ...IDS, verdict: 'already-loaded' },
  { ...IDS, verdict: 'refused', refusal: { message: 'empty' } },
  // Choices ask for it.
  IDS,
];
const RECONCILED = [
  { ...PLAN, verdict: 'balanced' },
  { ...PLAN, verdict: 'already-loaded' },
  { ...PLAN, verdict: 'refused', refusal: { message: 'does not balance' } },
  { ...PLAN, verdict: 'balanced', merges: [{ merges: [{ mergeIndex: 0 }] }] },
];

/** Runs a file by `run`, whose tasks answer as told, or fail. Answers with what they were called with. */
async function callsOf(
  answers: { split: unknown; reconciled: unknown; failing: string | undefined },
  run: (tasks: ReturnType<typeof pipelineTasks>) => Promise<unknown>,
) {
  const calls: unknown[] = [];
  const task = (name: string, answer: unknown) => async (input: unknown) => {
    calls.push([name, structuredClone(input)]);
    // A task may do what it likes with its input.
    Object.assign(input as object, { sourceKey: 'changed', verdict: 'changed' });
    if (name === answers.failing) throw new Error('fails');
    return answer;
  };
  const result = await run(
    pipelineTasks({
      splitter: task('splitter', answers.split),
      parser: task('parser', { rows: 7 }),
      reconciler: task('reconciler', answers.reconciled),
      merger: task('merger', null),
      finalizer: task('finalizer', { status: 'loaded' }),
    }),
  );
  return { calls, result };
}

it('goes the way of the whole runner with the same inputs, or leaves the file to it', async () => {
  const definition = await loadPipeline();
  const [executionName, input] = ['exec-1', { sourceKey: 'a.txt', layout: 'contracts' }];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SPLITS),
      fc.constantFrom(...RECONCILED),
      fc.option(fc.constantFrom('splitter', 'parser', 'reconciler', 'finalizer'), {
        nil: undefined,
        freq: 3,
      }),
      async (split, reconciled, failing) => {
        const answers = { split, reconciled, failing };
        const walked = await callsOf(answers, (tasks) =>
          walkMachine({ definition, executionName, input, tasks }),
        );
        const end = new AbortController();
        const ran = await callsOf(answers, (tasks) => {
          const store = new MemoryObjectStore();
          const once = Object.entries(tasks).map(([name, task]) => {
            const tried: typeof task = (event, options) =>
              task(event, options).catch((error) => {
                end.abort(error);
                throw error;
              });
            return [name, tried] as const;
          });
          const options = { definition, executionName, input, store, maxConcurrency: 1, signal: end.signal };
          return runExecution({ ...options, tasks: Object.fromEntries(once) });
        });
        const { status, executionId } = ran.result as { status: string; executionId: string };
        const isMerged = 'merges' in reconciled && walked.calls.length === 3;
        expect(walked.result).toBe(status === 'SUCCEEDED' && !isMerged ? executionId : undefined);
        expect(walked.calls).toEqual(isMerged ? ran.calls.slice(0, 3) : ran.calls);
      },
    ),
    { numRuns: 40 },
  );
});

it('leaves what it does not know to the whole runner', async () => {
  const calls: unknown[] = [];
  const tasks = { 'local:a': async (input: unknown) => void calls.push(input) };
  const walk = (States: StateMachineDefinition['States'], input: unknown = { a: 1 }) =>
    walkMachine({ definition: { StartAt: 'A', States }, executionName: 'x', input, tasks });
  const task = { Type: 'Task', Resource: 'local:a', End: true };
  expect(await walk({ A: task })).toBe('local:execution:file-pipeline:x');
  expect(calls).toHaveLength(1);
  expect(await walk({ A: { ...task, InputPath: '$.a' } })).toBeUndefined();
  expect(await walk({ A: { ...task, ResultPath: '$.a.b' } }, { a: {} })).toBeUndefined();
  expect(await walk({ A: { ...task, Parameters: { 'b.$': '$.missing' } } })).toBeUndefined();
  expect(await walk({ A: { ...task, Parameters: { 'b.$': '$.a[0]' } } })).toBeUndefined();
  expect(await walk({ A: { Type: 'Wait', Seconds: 1, End: true } })).toBeUndefined();
  expect(await walk({ A: { ...task, Resource: 'local:b' } })).toBeUndefined();
  const choice = (test: object) => ({ A: { Type: 'Choice', Choices: [{ ...test, Next: 'B' }] }, B: task });
  expect(await walk(choice({ Variable: '$.a', NumericEquals: 1 }))).toBeUndefined();
  expect(await walk(choice({ And: [] }))).toBeUndefined();
  expect(await walk({ A: task }, { large: 'x'.repeat(300_000) })).toBeUndefined();
});
