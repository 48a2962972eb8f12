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
import { inParallel } from '../../shared/pipeline/store/in-parallel.ts';
import type { DraftedStore, ObjectStore } from '../../shared/ports/object-store.ts';
import { type Draft, DraftStore } from './draft-store.ts';
import { isCode, unwritable } from './file-error.ts';
import { fileModes } from './file-modes.ts';
import { syncFoldersTogether } from './synced-files.ts';
import { INCOMING, unfinishedName } from './unfinished-files.ts';
import { waveOf } from './write-order.ts';

/** Files that are open at once while the disk writes them together. */
const OPEN_AT_ONCE = 256;
/** Objects that are replaced at once, each in a turn of its own. */
const REPLACED_AT_ONCE = 16;
/** A folder goes with its last file: somebody who cleans may remove it just before a file is moved there. */
const MAX_FOLDER_TRIES = 100;

interface Lake {
  rootDir: string;
  sync: boolean;
  /** The same folder as a store. */
  store: ObjectStore;
}

/** A file at a place where nothing has to stand, or anything may. */
interface WrittenFile {
  key: string;
  bytes: Uint8Array;
  over: 'anything' | 'nothing';
  incoming: string;
  path: string;
}

interface ReplacedFile {
  key: string;
  bytes: Uint8Array;
  tag: string;
}

/** A store over a lake whose drafts are settled in the order of a lake. */
export function draftsOver(lake: Lake): DraftedStore {
  const drafts = new DraftStore(lake.store);
  const settle = async () => (await settleDrafts(lake, drafts.take(), waveOf)).length === 0;
  return { store: drafts, settle };
}

/**
 * Writes drafts into a lake: first the bytes of all under names that nobody reads, then their names wave by wave. The disk has all bytes before
 * any name, and all names of a wave before the next one begins. Without waiting for another thread, which would take longer than a small file
 * itself. Answers the keys of those that were not written, because something else stands there by now; no wave follows one that has such a key.
 */
export async function settleDrafts(
  lake: Lake,
  drafts: ReadonlyMap<string, Draft>,
  waveOf: (key: string) => number,
): Promise<string[]> {
  // Few replace an object that stood there before: each waits for its turn, as any other writer does.
  const fresh: WrittenFile[] = [];
  const waves: { fresh: WrittenFile[]; replaced: ReplacedFile[] }[] = [];
  for (const [key, { bytes, over }] of drafts) {
    const number = waveOf(key);
    waves[number] ??= { fresh: [], replaced: [] };
    if (typeof over !== 'string') {
      waves[number].replaced.push({ key, bytes, tag: over.tag });
      continue;
    }
    const incoming = join(lake.rootDir, INCOMING, unfinishedName());
    const file = { key, bytes, over, incoming, path: join(lake.rootDir, key) };
    fresh.push(file);
    waves[number].fresh.push(file);
  }
  const unplaced = new Set(fresh);
  try {
    for (let at = 0; at < fresh.length; at += OPEN_AT_ONCE)
      await writeTogether(lake, fresh.slice(at, at + OPEN_AT_ONCE));
    for (const wave of waves) {
      if (!wave) continue;
      const refused = placeTogether(lake, wave.fresh, unplaced);
      if (lake.sync)
        await syncFoldersTogether([...new Set(wave.fresh.map(({ path }) => dirname(path)))], lake.rootDir);
      refused.push(...(await replaceEach(lake, wave.replaced)));
      if (refused.length > 0) return refused;
    }
    return [];
  } finally {
    for (const { incoming } of unplaced) rmSync(incoming, { force: true });
  }
}

/** Replaces objects that are still as they were. Answers the keys of the others. */
async function replaceEach({ store }: Lake, files: ReplacedFile[]): Promise<string[]> {
  const refused: string[] = [];
  await inParallel(files, REPLACED_AT_ONCE, async ({ key, bytes, tag }) => {
    await store.putIf(key, bytes, tag).catch((error) => {
      if (!(error instanceof PreconditionFailed)) throw error;
      refused.push(key);
    });
  });
  return refused;
}

/** Writes the bytes of all files under names that nobody reads, and waits for the disk. */
async function writeTogether({ rootDir, sync }: Lake, files: WrittenFile[]): Promise<void> {
  const { file: mode, folder } = fileModes(rootDir);
  makeFolder(join(rootDir, INCOMING), folder);
  const handles: number[] = [];
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
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

/** Moves files to their places. Answers the keys of those where something else stands. */
function placeTogether({ rootDir }: Lake, files: WrittenFile[], unplaced: Set<WrittenFile>): string[] {
  const { folder } = fileModes(rootDir);
  const refused: string[] = [];
  for (const file of files) {
    if (!isPlaced(file, folder)) refused.push(file.key);
    // Else it stands under two names.
    else if (file.over === 'anything') unplaced.delete(file);
  }
  return refused;
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
    // A link that leads nowhere: `mkdir` calls it what it is.
    const cause = isCode(error, 'ENOENT') ? Object.assign(error as Error, { code: 'ENOTDIR' }) : error;
    throw unwritable(cause, path);
  }
}

function synced(handle: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fsync(handle, (error) => (error ? reject(unwritable(error, path)) : resolve()));
  });
}
