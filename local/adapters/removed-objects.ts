import { rmSync, unlinkSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { removeOnThreads } from './emptied-folders.ts';
import { isCode, NOT_THERE, unremovable } from './file-error.ts';
import { removeEmptyFolders } from './listed-files.ts';
import { syncAllFolders, syncPath } from './synced-files.ts';

/** Removes files; those that are not there are no error. One that may not be removed stops no other, and is the error at the end. */
export function removeFiles(paths: readonly string[]): void {
  const failures: unknown[] = [];
  for (const path of paths) {
    try {
      unlinkSync(path);
    } catch (error) {
      // A folder is not an object, as in a bucket.
      if (!isCode(error, ...NOT_THERE, 'EISDIR')) failures.push(unremovable(error, path));
    }
  }
  if (failures.length > 0) throw failures[0];
}

/** Removes the folders below `rootDir` that a removal left empty. Then the disk knows of it, if it must. */
export async function removeEmptied(rootDir: string, folders: readonly string[], sync: boolean) {
  const distinct = new Set(folders);
  await removeEmptyFolders(rootDir, distinct);
  if (!sync) return;
  // After a power loss, deletions of later calls must not be there without those of this one.
  await syncAllFolders(
    [...distinct].map((folder) => join(rootDir, folder)),
    rootDir,
  );
}

/**
 * Removes folders with all that is in them, each at once: it gets the name of an unfinished file, `aside`, and is emptied there. Whoever
 * dies on the way leaves a folder that is whole, or what the next command sweeps. What may not be removed stops no other, comes back where it
 * was, and is the error at the end.
 */
export async function removeFolders(
  folders: readonly { path: string; aside: string }[],
  sync: boolean,
): Promise<void> {
  const gone: { path: string; aside: string }[] = [];
  const failures: unknown[] = [];
  for (const { path, aside } of folders) {
    try {
      await fs.rename(path, aside);
      gone.push({ path, aside });
    } catch (error) {
      if (!isCode(error, ...NOT_THERE)) failures.push(unremovable(error, path));
    }
  }
  // Only then may go what is in them: until the disk has lost a folder's name, a loss of power brings the folder back.
  if (sync) await Promise.all([...new Set(folders.map(({ path }) => dirname(path)))].map(syncPath));
  await removeOnThreads(gone.map(({ aside }) => aside));
  for (const { path, aside } of gone) {
    try {
      // Without waiting for another thread, file by file, which would take several times as long.
      rmSync(aside, { recursive: true, force: true });
    } catch (error) {
      // People find it there, and whoever tries again meets it again.
      await fs.rename(aside, path).catch(() => undefined);
      failures.push(unremovable(error, path));
    }
  }
  if (failures.length > 0) throw failures[0];
}
