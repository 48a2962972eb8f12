import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DraftStore } from '../../local/adapters/draft-store.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../../local/adapters/memory-object-store.ts';
import { settleDrafts } from '../../local/adapters/settled-drafts.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = async (store: ObjectStore, key: string) => {
  const stored = await store.get(key);
  return stored && new TextDecoder().decode(stored.bytes);
};

let rootDir: string;
beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'draft-store-'));
});
afterEach(() => rm(rootDir, { recursive: true, force: true }));

const lake = () => ({ rootDir, sync: false, store: createFileObjectStore({ rootDir, sync: false }) });

/** Does a step to a store, and answers what its caller sees. */
async function stepOf(store: ObjectStore, [call, key, text]: Step): Promise<unknown> {
  try {
    if (call === 'get') return await textOf(store, key);
    if (call === 'list') return await Array.fromAsync(store.listFolder(`${key.split('/')[0]}/`));
    if (call === 'put') await store.put(key, bytesOf(text));
    if (call === 'putOnce') await store.putOnce(key, bytesOf(text));
    const tag = call === 'putIf' ? (await store.get(key))?.tag : undefined;
    if (call === 'putIf') await store.putIf(key, bytesOf(text), tag ?? 'none');
    return 'done';
  } catch (error) {
    return (error as Error).name;
  }
}

const CALLS = ['get', 'put', 'putOnce', 'putIf', 'list'] as const;
type Step = [call: (typeof CALLS)[number], key: string, text: string];
const steps = fc.array(
  fc.tuple(fc.constantFrom(...CALLS), fc.constantFrom('a/1', 'a/2', 'b/1'), fc.constantFrom('x', 'y')),
);

it('a draft store answers as any other store, and the store below has the same once its drafts are settled', async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, drafted) => {
      await rm(rootDir, { recursive: true, force: true });
      const below = lake();
      const whole = new MemoryObjectStore();
      for (const step of before) expect(await stepOf(below.store, step)).toEqual(await stepOf(whole, step));
      const drafts = new DraftStore(below.store);
      for (const step of drafted) expect(await stepOf(drafts, step)).toEqual(await stepOf(whole, step));
      expect(await settleDrafts(below, drafts.take(), () => 0)).toEqual([]);
      for (const key of ['a/1', 'a/2', 'b/1'])
        expect(await textOf(below.store, key)).toBe(await textOf(whole, key));
      expect(await readdir(join(rootDir, '.incoming')).catch(() => [])).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

describe('what another writer did meanwhile', () => {
  it('stands: a draft for nothing, and one for another version, are not written, and no later wave is', async () => {
    const below = lake();
    await below.store.put('old', bytesOf('1'));
    const drafts = new DraftStore(below.store);
    const { tag } = (await drafts.get('old'))!;
    await drafts.putIf('old', bytesOf('mine'), tag);
    await drafts.putOnce('new', bytesOf('mine'));
    await drafts.putOnce('alike', bytesOf('the same'));
    await drafts.put('later', bytesOf('mine'));
    await below.store.put('old', bytesOf('2'));
    await below.store.put('new', bytesOf('theirs'));
    await below.store.put('alike', bytesOf('the same'));
    const refused = await settleDrafts(below, drafts.take(), (key) => (key === 'later' ? 1 : 0));
    expect(refused.sort()).toEqual(['new', 'old']);
    expect(await textOf(below.store, 'old')).toBe('2');
    expect(await textOf(below.store, 'new')).toBe('theirs');
    expect(await textOf(below.store, 'later')).toBeUndefined();
  });

  it('is not seen by a draft that has read before', async () => {
    const below = lake();
    const drafts = new DraftStore(below.store);
    expect(await textOf(drafts, 'key')).toBeUndefined();
    await below.store.put('key', bytesOf('theirs'));
    expect(await textOf(drafts, 'key')).toBeUndefined();
    drafts.take();
    expect(await textOf(drafts, 'key')).toBe('theirs');
  });
});

it('what a file wrote is gone if it is dropped, and what files before it wrote stays', async () => {
  const below = lake();
  const drafts = new DraftStore(below.store);
  await drafts.putOnce('shared', bytesOf('1'));
  drafts.keep();
  await drafts.put('shared', bytesOf('2'));
  await drafts.putOnce('own', bytesOf('1'));
  drafts.drop();
  expect(await textOf(drafts, 'shared')).toBe('1');
  expect(await settleDrafts(below, drafts.take(), () => 0)).toEqual([]);
  expect(await textOf(below.store, 'shared')).toBe('1');
  expect(await textOf(below.store, 'own')).toBeUndefined();
});
