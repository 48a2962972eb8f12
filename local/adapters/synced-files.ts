import { type BigIntStats, statSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { setImmediate as nextLoop } from 'node:timers/promises';
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';
import { isCode, unwritable } from './file-error.ts';

/** The disk writes together what waits for it together. */
const SYNCS_AT_ONCE = 64;

/** Writes a new file and waits until the disk has its bytes, so that a name it gets afterwards never leads to less than all of them. */
export async function writeSynced(
  path: string,
  bytes: Uint8Array,
  mode: number,
  sync: boolean,
): Promise<void> {
  const handle = await fs.open(path, 'w', mode);
  try {
    await handle.writeFile(bytes);
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Folders whose name the disk has, by path, with what tells such a folder from a later one of the same name. */
const named = new Map<string, string>();
const MOST_NAMED = 10_000;

/**
 * Waits until the disk has the names in `folder`, and those of the folders above it down from the parent of `rootDir`: any of them may be
 * new, made by this process or another. All at once, so that the disk writes them together: a name counts only when all of them are there.
 * A folder whose name this process has seen on the disk needs nothing but its own names: most objects go where others went before.
 */
export function syncFolders(folder: string, rootDir: string): Promise<void> {
  const name = `${rootDir}\n${folder}`;
  const known = gathering.get(name);
  if (known) return known;
  // A publication gives hundreds of files their names in one go, in a few folders.
  const turn = Promise.resolve().then(() => {
    gathering.delete(name);
    return syncGathered(folder, rootDir);
  });
  gathering.set(name, turn);
  return turn;
}

/** Folders that are synced as soon as whoever changes them now has done so. */
const gathering = new Map<string, Promise<void>>();

async function syncGathered(folder: string, rootDir: string): Promise<void> {
  const depth = relative(rootDir, folder).split(/[/\\]/).filter(Boolean).length;
  const changed = [folder];
  const names: [path: string, identity: string][] = [];
  for (let at = folder, level = 0; level <= depth; at = dirname(at), level++) {
    // Before the disk is asked: a folder that somebody makes anew meanwhile is another one.
    const identity = identityOf(at);
    if (identity !== undefined && named.get(at) === identity) continue;
    changed.push(dirname(at));
    if (identity !== undefined) names.push([at, identity]);
  }
  await Promise.all(changed.map(syncNames));
  if (named.size > MOST_NAMED) named.clear();
  for (const [path, identity] of names) named.set(path, identity);
}

/** Does what `syncFolders` does for each of the folders, all at once; one that several have in common is synced once. */
export async function syncFoldersTogether(folders: readonly string[], rootDir: string): Promise<void> {
  const changed = new Set(folders);
  const names = new Map<string, string | undefined>();
  for (const folder of folders) {
    const depth = relative(rootDir, folder).split(/[/\\]/).filter(Boolean).length;
    for (let at = folder, level = 0; level <= depth && !names.has(at); at = dirname(at), level++) {
      const identity = identityOf(at);
      names.set(at, identity);
      if (identity === undefined || named.get(at) !== identity) changed.add(dirname(at));
    }
  }
  await inParallel([...changed], SYNCS_AT_ONCE, syncNames);
  if (named.size > MOST_NAMED) named.clear();
  for (const [path, identity] of names) if (identity !== undefined) named.set(path, identity);
}

/** Undefined where the file system does not know when a folder was made: numbers of removed ones are given to new ones. */
function identityOf(folder: string): string | undefined {
  const stats = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return stats && stats.birthtimeNs > 0n ? `${stats.dev} ${stats.ino} ${stats.birthtimeNs}` : undefined;
}

/** Does what `syncFolders` does for each of the folders; one that several have in common is synced once, after those below it. */
export async function syncAllFolders(folders: readonly string[], rootDir: string): Promise<void> {
  const levels = new Map<number, Set<string>>();
  for (const folder of folders) {
    const depth = relative(rootDir, folder).split(/[/\\]/).filter(Boolean).length;
    for (let level = depth, at = folder; level >= -1; level--, at = dirname(at)) {
      const known = levels.get(level) ?? new Set();
      if (known.has(at)) break;
      levels.set(level, known.add(at));
    }
  }
  for (const level of [...levels.keys()].sort((a, b) => b - a)) {
    await inParallel([...(levels.get(level) ?? [])], SYNCS_AT_ONCE, syncPath);
  }
}

/** The turn of a folder whose names the disk is writing, and the one that waits for more names. */
interface Turns {
  running?: Promise<void> | undefined;
  gathering?: Promise<void> | undefined;
}

const syncing = new Map<string, Turns>();

/**
 * Waits until the disk has the names that are in a folder now. A publication puts dozens of files into one folder at once: those that come
 * in one turn of the loop, or while the disk writes, wait together for one turn of the disk, which begins afterwards and has all of their names.
 */
function syncNames(folder: string): Promise<void> {
  const turns = syncing.get(folder) ?? {};
  syncing.set(folder, turns);
  turns.gathering ??= takeTurn(folder, turns);
  return turns.gathering;
}

async function takeTurn(folder: string, turns: Turns): Promise<void> {
  await (turns.running?.catch(() => undefined) ?? nextLoop());
  turns.running = turns.gathering;
  turns.gathering = undefined;
  try {
    await syncPath(folder);
  } finally {
    if (turns.gathering === undefined) syncing.delete(folder);
  }
}

/** Files whose bytes the disk has, by path, with what tells such a file from a later one of the same name. */
const whole = new Map<string, string>();

/** Waits until the disk has the bytes of a file that nobody changes any more. Only once: a file is proved, and then gets another name. */
export async function syncBytes(path: string): Promise<void> {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  const identity = stats && stats.birthtimeNs > 0n ? identityOfFile(stats) : undefined;
  if (identity !== undefined && whole.get(path) === identity) return;
  await syncPath(path);
  if (whole.size > MOST_NAMED) whole.clear();
  if (identity !== undefined) whole.set(path, identity);
}

function identityOfFile({ dev, ino, birthtimeNs, mtimeNs, size }: BigIntStats): string {
  return `${dev} ${ino} ${birthtimeNs} ${mtimeNs} ${size}`;
}

/** Waits until the disk has a file's bytes or a folder's names. One that is gone by now needs nothing. */
export async function syncPath(path: string): Promise<void> {
  let handle: fs.FileHandle;
  try {
    handle = await fs.open(path, 'r');
  } catch (error) {
    // Removed by somebody else, or a folder above the lake that may be entered but not read.
    if (isCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return;
    throw unwritable(error, path);
  }
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems sync no folders: there names are written when they change.
    if (!isCode(error, 'EINVAL', 'ENOTSUP', 'EISDIR')) throw unwritable(error, path);
  } finally {
    await handle.close();
  }
}
