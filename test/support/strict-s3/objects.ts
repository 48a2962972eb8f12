import { type Bucket, md5, preconditionFailed, requireWritable, type S3Object, unquoted } from './bucket.ts';
import { algorithmOf, type Checksum, headerOf, sum } from './checksum.ts';
import { invalidArgument, invalidRequest, Refusal } from './refusal.ts';
import type { S3Answer, S3Request } from './request.ts';
import { elements, textOf, xml } from './xml.ts';

const MIB = 1024 * 1024;
/** The most that one copy takes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const MAX_COPY_BYTES = 5 * 1024 * MIB;
/** Smaller sources are copied whole or not at all: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
const MIN_RANGE_SOURCE_BYTES = 5 * MIB;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAX_DELETED_KEYS = 1000;

/** An object of one request. Without a checksum of its own it gets a CRC64NVME, as since December 2024. */
function singleObject(bytes: Buffer, checksum: Checksum = sum('CRC64NVME', bytes)): S3Object {
  return { bytes, etag: `"${md5(bytes).toString('hex')}"`, checksum, checksumType: 'FULL_OBJECT' };
}

function versionHeader(versionId: string | undefined): Record<string, string> {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}

export function putObject(request: S3Request, bucket: Bucket): S3Answer {
  requireWritable(bucket, request.key, request.headers);
  const object = singleObject(request.body, request.checksum);
  const versionId = bucket.put(request.key, object);
  const { algorithm, value } = object.checksum;
  return { headers: { etag: object.etag, [headerOf(algorithm)]: value, ...versionHeader(versionId) } };
}

/** GET and HEAD: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export function getObject({ key, query, headers }: S3Request, bucket: Bucket): S3Answer {
  const { object, versionId } = bucket.read(key, query.get('versionId'));
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifMatch !== undefined && unquoted(ifMatch) !== unquoted(object.etag)) throw preconditionFailed();
  if (ifNoneMatch !== undefined && unquoted(ifNoneMatch) === unquoted(object.etag)) return { status: 304 };
  const size = object.bytes.length;
  const range = rangeOf(headers.range, size);
  const answered: Record<string, string> = {
    etag: object.etag,
    'accept-ranges': 'bytes',
    'last-modified': new Date().toUTCString(),
    ...versionHeader(versionId),
  };
  // The checksum of the whole says nothing of a range.
  if (headers['x-amz-checksum-mode'] === 'ENABLED' && !range) {
    answered[headerOf(object.checksum.algorithm)] = object.checksum.value;
    answered['x-amz-checksum-type'] = object.checksumType;
  }
  if (!range) return { headers: answered, body: object.bytes };
  const [first, last] = range;
  answered['content-range'] = `bytes ${first}-${last}/${size}`;
  return { status: 206, headers: answered, body: object.bytes.subarray(first, last + 1) };
}

/** One range; S3 cuts it off at the end of the object, ignores what it cannot read, and refuses one that begins after the end. */
function rangeOf(header: string | undefined, size: number): [first: number, last: number] | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (first >= size) throw new Refusal(416, 'InvalidRange', 'The requested range is not satisfiable');
  return [first, last];
}

/** The object that `x-amz-copy-source` names, under the conditions that the request has for it. */
export function copySourceOf(
  { headers }: S3Request,
  bucketOf: (name: string) => Bucket,
): { object: S3Object; path: string } {
  const [path = '', version] = (headers['x-amz-copy-source'] ?? '').replace(/^\//, '').split('?versionId=');
  const [bucket = '', ...key] = path.split('/').map(decodeURIComponent);
  if (key.length === 0) throw invalidArgument('Invalid copy source object key');
  const { object } = bucketOf(bucket).read(key.join('/'), version ?? null);
  const wanted = headers['x-amz-copy-source-if-match'];
  if (wanted !== undefined && unquoted(wanted) !== unquoted(object.etag)) throw preconditionFailed();
  return { object, path: `${bucket}/${key.join('/')}` };
}

/** The copy has the checksum that the request names, else one of the source's kind, always of the whole. */
export function copyObject(request: S3Request, bucket: Bucket, bucketOf: (name: string) => Bucket): S3Answer {
  const { object, path } = copySourceOf(request, bucketOf);
  if (
    path === `${request.bucket}/${request.key}` &&
    request.headers['x-amz-metadata-directive'] !== 'REPLACE'
  ) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  if (object.bytes.length > MAX_COPY_BYTES) {
    throw invalidRequest(
      'The specified copy source is larger than the maximum allowable size for a copy source',
    );
  }
  requireWritable(bucket, request.key, request.headers);
  const algorithm = algorithmOf(request.headers['x-amz-checksum-algorithm']) ?? object.checksum.algorithm;
  const copied = singleObject(object.bytes, sum(algorithm, object.bytes));
  const versionId = bucket.put(request.key, copied);
  return {
    headers: versionHeader(versionId),
    body: xml('CopyObjectResult', {
      LastModified: new Date().toISOString(),
      ETag: copied.etag,
      ChecksumType: copied.checksumType,
      [`Checksum${algorithm}`]: copied.checksum.value,
    }),
  };
}

/** The stretch that a part copies. Both ends are given, and lie in the source. */
export function copiedStretch({ headers }: S3Request, { bytes }: S3Object): Buffer {
  const range = headers['x-amz-copy-source-range'];
  if (range === undefined) return bytes;
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (first === undefined || Number(last) < Number(first)) {
    throw invalidArgument('The x-amz-copy-source-range value must be of the form bytes=first-last');
  }
  if (bytes.length <= MIN_RANGE_SOURCE_BYTES) {
    throw invalidRequest('The specified copy source is not supported as a byte-range copy source');
  }
  if (Number(last) >= bytes.length) {
    throw invalidArgument(`Range specified is not valid for source object of size: ${bytes.length}`);
  }
  return bytes.subarray(Number(first), Number(last) + 1);
}

/** Up to a thousand keys, with a checksum of the list. Keys that are not there are no error. */
export function deleteObjects(request: S3Request, bucket: Bucket): S3Answer {
  if (request.checksum === undefined && request.headers['content-md5'] === undefined) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const document = request.body.toString();
  const listed = elements(document, 'Object');
  if (listed.length === 0 || listed.length > MAX_DELETED_KEYS) throw new Refusal(400, 'MalformedXML');
  const Deleted = listed.map((one) => {
    const key = textOf(one, 'Key') ?? '';
    bucket.remove(key, textOf(one, 'VersionId'));
    return { Key: key };
  });
  return { body: xml('DeleteResult', textOf(document, 'Quiet') === 'true' ? {} : { Deleted }) };
}
