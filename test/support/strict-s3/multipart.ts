import { randomUUID } from 'node:crypto';
import { type Bucket, md5, requireWritable, type S3Object, unquoted } from './bucket.ts';
import {
  type Algorithm,
  algorithmOf,
  badDigest,
  type Checksum,
  type ChecksumType,
  combined,
  composite,
  headerOf,
  sum,
} from './checksum.ts';
import { invalidRequest, Refusal } from './refusal.ts';
import { partNumberOf, type S3Answer, type S3Request } from './request.ts';
import { elements, textOf, xml } from './xml.ts';

/** Of every part but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

interface Part {
  bytes: Buffer;
  etag: string;
  checksum: Checksum;
}

interface Upload {
  bucket: string;
  key: string;
  /** Undefined if the creation named none: S3 then keeps CRC64NVME of the whole, and none of the parts. */
  declared: Algorithm | undefined;
  type: ChecksumType;
  parts: Map<number, Part>;
}

interface CompletedPart {
  number: number;
  etag: string;
  checksums: Checksum[];
}

/** Multipart uploads, as https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html describes them. */
export class Uploads {
  readonly open = new Map<string, Upload>();
  /** Parts of a page; S3 has 1,000. */
  partsPerPage = 1000;
  /** Every part but the last has at least this size. Simulations of many small files lower it. */
  leastPartBytes = MIN_PART_BYTES;

  /**
   * SHA sums have no value of the whole, CRC64NVME no other; CRC32 is composite unless the creation says otherwise.
   * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
   */
  create({ bucket, key, headers }: S3Request): S3Answer {
    const declared = algorithmOf(headers['x-amz-checksum-algorithm']);
    const stated = headers['x-amz-checksum-type'];
    if (stated !== undefined && declared === undefined) {
      throw invalidRequest(
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      );
    }
    if (declared === 'CRC64NVME' && stated === 'COMPOSITE') {
      throw invalidRequest(
        'The COMPOSITE checksum type cannot be used with the crc64nvme checksum algorithm.',
      );
    }
    const type = (stated ?? (declared === 'CRC32' ? 'COMPOSITE' : 'FULL_OBJECT')) as ChecksumType;
    const id = randomUUID();
    this.open.set(id, { bucket, key, declared, type, parts: new Map() });
    const UploadId = id;
    return { body: xml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId }) };
  }

  /**
   * A part of an upload with a declared algorithm has a checksum of that algorithm or, if the object's is one of the whole, none.
   * A part of an upload without one may have any: S3 takes it, and does not keep the sum (aws-sdk-java-v2#6518).
   */
  send(request: S3Request): S3Answer {
    const upload = this.find(request);
    const number = partNumberOf(request.query);
    const { checksum } = request;
    const { declared, type } = upload;
    const isMissing = checksum === undefined && type === 'COMPOSITE';
    if (declared !== undefined && (isMissing || (checksum && checksum.algorithm !== declared))) {
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${declared.toLowerCase()}, actual checksum Type: ${checksum?.algorithm.toLowerCase() ?? 'null'}`,
      );
    }
    const part = partOf(request.body, declared);
    upload.parts.set(number, part);
    const headers: Record<string, string> = { etag: part.etag };
    const answered = declared === undefined ? checksum : part.checksum;
    if (answered) headers[headerOf(answered.algorithm)] = answered.value;
    return { headers };
  }

  copy(request: S3Request, source: Buffer): S3Answer {
    const upload = this.find(request);
    const number = partNumberOf(request.query);
    const part = partOf(source, upload.declared);
    upload.parts.set(number, part);
    const summed = upload.declared && { [`Checksum${part.checksum.algorithm}`]: part.checksum.value };
    return {
      body: xml('CopyPartResult', {
        LastModified: new Date().toISOString(),
        ETag: part.etag,
        ...summed,
      }),
    };
  }

  /** A page of the parts that are there: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
  list(request: S3Request): S3Answer {
    const upload = this.find(request);
    const after = Number(request.query.get('part-number-marker') ?? 0);
    const most = Number(request.query.get('max-parts') ?? this.partsPerPage);
    const later = [...upload.parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
    const page = later.slice(0, most);
    return {
      body: xml('ListPartsResult', {
        Bucket: request.bucket,
        Key: request.key,
        UploadId: request.query.get('uploadId'),
        NextPartNumberMarker: page.at(-1)?.[0] ?? 0,
        IsTruncated: later.length > page.length,
        Part: page.map(([number, { bytes, etag, checksum }]) => ({
          PartNumber: number,
          ETag: etag,
          Size: bytes.length,
          ...(upload.declared && { [`Checksum${checksum.algorithm}`]: checksum.value }),
        })),
      }),
    };
  }

  abort(request: S3Request): S3Answer {
    this.find(request);
    this.open.delete(request.query.get('uploadId')!);
    return { status: 204 };
  }

  /** Rules and their codes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
  complete(request: S3Request, bucket: Bucket): S3Answer {
    const upload = this.find(request);
    const listed = listedParts(request.body.toString());
    const parts = listed.map((one) => requirePart(upload, one));
    for (const [index, { bytes }] of parts.entries()) {
      if (index < parts.length - 1 && bytes.length < this.leastPartBytes) {
        throw new Refusal(
          400,
          'EntityTooSmall',
          'Your proposed upload is smaller than the minimum allowed size',
        );
      }
    }
    requireConsecutive(upload, listed);
    const object = wholeOf(upload, parts);
    requireWhole(request, upload, object);
    requireWritable(bucket, request.key, request.headers);
    const versionId = bucket.put(request.key, object);
    this.open.delete(request.query.get('uploadId')!);
    const { algorithm, value } = object.checksum;
    return {
      ...(versionId === undefined ? {} : { headers: { 'x-amz-version-id': versionId } }),
      body: xml('CompleteMultipartUploadResult', {
        Location: `http://s3/${request.bucket}/${request.key}`,
        Bucket: request.bucket,
        Key: request.key,
        ETag: object.etag,
        [`Checksum${algorithm}`]: value,
        ChecksumType: object.checksumType,
      }),
    };
  }

  private find({ bucket, key, query }: S3Request): Upload {
    const upload = this.open.get(query.get('uploadId') ?? '');
    if (upload?.bucket === bucket && upload.key === key) return upload;
    throw new Refusal(404, 'NoSuchUpload', 'The specified upload does not exist.');
  }
}

function partOf(bytes: Buffer, declared: Algorithm | undefined): Part {
  return { bytes, etag: `"${md5(bytes).toString('hex')}"`, checksum: sum(declared ?? 'CRC64NVME', bytes) };
}

function listedParts(document: string): CompletedPart[] {
  const parts = elements(document, 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag') ?? '',
    checksums: (['CRC32', 'CRC64NVME'] as const).flatMap((algorithm) => {
      const value = textOf(part, `Checksum${algorithm}`);
      return value === undefined ? [] : [{ algorithm, value }];
    }),
  }));
  if (parts.length === 0 || parts.length > MAX_PARTS) throw new Refusal(400, 'MalformedXML');
  for (const [index, { number }] of parts.entries()) {
    if (index > 0 && number <= parts[index - 1]!.number) {
      throw new Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
    }
  }
  return parts;
}

/** The part that is meant: it is there, has this ETag, and has the checksums that are listed, of which there is only the declared one. */
function requirePart(upload: Upload, { number, etag, checksums }: CompletedPart): Part {
  const part = upload.parts.get(number);
  const fits = checksums.every(
    ({ algorithm, value }) => algorithm === upload.declared && part?.checksum.value === value,
  );
  if (!part || unquoted(part.etag) !== unquoted(etag) || !fits) {
    throw new Refusal(
      400,
      'InvalidPart',
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    );
  }
  if (upload.type === 'COMPOSITE' && checksums.length === 0) {
    throw invalidRequest(
      `The upload was created using a ${upload.declared?.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  return part;
}

/** Parts with checksums are numbered from 1 without a gap. */
function requireConsecutive(upload: Upload, listed: CompletedPart[]): void {
  if (upload.declared === undefined) return;
  if (listed.some(({ number }, index) => number !== index + 1)) throw new Refusal(400, 'InvalidPartOrder');
}

function wholeOf(upload: Upload, parts: Part[]): S3Object {
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const tags = parts.map(({ etag }) => Buffer.from(unquoted(etag), 'hex'));
  const etag = `"${md5(Buffer.concat(tags)).toString('hex')}-${parts.length}"`;
  const { declared = 'CRC64NVME', type } = upload;
  const sums = parts.map(({ checksum }) => checksum);
  const whole =
    type === 'COMPOSITE'
      ? composite(declared, sums)
      : declared === 'CRC64NVME'
        ? combined(parts.map((part) => ({ checksum: part.checksum, lengthBytes: part.bytes.length })))
        : sum(declared, bytes);
  return { bytes, etag, checksum: whole, checksumType: type };
}

function requireWhole({ headers, checksum }: S3Request, upload: Upload, object: S3Object): void {
  const type = headers['x-amz-checksum-type'];
  if (type !== undefined && type !== upload.type)
    throw new Refusal(400, 'BadDigest', `${type} was not declared`);
  if (checksum && checksum.algorithm !== (upload.declared ?? 'CRC64NVME'))
    throw badDigest(checksum.algorithm);
  if (checksum && checksum.value !== object.checksum.value) throw badDigest(checksum.algorithm);
  const size = headers['x-amz-mp-object-size'];
  if (size !== undefined && Number(size) !== object.bytes.length) {
    throw invalidRequest('The provided x-amz-mp-object-size header does not match');
  }
}
