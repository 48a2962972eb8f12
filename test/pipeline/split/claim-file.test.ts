import { describe, expect, it } from 'vitest';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const request = { layout: smallLayout(), sourceKey: KEY };

describe('a file that two executions split', () => {
  it('is not taken back by a late call of the one that was given up', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const forced = { ...request, force: true };
    const first = planned(await splitFile(lake.ports, 'first', forced));
    const second = planned(await splitFile(lake.ports, 'second', forced));
    await expect(splitFile(lake.ports, 'first', forced)).rejects.toMatchObject({ name: 'RunInconsistent' });
    const entry = await smallDay(lake).entryOf(second);
    expect(entry).toMatchObject({ execution: 'second', runId: second.runId, state: 'parsing' });
    expect(first.runId).not.toBe(second.runId);
    // The one that has it may call again.
    expect(planned(await splitFile(lake.ports, 'second', forced)).runId).toBe(second.runId);
  });

  it('stays with the second, which people are told of, if both work on one run and the first calls again', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const first = planned(await splitFile(lake.ports, 'first', request));
    const second = planned(await splitFile(lake.ports, 'second', request));
    expect(planned(await splitFile(lake.ports, 'first', request)).runId).toBe(first.runId);
    expect(await smallDay(lake).entryOf(second)).toMatchObject({ execution: 'second', runId: first.runId });
  });

  it('is not parsed in the version that was replaced between claim and plan', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const { lake: store } = lake.ports;
    const put = store.put.bind(store);
    let plans = 0;
    store.put = async (key, bytes) => {
      if (!key.endsWith('/plan.json')) return put(key, bytes);
      if (plans++ > 0) throw new Error('killed');
      // The first execution has claimed the file, and is about to plan it.
      await lake.putRaw(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 2)));
      await expect(splitFile(lake.ports, 'second', request)).rejects.toThrow('killed');
      return put(key, bytes);
    };
    await expect(splitFile(lake.ports, 'first', request)).rejects.toMatchObject({ name: 'RunInconsistent' });
    store.put = put;
    const second = planned(await splitFile(lake.ports, 'second', request));
    expect(await smallDay(lake).entryOf(second)).toMatchObject({ execution: 'second', inputBytes: 42 });
  });
});
