import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { describeObjectStore } from '../support/object-store-contract.ts';

describeObjectStore('a directory', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  return {
    store: createFileObjectStore({ rootDir: dir }),
    close: () => rm(dir, { recursive: true, force: true }),
  };
});

describeObjectStore('a directory whose writers have all cores', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'store-'));
  return {
    store: createFileObjectStore({ rootDir: dir, writesAtOnce: true }),
    close: () => rm(dir, { recursive: true, force: true }),
  };
});

it.each(['../x', 'a//b', '/a', 'a/..', '', 'a\0b', './a'])('refuses the key %j', async (key) => {
  const store = createFileObjectStore({ rootDir: tmpdir() });
  await expect(store.put(key, new Uint8Array())).rejects.toThrow(/cannot be an object's key/);
});

describe('bytes for which a reader has memory', () => {
  const memory = new Uint8Array(64 * 1024);
  const into = () => memory;
  const bytes = Uint8Array.from({ length: 50 * 1024 * 1024 }, (_, at) => (at * 7919) >> 5);

  /** Reads `bytes` from a file; answers in whose memory each chunk was. */
  async function placesOf(): Promise<Set<'reader' | 'store'>> {
    const dir = await mkdtemp(join(tmpdir(), 'store-'));
    const store = createFileObjectStore({ rootDir: dir });
    await store.put('a', bytes);
    const places = new Set<'reader' | 'store'>();
    let at = 0;
    for await (const chunk of store.streamRange('a', undefined, { into })) {
      expect(Buffer.compare(chunk, bytes.subarray(at, at + chunk.length))).toBe(0);
      places.add(chunk.buffer === memory.buffer ? 'reader' : 'store');
      at += chunk.length;
    }
    expect(at).toBe(bytes.length);
    await rm(dir, { recursive: true });
    return places;
  }

  afterEach(() => vi.restoreAllMocks());

  it('are read there, while the system has them in memory', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(0);
    expect(await placesOf()).toEqual(new Set(['reader']));
  });

  it('are read ahead into other memory after reads that waited, and there again later', async () => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 5));
    expect(await placesOf()).toEqual(new Set(['reader', 'store']));
  });
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

describe('a directory others work in too', () => {
  let dir: string;
  const bytes = new Uint8Array(3);
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'store-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it.each([
    'root',
    'root/',
    './root',
    'root/.',
  ])('delete removes empty folders below %j only', async (root) => {
    const rootDir = `${dir}/${root}`;
    const store = createFileObjectStore({ rootDir });
    await store.put('a/b/c', bytes);
    await rm(join(rootDir, '.incoming'), { recursive: true });
    await store.delete(['a/b/c']);
    expect(await readdir(dir, { recursive: true })).toEqual(['root']);
  });

  it('lists all that stays while other folders come and go', async () => {
    const store = createFileObjectStore({ rootDir: dir, sync: false });
    const stays = Array.from({ length: 100 }, (_, index) => `keep/${1000 + index}/x`);
    for (const key of stays) await store.put(key, bytes);
    let done = false;
    const churn = (async () => {
      for (let turn = 0; !done; turn++) {
        const key = `keep/t${turn % 50}/y/z`;
        await store.put(key, bytes);
        await store.delete([key]);
      }
    })();
    for (let turn = 0; turn < 40; turn++) {
      const listed: string[] = [];
      for await (const { key } of store.list('keep/')) if (key.endsWith('/x')) listed.push(key);
      expect(listed).toEqual(stays);
    }
    done = true;
    await churn;
  });

  it('writes into folders that others remove', async () => {
    const store = createFileObjectStore({ rootDir: dir, sync: false });
    const work = async (_: unknown, writer: number) => {
      for (let turn = 0; turn < 200; turn++) {
        await store.put(`f/g/${writer}`, bytes);
        await store.putOnce(`f/h/${writer}`, bytes);
        await store.copy(`f/g/${writer}`, `f/i/${writer}`);
        await store.delete([`f/g/${writer}`, `f/h/${writer}`, `f/i/${writer}`]);
      }
    };
    await Promise.all(Array.from({ length: 6 }, work));
    expect(await readdir(dir, { recursive: true })).toEqual(['.incoming']);
  });

  it('treats folders, and keys below a file, as missing objects', async () => {
    const store = createFileObjectStore({ rootDir: dir });
    await mkdir(join(dir, 'folder/sub'), { recursive: true });
    await store.put('file', bytes);
    for (const key of ['folder', 'file/below', 'none']) {
      expect(await store.head(key)).toBeUndefined();
      expect(await store.get(key)).toBeUndefined();
      await expect(store.readRange(key, { startByte: 0, endByte: 1 })).rejects.toMatchObject({
        name: 'ObjectNotFound',
      });
      await expect(store.copy(key, 'to')).rejects.toMatchObject({ name: 'ObjectNotFound' });
      await store.delete([key]);
    }
    await expect(store.put('file/below', bytes)).rejects.toMatchObject({ name: 'OutputUnwritable' });
    await expect(store.copy('file', 'folder')).rejects.toMatchObject({ name: 'OutputUnwritable' });
    expect((await readdir(dir, { recursive: true })).sort()).toEqual([
      '.incoming',
      'file',
      'folder',
      'folder/sub',
    ]);
  });
});
