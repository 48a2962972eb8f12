import { existsSync, linkSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { isCode } from './file-error.ts';
import { syncFolders, syncPath } from './synced-files.ts';

interface SecondName {
  from: string;
  path: string;
  rootDir: string;
  folderMode: number;
  sync: boolean;
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
}: SecondName): Promise<boolean> {
  // Its bytes before its name: the first name may be another process's that has not synced it yet.
  if (sync) await syncPath(from);
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
