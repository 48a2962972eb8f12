import { beforeEach, describe, expect, it } from 'vitest';
import { executionKey, failedExecutionKey, runKeys } from '../../../shared/keys/run-keys.ts';
import { executionIdOf } from '../../../shared/keys/source-id.ts';
import { splitFile } from '../../../shared/pipeline/split/split-file.ts';
import { updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import {
  type ExecutionEnded,
  REFUSED,
  recordFailure,
} from '../../../shared/pipeline/watch/record-failure.ts';
import { MAP_FAILED } from '../../../shared/run/failure-cause.ts';
import { MemoryLake } from '../../support/memory-lake.ts';
import { planned } from '../../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../../support/small-contracts.ts';
import { KEY } from '../../support/small-day.ts';

const request = { layout: smallLayout(), sourceKey: KEY };
let lake: MemoryLake;
beforeEach(() => {
  lake = new MemoryLake();
  lake.raw.replace(KEY, smallFile(smallLine('A1', 1)));
});

const split = async (execution: string, changes: object = {}) =>
  planned(await splitFile(lake.ports, execution, { ...request, ...changes }));

/** Records the end of an execution, and fails if anything of it was not waited for. */
async function record(execution: string, changes: Partial<ExecutionEnded> = {}): Promise<boolean> {
  const ended = { execution, status: 'FAILED', error: 'TypeError', cause: 'a defect', redriveCount: 0 };
  const answer = await recordFailure(lake.ports, { ...ended, ...changes });
  await lake.writes.assertEnded();
  return answer;
}

const noteOf = (execution: string) => lake.keys(failedExecutionKey(executionIdOf(execution)));

describe('the failure of an execution that works on a file', () => {
  it('marks its entry, and is told and counted once', async () => {
    const made = await split('x');
    for (let times = 0; times < 2; times++) expect(await record('x')).toBe(true);
    expect(await lake.entry(made)).toMatchObject({
      state: 'failed',
      failure: { name: 'TypeError', message: 'a defect' },
      told: lake.now.toISOString(),
      failedExecutions: [{ execution: 'x', redriveCount: 0 }],
    });
    expect(lake.notices).toEqual([
      {
        kind: 'failure',
        subject: `Failed: ${KEY}`,
        message: `${KEY}: the conversion ended as FAILED. a defect (TypeError, execution x). Nothing of this run was published; readers see what they saw before. Once the cause is removed, redrive the execution: only the failed steps run again.`,
      },
    ]);
    expect(lake.figures.at(-1)).toEqual({
      dataset: 'small',
      all: [{ name: 'FilesFailed', unit: 'Count', value: 1 }],
    });
    // The entry says it: no note beside it is needed.
    expect(noteOf('x')).toEqual([]);
  });

  it('after the file was loaded leaves it loaded, and says so', async () => {
    const loaded = await lake.load(KEY, smallFile(smallLine('A1', 1)));
    const told = lake.notices.length;
    expect(await record('e-0')).toBe(false);
    expect(lake.notices).toHaveLength(told);
    // Its last step failed before anybody was told.
    await updateEntry(lake.lake, loaded.ledgerKey, (entry) => {
      const { told: _, ...untold } = entry!;
      return untold;
    });
    expect(await record('e-0')).toBe(false);
    expect((await lake.entry(loaded)).state).toBe('loaded');
    expect(lake.notices.slice(told).map(({ message }) => message)).toEqual([
      expect.stringContaining(
        'The file is loaded, and a later step failed: the day may not be published yet.',
      ),
    ]);
  });

  it('leaves the file to another execution that took it over, in work or failed', async () => {
    await split('x');
    const made = await split('y', { force: true });
    expect(await record('x')).toBe(false);
    expect(await lake.entry(made)).toMatchObject({ state: 'parsing', execution: 'y' });
    expect(lake.notices).toEqual([]);
    expect(await record('y')).toBe(true);
    expect(await record('x')).toBe(false);
    expect(lake.notices).toHaveLength(1);
  });

  it('is not noted as told for another execution that takes the file over meanwhile', async () => {
    const made = await split('x');
    const { notify } = lake.ports.notifier;
    lake.ports.notifier.notify = async (notice) => {
      await updateEntry(lake.lake, made.ledgerKey, (entry) => entry && { ...entry, execution: 'y' });
      await notify(notice);
    };
    await record('x');
    const entry = await lake.entry(made);
    expect([entry.execution, entry.told]).toEqual(['y', undefined]);
  });

  it('of a map has the cause of its child', async () => {
    const results = (key: string, error: string) =>
      lake.lake.replace(
        `${runKeys(made.runId).root}results/${key}`,
        Buffer.from(JSON.stringify([{ Status: 'FAILED', Error: error, Cause: 'of a child' }])),
      );
    const made = await split('x');
    results('FAILED_0.json', 'OutOfMemory');
    results('manifest.json', 'NotOfAChild');
    await record('x', { error: MAP_FAILED, cause: 'a map' });
    expect((await lake.entry(made)).failure).toEqual({ name: 'OutOfMemory', message: 'of a child' });
  });

  it('of another step has its own cause, whatever children of a map left', async () => {
    const made = await split('x');
    const child = [{ Status: 'FAILED', Error: 'OutOfMemory', Cause: 'of a child' }];
    lake.lake.replace(`${runKeys(made.runId).root}results/FAILED_0.json`, Buffer.from(JSON.stringify(child)));
    await record('x');
    expect((await lake.entry(made)).failure).toEqual({ name: 'TypeError', message: 'a defect' });
  });

  it('of a map whose children left nothing has its own cause', async () => {
    const made = await split('x');
    await record('x', { error: MAP_FAILED, cause: 'a map' });
    expect((await lake.entry(made)).failure).toEqual({ name: MAP_FAILED, message: 'a map' });
  });
});

describe('the failure of an execution that has no entry', () => {
  it('is told by what it was asked, and noted for a late call of it', async () => {
    expect(await record('x', { request: { layout: 'small', sourceKey: 'k'.repeat(200) } })).toBe(false);
    expect(lake.notices[0]?.subject).toBe(`Failed: ${'k'.repeat(92)}`);
    expect(lake.figures[0]?.dataset).toBe('small');
    expect(noteOf('x')).toHaveLength(1);
  });

  it('is told without a request as well', async () => {
    await record('x');
    expect([lake.notices[0]?.subject, lake.figures[0]?.dataset]).toEqual(['Failed: a file', 'unknown']);
    expect(await record('y', { error: REFUSED })).toBe(false);
    expect(lake.notices).toHaveLength(1);
  });

  it('is told also if the entry cannot be read', async () => {
    const made = await split('x');
    lake.lake.replace(made.ledgerKey, Buffer.from('{'));
    expect(await record('x')).toBe(false);
    expect(lake.notices).toHaveLength(1);
    expect(Buffer.from(lake.lake.bytesOf(made.ledgerKey)).toString()).toBe('{');
  });

  it('leaves a failed entry if its claim was under way, and a refusal leaves none', async () => {
    for (const [execution, error, state] of [
      ['x', 'TypeError', 'failed'],
      ['y', REFUSED, undefined],
    ] as const) {
      const made = await split(execution, { force: true });
      expect(lake.keys(executionKey(executionIdOf(execution)))).toHaveLength(1);
      lake.lake.lose(made.ledgerKey);
      await record(execution, { error });
      const entry = lake.keys(made.ledgerKey).length === 0 ? undefined : await lake.entry(made);
      expect(entry?.state).toBe(state);
      if (entry) lake.lake.lose(made.ledgerKey);
    }
  });
});
