import { createHash } from 'node:crypto';
import { type Checksum, requireSum, statedChecksum } from './checksum.ts';
import { invalidArgument, invalidRequest, Refusal } from './refusal.ts';
import { requireSignature } from './signature.ts';

export interface S3Request {
  method: string;
  bucket: string;
  key: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  /** Without the framing of chunks. */
  body: Buffer;
  checksum: Checksum | undefined;
}

export interface S3Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MAX_KEY_BYTES = 1024;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_METADATA_BYTES = 2 * 1024;
/** The most that one PUT takes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const MAX_BODY_BYTES = 5 * 1024 ** 3;

/** Reads a request, and refuses what S3 refuses before it looks at the operation. */
export function readRequest(
  method: string,
  path: string,
  headers: Record<string, string | undefined>,
  sent: Buffer,
): S3Request {
  const url = new URL(path, 'http://s3');
  const [, bucket = '', ...rest] = url.pathname.split('/');
  const key = decodeURIComponent(rest.join('/'));
  requireSignature(method, path, headers);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new Refusal(400, 'KeyTooLongError');
  requireSmallMetadata(headers);
  const { body, trailers } = bodyOf(headers, sent);
  if (body.length > MAX_BODY_BYTES) throw new Refusal(400, 'EntityTooLarge');
  requireDigest(headers, body);
  // Of a completed upload it is the object's, not the body's.
  const isComplete = method === 'POST' && url.searchParams.has('uploadId');
  const checksum = statedChecksum({ ...headers, ...trailers });
  if (checksum && !isComplete) requireSum(checksum, body);
  return { method, bucket, key, query: url.searchParams, headers, body, checksum };
}

/**
 * The payload, and the headers that follow it: either the body is summed by the signature, or left out of it, or sent in chunks with a trailer.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
function bodyOf(
  headers: Record<string, string | undefined>,
  sent: Buffer,
): { body: Buffer; trailers: Record<string, string> } {
  const signed = headers['x-amz-content-sha256'];
  if (signed === undefined) {
    throw invalidRequest('Missing required header for this request: x-amz-content-sha256');
  }
  if (signed === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return chunkedBody(headers, sent);
  if (signed !== 'UNSIGNED-PAYLOAD' && signed !== createHash('sha256').update(sent).digest('hex')) {
    throw new Refusal(400, 'XAmzContentSHA256Mismatch');
  }
  return { body: sent, trailers: {} };
}

/** `<size in hex>CRLF <bytes> CRLF …`, then a chunk of size 0 and the trailer: `name:value CRLF`. */
function chunkedBody(
  headers: Record<string, string | undefined>,
  sent: Buffer,
): { body: Buffer; trailers: Record<string, string> } {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = sent.indexOf('\r\n', at);
    const lengthBytes = Number.parseInt(sent.subarray(at, lineEnd).toString(), 16);
    if (lineEnd < 0 || Number.isNaN(lengthBytes)) throw new Refusal(400, 'IncompleteBody');
    at = lineEnd + 2;
    if (lengthBytes === 0) {
      const lines = sent.subarray(at).toString().split('\r\n').filter(Boolean);
      const trailers = Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      );
      const body = Buffer.concat(chunks);
      if (body.length !== Number(headers['x-amz-decoded-content-length'])) {
        throw new Refusal(400, 'IncompleteBody');
      }
      const promised = headers['x-amz-trailer'];
      if (promised !== undefined && trailers[promised] === undefined) {
        throw new Refusal(400, 'MalformedTrailerError');
      }
      return { body, trailers };
    }
    chunks.push(sent.subarray(at, at + lengthBytes));
    at += lengthBytes + 2;
  }
}

function requireDigest(headers: Record<string, string | undefined>, body: Buffer): void {
  const stated = headers['content-md5'];
  if (stated === undefined) return;
  if (Buffer.from(stated, 'base64').length !== 16) throw new Refusal(400, 'InvalidDigest');
  if (createHash('md5').update(body).digest('base64') !== stated) throw new Refusal(400, 'BadDigest');
}

function requireSmallMetadata(headers: Record<string, string | undefined>): void {
  let sizeBytes = 0;
  for (const [name, value = ''] of Object.entries(headers)) {
    if (name.startsWith('x-amz-meta-'))
      sizeBytes += name.length - 'x-amz-meta-'.length + Buffer.byteLength(value);
  }
  if (sizeBytes > MAX_METADATA_BYTES) throw new Refusal(400, 'MetadataTooLarge');
}

/** The number of a part: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export function partNumberOf(query: URLSearchParams): number {
  const number = Number(query.get('partNumber'));
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
}
