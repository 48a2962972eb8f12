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
