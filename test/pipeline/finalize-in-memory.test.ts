import { describe, expect, it } from 'vitest';
import { tableOwnerKey } from '../../shared/keys/lake-keys.ts';
import { runKeys } from '../../shared/keys/run-keys.ts';
import { type FinalizeResult, finalizeFile } from '../../shared/pipeline/finalize/finalize-file.ts';
import { reconcileFile } from '../../shared/pipeline/reconcile/reconcile-file.ts';
import { splitFile } from '../../shared/pipeline/split/split-file.ts';
import { updateEntry } from '../../shared/pipeline/store/ledger.ts';
import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import { refuse } from '../../shared/refusal.ts';
import { MemoryLake } from '../support/memory-lake.ts';
import { parseAllRanges, planned } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { DATE, KEY } from '../support/small-day.ts';

const request = { layout: smallLayout(), sourceKey: KEY };
const ONE = smallFile(smallLine('A1', 1));

/** The end of a refused file, or of its run, for a reason. */
function refusalOf(
  { ledgerKey, runId }: { ledgerKey: string; runId?: string },
  what: string,
  code: 'empty-file' | 'key-taken' = 'empty-file',
) {
  const refusal = refuse(code, { where: KEY, what, next: 'Send it again.' });
  const file = { dataset: 'small', sourceKey: KEY, ledgerKey, businessDate: DATE };
  return { verdict: 'refused' as const, ...file, refusal, ...(runId === undefined ? {} : { runId }) };
}

/** A file that is split by an execution of its own, and nothing more. */
async function splitLake(execution = 'one') {
  const lake = new MemoryLake();
  lake.raw.replace(KEY, ONE);
  return { lake, split: planned(await splitFile(lake.ports, execution, request)) };
}

/** Finalizes, and fails if anything of it was not waited for. */
async function ended(lake: MemoryLake, input: Parameters<typeof finalizeFile>[1]): Promise<FinalizeResult> {
  const result = await finalizeFile(lake.ports, input);
  await lake.writes.assertEnded();
  return result;
}

describe('a refusal', () => {
  it('is recorded and told once, and again if it has another reason', async () => {
    const { lake, split } = await splitLake();
    await ended(lake, refusalOf(split, 'no record'));
    const { revision } = await lake.entry(split);
    await ended(lake, refusalOf(split, 'no record'));
    expect((await lake.entry(split)).revision).toBe(revision);
    expect(lake.notices).toHaveLength(1);
    expect('warnings' in (await lake.entry(split))).toBe(false);
    await ended(lake, refusalOf(split, 'nothing at all'));
    expect(lake.notices).toHaveLength(2);
    // Final is final: a refusal that comes after another one does not replace it.
    expect((await lake.entry(split)).refusal?.message).toContain('no record');
  });

  it('that nobody could be told of is told by the next try', async () => {
    const { lake, split } = await splitLake();
    const { notify } = lake.ports.notifier;
    lake.ports.notifier.notify = async () => Promise.reject(new Error('no topic'));
    await expect(finalizeFile(lake.ports, refusalOf(split, 'no record'))).rejects.toThrow('no topic');
    lake.ports.notifier.notify = notify;
    await ended(lake, refusalOf(split, 'no record'));
    expect(lake.notices).toHaveLength(1);
  });

  it('takes the parts of its run away before it is over', async () => {
    const { lake, split } = await splitLake();
    await parseAllRanges(lake.ports, split);
    const parts = () => lake.keys(`runs/${split.runId}/parts/`);
    expect(parts()).not.toEqual([]);
    await ended(lake, refusalOf(split, 'no record'));
    expect(parts()).toEqual([]);
  });

  it('that comes late leaves a loaded file alone, and takes the place of a failure', async () => {
    const lake = new MemoryLake();
    const loaded = await lake.load(KEY, ONE);
    await ended(lake, refusalOf(loaded, 'late'));
    expect(await lake.entry(loaded)).toMatchObject({ state: 'loaded' });
    await updateEntry(
      lake.lake,
      loaded.ledgerKey,
      (entry) => entry && { ...entry, state: 'failed' as const },
    );
    await ended(lake, refusalOf(loaded, 'after all'));
    expect(await lake.entry(loaded)).toMatchObject({ state: 'refused' });
  });

  it('of a file whose key is taken only warns the owner, once', async () => {
    const lake = new MemoryLake();
    const loaded = await lake.load(KEY, ONE);
    const told = lake.notices.length;
    for (let times = 0; times < 2; times++)
      await ended(lake, refusalOf(loaded, 'it is not ours', 'key-taken'));
    const entry = await lake.entry(loaded);
    expect(entry.state).toBe('loaded');
    expect(entry.warnings).toEqual([expect.stringContaining('it is not ours')]);
    expect(lake.notices.slice(told).map(({ subject }) => subject)).toEqual(Array(2).fill(`Refused: ${KEY}`));
  });

  it('has a subject of at most 100 characters', async () => {
    const { lake, split } = await splitLake();
    await ended(lake, { ...refusalOf(split, 'no record'), sourceKey: 'x'.repeat(150) });
    expect(lake.notices[0]?.subject).toBe(`Refused: ${'x'.repeat(91)}`);
  });

  it('of a file whose key is taken is not told before the owner is warned', async () => {
    const lake = new MemoryLake();
    const loaded = await lake.load(KEY, ONE);
    const told = lake.notices.length;
    lake.lake.beforeCall = (operation) => {
      if (operation === 'putIf') throw new Error('no disk');
    };
    const taken = refusalOf(loaded, 'it is not ours', 'key-taken');
    await expect(finalizeFile(lake.ports, taken)).rejects.toThrow('no disk');
    expect(lake.notices).toHaveLength(told);
  });
});

describe('the end of a run', () => {
  it('of a file that another run has loaded meanwhile fails, and nothing of it is published', async () => {
    const { lake, split } = await splitLake();
    await parseAllRanges(lake.ports, split);
    const reconciled = await reconcileFile(lake.ports, split.planKey);
    const other = await lake.load(KEY, ONE, { force: true });
    const { runId } = await lake.entry(other);
    await expect(finalizeFile(lake.ports, reconciled)).rejects.toMatchObject({ name: 'RunInconsistent' });
    expect(await lake.entry(other)).toMatchObject({ state: 'loaded', runId, loaded: { runId } });
  });

  it('is not called loaded if its table was published with other columns meanwhile', async () => {
    const { lake, split } = await splitLake();
    await parseAllRanges(lake.ports, split);
    const reconciled = await reconcileFile(lake.ports, split.planKey);
    const fields = JSON.parse(smallLayout()).fields.map((field: { name: string }) =>
      field.name === 'id' ? { ...field, type: 'integer' } : field,
    );
    const layout = smallLayout({ fields });
    await lake.load('f_20250811.txt', smallFile(smallLine('1', 1)), { layout });
    await expect(finalizeFile(lake.ports, reconciled)).rejects.toThrow();
    expect(await lake.entry(split)).toMatchObject({ state: 'merging' });
  });

  it('is not called loaded if another layout took its table meanwhile', async () => {
    const { lake, split } = await splitLake();
    await parseAllRanges(lake.ports, split);
    const reconciled = await reconcileFile(lake.ports, split.planKey);
    const layout = smallLayout({ name: 'other' });
    await lake.load('f_20250811.txt', ONE, { layout });
    const key = tableOwnerKey('small_rejects');
    lake.lake.replace(key, sealedBytes(key, { layout: 'other' }));
    await expect(finalizeFile(lake.ports, reconciled)).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringContaining('other'),
    });
    expect(await lake.entry(split)).toMatchObject({ state: 'merging' });
  });

  it('publishes nothing if that is left to somebody later', async () => {
    const lake = new MemoryLake();
    lake.ports.settings.publishedLater = 'the end of the night';
    expect((await lake.load(KEY, ONE)).day).toEqual({
      ...{ published: false, commit: undefined, waitingFor: 'the end of the night' },
    });
    expect(lake.keys('catalog/')).toEqual([]);
  });

  it('names the report of the commit that it wrote, and of no other', async () => {
    const lake = new MemoryLake();
    lake.ports.settings.reports = {
      ...{ place: 's3://lake/', timeZone: 'America/Sao_Paulo', deadline: '09:00' },
      ...{ businessDate: 'day-before', region: 'sa-east-1', language: 'en' },
    };
    const { ledgerKey } = await lake.load(KEY, ONE);
    const { told: _, ...untold } = await lake.entry({ ledgerKey });
    await updateEntry(lake.lake, ledgerKey, () => untold);
    const { runId } = untold;
    const file = { dataset: 'small', sourceKey: KEY, businessDate: DATE, ledgerKey };
    const again = { verdict: 'balanced' as const, ...file, runId: runId!, planKey: runKeys(runId!).plan };
    await ended(lake, again);
    const named = lake.notices.map(({ message }) => /Its report: (\S+)/.exec(message)?.[1]);
    const day = 's3://lake/ledger/small/year=2025/month=08/day=12/_day/';
    expect(named).toEqual([`${day}1.report.html`, undefined]);
  });

  it('notes that people were told only for its own run', async () => {
    const lake = new MemoryLake();
    const { notify } = lake.ports.notifier;
    lake.ports.notifier.notify = async (notice) => {
      const [key] = lake.keys('ledger/small/year=').filter((name) => /day=\d\d\/f_[^/]*\.json$/.test(name));
      await updateEntry(lake.lake, key!, (entry) => entry && { ...entry, runId: 'another' });
      await notify(notice);
    };
    const loaded = await lake.load(KEY, ONE);
    expect(await lake.entry(loaded)).toMatchObject({ runId: 'another', state: 'loaded' });
    expect((await lake.entry(loaded)).told).toBeUndefined();
  });

  it('knows the checksum of every file that it loads, and says which share was rejected', async () => {
    const lake = new MemoryLake();
    const loaded = await lake.load(KEY, smallFile(smallLine('A1', 1), smallLine('A2', 'X')));
    const { outputs, rejectOutputs } = (await lake.entry(loaded)).loaded!;
    for (const { checksum } of [...outputs, ...rejectOutputs]) expect(checksum).toMatch(/^[\w+/]{11}=$/);
    const percent = () => lake.figures.at(-1)?.all.find(({ name }) => name === 'RejectPercent')?.value;
    expect(percent()).toBe(50);
    await lake.load(KEY, smallFile(smallLine('A1', 'X')));
    expect(percent()).toBe(100);
    const header = { match: { start: 1, end: 1, equals: 'H' }, fields: [] };
    const layout = smallLayout({ header });
    await lake.load('g_20250812.txt', smallFile('H'.padEnd(20)), { layout });
    expect(percent()).toBe(0);
  });

  it('has a subject of at most 100 characters', async () => {
    const lake = new MemoryLake();
    await lake.load(`${'x'.repeat(150)}_20250812.txt`, ONE);
    expect(lake.notices[0]?.subject).toHaveLength(100);
  });
});

describe('a file that is loaded already', () => {
  it('is confirmed without a change, and by the run that has it alone', async () => {
    const lake = new MemoryLake();
    const loaded = await lake.load(KEY, ONE);
    const { revision, runId } = await lake.entry(loaded);
    const file = { dataset: 'small', sourceKey: KEY, ledgerKey: loaded.ledgerKey, businessDate: DATE };
    await ended(lake, { verdict: 'already-loaded', ...file, runId: runId! });
    expect((await lake.entry(loaded)).revision).toBe(revision);
    // Another version of it is at work.
    lake.raw.replace(KEY, smallFile(smallLine('A1', 2)));
    await splitFile(lake.ports, 'other', request);
    await ended(lake, { verdict: 'already-loaded', ...file, runId: 'given up' });
    expect(await lake.entry(loaded)).toMatchObject({ state: 'parsing', execution: 'other' });
  });
});
