import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeOnThreads } from '../../local/adapters/emptied-folders.ts';
import { createFileObjectStore } from '../../local/adapters/file-object-store.ts';

let rootDir: string;
beforeEach(async () => {
  rootDir = await mkdtemp(join(tmpdir(), 'emptied-'));
});
afterEach(() => rm(rootDir, { recursive: true, force: true }));

test.each([
  ['all of them if the disk is waited for', 0, 0],
  ['those that showed that it is not', Number.POSITIVE_INFINITY, 4],
])('folders are removed once, and nothing beside them: %s', async (_, waitingMs, left) => {
  const folders = Array.from({ length: 9 }, (_, index) => join(rootDir, `folder ${index} ' \\ é`));
  for (const folder of [...folders, join(rootDir, 'stays')]) {
    await mkdir(join(folder, 'deep/er'), { recursive: true });
    await writeFile(join(folder, 'deep/er/x'), 'x');
  }
  await removeOnThreads([...folders, join(rootDir, 'was never there')], { leastFolders: 2, waitingMs });
  const names = await readdir(rootDir);
  expect(names.filter((name) => name.startsWith('folder '))).toHaveLength(left);
  expect(names.filter((name) => !name.startsWith('folder '))).toEqual(['stays']);
});

test('hundreds of folders of a lake go with all that is in them, and so does what is unfinished', async () => {
  const store = createFileObjectStore({ rootDir, sync: false });
  const folders = Array.from({ length: 130 }, (_, index) => `runs/r${index}/`);
  for (const folder of folders)
    for (const name of ['plan.json', 'parts/0.json']) await store.put(`${folder}${name}`, Buffer.from('x'));
  await store.put('runs/stays/plan.json', Buffer.from('x'));
  await store.deleteFolders!(folders);
  expect(await readdir(join(rootDir, 'runs'))).toEqual(['stays']);
  expect(await readdir(join(rootDir, '.incoming'))).toEqual([]);
});
