import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import { dayCommitKey, entryHistoryPrefix, ledgerEntryKey } from '../../../shared/keys/lake-keys.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { restoredEntry } from '../../../shared/pipeline/store/restored-entry.ts';
import type { LedgerEntry } from '../../../shared/run/ledger-entry.ts';
import { sampleCommit, sampleCommitted } from '../../support/sample-commit.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { DATE } from '../../support/small-day.ts';

const KEY = ledgerEntryKey('small', DATE, 'a');
const DAMAGED = Buffer.from('{');
/** Three runs of one file, loaded one after the other. */
const LOADED_AT = { one: '2025-08-12T01:00:00.000Z', two: '2025-08-12T02:00:00.000Z' };
const loadedBy = (runId: keyof typeof LOADED_AT) => sampleEntry('a', { runId, loadedAt: LOADED_AT[runId] });

/** A lake with earlier versions of an entry, which is lost, and the commits of its day; 'damaged' cannot be read. */
async function lost(
  history: (LedgerEntry | 'damaged')[],
  commits: (Partial<DayCommit> | 'damaged')[] = [],
  key = KEY,
) {
  const lake = new MemoryObjectStore();
  const write = async (at: string, document: object | 'damaged') =>
    document === 'damaged' ? lake.replace(at, DAMAGED) : writeJson(lake, at, document);
  for (const [index, entry] of history.entries())
    await write(`${entryHistoryPrefix(key)}${index + 1}.json`, entry);
  for (const [index, commit] of commits.entries())
    await write(
      dayCommitKey('small', DATE, index + 1),
      commit === 'damaged' ? commit : sampleCommit({ commit: index + 1, ...commit }),
    );
  lake.calls.get = 0;
  const restored = await restoredEntry(lake, key);
  return { ...restored, documentsRead: lake.calls.get };
}

const publishes = (runId: string): Partial<DayCommit> => ({
  files: [sampleCommitted('another', 'run-x'), sampleCommitted('a', runId)],
});
const takes = (from: string | null, to: string | null, committedAt = '2025-08-12T05:00:00.000Z') => ({
  ...(to === null ? {} : publishes(to)),
  committedAt,
  rollback: {
    ...{ reason: 'wrong', restores: null },
    files: [
      { sourceId: 'another', sourceKey: 'x.txt', ledgerKey: 'x', from: 'run-y', to: 'run-x' },
      { sourceId: 'a', sourceKey: 'a.txt', ledgerKey: KEY, from, to },
    ],
  },
});
const runOf = ({ entry }: Awaited<ReturnType<typeof lost>>) => entry?.loaded?.runId;

describe('a ledger entry that is lost', () => {
  it('begins anew after the version that is lost, if nothing of it was kept', async () => {
    expect(await lost([])).toMatchObject({ nextRevision: 2, entry: undefined });
    expect(await lost(['damaged', 'damaged'])).toMatchObject({ nextRevision: 4, entry: undefined });
  });

  it('is the last version that was kept and can be read, and counts as another attempt', async () => {
    const versions = [loadedBy('one'), loadedBy('two'), 'damaged' as const];
    const { nextRevision, entry } = await lost(versions);
    expect([nextRevision, entry]).toEqual([5, { ...loadedBy('two'), attempt: 1 }]);
    expect(runOf(await lost(['damaged', loadedBy('one')]))).toBe('one');
  });

  it('of a file without a date is not looked for in commits', async () => {
    const key = 'ledger/small/undated/a.json';
    const entry = { ...loadedBy('two'), businessDate: null };
    const restored = await lost([entry], [publishes('one')], key);
    expect(restored).toMatchObject({ nextRevision: 3, documentsRead: 1 });
    expect(restored.entry).toEqual({ ...entry, attempt: 1 });
  });

  it('keeps the version that readers see', async () => {
    const versions = [loadedBy('one'), loadedBy('two')];
    for (const commits of [
      [],
      ['damaged' as const],
      [publishes('two')],
      [{ files: [] }],
      [takes('x', 'two')],
    ])
      expect((await lost(versions, commits)).entry).toEqual({ ...loadedBy('two'), attempt: 1 });
  });

  it('gets the version that readers see if it is an earlier one', async () => {
    const versions = [loadedBy('one'), loadedBy('two')];
    const { entry } = await lost(versions, [publishes('two'), publishes('one')]);
    expect(entry).toEqual({ ...loadedBy('two'), loaded: loadedBy('one').loaded, attempt: 1 });
    expect(runOf(await lost(versions, [publishes('one'), 'damaged']))).toBe('one');
  });

  it('is told by its history and the last commit, and by earlier ones only if those do not agree', async () => {
    const versions = [loadedBy('one'), loadedBy('two')];
    const commits = [publishes('one'), publishes('two')];
    expect(await lost(versions)).toMatchObject({ documentsRead: 2 });
    expect(await lost(versions, commits)).toMatchObject({ documentsRead: 2 + 1 });
    expect(await lost(versions, commits.toReversed())).toMatchObject({ documentsRead: 2 + 1 + 2 });
  });

  it('has none loaded if its history does not know the version that readers see', async () => {
    const { entry } = await lost([loadedBy('one'), loadedBy('two')], [publishes('three')]);
    expect(entry).toEqual({ ...loadedBy('two'), loaded: undefined, attempt: 1 });
  });
});

describe('a rollback that a lost entry had been told', () => {
  const versions = [loadedBy('one'), loadedBy('two')];
  const { committedAt } = takes(null, null);
  const takenBack = { runId: 'two', version: 'v1', reason: 'wrong', at: committedAt };

  it.each<[string, (Partial<DayCommit> | 'damaged')[]]>([
    ['as the last commit', [publishes('two'), takes('two', 'one')]],
    ['before another commit', [takes('two', 'one'), publishes('one')]],
    ['beside a commit that cannot be read', [takes('two', 'one'), 'damaged', publishes('one')]],
    ['after a rollback of an earlier version', [takes('one', null), takes('two', 'one')]],
    [
      'before one of another file',
      [takes('two', 'one'), { ...publishes('one'), rollback: { ...takes('x', 'y').rollback, files: [] } }],
    ],
  ])('is told again: %s', async (_, commits) => {
    const { entry } = await lost(versions, commits);
    expect(entry).toMatchObject({
      state: 'loaded',
      loaded: { runId: 'one' },
      rolledBack: [takenBack],
      attempt: 1,
    });
  });

  it('that took the file out of its day leaves nothing loaded', async () => {
    const { entry } = await lost(versions, [publishes('two'), takes('two', null)]);
    expect(entry).toMatchObject({
      state: 'refused',
      refusal: { code: 'rolled-back' },
      rolledBack: [takenBack],
    });
    expect(entry?.loaded).toBeUndefined();
  });

  it.each<[string, Partial<DayCommit>[], string | undefined]>([
    ['before the version was loaded', [takes('two', null, '2025-08-12T01:59:59.999Z'), { files: [] }], 'two'],
    ['to a version that readers see no more', [takes('two', 'three'), publishes('one')], 'one'],
    ['of a version that is not the last one', [takes('one', null), { files: [] }], 'two'],
  ])('is not told of this version: %s', async (_, commits, runId) => {
    const restored = await lost(versions, commits);
    expect(runOf(restored)).toBe(runId);
    expect(restored.entry?.rolledBack).toBeUndefined();
  });

  it('at the very moment in which the version was loaded is told', async () => {
    const { entry } = await lost(versions, [takes('two', 'one', LOADED_AT.two)]);
    expect(entry?.rolledBack).toMatchObject([{ runId: 'two', at: LOADED_AT.two }]);
  });
});

it('of an entry that has nothing loaded no rollback is looked for', async () => {
  const { loaded: _, ...entry } = loadedBy('two');
  const restored = await lost([loadedBy('one'), entry], [takes('two', 'one')]);
  expect(restored.entry).toEqual({ ...entry, loaded: loadedBy('one').loaded, attempt: 1 });
});
