import { describe, expect, it } from 'vitest';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { objectOf, wholeNumber } from '../../../shared/json-shape.ts';
import {
  appendNumbered,
  highestListed,
  highestNumbered,
  highestReadable,
} from '../../../shared/pipeline/store/numbered-object.ts';

const shape = objectOf<{ n: number }>({ n: wholeNumber });
const PREFIX = 'ledger/small/_terms/';
const DAMAGED = Buffer.from('{');

/** Documents 1, 2 … of these values; `damaged` are those that cannot be read. */
async function storeWith(count: number, damaged: number[] = []) {
  const store = new MemoryObjectStore();
  for (let n = 1; n <= count; n++) await appendNumbered(store, PREFIX, shape, () => ({ n }));
  for (const number of damaged) store.replace(`${PREFIX}${number}.json`, DAMAGED);
  return store;
}

/** A listing that shows only the first ones. */
function listingOnly(store: MemoryObjectStore, seen: number) {
  return Object.assign(Object.create(store), {
    async *listFolder(folder: string) {
      let count = 0;
      for await (const key of store.listFolder(folder)) if (count++ < seen) yield key;
    },
  });
}

describe('the last document that can be read', () => {
  it.each([
    ['is none if there is no document', 0, [], undefined],
    ['is the last one', 3, [], { number: 3, value: { n: 3 }, isDamaged: false }],
    ['is the one before those that are damaged', 4, [3, 4], { number: 4, value: { n: 2 }, isDamaged: true }],
    [
      'is the last one, whatever is damaged before it',
      3,
      [1, 2],
      { number: 3, value: { n: 3 }, isDamaged: false },
    ],
    ['is nothing if all are damaged, and their number is known', 2, [1, 2], { number: 2, isDamaged: true }],
  ])('%s', async (_, count, damaged, expected) => {
    const store = await storeWith(count, damaged);
    expect(await highestReadable(store, PREFIX, shape)).toEqual(expected);
    for (const seen of [0, 1, 9])
      expect(await highestReadable(listingOnly(store, seen), PREFIX, shape)).toEqual(expected);
  });

  it('is not looked for before the first number', async () => {
    const store = await storeWith(1, [1]);
    store.calls.get = 0;
    await highestReadable(store, PREFIX, shape);
    expect(store.calls.get).toBe(1);
  });
});

it('what stands beside numbered documents is none of them', async () => {
  const store = new MemoryObjectStore();
  for (const name of ['0.json', '7.report.html', 'folders.json'])
    store.replace(`${PREFIX}${name}`, Buffer.from('{"n":9}'));
  expect(await highestListed(store, PREFIX)).toBe(0);
  expect(await highestNumbered(store, PREFIX, shape)).toBeUndefined();
  expect(await highestReadable(store, PREFIX, shape)).toBeUndefined();
});

describe('a document after one that is damaged', () => {
  const append = (store: MemoryObjectStore, n: number, overDamage?: boolean) =>
    appendNumbered(store, PREFIX, shape, () => ({ n }), overDamage);

  it('is written only if somebody says so', async () => {
    const store = await storeWith(2, [2]);
    await expect(append(store, 5)).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(await append(store, 5, true)).toEqual({ number: 3, value: { n: 5 } });
    expect(await append(store, 5)).toEqual({ number: 3, value: { n: 5 } });
  });

  it('is written although it says the same as the last one that can be read', async () => {
    const store = await storeWith(2, [2]);
    const seen: unknown[] = [];
    const same = await appendNumbered(
      store,
      PREFIX,
      shape,
      (current) => {
        seen.push(current);
        return current!;
      },
      true,
    );
    expect([same, seen]).toEqual([{ number: 3, value: { n: 1 } }, [{ n: 1 }]]);
  });

  it('is not written over one that is whole and says the same', async () => {
    const store = await storeWith(2);
    expect(await append(store, 2, true)).toEqual({ number: 2, value: { n: 2 } });
    expect(store.keys()).toHaveLength(2);
  });
});
