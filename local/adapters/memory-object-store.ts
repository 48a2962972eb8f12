import { ObjectNotFound, PreconditionFailed, SourceChanged } from '../../shared/errors.ts';
import type {
  ObjectInfo,
  ObjectPiece,
  ObjectStore,
  ObjectWriter,
  ReadOptions,
  StoredObject,
} from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import { damaged } from './file-error.ts';
import { SortedKeys } from './sorted-keys.ts';

type Operation = keyof ObjectStore;

interface MemoryObject {
  bytes: Uint8Array;
  version: string;
}

/** Small, so that readers meet ranges of several chunks. */
const CHUNK_BYTES = 64 * 1024;

/** Objects in memory. Counts calls and bytes, so that tests can say what must not be read. */
export class MemoryObjectStore implements ObjectStore {
  /** Number of calls of each operation, over all keys. */
  readonly calls: Partial<Record<Operation, number>> = {};
  /** Bytes read of each key; not those of `compose` and `copy`, which stay inside a store. */
  readonly bytesRead = new Map<string, number>();
  /** Runs before each operation; what it throws is what the operation fails with. */
  beforeCall?: (operation: Operation, key: string) => void | Promise<void>;
  private readonly objects = new Map<string, MemoryObject>();
  protected versionCount = 0;
  private readonly sortedKeys = new SortedKeys();

  /** Writes an object as the owner of a source might: a new version and pin, uncounted. */
  replace(key: string, bytes: Uint8Array): string {
    return this.store(key, bytes);
  }

  /** Keys of all objects in key order, uncounted. */
  keys(): string[] {
    return this.sortedKeys.startingWith('');
  }

  /** The bytes of `key`, uncounted. */
  bytesOf(key: string): Uint8Array {
    return this.existing(key).bytes;
  }

  /** Loses an object as a broken disk might, uncounted. */
  lose(key: string): void {
    this.objects.delete(key);
    this.sortedKeys.remove(key);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    await this.called('head', key);
    const object = this.objects.get(key);
    return object && objectInfo(key, object);
  }

  async *streamRange(key: string, range?: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    await this.called('streamRange', key);
    yield* this.chunks(key, range, options);
  }

  async readRange(key: string, range: ByteRange, options: ReadOptions = {}): Promise<Uint8Array> {
    await this.called('readRange', key);
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks(key, range, options)) chunks.push(chunk);
    return new Uint8Array(Buffer.concat(chunks));
  }

  private async *chunks(
    key: string,
    range: ByteRange | undefined,
    options: ReadOptions,
  ): AsyncIterable<Uint8Array> {
    const { bytes, version } = this.existing(key);
    if (options.pin !== undefined && options.pin !== version) throw changed(key);
    const { startByte, endByte } = range ?? { startByte: 0, endByte: bytes.length };
    if (endByte > bytes.length) throw changed(key);
    for (let at = startByte; at < endByte; at += CHUNK_BYTES) {
      options.signal?.throwIfAborted();
      if (options.pin !== undefined && this.objects.get(key)?.version !== options.pin) throw changed(key);
      const chunk = bytes.slice(at, Math.min(at + CHUNK_BYTES, endByte));
      this.bytesRead.set(key, (this.bytesRead.get(key) ?? 0) + chunk.length);
      yield chunk;
    }
  }

  async get(key: string): Promise<StoredObject | undefined> {
    await this.called('get', key);
    const object = this.objects.get(key);
    if (!object) return undefined;
    this.bytesRead.set(key, (this.bytesRead.get(key) ?? 0) + object.bytes.length);
    return { bytes: object.bytes.slice(), tag: object.version };
  }

  async put(key: string, bytes: Uint8Array): Promise<string> {
    await this.called('put', key);
    return this.store(key, bytes);
  }

  async putOnce(key: string, bytes: Uint8Array): Promise<string> {
    await this.called('putOnce', key);
    if (this.objects.has(key)) throw preconditionFailed(key, 'It is there already.');
    return this.store(key, bytes);
  }

  async putIf(key: string, bytes: Uint8Array, tag: string): Promise<string> {
    await this.called('putIf', key);
    if (this.objects.get(key)?.version !== tag) throw preconditionFailed(key, 'It is another one by now.');
    return this.store(key, bytes);
  }

  createWriter(key: string): ObjectWriter {
    const written: Uint8Array[] = [];
    return {
      write: async (bytes) => {
        const copy = bytes.slice();
        await this.called('createWriter', key);
        written.push(copy);
      },
      close: async () => {
        await this.called('createWriter', key);
        this.store(key, Buffer.concat(written));
      },
      abort: async () => {
        written.length = 0;
      },
    };
  }

  async compose(key: string, pieces: ObjectPiece[], crc64nvme?: string): Promise<void> {
    await this.called('compose', key);
    const bytes = pieces.map((piece) => {
      if ('bytes' in piece) return piece.bytes;
      const source = this.existing(piece.key).bytes;
      if (piece.range.endByte > source.length) throw changed(piece.key);
      return source.subarray(piece.range.startByte, piece.range.endByte);
    });
    const whole = Buffer.concat(bytes);
    if (crc64nvme !== undefined && checksumOf(whole) !== crc64nvme) throw damaged(key);
    this.store(key, whole);
  }

  async copy(fromKey: string, toKey: string, crc64nvme?: string): Promise<void> {
    await this.called('copy', fromKey);
    const { bytes } = this.existing(fromKey);
    if (crc64nvme !== undefined && checksumOf(bytes) !== crc64nvme) throw damaged(fromKey);
    this.store(toKey, bytes);
  }

  async hasChecksum(key: string, crc64nvme: string): Promise<boolean | undefined> {
    await this.called('hasChecksum', key);
    const object = this.objects.get(key);
    return object && checksumOf(object.bytes) === crc64nvme;
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    await this.called('list', prefix);
    for (const key of this.sortedKeys.startingWith(prefix)) {
      const object = this.objects.get(key);
      if (object) yield objectInfo(key, object);
    }
  }

  async *listFolder(folder: string): AsyncIterable<string> {
    await this.called('listFolder', folder);
    yield* childrenOf(folder, this.sortedKeys.startingWith(folder));
  }

  async delete(keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.called('delete', key);
      this.objects.delete(key);
      this.sortedKeys.remove(key);
    }
  }

  private async called(operation: Operation, key: string): Promise<void> {
    this.calls[operation] = (this.calls[operation] ?? 0) + 1;
    await this.beforeCall?.(operation, key);
  }

  private store(key: string, bytes: Uint8Array): string {
    const version = `m${++this.versionCount}`;
    if (!this.objects.has(key)) this.sortedKeys.add(key);
    this.objects.set(key, { bytes: new Uint8Array(bytes), version });
    return version;
  }

  private existing(key: string): MemoryObject {
    const object = this.objects.get(key);
    if (!object) throw new ObjectNotFound({ what: 'there is no such object', where: key });
    return object;
  }
}

function checksumOf(bytes: Uint8Array): string {
  return crc64ToBase64(crc64nvme(bytes));
}

/** The answer of `listFolder`, from the keys of all objects in key order. */
export function childrenOf(folder: string, keys: string[]): string[] {
  const below = keys.filter((key) => key.startsWith(folder)).map((key) => key.slice(folder.length));
  const children = below.map((rest) => `${folder}${rest.slice(0, rest.indexOf('/') + 1 || rest.length)}`);
  return [...new Set(children)];
}

function objectInfo(key: string, { bytes, version }: MemoryObject): ObjectInfo {
  return { key, sizeBytes: bytes.length, version, pin: version };
}

function changed(key: string): SourceChanged {
  return new SourceChanged({ what: 'the object is not the one that was asked for', where: key });
}

function preconditionFailed(key: string, why: string): PreconditionFailed {
  return new PreconditionFailed({ what: 'the object was not written', where: key, why });
}
