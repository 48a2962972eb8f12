import type * as SyncFs from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';

const calls = vi.hoisted(() => ({ writes: 0 }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof SyncFs>();
  const writeSync = (...args: [number, Uint8Array, number, number]) => {
    calls.writes++;
    return fs.writeSync(...args);
  };
  return { ...fs, writeSync };
});

const MEBIBYTE = 1024 * 1024;
const PIECES = 40;
let dir: string;

beforeEach(async () => {
  calls.writes = 0;
  dir = await mkdtemp(join(tmpdir(), 'writes-at-once-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(dir, { recursive: true, force: true });
});

/** Writes pieces of a mebibyte; `after` is called with the bytes that were given to the writer and those that are in the file by then. */
async function writePieces(
  writesAtOnce: boolean,
  after: (given: number, there: number) => void,
): Promise<void> {
  const store = createFileObjectStore({ rootDir: dir, sync: false, writesAtOnce });
  const writer = store.createWriter('a');
  const memory = new Uint8Array(MEBIBYTE);
  for (let index = 0; index < PIECES; index++) {
    // The caller uses its memory again.
    await writer.write(memory.fill(index + 1));
    const [incoming] = await readdir(join(dir, '.incoming'));
    after((index + 1) * MEBIBYTE, (await stat(join(dir, '.incoming', incoming!))).size);
  }
  await writer.close();
  const expected = Buffer.concat(
    Array.from({ length: PIECES }, (_, index) => Buffer.alloc(MEBIBYTE, index + 1)),
  );
  expect(Buffer.compare((await store.get('a'))!.bytes, expected)).toBe(0);
}

it('are in the file when the call comes back, as long as the system takes them into its memory', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  await writePieces(true, (given, there) => expect(there).toBe(given));
  expect(calls.writes).toBe(PIECES);
});

it('are written by other threads after two that waited, and at once again later', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 50));
  await writePieces(true, () => undefined);
  // Two, 32 MiB by other threads, two more, and the rest by other threads.
  expect(calls.writes).toBe(4);
});

it('are written by other threads where there are cores for them', async () => {
  await writePieces(false, () => undefined);
  expect(calls.writes).toBe(0);
});
