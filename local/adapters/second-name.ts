import { existsSync, linkSync, mkdirSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { isCode, notFound, unwritable } from './file-error.ts';
import { syncBytes, syncFolders } from './synced-files.ts';

interface SecondName {
  from: string;
  path: string;
  rootDir: string;
  folderMode: number;
  sync: boolean;
  /** The disk has its bytes: this process waited for it. */
  isOnDisk: boolean;
}

/**
 * Gives a file of a lake a second name, if nothing stands there. If not, the file is to be copied step by step, which also says why. At once:
 * to wait for another thread takes longer, and a publication of small files does nothing else.
 */
export async function isLinkedAtOnce({
  from,
  path,
  rootDir,
  folderMode,
  sync,
  isOnDisk,
}: SecondName): Promise<boolean> {
  // Its bytes before its name: the first name may be another process's that has not synced it yet.
  if (sync && !isOnDisk) await syncBytes(from);
  if (!isLinked(from, path, folderMode)) return false;
  if (sync) await syncFolders(dirname(path), rootDir);
  return true;
}

function isLinked(from: string, path: string, folderMode: number): boolean {
  try {
    linkSync(from, path);
    return true;
  } catch (error) {
    if (!isCode(error, 'ENOENT') || !existsSync(from)) return false;
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: folderMode });
    linkSync(from, path);
    return true;
  } catch {
    return false;
  }
}

/** A second name for a file on its way to `path`; its bytes again on another file system, or on one without links. */
export async function linkOrCopy(from: string, incoming: string, path: string): Promise<void> {
  await fs.link(from, incoming).catch(async (error) => {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) throw notFound(from, error);
    // Or it is no file at all.
    await fs.copyFile(from, incoming).catch((cause) => {
      throw isCode(cause, 'EISDIR') ? notFound(from, cause) : unwritable(cause, path);
    });
  });
}
