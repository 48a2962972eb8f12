import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { entryHistoryPrefix } from '../../../shared/keys/lake-keys.ts';
import { readJson, toJsonBytes, writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { advanceRun, entryVersions, updateEntry } from '../../../shared/pipeline/store/ledger.ts';
import { type LedgerEntry, ledgerEntryShape } from '../../../shared/run/ledger-entry.ts';
import { HeldWrites } from '../../support/held-writes.ts';
import { sampleEntry } from '../../support/sample-entry.ts';

const KEY = 'ledger/small/year=2025/month=08/day=12/a.json';
const HISTORY = entryHistoryPrefix(KEY);
const ENTRY = sampleEntry('a');
const DAMAGED = Buffer.from('{"dataset":');
const AT = '2025-08-12T05:00:00.000Z';

const stored = (lake: MemoryObjectStore) => readJson(lake, KEY, ledgerEntryShape);
const attempt = (attempt: number) => (current: LedgerEntry | undefined) => ({
  ...(current ?? ENTRY),
  attempt,
});

/** An entry of three revisions. */
async function changedTwice() {
  const lake = new MemoryObjectStore();
  for (const next of [1, 2, 3]) await updateEntry(lake, KEY, attempt(next));
  return lake;
}

describe('a ledger entry that cannot be read', () => {
  it('stops whoever would change it, unless they force it', async () => {
    const lake = await changedTwice();
    lake.replace(KEY, DAMAGED);
    await expect(updateEntry(lake, KEY, attempt(9))).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(lake.bytesOf(KEY)).toEqual(new Uint8Array(DAMAGED));
    expect(await updateEntry(lake, KEY, attempt(9), true)).toMatchObject({ attempt: 9 });
    expect(await stored(lake)).toMatchObject({ attempt: 9 });
  });

  it('is replaced by force though nothing was kept of it', async () => {
    const lake = new MemoryObjectStore();
    lake.replace(KEY, DAMAGED);
    const seen: unknown[] = [];
    const change = (current: LedgerEntry | undefined) => {
      seen.push(current);
      return ENTRY;
    };
    // Nobody knows how many versions there were: the number of the one that is lost is left out.
    expect(await updateEntry(lake, KEY, change, true)).toMatchObject({ revision: 2 });
    expect(seen).toEqual([undefined]);
    expect(await stored(lake)).toMatchObject({ revision: 2 });
  });

  it('stays as it is if whoever forces it changes nothing', async () => {
    const lake = await changedTwice();
    lake.replace(KEY, DAMAGED);
    // The attempt of the version that is lost may have been the next one.
    expect(await updateEntry(lake, KEY, (current) => current, true)).toMatchObject({
      attempt: 3,
      revision: 2,
    });
    expect(await updateEntry(lake, KEY, () => undefined, true)).toMatchObject({ revision: 2 });
    expect(lake.bytesOf(KEY)).toEqual(new Uint8Array(DAMAGED));
  });

  it('is not taken for damage if the store fails, forced or not', async () => {
    for (const overDamage of [false, true]) {
      const lake = await changedTwice();
      lake.beforeCall = () => {
        // It is back at once.
        delete lake.beforeCall;
        throw new Error('no disk');
      };
      await expect(updateEntry(lake, KEY, attempt(9), overDamage)).rejects.toThrow('no disk');
      expect(await stored(lake)).toMatchObject({ attempt: 3, revision: 3 });
    }
  });

  it('is not taken for lost while it can be read, forced or not', async () => {
    for (const overDamage of [false, true]) {
      const lake = await changedTwice();
      const seen: unknown[] = [];
      const change = (current: LedgerEntry | undefined) => {
        seen.push(current);
        return { ...current!, attempt: 9 };
      };
      expect(await updateEntry(lake, KEY, change, overDamage)).toMatchObject({ attempt: 9, revision: 4 });
      expect(seen).toMatchObject([{ attempt: 3, revision: 3 }]);
    }
  });

  it('is replaced before the answer says so', async () => {
    const lake = await changedTwice();
    lake.replace(KEY, DAMAGED);
    const writes = new HeldWrites();
    lake.beforeCall = writes.call;
    await updateEntry(lake, KEY, attempt(9), true);
    await writes.assertEnded();
    expect(await stored(lake)).toMatchObject({ attempt: 9 });
  });
});

describe('a ledger entry that is missing', () => {
  it('is restored from its history by force only', async () => {
    for (const [overDamage, seen] of [
      [false, undefined],
      [true, expect.objectContaining({ revision: 2, attempt: 3 })],
    ] as const) {
      const lake = await changedTwice();
      lake.lose(KEY);
      const changed = await updateEntry(
        lake,
        KEY,
        (current) => {
          expect(current).toEqual(seen);
          return { ...ENTRY, attempt: 7 };
        },
        overDamage,
      );
      // A number that a version had is not given again.
      expect(changed).toMatchObject({ revision: overDamage ? 4 : 1 });
    }
  });

  it('is the first version, forced or not, if there was none', async () => {
    for (const overDamage of [false, true]) {
      const lake = new MemoryObjectStore();
      expect(await updateEntry(lake, KEY, () => ENTRY, overDamage)).toMatchObject({ revision: 1 });
    }
  });
});

describe('the versions of an entry', () => {
  it('are counted from one in an entry of an earlier version of the software, which has no number', async () => {
    const lake = new MemoryObjectStore();
    await writeJson(lake, KEY, ENTRY);
    expect(await updateEntry(lake, KEY, attempt(9))).toMatchObject({ revision: 2 });
    expect(lake.keys()).toEqual([`${HISTORY}1.json`, KEY].sort());
  });

  it('are not kept of an entry that nobody else has seen', async () => {
    const lake = Object.assign(new MemoryObjectStore(), { isDraft: (key: string) => key === KEY });
    for (const next of [1, 2])
      expect(await updateEntry(lake, KEY, attempt(next))).toMatchObject({ revision: 1 });
    expect(lake.keys()).toEqual([KEY]);
  });

  it('are each read once', async () => {
    const lake = await changedTwice();
    lake.calls.get = 0;
    expect(await Array.fromAsync(entryVersions(lake, KEY), ({ revision }) => revision)).toEqual([3, 2, 1]);
    expect(lake.calls.get).toBe(3);
    lake.replace(KEY, toJsonBytes(ENTRY));
    lake.calls.get = 0;
    expect(await Array.fromAsync(entryVersions(lake, KEY))).toHaveLength(1);
    expect(lake.calls.get).toBe(1);
  });

  it('that cannot be read are told and left out, or stop whoever does not ask for them', async () => {
    const lake = await changedTwice();
    lake.replace(`${HISTORY}2.json`, DAMAGED);
    await expect(Array.fromAsync(entryVersions(lake, KEY))).rejects.toMatchObject({ name: 'ObjectDamaged' });
    const passed: string[] = [];
    const versions = entryVersions(lake, KEY, ({ where = '' }) => passed.push(where));
    expect(await Array.fromAsync(versions, ({ revision }) => revision)).toEqual([3, 1]);
    expect(passed).toEqual([`${HISTORY}2.json`]);
    lake.beforeCall = (_, key) => {
      if (key.startsWith(HISTORY)) throw new Error('no disk');
    };
    await expect(Array.fromAsync(entryVersions(lake, KEY, () => undefined))).rejects.toThrow('no disk');
  });
});

describe('a step of an execution', () => {
  it('is taken unless people were told that the execution failed, until it is redriven', async () => {
    const lake = new MemoryObjectStore();
    const failedExecutions = [{ execution: 'dead', redriveCount: 1 }];
    await updateEntry(lake, KEY, () => ({ ...ENTRY, state: 'parsing', failedExecutions }));
    const advance = (execution: string, redriveCount: number) =>
      advanceRun(lake, KEY, 'run-a', 'reconciling', AT, {}, { execution, redriveCount });
    await expect(advance('dead', 1)).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringContaining('this execution was given up'),
    });
    expect(await stored(lake)).toMatchObject({ state: 'parsing' });
    for (const [execution, redriveCount] of [
      ['dead', 2],
      ['alive', 0],
    ] as const)
      expect(await advance(execution, redriveCount)).toMatchObject({ state: 'reconciling' });
  });
});

describe('the end of a step', () => {
  it('changes nothing if its run failed meanwhile, and a step that begins anew does', async () => {
    const lake = new MemoryObjectStore();
    await updateEntry(lake, KEY, () => ({ ...ENTRY, state: 'failed' }));
    expect(await advanceRun(lake, KEY, 'run-a', 'merging', AT, { rows: 5 })).toMatchObject({ revision: 1 });
    expect(await stored(lake)).toMatchObject({ state: 'failed', revision: 1 });
    expect(await advanceRun(lake, KEY, 'run-a', 'parsing', AT)).toMatchObject({ state: 'parsing' });
  });
});
