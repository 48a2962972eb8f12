import { setTimeout as sleep } from 'node:timers/promises';
import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3';
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { ObjectNotFound } from '../errors.ts';
import type {
  ObjectInfo,
  ObjectPiece,
  ObjectStore,
  ObjectWriter,
  ReadOptions,
  StoredObject,
} from '../ports/object-store.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { freeBytes } from './freed-bytes.ts';
import { checksumOf, damaged, requireChecksum } from './s3-checksum.ts';
import { gather, uploadParts } from './s3-compose.ts';
import { deleteObjects } from './s3-deletion.ts';
import {
  attemptsOf,
  goneError,
  isAnswer,
  isNotFound,
  isPassing,
  readError,
  sourceChanged,
  statusOf,
  writeError,
} from './s3-error.ts';
import { listingPages } from './s3-listing.ts';
import { objectInfo, pinned, pinOf } from './s3-pin.ts';
import { copySource, type S3Target, s3Url } from './s3-target.ts';
import { httpRange, S3Writer } from './s3-upload.ts';
import { MAX_COPY_BYTES, type PlannedPart, planUploadParts } from './upload-plan.ts';

/** How often a stream whose connection breaks is resumed where it stopped. */
const MAX_RESUMES = 5;
/** How often a conditional write is sent if S3 answers 409: another write of the key was under way, and it is not known which one won. */
const CONFLICT_TRIES = 6;
const CONFLICT_WAIT_MS = 20;

interface S3ObjectStoreSettings {
  client: S3Client;
  bucket: string;
  /** Size of the parts that a writer sends, and holds in memory; at least 5 MiB. */
  partSizeBytes?: number;
}

/** A bucket as an object store. The client retries; what fails after that is a typed error. */
export function createS3ObjectStore(settings: S3ObjectStoreSettings): ObjectStore {
  return new S3ObjectStore(settings);
}

/**
 * A writer holds one part in memory, and a parser has a writer for each partition. Each part is a request: with 8 MiB a night of 10 TB
 * writes for US$1.30 more (`npx positional-lake simulate --bytes 10TB --upload-part 8MiB`).
 */
export const PART_BYTES = 16 * 1024 * 1024;

class S3ObjectStore implements ObjectStore {
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly partSizeBytes: number;

  constructor({ client, bucket, partSizeBytes = PART_BYTES }: S3ObjectStoreSettings) {
    this.client = client;
    this.bucket = bucket;
    this.partSizeBytes = partSizeBytes;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const { ContentLength, ETag, VersionId, ChecksumCRC64NVME, ChecksumType } = await this.client.send(
        new HeadObjectCommand({ ...this.target(key), ChecksumMode: 'ENABLED' }),
      );
      const info = objectInfo(key, ContentLength, ETag, VersionId);
      const whole = ChecksumCRC64NVME && ChecksumType !== 'COMPOSITE';
      return whole ? { ...info, crc64nvme: ChecksumCRC64NVME } : info;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw readError(error, this.where(key));
    }
  }

  async *streamRange(key: string, range?: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    if (range && range.endByte <= range.startByte) {
      await this.checkEmptyRange(key, range, options.pin);
      return;
    }
    let { pin } = options;
    let at = range?.startByte ?? 0;
    let end = range?.endByte;
    for (let resumes = 0; end === undefined || at < end; ) {
      try {
        const isWhole = !range && at === 0;
        const wanted = end === undefined || isWhole ? undefined : { startByte: at, endByte: end };
        const got = await this.open(key, wanted, pin, options.signal);
        // S3 cuts a range off at the object's end without an error.
        if (wanted && got.ContentLength !== wanted.endByte - wanted.startByte) {
          (got.Body as { destroy?: () => void } | undefined)?.destroy?.();
          throw sourceChanged(this.where(key));
        }
        end ??= got.ContentLength ?? 0;
        // After a break the rest of the same object must be read, even if the caller gave no pin.
        pin ??= pinOf(got.ETag, got.VersionId);
        for await (const chunk of got.Body as AsyncIterable<Uint8Array>) {
          at += chunk.length;
          resumes = 0;
          yield chunk;
          freeBytes(chunk);
        }
        if (at < end) throw Object.assign(new Error('the body ended early'), { code: 'ECONNRESET' });
        return;
      } catch (error) {
        options.signal?.throwIfAborted();
        // The SDK has repeated calls that failed, but not bodies that broke off.
        const broke = isPassing(error) && !isAnswer(error);
        if (!broke || ++resumes > MAX_RESUMES) throw readError(error, this.where(key));
      }
    }
  }

  private open(
    key: string,
    range: ByteRange | undefined,
    pin: string | undefined,
    abortSignal: AbortSignal | undefined,
  ): Promise<GetObjectCommandOutput> {
    const Range = range && httpRange(range);
    const command = new GetObjectCommand({ ...this.target(key), ...pinned(pin), Range });
    return abortSignal ? this.client.send(command, { abortSignal }) : this.client.send(command);
  }

  /** HTTP has no empty range. */
  private async checkEmptyRange(key: string, range: ByteRange, pin: string | undefined): Promise<void> {
    const info = await this.head(key);
    if (!info) throw this.notFound(key);
    if (range.endByte > info.sizeBytes || (pin !== undefined && pin !== info.pin)) {
      throw sourceChanged(this.where(key));
    }
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
      const { Body, ETag } = await this.client.send(new GetObjectCommand(this.target(key)));
      return { bytes: await Body!.transformToByteArray(), tag: ETag! };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw readError(error, this.where(key));
    }
  }

  put(key: string, bytes: Uint8Array): Promise<string> {
    return this.putObject(key, bytes, {});
  }

  putOnce(key: string, bytes: Uint8Array): Promise<string> {
    return this.putObject(key, bytes, { IfNoneMatch: '*' });
  }

  putIf(key: string, bytes: Uint8Array, tag: string): Promise<string> {
    return this.putObject(key, bytes, { IfMatch: tag });
  }

  private async putObject(
    key: string,
    bytes: Uint8Array,
    condition: { IfMatch?: string; IfNoneMatch?: string },
    ChecksumCRC64NVME = checksumOf(bytes),
  ): Promise<string> {
    for (let tries = 1; ; tries++) {
      try {
        const { ETag } = await this.client.send(
          new PutObjectCommand({ ...this.target(key), ...condition, ChecksumCRC64NVME, Body: bytes }),
        );
        return ETag!;
      } catch (error) {
        // The SDK does not repeat these: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        if (statusOf(error) === 409 && tries < CONFLICT_TRIES) {
          await sleep(CONFLICT_WAIT_MS * 2 ** (tries - 1) * (0.5 + Math.random()));
          continue;
        }
        const own =
          statusOf(error) === 412 && attemptsOf(error) > 1 ? await this.tagOfSame(key, bytes) : undefined;
        if (own !== undefined) return own;
        // If-Match on an object that is gone answers 404.
        const isGone = condition.IfMatch !== undefined && isNotFound(error);
        throw isGone ? goneError(error, this.where(key)) : writeError(error, this.where(key));
      }
    }
  }

  /**
   * Tag of the object if it holds exactly these bytes. The SDK repeats a write whose answer was lost, and then finds its own object:
   * that write has succeeded, and must not be reported as one that lost to another writer.
   */
  private async tagOfSame(key: string, bytes: Uint8Array): Promise<string | undefined> {
    // If that cannot be found out, the first answer counts.
    const current = await this.get(key).catch(() => undefined);
    return current && Buffer.compare(current.bytes, bytes) === 0 ? current.tag : undefined;
  }

  createWriter(key: string): ObjectWriter {
    return new S3Writer(this.client, this.target(key), this.partSizeBytes);
  }

  async compose(key: string, pieces: ObjectPiece[], crc64nvme?: string): Promise<void> {
    const parts = planUploadParts(pieces);
    const [only] = parts;
    if (only && !(parts.length === 1 && 'send' in only)) {
      await this.upload(key, parts, crc64nvme);
      return;
    }
    const bytes = only && 'send' in only ? await gather(this, only.send) : new Uint8Array(0);
    if (crc64nvme !== undefined && checksumOf(bytes) !== crc64nvme) throw damaged(this.where(key));
    await this.putObject(key, bytes, {}, crc64nvme);
  }

  async copy(fromKey: string, toKey: string, crc64nvme?: string): Promise<void> {
    const source = await this.head(fromKey);
    if (!source) throw this.notFound(fromKey);
    if (crc64nvme !== undefined && (source.crc64nvme ?? crc64nvme) !== crc64nvme)
      throw damaged(this.where(fromKey));
    if (source.sizeBytes > MAX_COPY_BYTES) {
      const range = { startByte: 0, endByte: source.sizeBytes };
      await this.upload(toKey, planUploadParts([{ key: fromKey, range }]), crc64nvme);
      return;
    }
    const target = { ...this.target(toKey), CopySource: copySource(this.target(fromKey)) };
    const summed = crc64nvme === undefined ? {} : ({ ChecksumAlgorithm: 'CRC64NVME' } as const);
    try {
      await this.client.send(new CopyObjectCommand({ ...target, ...summed }));
    } catch (error) {
      throw isNotFound(error) ? readError(error, this.where(fromKey)) : writeError(error, this.where(toKey));
    }
    if (crc64nvme !== undefined) await requireChecksum(this, toKey, crc64nvme, this.where(fromKey));
  }

  async hasChecksum(key: string, crc64nvme: string): Promise<boolean | undefined> {
    const kept = (await this.head(key))?.crc64nvme;
    return kept === undefined ? undefined : kept === crc64nvme;
  }

  /** Listings have no version ids: in a bucket with versions, `version` and `pin` of `head` are stricter. */
  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    for await (const { Contents = [] } of listingPages(this.client, {
      Bucket: this.bucket,
      Prefix: prefix,
    })) {
      for (const { Key, Size, ETag } of Contents) yield objectInfo(Key!, Size, ETag);
    }
  }

  async *listFolder(folder: string): AsyncIterable<string> {
    const request = { Bucket: this.bucket, Prefix: folder, Delimiter: '/' };
    for await (const { Contents = [], CommonPrefixes = [] } of listingPages(this.client, request)) {
      // Objects and folders come in two lists, each in order.
      const children = [...Contents.map(({ Key }) => Key!), ...CommonPrefixes.map(({ Prefix }) => Prefix!)];
      yield* children.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }
  }

  async delete(keys: string[]): Promise<void> {
    await deleteObjects(this.client, this.bucket, keys);
  }

  private async upload(key: string, parts: PlannedPart[], crc64nvme?: string): Promise<void> {
    await uploadParts({ client: this.client, target: this.target(key), store: this }, parts, crc64nvme);
    if (crc64nvme !== undefined) await requireChecksum(this, key, crc64nvme, this.where(key));
  }

  private target(key: string): S3Target {
    return { Bucket: this.bucket, Key: key };
  }

  private where(key: string): string {
    return s3Url(this.target(key));
  }

  private notFound(key: string): ObjectNotFound {
    return new ObjectNotFound({ what: 'there is no such object', where: this.where(key) });
  }
}
