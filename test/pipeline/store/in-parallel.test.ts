import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { PreconditionFailed } from '../../../shared/errors.ts';
import { putFirst, replace } from '../../../shared/pipeline/store/compare-and-swap.ts';
import { inParallel } from '../../../shared/pipeline/store/in-parallel.ts';
import { advanceRun, entryVersions, readEntry, updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import type { FileState, LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { sampleEntry } from '../../support/sample-entry.ts';

describe('many actions at once', () => {
  it('are never more than the limit, and answer in order', async () => {
    for (const limit of [1, 3, 10]) {
      let [running, most] = [0, 0];
      const answers = await inParallel([5, 4, 3, 2, 1], limit, async (turns, index) => {
        most = Math.max(most, ++running);
        for (let turn = 0; turn < turns; turn++) await setImmediate();
        running--;
        return `${index}:${turns}`;
      });
      expect(answers).toEqual(['0:5', '1:4', '2:3', '3:2', '4:1']);
      expect(most).toBe(Math.min(limit, 5));
    }
    expect(await inParallel([], 3, async () => 1)).toEqual([]);
  });

  it('stop at the first failure, once those that run have ended', async () => {
    const ended: number[] = [];
    const running = inParallel([0, 1, 2, 3, 4], 2, async (item) => {
      for (let turn = 0; turn < 3 * (item + 1); turn++) await setImmediate();
      if (item === 0) throw new Error('the first');
      ended.push(item);
    });
    await expect(running).rejects.toThrow('the first');
    expect(ended).toEqual([1]);
  });
});

describe('a write on condition', () => {
  it('writes what is missing, and changes what is still as it was', async () => {
    const store = new MemoryObjectStore();
    const [one, two] = [Buffer.from('1'), Buffer.from('2')];
    await replace(store, 'k', one, undefined);
    expect(Buffer.from(store.bytesOf('k')).toString()).toBe('1');
    await expect(replace(store, 'k', two, undefined)).rejects.toThrow(PreconditionFailed);
    await expect(replace(store, 'k', two, { tag: 'another' })).rejects.toThrow(PreconditionFailed);
    await replace(store, 'k', two, await store.get('k'));
    expect(Buffer.from(store.bytesOf('k')).toString()).toBe('2');
  });

  it('of an object that is never changed answers who was first, and passes other failures on', async () => {
    const store = new MemoryObjectStore();
    expect(await putFirst(store, 'k', Buffer.from('1'))).toBe(true);
    expect(await putFirst(store, 'k', Buffer.from('2'))).toBe(false);
    store.beforeCall = () => {
      throw new Error('no disk');
    };
    await expect(putFirst(store, 'l', Buffer.from('1'))).rejects.toThrow('no disk');
  });
});

describe('a step of a run', () => {
  const KEY = 'ledger/small/year=2025/month=08/day=12/a.json';
  const AT = '2025-08-12T05:00:00.000Z';

  async function ledgerWith(state: FileState, changes: Partial<LedgerEntry> = {}) {
    const lake = new MemoryObjectStore();
    await updateEntry(lake, KEY, () => ({ ...sampleEntry('a'), state, ...changes }));
    const advance = (to: FileState, more: Partial<LedgerEntry> = {}, runId = 'run-a') =>
      advanceRun(lake, KEY, runId, to, AT, more);
    return { lake, advance, revision: async () => (await readEntry(lake, KEY))?.revision };
  }

  it('is written once, unless it brings something new', async () => {
    const { advance, revision } = await ledgerWith('parsing', { loaded: undefined });
    expect(await revision()).toBe(1);
    await advance('parsing');
    expect(await revision()).toBe(1);
    expect(await advance('parsing', { rows: 7 })).toMatchObject({ state: 'parsing', rows: 7 });
    expect(await revision()).toBe(2);
    expect(await advance('merging')).toMatchObject({ state: 'merging', rows: 7 });
    expect(await revision()).toBe(3);
  });

  it('that comes after the end of its run changes nothing', async () => {
    const { advance, revision } = await ledgerWith('loaded');
    expect(await advance('merging')).toMatchObject({ state: 'loaded' });
    expect(await revision()).toBe(1);
    expect(await advance('failed')).toMatchObject({ state: 'failed' });
    expect(await revision()).toBe(2);
  });

  it('of a forced run goes on, though another run of the file is loaded', async () => {
    const { advance } = await ledgerWith('parsing', { runId: 'run-b' });
    expect(await advance('merging', {}, 'run-b')).toMatchObject({ state: 'merging' });
    const stale = await ledgerWith('loaded', { runId: 'run-b' });
    expect(await stale.advance('merging', {}, 'run-b')).toMatchObject({ state: 'merging' });
  });

  it('of a run that was refused changes nothing until it is loaded after all', async () => {
    const { advance, revision } = await ledgerWith('refused');
    for (const state of ['reconciling', 'merging'] as const)
      expect(await advance(state)).toMatchObject({ state: 'refused' });
    expect(await revision()).toBe(1);
    expect(await advance('loaded')).toMatchObject({ state: 'loaded' });
  });

  it('of another run, or of a file that is gone, fails', async () => {
    const { advance, lake, revision } = await ledgerWith('parsing');
    await expect(advance('merging', {}, 'run-b')).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringContaining('The ledger names run run-a, and this is run run-b.'),
    });
    expect(await revision()).toBe(1);
    lake.lose(KEY);
    await expect(advance('merging')).rejects.toMatchObject({ name: 'RunInconsistent' });
  });

  it('keeps every version before, the latest first', async () => {
    const { advance, lake } = await ledgerWith('splitting', { loaded: undefined });
    for (const state of ['parsing', 'reconciling', 'merging'] as const) await advance(state);
    const versions = await Array.fromAsync(entryVersions(lake, KEY));
    expect(versions.map(({ state, revision }) => `${revision} ${state}`)).toEqual([
      '4 merging',
      '3 reconciling',
      '2 parsing',
      '1 splitting',
    ]);
    expect(await Array.fromAsync(entryVersions(lake, 'ledger/none.json'))).toEqual([]);
  });
});
