import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createFileCatalog } from '../../../local/adapters/catalog-file.ts';
import { createFileObjectStore } from '../../../local/adapters/file-object-store.ts';
import { MemoryObjectStore } from '../../../local/adapters/memory-object-store.ts';
import { compareAndSwap, replace } from '../../../shared/pipeline/store/compare-and-swap.ts';
import { writtenTogether } from '../../../shared/pipeline/store/written-together.ts';
import type { ObjectStore } from '../../../shared/ports/object-store.ts';

const ENTRY = 'ledger/small/year=2025/month=08/day=12/a.json';
const PLAN = 'runs/r/plan.json';
const bytesOf = (text: string) => new TextEncoder().encode(text);
const textOf = async (store: ObjectStore, key: string) =>
  new TextDecoder().decode((await store.get(key))?.bytes);

let rootDir: string;
beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'written-together-'));
});
afterEach(() => rm(rootDir, { recursive: true, force: true }));

const portsOn = (lake: ObjectStore) => ({ lake, catalog: createFileCatalog(lake) });
const onDisk = () => portsOn(createFileObjectStore({ rootDir, sync: false }));

/** Adds a letter to an object, on condition that nobody else does at the same time. */
const added = (lake: ObjectStore, key: string, letter: string) =>
  compareAndSwap(key, async () => {
    const stored = await lake.get(key);
    const before = stored ? new TextDecoder().decode(stored.bytes) : '';
    await replace(lake, key, bytesOf(`${before}${letter}`), stored);
  });

it('nobody sees a part of the work, and all of it stands at its end', async () => {
  const ports = onDisk();
  const done = await writtenTogether(ports, async ({ lake }) => {
    await added(lake, ENTRY, 'a');
    await lake.put(PLAN, bytesOf('plan'));
    await added(lake, ENTRY, 'b');
    expect(await ports.lake.get(ENTRY)).toBeUndefined();
    expect(await ports.lake.get(PLAN)).toBeUndefined();
    return 'done';
  });
  expect(done).toBe('done');
  expect(await textOf(ports.lake, ENTRY)).toBe('ab');
  expect(await textOf(ports.lake, PLAN)).toBe('plan');
  expect(await readdir(join(rootDir, '.incoming'))).toEqual([]);
});

it.each([
  true,
  false,
])('what another writer did meanwhile stands, and the work is done again after it (there before: %s)', async (isThere) => {
  const ports = onDisk();
  if (isThere) await ports.lake.put(ENTRY, bytesOf('-'));
  let calls = 0;
  await writtenTogether(ports, async ({ lake }) => {
    await added(lake, ENTRY, 'm');
    if (calls++ === 0) await added(ports.lake, ENTRY, 't');
  });
  expect(calls).toBe(2);
  expect(await textOf(ports.lake, ENTRY)).toBe(isThere ? '-tm' : 'tm');
  expect(await readdir(join(rootDir, '.incoming'))).toEqual([]);
});

it('work that fails is done again step by step, so that what it wrote before the failure stands', async () => {
  const ports = onDisk();
  const work = writtenTogether(ports, async ({ lake }) => {
    await lake.put(PLAN, bytesOf('plan'));
    throw new Error('not balanced');
  });
  await expect(work).rejects.toThrow('not balanced');
  expect(await textOf(ports.lake, PLAN)).toBe('plan');
});

it('work that needs more than documents is done on the store itself', async () => {
  const ports = onDisk();
  await ports.lake.put('runs/r/part', bytesOf('part'));
  await writtenTogether(ports, ({ lake }) => lake.copy('runs/r/part', 'processed/part'));
  expect(await textOf(ports.lake, 'processed/part')).toBe('part');
});

it('a store without drafts does the work once, as ever', async () => {
  const ports = portsOn(new MemoryObjectStore());
  let calls = 0;
  await writtenTogether(ports, async ({ lake }) => {
    calls++;
    expect(lake).toBe(ports.lake);
  });
  expect(calls).toBe(1);
});
