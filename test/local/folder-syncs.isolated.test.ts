import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';

/** What happened to names and folders, in order. */
const { events, disk } = vi.hoisted(() => ({
  events: [] as { what: 'named' | 'begun' | 'done'; name: string }[],
  disk: { fails: false },
}));

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return {
    ...fs,
    async rename(from: string, to: string) {
      await fs.rename(from, to);
      events.push({ what: 'named', name: basename(to) });
    },
    async open(...args: Parameters<typeof fs.open>) {
      const handle = await fs.open(...args);
      const name = basename(String(args[0]));
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        events.push({ what: 'begun', name });
        await sleep(2);
        await sync();
        if (disk.fails && name === 'folder')
          throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
        events.push({ what: 'done', name });
      };
      return handle;
    },
  };
});

const PUTS = 40;
let rootDir: string;

beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'folder-syncs-'));
  events.length = 0;
  disk.fails = false;
});
afterEach(() => rm(rootDir, { recursive: true, force: true }));

test('names that come to a folder together wait for few turns of the disk, each for one that began after it', async () => {
  const store = createFileObjectStore({ rootDir });
  const seen: { name: string; at: number }[] = [];
  await Promise.all(
    Array.from({ length: PUTS }, async (_, index) => {
      await sleep(index / 4);
      await store.put(`folder/k${index}`, Buffer.from('x'));
      seen.push({ name: `k${index}`, at: events.length });
    }),
  );
  for (const { name, at } of seen) {
    const namedAt = events.findIndex((event) => event.what === 'named' && event.name === name);
    const after = events.slice(namedAt, at).filter((event) => event.name === 'folder');
    const begun = after.findIndex(({ what }) => what === 'begun');
    expect([name, begun >= 0 && after.slice(begun).some(({ what }) => what === 'done')]).toEqual([
      name,
      true,
    ]);
  }
  const turns = events.filter(({ what, name }) => what === 'begun' && name === 'folder').length;
  expect(turns).toBeLessThan(PUTS);
});

test('a turn that fails is an error of all that waited for it, and the next one is tried again', async () => {
  const store = createFileObjectStore({ rootDir });
  await store.put('folder/first', Buffer.from('x'));
  disk.fails = true;
  const puts = Array.from({ length: 5 }, (_, index) => store.put(`folder/k${index}`, Buffer.from('x')));
  const ended = await Promise.allSettled(puts);
  expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'));
  disk.fails = false;
  await store.put('folder/last', Buffer.from('x'));
});
