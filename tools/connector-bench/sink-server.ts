import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A server that takes what S3 takes, and keeps only small objects: what sending costs at least. It trusts every checksum, so it proves
 * nothing but speed.
 */
const objects = new Map<string, { bytes: Buffer; tag: string; crc: string }>();
const sizes = new Map<string, number>();
const MOST_KEPT_BYTES = 1024 * 1024;
let tags = 0;

const server = createServer((request, response) => {
  const kept: Buffer[] = [];
  let lengthBytes = 0;
  request.on('data', (chunk: Buffer) => {
    lengthBytes += chunk.length;
    if (lengthBytes <= MOST_KEPT_BYTES) kept.push(chunk);
  });
  request.on('end', () => answer(request, response, Buffer.concat(kept), lengthBytes));
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));

type Answer = [status: number, headers: Record<string, string>, text: string | Buffer];

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer, lengthBytes: number): void {
  const [status, headers, text] = answerOf(request, body, lengthBytes);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? '' : text);
}

function answerOf(
  { method, url: path, headers }: IncomingMessage,
  body: Buffer,
  lengthBytes: number,
): Answer {
  const url = new URL(path ?? '/', 'http://sink');
  const key = url.pathname;
  const upload = url.searchParams.get('uploadId');
  const crc = String(headers['x-amz-checksum-crc64nvme'] ?? '');
  const tag = `"${++tags}"`;
  if (method === 'POST' && url.searchParams.has('uploads'))
    return [
      200,
      {},
      `<InitiateMultipartUploadResult><UploadId>${tags}</UploadId></InitiateMultipartUploadResult>`,
    ];
  if (method === 'PUT') {
    if (upload === null) objects.set(key, { bytes: body, tag, crc });
    else sizes.set(upload, (sizes.get(upload) ?? 0) + lengthBytes);
    return [200, { etag: tag, 'x-amz-checksum-crc64nvme': crc }, ''];
  }
  if (method === 'POST' && upload !== null) {
    objects.set(key, { bytes: Buffer.alloc(0), tag, crc });
    const result = `<ETag>${tag}</ETag><ChecksumCRC64NVME>${crc}</ChecksumCRC64NVME>`;
    return [200, {}, `<CompleteMultipartUploadResult>${result}</CompleteMultipartUploadResult>`];
  }
  if (url.searchParams.has('list-type')) return [200, {}, listing(url.searchParams.get('prefix') ?? '')];
  if (upload !== null)
    return [200, {}, '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>'];
  const found = objects.get(key);
  return found
    ? [200, { etag: found.tag, 'x-amz-checksum-crc64nvme': found.crc }, found.bytes]
    : [404, {}, ''];
}

function listing(prefix: string): string {
  const bucket = '/bench/';
  const keys = [...objects.keys()].filter((key) => key.startsWith(`${bucket}${prefix}`)).sort();
  const contents = keys.map(
    (key) => `<Contents><Key>${key.slice(bucket.length)}</Key><Size>1</Size><ETag>x</ETag></Contents>`,
  );
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}
