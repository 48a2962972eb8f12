import type { CompletedPart, S3Client } from '@aws-sdk/client-s3';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { ObjectWriter } from '../ports/object-store.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { combineCrc64, crc64nvme, crc64ToBase64 } from '../ranges/crc64nvme.ts';
import { freeBytes, grownBytes } from './freed-bytes.ts';
import { checksumOf, damaged } from './s3-checksum.ts';
import { errorName, writeError } from './s3-error.ts';
import { type S3Target, s3Url } from './s3-target.ts';
import { MAX_PARTS } from './upload-plan.ts';

const FIRST_BUFFER_BYTES = 64 * 1024;
/** How many parts have one size before the size doubles; 10,000 parts then hold any object. */
const PARTS_PER_SIZE = MAX_PARTS / 4;

/**
 * Every upload declares its checksum algorithm. Without that, the SDK still adds a CRC32 to each part but S3 does not store it, and
 * CompleteMultipartUpload fails with InvalidPart, because its list of parts names checksums that S3 does not have (CompletedPart's
 * reference; aws-sdk-java-v2#6518, aws-sdk-go-v2#3005). CRC64NVME combines over a whole object, copied parts included, and HEAD returns it:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
const DECLARED = { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' } as const;

interface UploadedPart extends CompletedPart {
  PartNumber: number;
  /** Undefined for a copied part, whose bytes only S3 has seen. */
  sent: { crc: bigint; lengthBytes: number } | undefined;
}

/** One multipart upload: begun with the first part, invisible until `complete`. */
export class MultipartUpload {
  private readonly client: S3Client;
  private readonly target: S3Target;
  private readonly parts: UploadedPart[] = [];
  private beginning: Promise<string> | undefined;

  constructor(client: S3Client, target: S3Target) {
    this.client = client;
    this.target = target;
  }

  async send(partNumber: number, bytes: Uint8Array): Promise<void> {
    const UploadId = await this.begin();
    const crc = crc64nvme(bytes);
    const answer = await this.client.send(
      new UploadPartCommand({
        ...this.target,
        ChecksumCRC64NVME: crc64ToBase64(crc),
        UploadId,
        PartNumber: partNumber,
        Body: bytes,
      }),
    );
    this.keep(partNumber, answer, { crc, lengthBytes: bytes.length });
  }

  /** `source` is what `copySource` gives. */
  async copy(partNumber: number, source: string, range: ByteRange): Promise<void> {
    const UploadId = await this.begin();
    const copied = await this.client.send(
      new UploadPartCopyCommand({
        ...this.target,
        UploadId,
        PartNumber: partNumber,
        CopySource: source,
        CopySourceRange: httpRange(range),
      }),
    );
    this.keep(partNumber, copied.CopyPartResult ?? {});
  }

  /**
   * S3 compares the checksum of the whole with that of the parts, and does not complete the upload if they differ. `crc64nvme` is the one
   * that the whole must have, if the caller knows it.
   */
  async complete(crc64nvme?: string): Promise<void> {
    const UploadId = await this.begin();
    const parts = this.parts.toSorted((a, b) => a.PartNumber - b.PartNumber);
    const whole = crc64nvme ?? sentChecksum(parts);
    await this.client
      .send(
        new CompleteMultipartUploadCommand({
          ...this.target,
          ...(whole === undefined ? {} : { ChecksumCRC64NVME: whole }),
          ChecksumType: DECLARED.ChecksumType,
          UploadId,
          MultipartUpload: { Parts: parts.map(({ sent: _sent, ...part }) => part) },
        }),
      )
      .catch((error) => {
        throw errorName(error) === 'BadDigest' ? damaged(s3Url(this.target), error) : error;
      });
    this.beginning = undefined;
  }

  /** Parts that are left over cost money, and no listing shows them. The bucket's lifecycle rule removes what abort cannot. */
  async abort(): Promise<void> {
    const UploadId = await this.beginning?.catch(() => undefined);
    this.beginning = undefined;
    if (UploadId === undefined) return;
    await this.client
      .send(new AbortMultipartUploadCommand({ ...this.target, UploadId }))
      .catch(() => undefined);
  }

  private begin(): Promise<string> {
    this.beginning ??= this.client
      .send(new CreateMultipartUploadCommand({ ...this.target, ...DECLARED }))
      .then(({ UploadId }) => UploadId!);
    return this.beginning;
  }

  private keep(
    PartNumber: number,
    { ETag, ChecksumCRC64NVME }: CompletedPart,
    sent?: UploadedPart['sent'],
  ): void {
    this.parts.push({ PartNumber, ETag, ChecksumCRC64NVME, sent });
  }
}

/** Checksum of the object that these parts make, undefined if S3 copied one of them. */
function sentChecksum(parts: UploadedPart[]): string | undefined {
  let crc = 0n;
  for (const { sent } of parts) {
    if (sent === undefined) return undefined;
    crc = combineCrc64(crc, sent.crc, sent.lengthBytes);
  }
  return crc64ToBase64(crc);
}

/** A range as HTTP writes it: the last byte is part of it. */
export function httpRange({ startByte, endByte }: ByteRange): string {
  return `bytes=${startByte}-${endByte - 1}`;
}

/** Gathers what is written into parts; an object that fits one is a single PutObject. Holds one part in memory. */
export class S3Writer implements ObjectWriter {
  private readonly client: S3Client;
  private readonly target: S3Target;
  private readonly firstPartBytes: number;
  private readonly upload: MultipartUpload;
  private buffer = new Uint8Array(0);
  private filledBytes = 0;
  private sentParts = 0;

  constructor(client: S3Client, target: S3Target, partSizeBytes: number) {
    this.client = client;
    this.target = target;
    this.firstPartBytes = partSizeBytes;
    this.upload = new MultipartUpload(client, target);
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        // Sent only when more bytes follow: a full buffer may be the whole object.
        if (this.filledBytes === this.partSizeBytes()) await this.sendPart();
        const end = Math.min(bytes.length, at + this.partSizeBytes() - this.filledBytes);
        this.reserve(this.filledBytes + end - at);
        this.buffer.set(bytes.subarray(at, end), this.filledBytes);
        this.filledBytes += end - at;
        at = end;
      }
    } catch (error) {
      throw writeError(error, s3Url(this.target));
    }
  }

  async close(crc64nvme?: string): Promise<void> {
    try {
      if (this.sentParts === 0) {
        await this.putWhole(crc64nvme);
      } else {
        await this.sendPart();
        await this.upload.complete(crc64nvme);
      }
      freeBytes(this.buffer);
    } catch (error) {
      throw writeError(error, s3Url(this.target));
    }
  }

  async abort(): Promise<void> {
    this.buffer = new Uint8Array(0);
    this.filledBytes = 0;
    await this.upload.abort();
  }

  private async putWhole(crc64nvme: string | undefined): Promise<void> {
    const Body = this.buffer.subarray(0, this.filledBytes);
    const ChecksumCRC64NVME = crc64nvme ?? checksumOf(Body);
    try {
      await this.client.send(new PutObjectCommand({ ...this.target, ChecksumCRC64NVME, Body }));
    } catch (error) {
      throw errorName(error) === 'BadDigest' ? damaged(s3Url(this.target), error) : error;
    }
  }

  private async sendPart(): Promise<void> {
    await this.upload.send(this.sentParts + 1, this.buffer.subarray(0, this.filledBytes));
    this.sentParts++;
    this.filledBytes = 0;
  }

  private partSizeBytes(): number {
    return this.firstPartBytes * 2 ** Math.floor(this.sentParts / PARTS_PER_SIZE);
  }

  /** Grows as it fills: a parser has a writer for every partition, and most of them stay small. */
  private reserve(sizeBytes: number): void {
    if (sizeBytes <= this.buffer.length) return;
    const roomBytes = Math.max(sizeBytes, this.buffer.length * 2, FIRST_BUFFER_BYTES);
    this.buffer = grownBytes(this.buffer, Math.min(roomBytes, this.partSizeBytes()));
  }
}
