import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { INCOMING } from '../../local/adapters/unfinished-files.ts';

const { disk } = await vi.hoisted(async () => {
  const { RecordedDisk } = await import('../support/recorded-disk.ts');
  return { disk: new RecordedDisk() };
});
vi.mock('node:fs', async (original) => disk.watchSync(await original()));
vi.mock('node:fs/promises', async (original) => disk.watch(await original()));

const RUNS = ['runs/a/', 'runs/b/'];
const keysOf = (run: string) => [`${run}plan.json`, `${run}parts/00000/all.parquet`, `${run}merges/0.json`];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'removed-folders-'));
});
afterEach(async () => {
  disk.stop();
  await rm(dir, { recursive: true, force: true });
});

/** What a loss of power leaves of each of two runs that are removed together, at every change. */
async function remains(): Promise<string[][][]> {
  const rootDir = join(dir, 'lake');
  await mkdir(rootDir);
  disk.start(rootDir);
  const store = createFileObjectStore({ rootDir });
  for (const key of RUNS.flatMap(keysOf)) await store.put(key, Buffer.from(key));
  const written = disk.cuts.length;
  await store.deleteFolders!(RUNS);
  expect(await readdir(join(rootDir, INCOMING))).toEqual([]);
  return disk.cuts
    .slice(written)
    .map((left) => RUNS.map((run) => [...left.keys()].filter((key) => key.startsWith(run))));
}

it('after a loss of power at any moment, a folder that is removed is whole or gone', async () => {
  const cuts = await remains();
  for (const left of cuts.flat()) expect([0, 3]).toContain(left.length);
  expect(cuts.at(-1)).toEqual([[], []]);
});
