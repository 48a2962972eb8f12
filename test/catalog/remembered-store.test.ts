import { expect, test } from 'vitest';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { rememberingStore } from '../../shared/catalog/remembered-store.ts';
import { HeldWrites } from '../support/held-writes.ts';

const BYTES = new TextEncoder().encode('manifest');
const RANGE = { startByte: 2, endByte: 5 };

/** A store in memory whose writes end once everybody waits for them. */
function heldStore() {
  const writes = new HeldWrites();
  return { writes, store: Object.assign(new MemoryObjectStore(), { beforeCall: writes.call }) };
}

test('a write is begun, and is there when all are waited for', async () => {
  const { writes, store } = heldStore();
  const remembering = rememberingStore(store);
  await Promise.all(['a', 'b', 'c'].map((key) => remembering.put(key, BYTES)));
  expect(await store.head('a')).toBeUndefined();
  await remembering.written();
  for (const key of ['a', 'b', 'c']) expect((await store.head(key))?.sizeBytes).toBe(BYTES.length);
  await writes.assertEnded();
});

test('what was written is read back, also if it was missing before', async () => {
  const { store } = heldStore();
  const remembering = rememberingStore(store);
  expect(await remembering.get('a')).toBeUndefined();
  expect(await remembering.head('a')).toBeUndefined();
  await remembering.put('a', BYTES);
  expect((await remembering.get('a'))?.bytes).toEqual(BYTES);
  await remembering.put('b', BYTES);
  expect(await remembering.readRange('b', RANGE)).toEqual(BYTES.slice(2, 5));
  await remembering.put('c', BYTES);
  expect((await remembering.head('c'))?.sizeBytes).toBe(BYTES.length);
});

test('a write that failed fails for who waits for all, and for nobody else', async () => {
  const store = Object.assign(new MemoryObjectStore(), {
    beforeCall: (operation: string) => (operation === 'put' ? Promise.reject(new Error('full')) : undefined),
  });
  const remembering = rememberingStore(store);
  await remembering.put('a', BYTES);
  expect(await remembering.get('a')).toBeUndefined();
  await expect(remembering.written()).rejects.toThrow('full');
});

test('what was read is not read again, until somebody writes it', async () => {
  const store = new MemoryObjectStore();
  for (const key of ['a', 'b']) await store.put(key, BYTES);
  const remembering = rememberingStore(store);
  const other = { startByte: 1, endByte: 5 };
  const readAll = async (key: string) => {
    await remembering.head(key);
    await remembering.get(key);
    await remembering.readRange(key, RANGE);
    await remembering.readRange(key, other);
  };
  const read = () => [store.calls.head, store.calls.get, store.calls.readRange];
  for (const key of ['a', 'b', 'a', 'b']) await readAll(key);
  expect(read()).toEqual([2, 2, 4]);
  await remembering.put('a', BYTES);
  for (const key of ['a', 'b']) await readAll(key);
  expect(read()).toEqual([3, 3, 6]);
});

test('a read that failed is tried again', async () => {
  const store = new MemoryObjectStore();
  await store.put('a', BYTES);
  const remembering = rememberingStore(store);
  store.beforeCall = () => Promise.reject(new Error('no network'));
  await expect(remembering.get('a')).rejects.toThrow('no network');
  delete store.beforeCall;
  expect((await remembering.get('a'))?.bytes).toEqual(BYTES);
});

test('64 MiB of ranges are kept, and those that come later are read each time', async () => {
  const asked: number[] = [];
  const store = Object.assign(new MemoryObjectStore(), {
    readRange: async (_key: string, { startByte }: { startByte: number }) => {
      asked.push(startByte);
      return new Uint8Array(0);
    },
  });
  const remembering = rememberingStore(store);
  const most = 64 * 1024 * 1024;
  const first = { startByte: 7, endByte: 7 + most };
  const next = { startByte: 1, endByte: 2 };
  const last = { startByte: 2, endByte: 3 };
  for (const range of [first, next, last, first, next, last]) await remembering.readRange('a', range);
  expect(asked).toEqual([7, 1, 2, 2]);
});
