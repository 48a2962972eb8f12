import { createHash } from 'node:crypto';
import type { Checksum, ChecksumType } from './checksum.ts';
import { invalidArgument, noSuchKey, Refusal } from './refusal.ts';

export interface S3Object {
  bytes: Buffer;
  etag: string;
  checksum: Checksum;
  checksumType: ChecksumType;
}

interface Version {
  id: string;
  /** Undefined for a delete marker. */
  object: S3Object | undefined;
}

/** One bucket: for each key its versions, the last of which is current. */
export class Bucket {
  private readonly keys = new Map<string, Version[]>();
  private written = 0;
  /** With versioning, a write adds a version and a deletion a marker: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html */
  isVersioned = false;
  private readonly onPut: (key: string, object: S3Object) => void;

  constructor(onPut: (key: string, object: S3Object) => void = () => undefined) {
    this.onPut = onPut;
  }

  /** Id of the version, or undefined without versioning. */
  put(key: string, object: S3Object | undefined): string | undefined {
    const id = this.isVersioned
      ? `v${++this.written}.${createHash('md5').update(key).digest('hex')}`
      : 'null';
    const kept = (this.keys.get(key) ?? []).filter((version) => version.id !== id);
    this.keys.set(key, [...kept, { id, object }]);
    if (object) this.onPut(key, object);
    return this.isVersioned ? id : undefined;
  }

  current(key: string): S3Object | undefined {
    return this.keys.get(key)?.at(-1)?.object;
  }

  /** The object that a read names. An id that S3 never gave is refused, one that is gone is not found. */
  read(key: string, versionId: string | null): { object: S3Object; versionId: string | undefined } {
    const versions = this.keys.get(key) ?? [];
    if (versionId !== null && !/^(null|v\d+\.[0-9a-f]{32})$/.test(versionId)) {
      throw invalidArgument('Invalid version id specified');
    }
    const found = versionId === null ? versions.at(-1) : versions.find(({ id }) => id === versionId);
    if (versionId !== null && found === undefined) throw new Refusal(404, 'NoSuchVersion');
    // A read of a delete marker by its id.
    if (versionId !== null && found?.object === undefined) throw new Refusal(405, 'MethodNotAllowed');
    if (found?.object === undefined) throw noSuchKey();
    return { object: found.object, versionId: found.id === 'null' ? undefined : found.id };
  }

  /** Without an id a marker hides the object in a bucket with versions; with an id that version is gone. */
  remove(key: string, versionId?: string): void {
    if (versionId !== undefined) {
      this.keys.set(
        key,
        (this.keys.get(key) ?? []).filter(({ id }) => id !== versionId),
      );
    } else if (this.isVersioned) this.put(key, undefined);
    else this.keys.delete(key);
  }

  /** Current objects in the order of the bytes of their keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ListingKeysUsingAPIs.html */
  listed(): [key: string, object: S3Object][] {
    return [...this.keys.keys()]
      .map((key) => [key, this.current(key)] as [string, S3Object])
      .filter(([, object]) => object !== undefined)
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

/**
 * Whether a write may replace what is there. If-None-Match takes only `*`; If-Match on a key without an object answers 404.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export function requireWritable(
  bucket: Bucket,
  key: string,
  headers: Record<string, string | undefined>,
): void {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  const current = bucket.current(key);
  if (ifNoneMatch !== undefined && (ifNoneMatch !== '*' || ifMatch !== undefined)) {
    throw new Refusal(501, 'NotImplemented');
  }
  if (ifNoneMatch === '*' && current) throw preconditionFailed();
  if (ifMatch === undefined) return;
  if (!current) throw noSuchKey();
  if (unquoted(ifMatch) !== unquoted(current.etag)) throw preconditionFailed();
}

export function preconditionFailed(): Refusal {
  return new Refusal(
    412,
    'PreconditionFailed',
    'At least one of the pre-conditions you specified did not hold',
  );
}

export function unquoted(tag: string): string {
  return tag.replaceAll('"', '');
}
