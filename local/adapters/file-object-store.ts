import { createHash } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ObjectNotFound } from '../../shared/errors.ts';
import { keyProblem } from '../../shared/keys/object-key.ts';
import type {
  DescribedObject,
  DraftedStore,
  ObjectInfo,
  ObjectPiece,
  ObjectStore,
  ObjectWriter,
  ReadOptions,
  StoredObject,
} from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { DocumentReader } from './document-reader.ts';
import { type ChecksumOfFile, fileChecksum, writePieces } from './file-checksum.ts';
import { damaged, isCode, NOT_THERE, preconditionFailed, unreadable, unwritable } from './file-error.ts';
import { type FileModes, fileModes } from './file-modes.ts';
import { gathered, QUICK_READ_BYTES, readFilePiece, streamFile } from './file-reader.ts';
import type { FileStoreOptions } from './file-store-options.ts';
import { type FileIdentity, LAKE_OBJECT, sourceIdentity } from './file-version.ts';
import { FileWriter } from './file-writer.ts';
import { childrenOfFolder, inKeyOrder, keysBelow, sizeOfFolder } from './listed-files.ts';
import { inFolder } from './object-folder.ts';
import { removeEmptied, removeFiles, removeFolders } from './removed-objects.ts';
import { isLinkedAtOnce, linkOrCopy } from './second-name.ts';
import { draftsOver } from './settled-drafts.ts';
import { storedObject, tagOf } from './stored-object.ts';
import { syncBytes, syncFolders, writeSynced } from './synced-files.ts';
import { inTurn } from './turnstile.ts';
import { INCOMING, TURNSTILE, unfinishedName } from './unfinished-files.ts';

/** Enough to keep the threads of Node busy that wait for the file system. */
const HEADS_AT_ONCE = 64;

/**
 * A directory as an object store. An object appears by a rename and is never changed in place, so that a reader sees it
 * whole and hard links are copies. Nothing is created before the first write. What a call has written survives a loss of power, unless
 * `sync` is false. Only this user may read what is written, unless the folder is a shared lake.
 */
export function createFileObjectStore(options: FileStoreOptions): ObjectStore {
  return new FileObjectStore(options);
}

class FileObjectStore implements ObjectStore {
  private readonly rootDir: string;
  /** Path of an object = `prefix` + key, once the key is known to be valid. */
  private readonly prefix: string;
  private readonly documents = new DocumentReader();
  private readonly incomingDir: string;
  private readonly sync: boolean;
  private readonly identity: FileIdentity;
  private knownModes: FileModes | undefined;
  private readonly checksumOf: ChecksumOfFile;
  private readonly options: FileStoreOptions;

  constructor(options: FileStoreOptions) {
    const { rootDir, sync = true, isSource = false, checksumOf = fileChecksum } = options;
    this.options = options;
    this.checksumOf = checksumOf;
    this.rootDir = rootDir;
    this.prefix = join(rootDir, 'key').slice(0, -'key'.length);
    this.sync = sync;
    this.identity = isSource ? sourceIdentity(isSource) : LAKE_OBJECT;
    this.incomingDir = join(rootDir, INCOMING);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const path = this.path(key);
      const stats = await this.identity.stat(path);
      if (!stats?.isFile()) return undefined;
      const { version, pin } = this.identity;
      const info = { key, sizeBytes: Number(stats.size), version: version(stats), pin: pin(stats) };
      const origin = this.identity.origin(path);
      return origin === undefined ? info : { ...info, origin };
    } catch (error) {
      if (isCode(error, ...NOT_THERE)) return undefined;
      throw unreadable(error, this.path(key));
    }
  }

  async *streamRange(key: string, range?: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    for await (const chunk of streamFile(this.path(key), range, options, this.identity)) {
      this.options.onRead?.(chunk.length);
      yield chunk;
    }
  }

  async readRange(key: string, range: ByteRange, options: ReadOptions = {}): Promise<Uint8Array> {
    const sizeBytes = range.endByte - range.startByte;
    if (sizeBytes > QUICK_READ_BYTES) return gathered(this.streamRange(key, range, options), sizeBytes);
    const piece = readFilePiece(this.path(key), range, options, this.identity);
    this.options.onRead?.(sizeBytes);
    return piece;
  }

  async get(key: string): Promise<StoredObject | undefined> {
    try {
      const bytes = this.documents.read(this.path(key));
      return bytes && storedObject(bytes);
    } catch (error) {
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
          throw isCode(error, 'EEXIST') ? preconditionFailed(key, 'It is there already.') : error;
        }),
      );
      await fs.rm(incoming, { force: true });
    });
    return tagOf(bytes);
  }

  async putIf(key: string, bytes: Uint8Array, tag: string): Promise<string> {
    await this.makeDirectory(this.incomingDir);
    const name = createHash('sha256').update(key).digest('hex').slice(0, 24);
    await inTurn({
      turnstile: join(this.incomingDir, `${name}${TURNSTILE}`),
      folderMode: this.modes.folder,
      write: (path) => this.writeFile(path, bytes),
      check: async () => {
        const current = await this.get(key);
        if (current?.tag !== tag) throw preconditionFailed(key, 'It is another one by now.');
      },
      place: (path) => this.moveTo(path, key),
    });
    return tagOf(bytes);
  }

  createWriter(key: string): ObjectWriter {
    const move = (incoming: string) => this.moveTo(incoming, key);
    const place = { incoming: this.incomingPath(), path: this.path(key), move };
    return new FileWriter({ ...this.options, ...place, sync: this.sync, modes: this.modes });
  }

  async compose(key: string, pieces: ObjectPiece[], crc64nvme?: string): Promise<void> {
    const writer = this.createWriter(key);
    try {
      await writePieces(this, { path: this.path(key), writer }, pieces, crc64nvme);
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  }

  async hasChecksum(key: string, crc64nvme: string): Promise<boolean | undefined> {
    const path = this.path(key);
    // Whoever proves an object gives it another name next, for which the disk must have its bytes.
    const mustSync = this.sync && this.options.isOnDisk?.(key) !== true;
    const [sum] = await Promise.all([this.checksumOf(path), mustSync && syncBytes(path)]);
    return sum === undefined ? undefined : sum === crc64nvme;
  }

  async copy(fromKey: string, toKey: string, crc64nvme?: string): Promise<void> {
    const from = this.path(fromKey);
    const { rootDir, sync } = this;
    const isOnDisk = this.options.isOnDisk?.(fromKey) === true;
    const named = { from, path: this.path(toKey), rootDir, sync, folderMode: this.modes.folder, isOnDisk };
    if (crc64nvme === undefined && (await isLinkedAtOnce(named))) {
      this.options.described?.named(fromKey, toKey);
      return;
    }
    const incoming = this.incomingPath();
    await this.makeDirectory(this.incomingDir);
    try {
      await linkOrCopy(from, incoming, this.path(toKey));
      if (crc64nvme !== undefined && (await this.checksumOf(incoming)) !== crc64nvme) throw damaged(from);
      // The first name may be another process's that has not synced it yet.
      if (this.sync) await syncBytes(incoming);
      await this.moveTo(incoming, toKey);
    } finally {
      // Also after a success: a rename onto another name of the same file does nothing and leaves both.
      await fs.rm(incoming, { force: true });
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const ordered = this.keysOf(prefix);
    for (let at = 0; at < ordered.length; at += HEADS_AT_ONCE) {
      const batch = ordered.slice(at, at + HEADS_AT_ONCE);
      for (const info of await Promise.all(batch.map((key) => this.head(key)))) if (info) yield info;
    }
  }

  async *listKeys(prefix: string): AsyncIterable<string> {
    yield* this.keysOf(prefix);
  }

  private keysOf(prefix: string): string[] {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    return inKeyOrder(keysBelow(this.rootDir, folder).filter((key) => key.startsWith(prefix)));
  }

  async *listFolder(folder: string, { isEmptyShown = false } = {}): AsyncIterable<string> {
    yield* inKeyOrder(childrenOfFolder(this.rootDir, folder, isEmptyShown));
  }

  async delete(keys: string[]): Promise<void> {
    removeFiles(keys.map((key) => this.path(key)));
    await removeEmptied(this.rootDir, keys.map(dirname), this.sync);
  }

  described(key: string): DescribedObject | undefined {
    return this.options.described?.of(key);
  }

  draft(): DraftedStore {
    const { rootDir, sync } = this;
    return draftsOver({ rootDir, sync, store: this });
  }

  async sizeBelow(folder: string): Promise<{ objects: number; bytes: number }> {
    return sizeOfFolder(this.rootDir, folder);
  }

  async deleteFolders(folders: string[]): Promise<void> {
    await this.makeDirectory(this.incomingDir);
    const keys = folders.map((folder) => folder.replace(/\/$/, ''));
    await removeFolders(
      keys.map((key) => ({ path: this.path(key), aside: this.incomingPath() })),
      this.sync,
    );
    await removeEmptied(this.rootDir, keys.map(dirname), this.sync);
  }

  /** Looked up at the first write: a command may share the lake before it. */
  private get modes(): FileModes {
    this.knownModes ??= fileModes(this.rootDir);
    return this.knownModes;
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
    return `${this.prefix}${key}`;
  }

  private incomingPath(): string {
    return join(this.incomingDir, unfinishedName());
  }

  private async writeIncoming(bytes: Uint8Array, place: (incoming: string) => Promise<void>): Promise<void> {
    const incoming = this.incomingPath();
    await this.makeDirectory(this.incomingDir);
    try {
      await this.writeFile(incoming, bytes);
      await place(incoming);
    } catch (error) {
      await fs.rm(incoming, { force: true });
      throw error;
    }
  }

  private async writeFile(path: string, bytes: Uint8Array): Promise<void> {
    await writeSynced(path, bytes, this.modes.file, this.sync).catch((error) => {
      throw unwritable(error, path);
    });
  }

  private async moveTo(incoming: string, key: string): Promise<void> {
    const path = this.path(key);
    await this.inFolderOf(path, () => fs.rename(incoming, path));
  }

  /** Also waits until the disk has the names that `action` makes. */
  private async inFolderOf(path: string, action: () => Promise<void>): Promise<void> {
    await inFolder(path, this.modes.folder, action);
    if (this.sync) await syncFolders(dirname(path), this.rootDir);
  }

  private async makeDirectory(directory: string): Promise<void> {
    await fs.mkdir(directory, { recursive: true, mode: this.modes.folder }).catch((error) => {
      throw unwritable(error, directory);
    });
  }
}
