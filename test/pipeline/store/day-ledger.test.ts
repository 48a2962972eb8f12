import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import type { DayCommit } from '../../../shared/day/day-commit.ts';
import type { RunInconsistent } from '../../../shared/errors.ts';
import { dayCommitKey, ledgerEntryKey } from '../../../shared/keys/lake-keys.ts';
import {
  dayEntries,
  dayEntryKeys,
  lastCommit,
  ledgerDays,
  readCommit,
} from '../../../shared/pipeline/store/day-ledger.ts';
import { writeJson } from '../../../shared/pipeline/store/json-object.ts';
import { sampleEntry } from '../../support/sample-entry.ts';
import { DATE } from '../../support/small-day.ts';

const DAY = 'ledger/small/year=2025/month=08/day=12/';

describe('the days of a ledger', () => {
  it('are found at the cost of their folders, whatever is in them', async () => {
    const store = new MemoryObjectStore();
    for (let file = 0; file < 200; file++) store.replace(`${DAY}f${file}.json`, new Uint8Array(1));
    store.replace('ledger/small/year=2025/month=09/day=01/_terms/1.json', new Uint8Array(1));
    store.replace('ledger/small/undated/g.json', new Uint8Array(1));
    store.replace('ledger/other/year=2024/month=12/day=31/h.json', new Uint8Array(1));
    store.replace('ledger/_tables/small.json', new Uint8Array(1));
    // What stands beside the folders is no folder.
    for (const folder of ['', 'small/', 'small/year=2025/', 'small/year=2025/month=08/'])
      store.replace(`ledger/${folder}note.txt`, new Uint8Array(1));
    expect(await ledgerDays(store)).toEqual(
      new Map([
        ['other', new Set(['2024-12-31'])],
        ['small', new Set(['2025-08-12', '2025-09-01'])],
      ]),
    );
    // The ledger, three folders in it, two years, three months: no day was looked into.
    expect(store.calls).toEqual({ listFolder: 1 + 3 + 2 + 3 });
  });
});

describe('the entries of a day', () => {
  async function dayOf(...sourceIds: string[]) {
    const lake = new MemoryObjectStore();
    for (const id of sourceIds) await writeJson(lake, ledgerEntryKey('small', DATE, id), sampleEntry(id));
    return lake;
  }
  const idsOf = async (entries: Promise<{ sourceId: string }[]>) =>
    (await entries).map(({ sourceId }) => sourceId);

  it('are read in the order of their keys, with those that a listing does not show yet', async () => {
    const lake = await dayOf('b', 'a', 'c');
    lake.replace(`${DAY}_terms/1.json`, new Uint8Array(1));
    lake.replace(`${DAY}note.txt`, new Uint8Array(1));
    expect(await idsOf(dayEntries(lake, 'small', DATE))).toEqual(['a', 'b', 'c']);
    const late = Object.assign(Object.create(lake), {
      async *listFolder() {
        yield `${DAY}b.json`;
      },
    });
    expect(await idsOf(dayEntries(late, 'small', DATE, ['c', 'none']))).toEqual(['b', 'c']);
    expect(await dayEntryKeys(late, 'small', DATE, ['c', 'none'])).toEqual(
      ['b', 'c', 'none'].map((id) => `${DAY}${id}.json`),
    );
  });

  it('that cannot be read are told, and the others read, or stop whoever does not ask for them', async () => {
    const lake = await dayOf('a', 'b');
    const key = ledgerEntryKey('small', DATE, 'a');
    lake.replace(key, Buffer.from('{'));
    await expect(dayEntries(lake, 'small', DATE)).rejects.toMatchObject({ name: 'ObjectDamaged' });
    const damaged: RunInconsistent[] = [];
    expect(await idsOf(dayEntries(lake, 'small', DATE, [], damaged))).toEqual(['b']);
    expect(damaged).toMatchObject([{ name: 'ObjectDamaged', where: key }]);
    lake.beforeCall = (operation) => {
      if (operation === 'get') throw new Error('no disk');
    };
    await expect(dayEntries(lake, 'small', DATE, [], damaged)).rejects.toThrow('no disk');
  });
});

it('a commit without tables publishes nothing, and takes its number', async () => {
  const lake = new MemoryObjectStore();
  const commit: DayCommit = {
    ...{ dataset: 'small', businessDate: DATE, commit: 1, committedAt: '2025-08-13T05:00:00.000Z' },
    ...{ files: [], tables: [{ dataset: 'small', columns: [], partitionKeys: [], partitions: [] }] },
  };
  expect(await lastCommit(lake, 'small', DATE)).toBeUndefined();
  await writeJson(lake, dayCommitKey('small', DATE, 1), commit);
  expect(await lastCommit(lake, 'small', DATE)).toEqual(commit);
  await writeJson(lake, dayCommitKey('small', DATE, 2), { ...commit, commit: 2, tables: [] });
  expect(await lastCommit(lake, 'small', DATE)).toBeUndefined();
  expect(await readCommit(lake, 'small', DATE, 2)).toBeUndefined();
  expect(await readCommit(lake, 'small', DATE, 1)).toEqual(commit);
});
