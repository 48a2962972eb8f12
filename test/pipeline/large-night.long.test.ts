import { describe, expect, it } from 'vitest';
import { createFinalizer, readFinalizerEvent } from '../../functions/finalizer/handler.ts';
import { createMerger, readMergerEvent } from '../../functions/merger/handler.ts';
import { createParser, readParserEvent } from '../../functions/parser/handler.ts';
import { createReconciler, readReconcilerEvent } from '../../functions/reconciler/handler.ts';
import { createSplitter, readSplitterEvent } from '../../functions/splitter/handler.ts';
import { loadPipeline, pipelineTasks } from '../../local/pipeline-tasks.ts';
import { runExecution } from '../../local/state-machine/run-execution.ts';
import type { TaskFunction } from '../../local/state-machine/task-function.ts';
import { lastCommit } from '../../shared/pipeline/store/day-ledger.ts';
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';
import { MemoryLake } from '../support/memory-lake.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { DATE } from '../support/small-day.ts';

const AT_ONCE = 50;
const definition = await loadPipeline();

/** Runs a night of small files through the state machine file; every file has arrived before the first one is finished. */
async function night(files: number) {
  const lake = new MemoryLake();
  const layout = JSON.stringify({ ...JSON.parse(smallLayout()), day: { expectedFiles: files } });
  const requests = new Map<string, number>();
  lake.lake.beforeCall = async (operation) => {
    requests.set(operation, (requests.get(operation) ?? 0) + 1);
  };
  const { ports } = lake;
  const task =
    <Event>(read: (event: unknown) => Event, work: (event: Event) => Promise<unknown>): TaskFunction =>
    async (input) =>
      work(read(input));
  const split = createSplitter(ports);
  let waiting = 0;
  let go: () => void;
  const all = new Promise<void>((resolve) => {
    go = resolve;
  });
  const tasks = pipelineTasks({
    splitter: task(readSplitterEvent, async (event) => {
      const plan = await split(event);
      if (++waiting === files) go();
      await all;
      return plan;
    }),
    parser: task(readParserEvent, createParser(ports)),
    reconciler: task(readReconcilerEvent, createReconciler(ports)),
    merger: task(readMergerEvent, createMerger(ports)),
    finalizer: task(readFinalizerEvent, createFinalizer(ports)),
  });
  const names = Array.from(
    { length: files },
    (_, index) => `f${String(index).padStart(4, '0')}_20250812.txt`,
  );
  for (const [index, key] of names.entries())
    lake.raw.replace(key, smallFile(smallLine(`A${index}`, index + 1)));
  const ends = await inParallel(names, files, (sourceKey) =>
    runExecution({
      ...{ definition, tasks },
      input: { layout, sourceKey },
      executionName: sourceKey,
      store: lake.lake,
      maxConcurrency: AT_ONCE,
    }),
  );
  const failed = ends.find(({ status }) => status !== 'SUCCEEDED');
  expect(failed).toBeUndefined();
  const commit = await lastCommit(lake.lake, 'small', DATE);
  const total = [...requests.values()].reduce((sum, count) => sum + count, 0);
  const perFile = Object.fromEntries([...requests].map(([name, count]) => [name, Math.round(count / files)]));
  return { commit, perFile: { total: total / files, ...perFile } };
}

describe('a night of many files', () => {
  it('makes as many requests a file as one of few, and publishes the day once', async () => {
    const small = await night(125);
    const large = await night(1000);
    expect(large.commit).toMatchObject({ commit: 1 });
    expect(large.commit!.files).toHaveLength(1000);
    const figures = JSON.stringify({ small: small.perFile, large: large.perFile });
    // Eight times as many files: n² would be eight times as many requests a file, n ln n is one read in three more.
    expect(large.perFile.total, figures).toBeLessThan(small.perFile.total * 1.15);
  });
});
