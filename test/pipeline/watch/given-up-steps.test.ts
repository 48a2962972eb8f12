import { expect, it } from 'vitest';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { recordFailure } from '../../../shared/pipeline/watch/record-failure.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const EXECUTION = 'x';
const request = { layout: smallLayout(), sourceKey: KEY };

/** The execution times out just before an object whose key ends in `suffix` is written by a step that is still at work. */
function timesOutBefore(lake: TestLake, suffix: string): void {
  const { lake: store } = lake.ports;
  const put = store.put.bind(store);
  store.put = async (key, bytes) => {
    if (key.endsWith(suffix)) {
      store.put = put;
      const ended = { execution: EXECUTION, status: 'TIMED_OUT', error: 'States.Timeout', cause: 'too slow' };
      await recordFailure(lake.ports, ended);
    }
    return put(key, bytes);
  };
}

it('an execution that was given up stays failed when its reconciliation ends after all', async () => {
  await using lake = await TestLake.make();
  const { entryOf } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  const split = planned(await splitFile(lake.ports, EXECUTION, request));
  await lake.parseAll(split);
  timesOutBefore(lake, '/merges.json');
  await reconcileFile(lake.ports, split.planKey);
  expect(await entryOf(split)).toMatchObject({ state: 'failed', failure: { name: 'States.Timeout' } });
  // Redriven, the step begins again.
  await reconcileFile(lake.ports, split.planKey);
  expect(await entryOf(split)).toMatchObject({ state: 'merging' });
});

it('and when its split ends after all', async () => {
  await using lake = await TestLake.make();
  const { entryOf } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  timesOutBefore(lake, '/ranges.json');
  await expect(splitFile(lake.ports, EXECUTION, request)).rejects.toThrow('this execution was given up');
  const split = planned(await splitFile(lake.ports, EXECUTION, request));
  expect(await entryOf(split)).toMatchObject({ state: 'parsing' });
});

it('also if it took up a run that failed before', async () => {
  await using lake = await TestLake.make();
  const { entryOf } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  const before = planned(await splitFile(lake.ports, EXECUTION, request));
  const ended = { execution: EXECUTION, status: 'FAILED', error: 'TypeError', cause: 'a defect' };
  await recordFailure(lake.ports, ended);
  timesOutBefore(lake, '/ranges.json');
  await expect(splitFile(lake.ports, EXECUTION, request)).rejects.toThrow('this execution was given up');
  expect(await entryOf(before)).toMatchObject({ state: 'failed' });
});
