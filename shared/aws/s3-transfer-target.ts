import type { S3Client } from '@aws-sdk/client-s3';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ObjectNotFound } from '../errors.ts';
import type { ArrivedObject, PartPlace, SentPart, TransferTarget, Upload } from '../ports/transfer-target.ts';
import { damaged } from './s3-checksum.ts';
import { errorName, isNotFound, readError, statusOf, unavailable, writeError } from './s3-error.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { PartSender } from './s3-part-sender.ts';
import { pinOf } from './s3-pin.ts';
import { s3Url } from './s3-target.ts';
import { MAX_PARTS, MIN_PART_BYTES } from './upload-plan.ts';

interface S3TransferSettings {
  client: S3Client;
  bucket: string;
  /** The key that objects are encrypted with; by default what the bucket says. */
  kmsKey?: string | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  storageClass?: 'STANDARD' | 'STANDARD_IA' | 'INTELLIGENT_TIERING' | undefined;
}

/** Of every object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
const SUMMED = { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' } as const;

/** A bucket as the target of transfers. */
export function createS3TransferTarget(settings: S3TransferSettings): TransferTarget {
  return new S3TransferTarget(settings);
}

class S3TransferTarget implements TransferTarget {
  readonly name: string;
  readonly leastPartBytes = MIN_PART_BYTES;
  readonly mostParts = MAX_PARTS;
  readonly documents: TransferTarget['documents'];
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly wanted: object;
  private readonly partSender: PartSender;

  constructor({ client, bucket, kmsKey, tags, storageClass }: S3TransferSettings) {
    this.client = client;
    this.partSender = new PartSender(client);
    this.bucket = bucket;
    this.name = `s3://${bucket}`;
    this.documents = createS3ObjectStore({ client, bucket });
    this.wanted = {
      ...(kmsKey === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
      ...(tags === undefined ? {} : { Tagging: String(new URLSearchParams(tags)) }),
      ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
    };
  }

  async find(key: string): Promise<ArrivedObject | undefined> {
    try {
      const found = await this.client.send(
        new HeadObjectCommand({ ...this.target(key), ChecksumMode: 'ENABLED' }),
      );
      const { ContentLength = 0, ETag, VersionId, ChecksumCRC64NVME, ChecksumType } = found;
      const crc64nvme = ChecksumType === 'COMPOSITE' ? '' : (ChecksumCRC64NVME ?? '');
      return arrived(ContentLength, crc64nvme, ETag, VersionId);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw readError(error, this.where(key));
    }
  }

  async put(key: string, bytes: Uint8Array, crc64nvme: string, replaces?: string): Promise<ArrivedObject> {
    const condition = conditionOf(replaces);
    const request = { ...this.target(key), ...this.wanted, ...condition, ChecksumCRC64NVME: crc64nvme };
    try {
      const stored = await this.client.send(new PutObjectCommand({ ...request, Body: bytes }));
      return this.proven(key, { sizeBytes: bytes.length, crc64nvme }, stored);
    } catch (error) {
      throw this.refused(error, key, replaces);
    }
  }

  async begin(key: string): Promise<string> {
    try {
      const request = { ...this.target(key), ...this.wanted, ...SUMMED };
      const { UploadId } = await this.client.send(new CreateMultipartUploadCommand(request));
      return UploadId!;
    } catch (error) {
      throw writeError(error, this.where(key));
    }
  }

  async send(upload: Upload, place: PartPlace, bytes: Uint8Array, crc64nvme: string): Promise<SentPart> {
    const sent = await this.partSender.send(upload, place, bytes, crc64nvme);
    if (sent) return sent;
    const { number } = place;
    const part = { UploadId: upload.id, PartNumber: number, ChecksumCRC64NVME: crc64nvme, Body: bytes };
    const command = new UploadPartCommand({ ...this.target(upload.key), ...part });
    this.partSender.learnFrom(upload, command);
    try {
      const { ETag } = await this.client.send(command);
      return { number, sizeBytes: bytes.length, crc64nvme, tag: ETag! };
    } catch (error) {
      throw errorName(error) === 'NoSuchUpload'
        ? uploadGone(this.where(upload.key), error)
        : writeError(error, this.where(upload.key));
    }
  }

  async parts(upload: Upload): Promise<SentPart[] | undefined> {
    const parts: SentPart[] = [];
    let PartNumberMarker: string | undefined;
    try {
      do {
        const request = { ...this.target(upload.key), UploadId: upload.id, PartNumberMarker };
        const page = await this.client.send(new ListPartsCommand(request));
        for (const { PartNumber, Size, ETag, ChecksumCRC64NVME } of page.Parts ?? []) {
          // A part without the sum of this kind cannot be ours: it is sent again.
          if (ChecksumCRC64NVME === undefined) continue;
          parts.push({
            number: PartNumber!,
            sizeBytes: Size!,
            crc64nvme: ChecksumCRC64NVME,
            tag: ETag!,
          });
        }
        PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
      } while (PartNumberMarker !== undefined);
      return parts;
    } catch (error) {
      if (errorName(error) === 'NoSuchUpload') return undefined;
      throw readError(error, this.where(upload.key));
    }
  }

  async complete(
    upload: Upload,
    parts: SentPart[],
    whole: { sizeBytes: number; crc64nvme: string },
    replaces?: string,
  ): Promise<ArrivedObject> {
    const Parts = parts.map(({ number, tag, crc64nvme }) => ({
      PartNumber: number,
      ETag: tag,
      ChecksumCRC64NVME: crc64nvme,
    }));
    const request = { ...this.target(upload.key), ...conditionOf(replaces), UploadId: upload.id };
    const stated = { ChecksumCRC64NVME: whole.crc64nvme, ChecksumType: SUMMED.ChecksumType };
    try {
      const stored = await this.client.send(
        new CompleteMultipartUploadCommand({
          ...request,
          ...stated,
          MpuObjectSize: whole.sizeBytes,
          MultipartUpload: { Parts },
        }),
      );
      this.partSender.forget(upload);
      return await this.proven(upload.key, whole, stored);
    } catch (error) {
      if (errorName(error) === 'NoSuchUpload') throw uploadGone(this.where(upload.key), error);
      if (errorName(error) === 'BadDigest') throw damaged(this.where(upload.key), error);
      throw this.refused(error, upload.key, replaces);
    }
  }

  async abort(upload: Upload): Promise<void> {
    const request = { ...this.target(upload.key), UploadId: upload.id };
    this.partSender.forget(upload);
    await this.client.send(new AbortMultipartUploadCommand(request)).catch((error) => {
      if (errorName(error) !== 'NoSuchUpload') throw writeError(error, this.where(upload.key));
    });
  }

  /** The object, once the bucket's own sum is that of the bytes. An answer without a sum counts nothing: the object is asked for it. */
  private async proven(
    key: string,
    whole: { sizeBytes: number; crc64nvme: string },
    stored: {
      ETag?: string | undefined;
      VersionId?: string | undefined;
      ChecksumCRC64NVME?: string | undefined;
    },
  ): Promise<ArrivedObject> {
    if (stored.ChecksumCRC64NVME === whole.crc64nvme) {
      return arrived(whole.sizeBytes, whole.crc64nvme, stored.ETag, stored.VersionId);
    }
    const found = await this.find(key);
    if (found?.crc64nvme === whole.crc64nvme && found.sizeBytes === whole.sizeBytes) return found;
    throw damaged(this.where(key));
  }

  /** A conditional write of a key that another write is changing is answered with 409, and may be made again. */
  private refused(error: unknown, key: string, replaces: string | undefined): unknown {
    if (statusOf(error) === 409) return unavailable(error, this.where(key));
    const isGone = replaces !== undefined && isNotFound(error);
    return isGone ? unavailable(error, this.where(key)) : writeError(error, this.where(key));
  }

  private target(key: string) {
    return { Bucket: this.bucket, Key: key };
  }

  private where(key: string): string {
    return s3Url(this.target(key));
  }
}

/** Nothing may be replaced by accident: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
function conditionOf(replaces: string | undefined): { IfMatch: string } | { IfNoneMatch: '*' } {
  return replaces === undefined ? { IfNoneMatch: '*' } : { IfMatch: replaces };
}

function arrived(sizeBytes: number, crc64nvme: string, etag = '', versionId?: string): ArrivedObject {
  return { sizeBytes, crc64nvme, tag: etag, version: pinOf(etag, versionId).slice(2) };
}

function uploadGone(where: string, cause: unknown): ObjectNotFound {
  return new ObjectNotFound({
    what: 'the upload is gone',
    where,
    why: 'It was completed or discarded by somebody else, or by a lifecycle rule of the bucket.',
    next: 'The file is sent anew at the next look.',
    cause,
  });
}
