import { existsSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { isCode, unwritable } from './file-error.ts';

/** Modes that files and folders are made with; the umask of the process takes bits away. */
export interface FileModes {
  file: number;
  folder: number;
}

/** Rejects are raw records, and rows are as private: nobody but the user who converts may read them. */
export const PRIVATE: FileModes = { file: 0o600, folder: 0o700 };
const BY_UMASK: FileModes = { file: 0o666, folder: 0o777 };

/** A file of this name in a lake's folder says that the lake is shared, to every command and every process. */
const SHARED_MARK = '.shared-files';

/** Folders of a lake that this software makes; whatever is below them cannot be reached if they are closed. */
const LAKE_FOLDERS = ['.incoming', 'catalog', 'ledger', 'processed', 'runs'];

/** The modes of whatever is written below `rootDir`: private, unless the lake is shared. */
export function fileModes(rootDir: string): FileModes {
  return existsSync(join(rootDir, SHARED_MARK)) ? BY_UMASK : PRIVATE;
}

/** Marks a lake as shared: from now on the umask alone says who may read what is written there. Answers false if it was marked before. */
export async function shareLake(rootDir: string): Promise<boolean> {
  try {
    await fs.mkdir(rootDir, { recursive: true, mode: BY_UMASK.folder });
    await fs.writeFile(join(rootDir, SHARED_MARK), '', { flag: 'wx', mode: BY_UMASK.file });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST') && existsSync(join(rootDir, SHARED_MARK))) return false;
    throw unwritable(error, rootDir);
  }
}

/**
 * Closes the folders of a lake that an earlier version, or a shared lake, left open to other users. Answers which were closed. Folders of
 * somebody else, and a lake that is shared, stay as they are.
 */
export async function closeToOthers(rootDir: string): Promise<string[]> {
  if (fileModes(rootDir) !== PRIVATE) return [];
  const closed: string[] = [];
  for (const name of LAKE_FOLDERS) {
    const folder = join(rootDir, name);
    const stats = await fs.lstat(folder).catch(() => undefined);
    const isOpen = stats?.isDirectory() && (stats.mode & 0o077) !== 0 && stats.uid === process.getuid?.();
    if (!stats || !isOpen) continue;
    const done = await fs.chmod(folder, stats.mode & 0o700).then(
      () => true,
      () => false,
    );
    if (done) closed.push(name);
  }
  return closed;
}
