import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFileObjectStore } from '../local/adapters/file-object-store.ts';
import { describeObjectStore } from './support/object-store-contract.ts';

describeObjectStore('a directory', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  return {
    store: createFileObjectStore({ rootDir: dir }),
    close: () => rm(dir, { recursive: true, force: true }),
  };
});

it.each(['../x', 'a//b', '/a', 'a/..', '', 'a\0b', './a'])('refuses the key %j', async (key) => {
  const store = createFileObjectStore({ rootDir: tmpdir() });
  await expect(store.put(key, new Uint8Array())).rejects.toThrow(/cannot be an object's key/);
});

it('leaves no unfinished file behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  const store = createFileObjectStore({ rootDir: dir });
  await store.putOnce('a', new Uint8Array(1));
  await expect(store.putOnce('a', new Uint8Array(2))).rejects.toMatchObject({ name: 'PreconditionFailed' });
  await store.copy('a', 'b');
  await store.copy('a', 'b');
  expect(await readdir(join(dir, '.incoming'))).toEqual([]);
  await rm(dir, { recursive: true });
});
