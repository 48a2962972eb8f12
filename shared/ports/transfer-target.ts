import type { ObjectStore } from './object-store.ts';

/** What files are sent to: a bucket, or a folder in its place. An object appears whole and checked, or not at all. */
export interface TransferTarget {
  /** What people call it: `s3://bucket`, `/data/raw`. */
  readonly name: string;
  /** Every part but the last must have at least this size. */
  readonly leastPartBytes: number;
  readonly mostParts: number;
  /** Small documents: day manifests, and what connectors keep. */
  readonly documents: Pick<ObjectStore, 'get' | 'putOnce' | 'putIf' | 'list'>;

  /** The object at a key, with the checksum that the target itself computed; undefined if there is none. */
  find(key: string): Promise<ArrivedObject | undefined>;

  /** Stores a file in one request. Fails with `PreconditionFailed` if what is there is not `replaces`, the tag of an object, or nothing. */
  put(key: string, bytes: Uint8Array, crc64nvme: string, replaces?: string): Promise<ArrivedObject>;

  /** Begins an upload in parts, which nobody sees until it is completed. It can be continued from any host. */
  begin(key: string): Promise<string>;
  /** Sends one part; the target checks its sum. The bytes may be reused afterwards. Fails with `ObjectNotFound` if the upload is gone. */
  send(upload: Upload, part: PartPlace, bytes: Uint8Array, crc64nvme: string): Promise<SentPart>;
  /** The parts that the target has, in order; undefined if it does not know the upload (any more). */
  parts(upload: Upload): Promise<SentPart[] | undefined>;
  /** Makes the object appear if its whole has this size and checksum; fails as `put` does, with `ObjectDamaged`, or `ObjectNotFound`. */
  complete(upload: Upload, parts: SentPart[], whole: Whole, replaces?: string): Promise<ArrivedObject>;
  /** Discards what was sent. An upload that is gone is no error. */
  abort(upload: Upload): Promise<void>;
}

export interface Upload {
  key: string;
  id: string;
}

export interface PartPlace {
  /** From 1. */
  number: number;
  /** Where its bytes begin in the file. */
  startByte: number;
}

export interface SentPart {
  number: number;
  sizeBytes: number;
  /** As the target computed it. */
  crc64nvme: string;
  /** Names the part when the upload is completed. */
  tag: string;
}

interface Whole {
  sizeBytes: number;
  crc64nvme: string;
}

export interface ArrivedObject extends Whole {
  /** Names exactly this object in a conditional write. */
  tag: string;
  /** Identifies it to people: version id, else tag. */
  version: string;
}
