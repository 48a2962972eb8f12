import type * as Fs from 'node:fs';
import { existsSync, readdirSync } from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';
import { INCOMING, removeAbandonedFiles } from '../../local/adapters/unfinished-files.ts';
import { cleanLake } from '../../shared/pipeline/operate/clean-lake.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';

/** Tests may run as root, to whom nothing is denied: what lies in a folder with a file `closed` may not be removed. */
const { deny } = vi.hoisted(() => ({
  deny: {
    isOn: true,
    holds: (_path: string): boolean => false,
    check(path: unknown) {
      if (this.isOn && this.holds(String(path)))
        throw Object.assign(new Error(`EACCES: permission denied, unlink '${path}'`), { code: 'EACCES' });
    },
  },
}));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  deny.holds = (path) =>
    fs.existsSync(path) &&
    fs.statSync(path).isDirectory() &&
    fs.readdirSync(path, { recursive: true }).some((name) => /(^|[/])closed$/.test(String(name)));
  return {
    ...fs,
    rmSync: (path: string, options: object) => {
      deny.check(path);
      fs.rmSync(path, options);
    },
    unlinkSync: (path: string) => {
      if (path.endsWith('/closed')) deny.check(join(path, '..'));
      fs.unlinkSync(path);
    },
  };
});
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof FsPromises>();
  return {
    ...fs,
    rm: async (path: string, options: object) => {
      deny.check(path);
      await fs.rm(path, options);
    },
  };
});

let dir: string;
beforeEach(async () => {
  deny.isOn = true;
  dir = await mkdtemp(join(tmpdir(), 'denied-removals-'));
});
afterEach(async () => {
  deny.isOn = false;
  await rm(dir, { recursive: true, force: true });
});

const denied = {
  name: 'OutputUnwritable',
  message: expect.stringContaining('cannot be removed. Permission'),
};

it('a folder that may not be removed stops no other, and comes back where it was', async () => {
  const store = createFileObjectStore({ rootDir: dir });
  for (const key of ['runs/a/x', 'runs/b/parts/closed', 'runs/c/x']) await store.put(key, Buffer.from('x'));
  const removal = store.deleteFolders!(['runs/a/', 'runs/b/', 'runs/c/']);
  await expect(removal).rejects.toMatchObject({ ...denied, where: join(dir, 'runs/b') });
  expect(readdirSync(join(dir, 'runs'))).toEqual(['b']);
  expect(await readdir(join(dir, INCOMING))).toEqual([]);
});

it('an object that may not be removed stops no other', async () => {
  const store = createFileObjectStore({ rootDir: dir });
  const keys = ['a/x', 'b/closed', 'c/x'];
  for (const key of keys) await store.put(key, Buffer.from('x'));
  await expect(store.delete(keys)).rejects.toMatchObject({ ...denied, where: join(dir, 'b/closed') });
  expect(keys.filter((key) => existsSync(join(dir, key)))).toEqual(['b/closed']);
});

it('what a command that died left and may not be removed is told, and the rest is swept', async () => {
  const gone = '0000000000000000-0-999999999';
  await mkdir(join(dir, INCOMING, `${gone}-a`), { recursive: true });
  await writeFile(join(dir, INCOMING, `${gone}-a/closed`), '');
  await writeFile(join(dir, INCOMING, `${gone}-b`), '');
  const left = await removeAbandonedFiles(dir, { othersAfterMs: 0 });
  expect(left).toEqual([expect.stringContaining(join(dir, INCOMING, `${gone}-a`))]);
  expect(await readdir(join(dir, INCOMING))).toEqual([`${gone}-a`]);
});

it('clean reports a run and a generation that may not be removed, removes the others, and goes on once they may', async () => {
  await using lake = await TestLake.make('on disk');
  const layout = smallLayout({ day: { expectedFiles: 1 } });
  for (const amount of [1, 2]) {
    for (const day of ['11', '12']) {
      const key = `small_202508${day}.txt`;
      await lake.putRaw(key, smallFile(smallLine(day, amount)));
      await lake.convert({ layout, sourceKey: key });
    }
  }
  const root = join(lake.dir, 'lake');
  const [run] = readdirSync(join(root, 'runs')).filter((name) =>
    existsSync(join(root, 'runs', name, 'plan.json')),
  );
  await writeFile(join(root, 'runs', run!, 'closed'), '');
  const generation = 'processed/small/year=2025/month=08/day=11/product=A/gen=00001/';
  await writeFile(join(root, generation, 'closed'), '');
  const everything = { runsOlderThanMs: 0, generationsOlderThanMs: 0, dryRun: false };
  const first = await cleanLake(lake.ports, everything);
  expect(first.failed.map(({ key }) => key).sort()).toEqual([generation, `runs/${run}/`].sort());
  expect(first.failed[0]!.why).toContain('cannot be removed');
  const removed = (what: string) => first.removed.filter((one) => one.what === what).map(({ key }) => key);
  expect(removed('run')).toHaveLength(3);
  expect(removed('generation')).toContain(generation.replace('day=11', 'day=12'));
  deny.isOn = false;
  const second = await cleanLake(lake.ports, everything);
  expect(second.failed).toEqual([]);
  expect(second.removed.map(({ key }) => key)).toEqual(expect.arrayContaining([generation, `runs/${run}/`]));
  expect(existsSync(join(root, 'runs', run!))).toBe(false);
});
