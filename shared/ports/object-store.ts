import type { ByteRange } from '../ranges/byte-range.ts';

/**
 * What the pipeline needs of S3, or of a directory that stands for it. Keys are `/`-separated and relative.
 *
 * Every method fails with a typed error of shared/errors.ts: `ObjectNotFound`, `PreconditionFailed`,
 * `SourceChanged`, `OutputUnwritable`, `StoreUnavailable`. One contract suite runs against every adapter.
 */
export interface ObjectStore {
  /** Size and identity of an object, or undefined where there is none. */
  head(key: string): Promise<ObjectInfo | undefined>;

  /**
   * Streams the bytes of `range` (default: all) in order. A chunk's memory may be reused once the next
   * chunk is asked for: copy what must stay. With `pin`, bytes of any other version of the object fail
   * with `SourceChanged`, also when it is replaced while it is read. A range that ends beyond the object
   * fails with `SourceChanged` too: the caller knew a larger one.
   */
  streamRange(key: string, range?: ByteRange, options?: ReadOptions): AsyncIterable<Uint8Array>;

  /** The bytes of a small range, or of a small object, in memory. */
  readRange(key: string, range: ByteRange, options?: ReadOptions): Promise<Uint8Array>;

  /** A small object with the tag that `putIf` takes, or undefined where there is none. */
  get(key: string): Promise<StoredObject | undefined>;

  /** Writes a small object, replacing what is there. Visible whole or not at all. Returns its tag. */
  put(key: string, bytes: Uint8Array): Promise<string>;

  /** Writes only if no object is there (If-None-Match: *); else `PreconditionFailed`. Returns its tag. */
  putOnce(key: string, bytes: Uint8Array): Promise<string>;

  /** Replaces only the object that `tag` names (If-Match); else `PreconditionFailed`. Returns the new tag. */
  putIf(key: string, bytes: Uint8Array, tag: string): Promise<string>;

  /** Writes an object of any size piece by piece in bounded memory; it appears when `close` returns. */
  createWriter(key: string): ObjectWriter;

  /** Builds an object from pieces of others and given bytes, in bounded memory, copying inside the store where it can. */
  compose(key: string, pieces: ObjectPiece[]): Promise<void>;

  /** Copies an immutable object. */
  copy(fromKey: string, toKey: string): Promise<void>;

  /** Every object whose key starts with `prefix`, in key order (UTF-8 bytes), however many there are. */
  list(prefix: string): AsyncIterable<ObjectInfo>;

  /** Removes objects; keys that are not there are no error. */
  delete(keys: string[]): Promise<void>;
}

/** What reading a source file takes. */
export type SourceStore = Pick<ObjectStore, 'readRange' | 'streamRange'>;

export interface ObjectInfo {
  key: string;
  sizeBytes: number;
  /** Names this content for people and ledger: version id, else ETag; of a local file its size and mtime in ns. */
  version: string;
  /** What a read must carry to be sure of this very object; at least as strict as `version`. */
  pin: string;
  /** CRC-64/NVME of the whole object, eight bytes in base64, where the store keeps one; only `head` asks for it. */
  crc64nvme?: string;
}

export interface StoredObject {
  bytes: Uint8Array;
  tag: string;
}

export interface ReadOptions {
  pin?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface ObjectWriter {
  /** The store takes the bytes or copies them before the promise resolves: the caller may then reuse them. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind. Safe to call at any time, also after a failed `write` or `close`. */
  abort(): Promise<void>;
}

export type ObjectPiece = { key: string; range: ByteRange } | { bytes: Uint8Array };
