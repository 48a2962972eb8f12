import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { DayCommit, RolledBackFile } from '../../../shared/day/day-commit.ts';
import { dayCommitKey, entryHistoryPrefix, ledgerEntryKey } from '../../../shared/keys/lake-keys.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { readEntry, updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import { settleLastRollback, settleRollback } from '../../../shared/pipeline/store/settle-rollback.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { DATE } from '../../support/small-day.ts';

const KEY = ledgerEntryKey('small', DATE, 'a');
const COMMIT: DayCommit = {
  ...{ dataset: 'small', businessDate: DATE, commit: 3, committedAt: '2025-08-13T05:00:00.000Z' },
  ...{ files: [], tables: [] },
};

function rolledBack(from: string | null, to: string | null): DayCommit {
  const file: RolledBackFile = { sourceId: 'a', sourceKey: 'a.txt', ledgerKey: KEY, from, to };
  return { ...COMMIT, rollback: { reason: 'wrong', restores: null, files: [file] } };
}

/** A file whose runs were loaded one after the other. */
async function loadedBy(...runIds: string[]) {
  const lake = new MemoryObjectStore();
  for (const runId of runIds) await updateEntry(lake, KEY, () => sampleEntry('a', { runId }));
  const loaded = async () => (await readEntry(lake, KEY))?.loaded?.runId;
  return { lake, loaded };
}

describe('a rollback that the ledger does not know yet', () => {
  it('is settled: the version before it is the loaded one', async () => {
    const { lake, loaded } = await loadedBy('one', 'two');
    await settleRollback({ lake }, rolledBack('two', 'one'));
    expect(await loaded()).toBe('one');
  });

  it('does not touch a version that was loaded while it was settled', async () => {
    const { lake, loaded } = await loadedBy('one', 'two');
    lake.beforeCall = async (operation, key) => {
      if (operation !== 'get' || !key.startsWith(entryHistoryPrefix(KEY))) return;
      delete lake.beforeCall;
      await updateEntry(lake, KEY, () => sampleEntry('a', { runId: 'three' }));
    };
    await settleRollback({ lake }, rolledBack('two', 'one'));
    expect(await loaded()).toBe('three');
  });
});

it('a version that was there before a rollback and after it is not taken back', async () => {
  const { lake } = await loadedBy('one', 'two');
  await settleRollback({ lake }, rolledBack('two', 'two'));
  expect(await readEntry(lake, KEY)).toEqual({ ...sampleEntry('a', { runId: 'two' }), revision: 2 });
});

describe('a rollback that the ledger knows', () => {
  it('costs one look at each entry', async () => {
    const { lake, loaded } = await loadedBy('one', 'two');
    await settleRollback({ lake }, rolledBack('two', 'one'));
    lake.calls.get = 0;
    await settleRollback({ lake }, rolledBack('two', 'one'));
    expect(lake.calls.get).toBe(1);
    expect(await loaded()).toBe('one');
  });
});

describe('the last commit of a day', () => {
  it('is settled only if it is a rollback that can be read', async () => {
    const { lake, loaded } = await loadedBy('one', 'two');
    const settle = () => settleLastRollback({ lake }, 'small', DATE);
    expect(await settle()).toBe(false);
    await writeJson(lake, dayCommitKey('small', DATE, 1), { ...COMMIT, commit: 1 });
    expect(await settle()).toBe(false);
    expect(await loaded()).toBe('two');
    await writeJson(lake, dayCommitKey('small', DATE, 2), { ...rolledBack('two', 'one'), commit: 2 });
    expect(await settle()).toBe(true);
    expect(await loaded()).toBe('one');
    lake.replace(dayCommitKey('small', DATE, 3), Buffer.from('{'));
    expect(await settle()).toBe(false);
  });
});
