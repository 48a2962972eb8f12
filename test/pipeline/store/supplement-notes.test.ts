import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { supplementNotesKey } from '../../../shared/keys/lake-keys.ts';
import { type FittingSupplement, noteFitting } from '../../../shared/pipeline/store/supplement-notes.ts';
import type { SupplementedRun } from '../../../shared/run/file-plan.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { DAY } from '../../support/small-day.ts';

const PARENT: SupplementedRun = { sourceKey: 'a.txt', runId: 'run-a' };
const supplement = (name: string, changes: Partial<FittingSupplement> = {}): FittingSupplement => ({
  ...{ sourceKey: `${name}.txt`, ledgerKey: `ledger/${name}.json`, runId: `run-${name}` },
  ...{ accepted: 1, contentDigest: 'd', supplementOf: PARENT },
  ...changes,
});
const KEY = supplementNotesKey(DAY.dataset, DAY.businessDate, PARENT.sourceKey);

describe('supplements of one file that were found to fit', () => {
  it('are told to whoever is judged next, in the order in which they came, without his own', async () => {
    const lake = new MemoryObjectStore();
    const told: string[][] = [];
    const note = (mine: FittingSupplement) =>
      noteFitting(lake, DAY, mine, async (others) => {
        told.push(others.map(({ runId }) => runId));
        return others;
      });
    for (const mine of [
      supplement('x'),
      supplement('y'),
      supplement('x', { runId: 'again' }),
      supplement('z'),
    ])
      expect(await note(mine)).toBeUndefined();
    expect(told).toEqual([[], ['run-x'], ['run-y'], ['run-y', 'again']]);
  });

  it('are noted before the answer says so, and those that are over are left out', async () => {
    const lake = new MemoryObjectStore();
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    await noteFitting(lake, DAY, supplement('x'), async () => []);
    await noteFitting(lake, DAY, supplement('y'), async () => []);
    await writes.assertEnded();
    expect(lake.keys()).toEqual([KEY]);
    const told = await noteFitting(lake, DAY, supplement('z'), async (others) => ({
      code: others.map(({ runId }) => runId).join(),
    }));
    expect(told).toEqual({ code: 'run-y' });
  });

  it('are not joined by one that is refused', async () => {
    const lake = new MemoryObjectStore();
    const refusal = { code: 'supplement-too-large' };
    expect(await noteFitting(lake, DAY, supplement('x'), async () => refusal)).toBe(refusal);
    expect(lake.keys()).toEqual([]);
  });

  it('see each other if they are judged at once', async () => {
    const lake = new MemoryObjectStore();
    const onlyOne = async (others: FittingSupplement[]) => (others.length > 0 ? { code: 'full' } : others);
    const told = await Promise.all(
      ['x', 'y', 'z'].map((name) => noteFitting(lake, DAY, supplement(name), onlyOne)),
    );
    expect(told.filter((refused) => refused === undefined)).toHaveLength(1);
  });
});
