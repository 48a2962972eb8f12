import { describe, expect, it } from 'vitest';
import { finalizeFile } from '../../../shared/pipeline/finalize/finalize-file.ts';
import { reconcileFile } from '../../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { readEntry } from '../../../shared/pipeline/store/ledger.ts';
import { verifyLake } from '../../../shared/pipeline/verify/verify-lake.ts';
import { recordFailure } from '../../../shared/pipeline/watch/record-failure.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { planned, TestLake } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY, smallDay } from '../../support/small-day.ts';

const EXECUTION = 'x';
const request = { layout: smallLayout(), sourceKey: KEY };

const failed = (execution: string, redriveCount = 0) => ({
  ...{ execution, status: 'FAILED', error: 'TypeError', cause: 'a defect', redriveCount },
});

/** The execution times out just before an object whose key ends in `suffix` is written by a step that is still at work. */
function timesOutBefore(lake: TestLake, suffix: string): void {
  const { lake: store } = lake.ports;
  const put = store.put.bind(store);
  store.put = async (key, bytes) => {
    if (key.endsWith(suffix)) {
      store.put = put;
      await recordFailure(lake.ports, { ...failed(EXECUTION), status: 'TIMED_OUT', error: 'States.Timeout' });
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

it('stays failed when a reconciliation of it begins late, until it is redriven', async () => {
  await using lake = await TestLake.make();
  const { entryOf } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  const split = planned(await splitFile(lake.ports, EXECUTION, request, 0));
  await lake.parseAll(split);
  await recordFailure(lake.ports, failed(EXECUTION));
  const late = reconcileFile(lake.ports, split.planKey, { execution: EXECUTION, redriveCount: 0 });
  await expect(late).rejects.toThrow('this execution was given up');
  expect(await entryOf(split)).toMatchObject({ state: 'failed' });
  await reconcileFile(lake.ports, split.planKey, { execution: EXECUTION, redriveCount: 1 });
  expect(await entryOf(split)).toMatchObject({ state: 'merging' });
});

describe('an execution that failed before the ledger had an entry of its file', () => {
  const claims = (lake: TestLake) => splitFile(lake.ports, EXECUTION, request, 0);

  it('makes none in a late call, until it is redriven', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    await recordFailure(lake.ports, failed(EXECUTION));
    await expect(claims(lake)).rejects.toThrow('this execution was given up');
    expect(await Array.fromAsync(lake.ports.lake.list('ledger/small/'))).toEqual([]);
    expect((await verifyLake(lake.ports, { depth: 'full' })).findings).toEqual([]);
    expect(await splitFile(lake.ports, EXECUTION, request, 1)).toMatchObject({ verdict: 'convert' });
  });

  it('leaves a failed one if its call was making it meanwhile, and people are told', async () => {
    await using lake = await TestLake.make();
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const { lake: store } = lake.ports;
    const putOnce = store.putOnce.bind(store);
    let ledgerKey = '';
    store.putOnce = async (key, bytes) => {
      if (!/day=12\/f_[^/]*\.json$/.test(key)) return putOnce(key, bytes);
      store.putOnce = putOnce;
      ledgerKey = key;
      await recordFailure(lake.ports, failed(EXECUTION));
      return putOnce(key, bytes);
    };
    await expect(claims(lake)).rejects.toThrow('this execution was given up');
    expect(await readEntry(store, ledgerKey)).toMatchObject({
      state: 'failed',
      failure: { name: 'TypeError' },
      failedExecutions: [{ execution: EXECUTION, redriveCount: 0 }],
    });
    expect(lake.notifications).toHaveLength(1);
  });

  it('leaves one that failed if its call dies right after the claim, or before it', async () => {
    for (const dies of ['before the claim', 'after the claim']) {
      const lake = new MemoryLake();
      lake.raw.replace(KEY, smallFile(smallLine('A1', 1)));
      const putOnce = lake.lake.putOnce.bind(lake.lake);
      let ledgerKey = '';
      // The failure is recorded while the entry is made, when its call has looked for the note; and nothing of the call comes after it.
      lake.lake.putOnce = async (key, bytes) => {
        if (!/day=12\/f_[^/]*\.json$/.test(key)) return putOnce(key, bytes);
        lake.lake.putOnce = putOnce;
        ledgerKey = key;
        await recordFailure(lake.ports, failed(EXECUTION));
        if (dies === 'after the claim') await putOnce(key, bytes);
        throw new Error('killed');
      };
      await expect(splitFile(lake.ports, EXECUTION, request, 0)).rejects.toThrow();
      const { state, history, failure } = await lake.entry({ ledgerKey });
      expect([dies, state, ...history.map((step) => step.state)]).toEqual([dies, 'failed', 'failed']);
      expect(failure).toMatchObject({ name: 'TypeError' });
      expect(lake.notices).toHaveLength(1);
      const redriven = planned(await splitFile(lake.ports, EXECUTION, request, 1));
      expect(await lake.entry(redriven)).toMatchObject({ state: 'parsing', attempt: 0 });
    }
  });
});

it('and when its split ends after all', async () => {
  await using lake = await TestLake.make();
  const { entryOf } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  timesOutBefore(lake, '/ranges.json');
  await expect(splitFile(lake.ports, EXECUTION, request)).rejects.toThrow('this execution was given up');
  const split = planned(await splitFile(lake.ports, EXECUTION, request, 1));
  expect(await entryOf(split)).toMatchObject({ state: 'parsing' });
});

it('also if it took up a run that failed before', async () => {
  await using lake = await TestLake.make();
  const { entryOf } = smallDay(lake);
  await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
  const before = planned(await splitFile(lake.ports, EXECUTION, request));
  await recordFailure(lake.ports, failed(EXECUTION));
  timesOutBefore(lake, '/ranges.json');
  await expect(splitFile(lake.ports, EXECUTION, request, 1)).rejects.toThrow('this execution was given up');
  expect(await entryOf(before)).toMatchObject({ state: 'failed' });
});

describe('a call of Split that arrives after the execution has ended', () => {
  const force = { ...request, force: true };
  const refused = {
    name: 'RunInconsistent',
    message: expect.stringContaining('this execution was given up'),
  };

  it('does not take the file, until the execution is redriven', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    await lake.putRaw(KEY, smallFile(smallLine('A1', 1)));
    const split = planned(await splitFile(lake.ports, EXECUTION, request, 0));
    await recordFailure(lake.ports, failed(EXECUTION));
    await expect(splitFile(lake.ports, EXECUTION, request, 0)).rejects.toMatchObject(refused);
    expect(await entryOf(split)).toMatchObject({ state: 'failed' });
    await splitFile(lake.ports, EXECUTION, request, 1);
    expect(await entryOf(split)).toMatchObject({ state: 'parsing' });
    await recordFailure(lake.ports, failed(EXECUTION, 1));
    await expect(splitFile(lake.ports, EXECUTION, request, 1)).rejects.toMatchObject(refused);
    await splitFile(lake.ports, EXECUTION, request, 2);
    // An event of an earlier life, delivered once more, says nothing of this one.
    await recordFailure(lake.ports, failed(EXECUTION, 0));
    expect((await entryOf(split)).failedExecutions).toEqual([{ execution: EXECUTION, redriveCount: 1 }]);
  });

  it.each([
    'before another execution took the file over',
    'while another execution has the file',
    'after another execution loaded the file',
  ] as const)('does not take it from the one that loads it, if it failed %s', async (when) => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const bytes = smallFile(smallLine('A1', 1));
    await lake.putRaw(KEY, bytes);
    await splitFile(lake.ports, EXECUTION, force, 0);
    const isFirst = when.startsWith('before');
    if (isFirst) await recordFailure(lake.ports, failed(EXECUTION));
    if (when.startsWith('while')) {
      await splitFile(lake.ports, 'other', force, 0);
      await recordFailure(lake.ports, failed(EXECUTION));
    }
    const loaded = await load(KEY, bytes, { force: true });
    if (when.startsWith('after')) await recordFailure(lake.ports, failed(EXECUTION));
    await expect(splitFile(lake.ports, EXECUTION, force, 0)).rejects.toMatchObject(refused);
    expect(await entryOf(loaded)).toMatchObject({
      state: 'loaded',
      runId: (await entryOf(loaded)).loaded!.runId,
    });
  });

  it('does not take it if it failed before it claimed it', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const loaded = await load(KEY, smallFile(smallLine('A1', 1)));
    const { lake: store } = lake.ports;
    const putIf = store.putIf.bind(store);
    store.putIf = async () => Promise.reject(new Error('killed'));
    await expect(splitFile(lake.ports, EXECUTION, force, 0)).rejects.toThrow('killed');
    store.putIf = putIf;
    await recordFailure(lake.ports, failed(EXECUTION));
    await expect(splitFile(lake.ports, EXECUTION, force, 0)).rejects.toMatchObject(refused);
    expect(await entryOf(loaded)).toMatchObject({ state: 'loaded' });
  });

  it('does not take a refused file, whoever recorded the refusal, and people are told once', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    await lake.putRaw(KEY, Buffer.alloc(0));
    const first = await splitFile(lake.ports, EXECUTION, request, 0);
    const second = await splitFile(lake.ports, 'other', request, 0);
    for (const split of [second, first]) {
      expect(split.verdict).toBe('refused');
      if (split.verdict === 'refused') await finalizeFile(lake.ports, split);
    }
    for (const execution of ['other', EXECUTION]) {
      const ended = { ...failed(execution), error: 'FileRefused' };
      expect(await recordFailure(lake.ports, ended)).toBe(false);
      await expect(splitFile(lake.ports, execution, request, 0)).rejects.toMatchObject(refused);
    }
    expect(await entryOf(first)).toMatchObject({ state: 'refused', execution: 'other' });
    expect((await entryOf(first)).failedExecutions).toEqual([{ execution: EXECUTION, redriveCount: 0 }]);
    expect(lake.notifications).toHaveLength(1);
  });

  it('leaves nothing behind that looks like work, if it came between the refusal and the end of its execution', async () => {
    await using lake = await TestLake.make();
    const { entryOf } = smallDay(lake);
    await lake.putRaw(KEY, Buffer.alloc(0));
    const split = await splitFile(lake.ports, EXECUTION, request, 0);
    expect(split.verdict).toBe('refused');
    await recordFailure(lake.ports, { ...failed(EXECUTION), error: 'FileRefused' });
    expect(await entryOf(split)).toMatchObject({ state: 'failed' });
    expect(lake.notifications).toEqual([]);
  });

  it('does not take it from the version that the execution itself has loaded', async () => {
    await using lake = await TestLake.make();
    const { load, entryOf } = smallDay(lake);
    const loaded = await load(KEY, smallFile(smallLine('A1', 1)), { force: true });
    const { execution } = await entryOf(loaded);
    await expect(splitFile(lake.ports, execution, force, 0)).rejects.toMatchObject(refused);
    expect(await entryOf(loaded)).toMatchObject({ state: 'loaded' });
  });
});
