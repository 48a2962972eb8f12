import {
  closeSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PreconditionFailed } from '../../shared/errors.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { Draft } from './draft-store.ts';
import { isCode, unwritable } from './file-error.ts';
import { fileModes } from './file-modes.ts';
import { syncFoldersTogether } from './synced-files.ts';
import { INCOMING, unfinishedName } from './unfinished-files.ts';

/** Files that are open at once while the disk writes them together. */
const OPEN_AT_ONCE = 256;
/** A folder goes with its last file: somebody who cleans may remove it just before a file is moved there. */
const MAX_FOLDER_TRIES = 100;

interface Lake {
  rootDir: string;
  sync: boolean;
  /** The same folder as a store. */
  store: ObjectStore;
}

interface KeyedDraft extends Draft {
  key: string;
}

/**
 * Writes drafts into a lake, wave by wave: the disk has all of a wave before the next one begins. In each wave it writes the bytes of all,
 * then their names. Without waiting for another thread, which would take longer than a small file itself. Answers the keys of those that
 * were not written, because something else stands there by now; no wave follows one that has such a key.
 */
export async function settleDrafts(
  lake: Lake,
  drafts: ReadonlyMap<string, Draft>,
  waveOf: (key: string) => number,
): Promise<string[]> {
  const waves: KeyedDraft[][] = [];
  for (const [key, draft] of drafts) {
    const wave = waveOf(key);
    waves[wave] ??= [];
    waves[wave].push({ key, ...draft });
  }
  for (const wave of waves) {
    const refused = wave ? await settleWave(lake, wave) : [];
    if (refused.length > 0) return refused;
  }
  return [];
}

async function settleWave(lake: Lake, wave: KeyedDraft[]): Promise<string[]> {
  const folders = new Set<string>();
  const refused: string[] = [];
  // Few replace an object that stood there before: each waits for its turn, as any other writer does.
  const fresh = wave.filter(({ over }) => typeof over === 'string');
  for (let at = 0; at < fresh.length; at += OPEN_AT_ONCE) {
    const placed = await writeTogether(lake, fresh.slice(at, at + OPEN_AT_ONCE), refused);
    for (const path of placed) folders.add(dirname(path));
  }
  if (lake.sync) await syncFoldersTogether([...folders], lake.rootDir);
  for (const { key, bytes, over } of wave) {
    if (typeof over === 'string') continue;
    await lake.store.putIf(key, bytes, over.tag).catch((error) => {
      if (!(error instanceof PreconditionFailed)) throw error;
      refused.push(key);
    });
  }
  return refused;
}

/** Writes the bytes of all files under names that nobody reads, waits for the disk, and moves them to their places. Answers with the paths. */
async function writeTogether(
  { rootDir, sync }: Lake,
  drafts: KeyedDraft[],
  refused: string[],
): Promise<string[]> {
  const { file: mode, folder } = fileModes(rootDir);
  const incomingDir = join(rootDir, INCOMING);
  makeFolder(incomingDir, folder);
  const files = drafts.map(({ key, bytes, over }) => ({
    ...{ key, bytes, over, path: join(rootDir, key), incoming: join(incomingDir, unfinishedName()) },
  }));
  const handles: number[] = [];
  let isDone = false;
  try {
    for (const { incoming, bytes, path } of files) {
      try {
        const handle = openSync(incoming, 'wx', mode);
        handles.push(handle);
        for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at);
      } catch (error) {
        throw unwritable(error, path);
      }
    }
    if (sync) await Promise.all(handles.map((handle, index) => synced(handle, files[index]!.path)));
    for (const handle of handles.splice(0)) closeSync(handle);
    for (const one of files) if (!isPlaced(one, folder)) refused.push(one.key);
    isDone = true;
    return files.map(({ path }) => path);
  } finally {
    for (const handle of handles) closeSync(handle);
    // Those that stand under two names; after a failure all.
    for (const { incoming, over } of files)
      if (!isDone || over === 'nothing') rmSync(incoming, { force: true });
  }
}

interface WrittenFile {
  incoming: string;
  path: string;
  bytes: Uint8Array;
  over: Draft['over'];
}

/** Moves a file to its place. False if another one must not be replaced; one with the same bytes is as good. */
function isPlaced({ incoming, path, bytes, over }: WrittenFile, folderMode: number): boolean {
  for (let tries = 1; ; tries++) {
    try {
      // A link to a name that exists fails: the file system itself decides who was first.
      if (over === 'nothing') linkSync(incoming, path);
      else renameSync(incoming, path);
      return true;
    } catch (error) {
      if (over === 'nothing' && isCode(error, 'EEXIST'))
        return Buffer.compare(readFileSync(path), bytes) === 0;
      if (!isCode(error, 'ENOENT', 'ENOTDIR') || tries >= MAX_FOLDER_TRIES) throw unwritable(error, path);
      makeFolder(dirname(path), folderMode);
    }
  }
}

function makeFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    throw unwritable(error, path);
  }
}

function synced(handle: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(handle, (error) => (error ? reject(unwritable(error, path)) : resolve()));
  });
}
