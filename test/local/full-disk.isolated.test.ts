import type * as SyncFs from 'node:fs';
import type * as Fs from 'node:fs/promises';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** Counts down the changes of a disk; the one at 0 fails with this code. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY, code: 'ENOSPC' }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof SyncFs>();
  const writeSync = (...args: [number, Uint8Array, number, number]) => {
    if (disk.left-- === 0) throw Object.assign(new Error(`${disk.code}: no`), { code: disk.code });
    return fs.writeSync(...args);
  };
  return { ...fs, writeSync };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof Fs>();
  const failing =
    <A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (disk.left-- === 0) throw Object.assign(new Error(`${disk.code}: no`), { code: disk.code });
      return change(...args);
    };
  const open = failing(async (...args: Parameters<typeof fs.open>) => {
    const handle = await fs.open(...args);
    const isWritten = String(args[1]).startsWith('w');
    return new Proxy(handle, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        const bound = value.bind(target);
        // A network file system may say only here that there is no room (close(2)); the file is closed all the same.
        if (name === 'close' && isWritten) return () => bound().then(failing(async () => undefined));
        return name === 'write' || name === 'writeFile' || name === 'sync' ? failing(bound) : bound;
      },
    });
  });
  const { mkdir, rename, link } = fs;
  return { ...fs, open, mkdir: failing(mkdir), rename: failing(rename), link: failing(link) };
});

const bytes = (text: string) => new TextEncoder().encode(text);
const roots: string[] = [];

afterAll(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

async function writeInPieces(store: ObjectStore): Promise<void> {
  const writer = store.createWriter('a/d');
  try {
    // Pieces are written after each other while the caller goes on: any of them may be the one that fails.
    for (const piece of 'new') await writer.write(bytes(piece));
    await writer.close();
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

const WRITES: Record<string, (store: ObjectStore, rootDir: string) => Promise<unknown>> = {
  put: (store) => store.put('a/b', bytes('new')),
  putOnce: (store) => store.putOnce('a/c', bytes('new')),
  putIf: async (store) => {
    const stored = await store.get('a/a');
    return stored && store.putIf('a/a', bytes('new'), stored.tag);
  },
  createWriter: writeInPieces,
  'createWriter at once': (_, rootDir) =>
    writeInPieces(createFileObjectStore({ rootDir, writesAtOnce: true })),
  copy: (store) => store.copy('a/a', 'b/a'),
};

describe.each([
  ['a full disk', 'ENOSPC', 'OutputUnwritable'],
  ['a quota that is used up', 'EDQUOT', 'OutputUnwritable'],
  ['a file that may not become larger', 'EFBIG', 'OutputUnwritable'],
  ['a disk that fails', 'EIO', 'OutputUnwritable'],
  ['too many open files', 'EMFILE', 'StoreUnavailable'],
])('%s, at whatever change of the disk it shows', (_, code, name) => {
  it.each(
    Object.keys(WRITES),
  )('%s says so, leaves nothing behind, and works when there is room', async (write) => {
    const rootDir = await mkdtemp(join(tmpdir(), 'full-disk-'));
    roots.push(rootDir);
    const store = createFileObjectStore({ rootDir });
    await store.put('a/a', bytes('old'));
    let failures = 0;
    for (let change = 0; ; change++) {
      const names = (await Array.fromAsync(store.list(''))).map(({ key }) => key);
      Object.assign(disk, { left: change, code });
      const error = await WRITES[write]!(store, rootDir).then(
        () => undefined,
        (thrown) => thrown,
      );
      const isOver = disk.left >= 0;
      disk.left = Number.POSITIVE_INFINITY;
      if (error === undefined && isOver) break;
      if (error === undefined) continue;
      failures++;
      expect(error).toMatchObject({ name, message: expect.stringContaining(tmpdir()) });
      expect(await readdir(join(rootDir, '.incoming'))).toEqual([]);
      // A folder that could not be synced may have the name already; what stands there is whole.
      for await (const { key, sizeBytes } of store.list('')) expect([key, sizeBytes]).toEqual([key, 3]);
      const added = (await Array.fromAsync(store.list('')))
        .map(({ key }) => key)
        .filter((key) => !names.includes(key));
      await store.delete(added);
    }
    expect(failures).toBeGreaterThan(2);
  });
});
