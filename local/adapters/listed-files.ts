import type { Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isCode, unreadable } from './file-error.ts';
import { INCOMING } from './unfinished-files.ts';

/**
 * Keys of all files below a folder of the store, in any order. Folder by folder: a folder that is removed meanwhile is empty, and the
 * others are still listed.
 */
export async function keysBelow(rootDir: string, folder: string, keys: string[] = []): Promise<string[]> {
  const below: Promise<unknown>[] = [];
  for (const entry of await entriesOf(rootDir, folder)) {
    if (entry.isFile()) keys.push(`${folder}${entry.name}`);
    else if (entry.isDirectory()) below.push(keysBelow(rootDir, `${folder}${entry.name}/`, keys));
  }
  await Promise.all(below);
  return keys;
}

/** Keys of the files directly in a folder, and of the folders that hold a file, which end in `/`; in any order. */
export async function childrenOfFolder(rootDir: string, folder: string): Promise<string[]> {
  const children = (await entriesOf(rootDir, folder)).map(async (entry) => {
    const key = `${folder}${entry.name}`;
    if (entry.isFile()) return [key];
    const isFolder = entry.isDirectory() && (await holdsFile(rootDir, `${key}/`));
    return isFolder ? [`${key}/`] : [];
  });
  return (await Promise.all(children)).flat();
}

/** The order that a bucket lists keys in: by their UTF-8 bytes. */
export function inKeyOrder(keys: string[]): string[] {
  const ordered = keys.map((key) => ({ key, order: Buffer.from(key) }));
  return ordered.sort((a, b) => Buffer.compare(a.order, b.order)).map(({ key }) => key);
}

/** A folder without files is not there, as in a bucket. */
async function holdsFile(rootDir: string, folder: string): Promise<boolean> {
  const entries = await entriesOf(rootDir, folder);
  if (entries.some((entry) => entry.isFile())) return true;
  for (const entry of entries) {
    if (entry.isDirectory() && (await holdsFile(rootDir, `${folder}${entry.name}/`))) return true;
  }
  return false;
}

async function entriesOf(rootDir: string, folder: string): Promise<Dirent[]> {
  if (folder === `${INCOMING}/`) return [];
  const directory = join(rootDir, folder);
  return fs.readdir(directory, { withFileTypes: true }).catch((error) => {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw unreadable(error, directory);
  });
}

/** Removes a folder below `rootDir` if it is empty, and then those above it, up to the first that is not. */
export async function removeEmptyFolders(rootDir: string, folder: string): Promise<void> {
  // The walk follows the key, so it never leaves the root.
  for (let at = folder; at !== '.'; at = dirname(at)) {
    const removed = await fs.rmdir(join(rootDir, at)).then(
      () => true,
      () => false,
    );
    if (!removed) return;
  }
}
