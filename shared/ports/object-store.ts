import type { ByteRange } from '../ranges/byte-range.ts';

/**
 * The store that the pipeline works on: S3, or a directory in its place. Keys are `/`-separated and relative.
 *
 * Every method fails with a typed error of shared/errors.ts: `ObjectNotFound`, `PreconditionFailed`,
 * `SourceChanged`, `ObjectDamaged`, `OutputUnwritable`, `StoreUnavailable`. One contract suite runs against every adapter.
 */
export interface ObjectStore {
  /** Size and identity of an object, or undefined if there is none. */
  head(key: string): Promise<ObjectInfo | undefined>;

  /**
   * Streams the bytes of `range` (default: all) in order. A chunk's memory may be reused once the next chunk is requested: copy what you
   * keep. With `pin`, any other version of the object fails with `SourceChanged`, even if it is replaced while it is read. A range that
   * ends after the object also fails with `SourceChanged`: the caller knew a larger object.
   */
  streamRange(key: string, range?: ByteRange, options?: ReadOptions): AsyncIterable<Uint8Array>;

  /** The bytes of a small range, or of a small object, in memory. */
  readRange(key: string, range: ByteRange, options?: ReadOptions): Promise<Uint8Array>;

  /** A small object with the tag that `putIf` needs, or undefined if there is none. */
  get(key: string): Promise<StoredObject | undefined>;

  /** Writes a small object, replacing what is there. Visible whole or not at all. Returns its tag. */
  put(key: string, bytes: Uint8Array): Promise<string>;

  /** Writes only if no object is there (If-None-Match: *); else `PreconditionFailed`. Returns its tag. */
  putOnce(key: string, bytes: Uint8Array): Promise<string>;

  /** Replaces only the object that `tag` names (If-Match); else `PreconditionFailed`. Returns the new tag. */
  putIf(key: string, bytes: Uint8Array, tag: string): Promise<string>;

  /** Writes an object of any size piece by piece in bounded memory; it appears when `close` returns. */
  createWriter(key: string): ObjectWriter;

  /**
   * Builds an object from pieces of others and given bytes, in bounded memory, copying inside the store if possible. With `crc64nvme`,
   * bytes of another checksum fail with `ObjectDamaged`, and nothing is written.
   */
  compose(key: string, pieces: ObjectPiece[], crc64nvme?: string): Promise<void>;

  /** Copies an immutable object. With `crc64nvme`, a source of another checksum fails with `ObjectDamaged`, and nothing is written. */
  copy(fromKey: string, toKey: string, crc64nvme?: string): Promise<void>;

  /**
   * Do the bytes of an object have this checksum? Undefined if there is no such object, or if only reading it over a network would tell:
   * `copy` still finds out.
   */
  hasChecksum(key: string, crc64nvme: string): Promise<boolean | undefined>;

  /** Every object whose key starts with `prefix`, in key order (UTF-8 bytes), however many there are. */
  list(prefix: string): AsyncIterable<ObjectInfo>;

  /**
   * What is directly in a folder, in key order: keys of objects, and those of folders that hold an object, which end in `/`. `folder`
   * ends in `/` too. Costs as much as there is in the folder itself, however much lies below it. With `isEmptyShown`, a store of folders
   * may answer those without any object too: to look into each takes as long as all the rest.
   */
  listFolder(folder: string, options?: { isEmptyShown?: boolean }): AsyncIterable<string>;

  /** The keys that `list` has, in its order, of a store that would have to look at each object to say more of it. */
  listKeys?(prefix: string): AsyncIterable<string>;

  /** Removes objects; keys without an object are no error. */
  delete(keys: string[]): Promise<void>;

  /** What this process knows of a Parquet file that it wrote itself, so that nobody need read its footer; mostly nothing. */
  described?(key: string): DescribedObject | undefined;

  /** True for an object of which nobody else knows yet: a store that keeps drafts has it in memory until they are settled together. */
  isDraft?(key: string): boolean;

  /**
   * A store over this one that keeps what is written in memory until `settle` writes it, in an order in which each object is there, also
   * after a loss of power, before those that count on it. Only a store whose disk takes as long for many objects as for one has such a method.
   */
  draft?(): DraftedStore;

  /**
   * Removes everything below folders that nobody writes to any more, each at once: after a failure or a loss of power a folder is whole or
   * not there. Folders that are not there are no error. A store that has only keys has no such method.
   */
  deleteFolders?(folders: string[]): Promise<void>;

  /** How much is below a folder, which ends in `/`: less work than `list` for a store that removes folders whole. */
  sizeBelow?(folder: string): Promise<{ objects: number; bytes: number }>;
}

/** What is written to `store` is seen by nobody else before `settle`. */
export interface DraftedStore {
  store: ObjectStore;
  /** False if somebody else wrote one of the objects meanwhile: then those that count on it were not written. */
  settle(): Promise<boolean>;
}

/** The part that reading a source file needs. */
export type SourceStore = Pick<ObjectStore, 'readRange' | 'streamRange'>;

export interface ObjectInfo {
  key: string;
  sizeBytes: number;
  /** Identifies this content to people and in the ledger: version id, else ETag; for a local file what its file system says of it. */
  version: string;
  /** Pass it to a read to get exactly this object; at least as strict as `version`. */
  pin: string;
  /** CRC-64/NVME of the whole object, eight bytes in base64, if the store keeps one; only `head` fills it in. */
  crc64nvme?: string;
  /**
   * Where the object lies, if keys alone do not say it: the path of a local file, whose key is only the part below a folder that each
   * command chooses. Only `head` fills it in.
   */
  origin?: string;
}

export interface StoredObject {
  bytes: Uint8Array;
  tag: string;
}

export interface ReadOptions {
  pin?: string | undefined;
  signal?: AbortSignal | undefined;
  /**
   * The reader's own memory for the next chunk of a stream, asked for when the chunk is. A store may fill it rather than memory of its own,
   * so that nothing is copied twice: the chunk then begins where it does. Who passes a stream on through a decoder must leave it out.
   */
  into?: (() => Uint8Array) | undefined;
}

/** What whoever wrote a Parquet file knows of its rows. */
export interface DescribedRows {
  /** The leaves of its schema. Files of one schema have the very same list. */
  columns: DescribedColumn[];
  /** What manifests of Iceberg tables say of its rows, in their form (iceberg/manifest.ts), by the ids that its columns have. */
  metrics: Uint8Array;
}

export interface DescribedColumn {
  name: string;
  id?: number | undefined;
  /** The type of an exact number, as Iceberg names it; undefined for every other one, whose type never changes. */
  exactType?: string | undefined;
}

/** A Parquet file as its writer knows it. */
export interface DescribedObject extends DescribedRows {
  sizeBytes: number;
  recordCount: number;
}

export interface ObjectWriter {
  /** Once the promise resolves, the store has written or copied the bytes, and the caller may reuse them. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the object visible. `crc64nvme`: the checksum of all that was written, eight bytes in base64, from a caller who took it before. A
   * store that would take one itself uses it, and fails with `ObjectDamaged` if the bytes have another one.
   */
  close(crc64nvme?: string): Promise<void>;
  /** Told of a whole Parquet file before `close`: a store may keep it for those who would read the footer. */
  describe?(rows: () => DescribedRows): void;
  /** Discards everything written. Safe to call at any time, also after a failed `write` or `close`. */
  abort(): Promise<void>;
}

export type ObjectPiece = { key: string; range: ByteRange } | { bytes: Uint8Array };
