import { createHash, randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ObjectNotFound } from '../../shared/errors.ts';
import { keyProblem } from '../../shared/keys/object-key.ts';
import type {
  ObjectInfo,
  ObjectPiece,
  ObjectStore,
  ObjectWriter,
  ReadOptions,
  StoredObject,
} from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { changed, isCode, notFound, preconditionFailed, unreadable, unwritable } from './file-error.ts';
import { isRunning, withFileLock } from './file-lock.ts';
import { FileWriter } from './file-writer.ts';
import { giveBackBuffer, takeBuffer } from './transfer-buffers.ts';

/** Unfinished files; the name says whose they are, so that a later run can remove what a killed one left. */
const INCOMING = '.incoming';
/** What says that no object has a name; one that is too long for the file system is none's either. */
const NOT_THERE = ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'];
/** Folders go when their last file does; this often in a row just before a write is no accident. */
const MAX_FOLDER_TRIES = 100;

/**
 * A directory as an object store. An object appears by a rename and is never changed in place, so that a reader sees it
 * whole and hard links are copies. Nothing is created before the first write.
 */
export function createFileObjectStore({ rootDir }: { rootDir: string }): ObjectStore {
  return new FileObjectStore(rootDir);
}

class FileObjectStore implements ObjectStore {
  private readonly rootDir: string;
  private readonly incomingDir: string;

  constructor(rootDir: string) {
    this.rootDir = rootDir;
    this.incomingDir = join(rootDir, INCOMING);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const stats = await fs.stat(this.path(key), { bigint: true });
      return stats.isFile() ? objectInfo(key, stats) : undefined;
    } catch (error) {
      if (isCode(error, ...NOT_THERE)) return undefined;
      throw unreadable(error, this.path(key));
    }
  }

  async *streamRange(key: string, range?: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    const path = this.path(key);
    const buffers: Uint8Array[] = [];
    let ahead: Promise<{ bytesRead: number; buffer: Uint8Array }> | undefined;
    const handle = await fs.open(path, 'r').catch((error) => {
      throw isCode(error, ...NOT_THERE, 'EISDIR') ? notFound(path, error) : unreadable(error, path);
    });
    try {
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw notFound(path);
      if (options.pin !== undefined && pinOf(stats) !== options.pin) throw changed(path);
      const end = range?.endByte ?? Number(stats.size);
      let at = range?.startByte ?? 0;
      if (end > Number(stats.size)) throw changed(path);
      // Two buffers in turn: the next chunk is read while the consumer is at work on the last one.
      const readNext = (turn: number) => {
        if (buffers.length < 2) buffers.push(takeBuffer(end - at));
        const buffer = buffers[turn % 2]!;
        ahead = handle.read(buffer, 0, Math.min(buffer.length, end - at), at);
        // Whether it failed is asked when it is its turn.
        ahead.catch(() => undefined);
      };
      if (at < end) readNext(0);
      for (let turn = 1; ahead; turn++) {
        options.signal?.throwIfAborted();
        const { bytesRead, buffer } = await ahead;
        ahead = undefined;
        if (bytesRead === 0) throw changed(path);
        at += bytesRead;
        if (at < end) readNext(turn);
        yield buffer.subarray(0, bytesRead);
      }
      if (options.pin !== undefined)
        await this.checkPin(path, options.pin, await handle.stat({ bigint: true }));
    } catch (error) {
      throw isCode(error, 'EISDIR') ? notFound(path, error) : error;
    } finally {
      await ahead?.catch(() => undefined);
      for (const buffer of buffers) giveBackBuffer(buffer);
      await handle.close();
    }
  }

  /** The open file must not have been written to, nor the path led elsewhere by a replacement. */
  private async checkPin(path: string, pin: string, opened: BigIntStats): Promise<void> {
    const named = await fs.stat(path, { bigint: true }).catch(() => undefined);
    if (!named || pinOf(opened) !== pin || pinOf(named) !== pin) throw changed(path);
  }

  async readRange(key: string, range: ByteRange, options: ReadOptions = {}): Promise<Uint8Array> {
    const bytes = new Uint8Array(range.endByte - range.startByte);
    let at = 0;
    for await (const chunk of this.streamRange(key, range, options)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const bytes = await fs.readFile(this.path(key));
      return { bytes, tag: tagOf(bytes) };
    } catch (error) {
      if (isCode(error, ...NOT_THERE, 'EISDIR')) return undefined;
      throw unreadable(error, this.path(key));
    }
  }

  async put(key: string, bytes: Uint8Array): Promise<string> {
    await this.writeIncoming(bytes, (incoming) => this.moveTo(incoming, key));
    return tagOf(bytes);
  }

  async putOnce(key: string, bytes: Uint8Array): Promise<string> {
    // A link to a name that exists fails: the file system itself decides who was first.
    await this.writeIncoming(bytes, async (incoming) => {
      const path = this.path(key);
      await this.inFolderOf(path, () =>
        fs.link(incoming, path).catch((error) => {
          throw isCode(error, 'EEXIST') ? preconditionFailed(key, 'it is there already') : error;
        }),
      );
      await fs.rm(incoming, { force: true });
    });
    return tagOf(bytes);
  }

  async putIf(key: string, bytes: Uint8Array, tag: string): Promise<string> {
    await this.makeDirectory(this.incomingDir);
    const lock = join(
      this.incomingDir,
      `${createHash('sha256').update(key).digest('hex').slice(0, 24)}.lock`,
    );
    await withFileLock(lock, async () => {
      const current = await this.get(key);
      if (current?.tag !== tag) throw preconditionFailed(key, 'it is another one by now');
      await this.put(key, bytes);
    });
    return tagOf(bytes);
  }

  createWriter(key: string): ObjectWriter {
    return new FileWriter(this.incomingPath(), this.path(key), (incoming) => this.moveTo(incoming, key));
  }

  async compose(key: string, pieces: ObjectPiece[]): Promise<void> {
    const writer = this.createWriter(key);
    try {
      for (const piece of pieces) {
        if ('bytes' in piece) await writer.write(piece.bytes);
        else for await (const chunk of this.streamRange(piece.key, piece.range)) await writer.write(chunk);
      }
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  async copy(fromKey: string, toKey: string): Promise<void> {
    const from = this.path(fromKey);
    const incoming = this.incomingPath();
    await this.makeDirectory(this.incomingDir);
    try {
      await fs.link(from, incoming).catch(async (error) => {
        if (isCode(error, 'ENOENT', 'ENOTDIR')) throw notFound(from, error);
        // Another file system, or one without links; or no file at all.
        await fs.copyFile(from, incoming).catch((cause) => {
          throw isCode(cause, 'EISDIR') ? notFound(from, cause) : unwritable(cause, this.path(toKey));
        });
      });
      await this.moveTo(incoming, toKey);
    } finally {
      // Also after a success: a rename onto another name of the same file does nothing and leaves both.
      await fs.rm(incoming, { force: true });
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const keys = (await this.keysBelow(folder)).filter((key) => key.startsWith(prefix));
    const ordered = keys.map((key) => ({ key, order: Buffer.from(key) }));
    ordered.sort((a, b) => Buffer.compare(a.order, b.order));
    for (const { key } of ordered) {
      const info = await this.head(key);
      if (info) yield info;
    }
  }

  /** Folder by folder: one that is removed meanwhile is empty, and says nothing about the others. */
  private async keysBelow(folder: string, keys: string[] = []): Promise<string[]> {
    if (folder === `${INCOMING}/`) return keys;
    const directory = join(this.rootDir, folder);
    const entries = await fs.readdir(directory, { withFileTypes: true }).catch((error) => {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
      throw unreadable(error, directory);
    });
    for (const entry of entries) {
      if (entry.isFile()) keys.push(`${folder}${entry.name}`);
      else if (entry.isDirectory()) await this.keysBelow(`${folder}${entry.name}/`, keys);
    }
    return keys;
  }

  async delete(keys: string[]): Promise<void> {
    for (const key of keys) {
      const path = this.path(key);
      await fs.unlink(path).catch((error) => {
        // No file has that name, as in a bucket no object has the name of a folder.
        if (!isCode(error, ...NOT_THERE, 'EISDIR')) throw unwritable(error, path);
      });
      // Folders that became empty go too; the first that is not stops the walk, which follows the key and so never leaves the root.
      for (let folder = dirname(key); folder !== '.'; folder = dirname(folder)) {
        const removed = await fs.rmdir(join(this.rootDir, folder)).then(
          () => true,
          () => false,
        );
        if (!removed) break;
      }
    }
  }

  private path(key: string): string {
    const problem = keyProblem(key);
    if (problem) {
      throw new ObjectNotFound({
        what: `'${key}' cannot be an object's key`,
        why: problem,
        next: 'Name a key below the folder, with / between its parts.',
      });
    }
    return join(this.rootDir, key);
  }

  private incomingPath(): string {
    return join(this.incomingDir, `${process.pid}-${randomUUID()}`);
  }

  private async writeIncoming(bytes: Uint8Array, place: (incoming: string) => Promise<void>): Promise<void> {
    const incoming = this.incomingPath();
    await this.makeDirectory(this.incomingDir);
    try {
      await fs.writeFile(incoming, bytes).catch((error) => {
        throw unwritable(error, incoming);
      });
      await place(incoming);
    } catch (error) {
      await fs.rm(incoming, { force: true });
      throw error;
    }
  }

  private async moveTo(incoming: string, key: string): Promise<void> {
    const path = this.path(key);
    await this.inFolderOf(path, () => fs.rename(incoming, path));
  }

  /** Makes the folder of `path` for `action`; again when it is gone by then, with the last file of somebody else. */
  private async inFolderOf(path: string, action: () => Promise<void>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await fs.mkdir(dirname(path), { recursive: true });
        await action();
        return;
      } catch (error) {
        // Where a folder goes while mkdir walks, it says that a file is in the way. One that truly is will still be.
        const passing = isCode(error, 'ENOENT', 'ENOTDIR', 'EEXIST');
        if (!passing || tries >= MAX_FOLDER_TRIES) throw unwritable(error, path);
      }
    }
  }

  private async makeDirectory(directory: string): Promise<void> {
    await fs.mkdir(directory, { recursive: true }).catch((error) => {
      throw unwritable(error, directory);
    });
  }
}

/**
 * Removes unfinished files that processes which no longer run left in a store, and with `endedPid` those of that one: threads that
 * were stopped leave theirs while the process goes on.
 */
export async function removeAbandonedFiles(rootDir: string, endedPid?: number): Promise<void> {
  const names = await fs.readdir(join(rootDir, INCOMING)).catch(() => []);
  for (const name of names) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isInteger(pid) && (pid === endedPid || !isRunning(pid)))
      await fs.rm(join(rootDir, INCOMING, name), { force: true });
  }
}

function objectInfo(key: string, stats: BigIntStats): ObjectInfo {
  return {
    key,
    sizeBytes: Number(stats.size),
    version: `${stats.size}-${stats.mtimeNs}`,
    pin: pinOf(stats),
  };
}

function pinOf(stats: BigIntStats): string {
  return `${stats.ino}-${stats.size}-${stats.mtimeNs}`;
}

function tagOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
