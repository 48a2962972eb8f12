import { type Dirent, readdirSync, statSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ObjectClosed } from '../../shared/errors.ts';
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';
import { isCode, unreadable } from './file-error.ts';
import { INCOMING } from './unfinished-files.ts';

const REMOVALS_AT_ONCE = 64;

/*
 * Folders and small documents are read, and files removed, without waiting for another thread: that takes some ten microseconds, and the
 * way to a thread and back ten times as long. A lake of 50,000 runs has a million of them.
 */

/**
 * Keys of all files below a folder of the store, in any order. Folder by folder: a folder that is removed meanwhile is empty, and the
 * others are still listed.
 */
export function keysBelow(rootDir: string, folder: string, keys: string[] = []): string[] {
  for (const entry of entriesOf(rootDir, folder)) {
    if (entry.isFile()) keys.push(`${folder}${entry.name}`);
    else if (entry.isDirectory()) keysBelow(rootDir, `${folder}${entry.name}/`, keys);
  }
  return keys;
}

/** Number and sizes of all files below a folder of the store; one that goes meanwhile counts nothing. */
export function sizeOfFolder(rootDir: string, folder: string): { objects: number; bytes: number } {
  const size = { objects: 0, bytes: 0 };
  for (const entry of entriesOf(rootDir, folder)) {
    const key = `${folder}${entry.name}`;
    if (entry.isFile()) {
      size.objects++;
      size.bytes += statSync(join(rootDir, key), { throwIfNoEntry: false })?.size ?? 0;
    } else if (entry.isDirectory()) {
      const { objects, bytes } = sizeOfFolder(rootDir, `${key}/`);
      size.objects += objects;
      size.bytes += bytes;
    }
  }
  return size;
}

/** Keys of the files directly in a folder, and of the folders that hold a file, or of all with `isEmptyShown`, which end in `/`; in any order. */
export function childrenOfFolder(rootDir: string, folder: string, isEmptyShown: boolean): string[] {
  return entriesOf(rootDir, folder).flatMap((entry) => {
    const key = `${folder}${entry.name}`;
    if (entry.isFile()) return [key];
    const isShown = entry.isDirectory() && (isEmptyShown || holdsFile(rootDir, `${key}/`));
    return isShown ? [`${key}/`] : [];
  });
}

/** The order that a bucket lists keys in: by their UTF-8 bytes. */
export function inKeyOrder(keys: string[]): string[] {
  const ordered = keys.map((key) => ({ key, order: Buffer.from(key) }));
  return ordered.sort((a, b) => Buffer.compare(a.order, b.order)).map(({ key }) => key);
}

/** A folder without files is not there, as in a bucket. One that may not be read is: whoever looks into it is told. */
function holdsFile(rootDir: string, folder: string): boolean {
  const entries = entriesUnlessClosed(rootDir, folder);
  if (!entries) return true;
  if (entries.some((entry) => entry.isFile())) return true;
  return entries.some((entry) => entry.isDirectory() && holdsFile(rootDir, `${folder}${entry.name}/`));
}

function entriesUnlessClosed(rootDir: string, folder: string): Dirent[] | undefined {
  try {
    return entriesOf(rootDir, folder);
  } catch (error) {
    if (error instanceof ObjectClosed) return undefined;
    throw error;
  }
}

function entriesOf(rootDir: string, folder: string): Dirent[] {
  if (folder === `${INCOMING}/`) return [];
  const directory = join(rootDir, folder);
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(error, directory);
  }
}

/**
 * Removes those of the folders below `rootDir` that are empty, and then those above them, up to the first that is not. Level by level, so
 * that one above many is tried once.
 */
export async function removeEmptyFolders(rootDir: string, folders: Iterable<string>): Promise<void> {
  const levels = new Map<number, Set<string>>();
  const note = (folder: string) => {
    // The walk follows the key, so it never leaves the root.
    if (folder === '.') return;
    const depth = folder.split('/').length;
    levels.set(depth, (levels.get(depth) ?? new Set()).add(folder));
  };
  for (const folder of folders) note(folder);
  for (let depth = Math.max(0, ...levels.keys()); depth > 0; depth--) {
    // The disk may have to write before it removes a folder, so many wait together.
    await inParallel([...(levels.get(depth) ?? [])], REMOVALS_AT_ONCE, async (folder) => {
      const removed = await fs.rmdir(join(rootDir, folder)).then(
        () => true,
        () => false,
      );
      if (removed) note(dirname(folder));
    });
  }
}
