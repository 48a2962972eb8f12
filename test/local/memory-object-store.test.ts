import { expect, it } from 'vitest';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { describeObjectStore } from '../support/object-store-contract.ts';

describeObjectStore('memory', async () => ({
  store: new MemoryObjectStore(),
  close: async () => undefined,
}));

it('counts calls and bytes, gives replaced objects another pin, and fails on demand', async () => {
  const store = new MemoryObjectStore();
  store.replace('a', new Uint8Array(100));
  const pin = (await store.head('a'))!.pin;
  await store.readRange('a', { startByte: 10, endByte: 30 }, { pin });
  expect(store.bytesRead.get('a')).toBe(20);
  expect(store.calls).toEqual({ head: 1, readRange: 1 });
  store.replace('a', new Uint8Array(100));
  expect((await store.head('a'))!.pin).not.toBe(pin);
  store.beforeCall = (operation, key) => {
    if (operation === 'put') throw new Error(`no ${key}`);
  };
  await expect(store.put('b', new Uint8Array(1))).rejects.toThrow('no b');
  expect(store.keys()).toEqual(['a']);
});
