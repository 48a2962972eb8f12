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

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer, lengthBytes: number): void {
  const url = new URL(request.url ?? '/', 'http://sink');
  const key = url.pathname;
  const upload = url.searchParams.get('uploadId');
  const crc = String(request.headers['x-amz-checksum-crc64nvme'] ?? '');
  const tag = `"${++tags}"`;
  const send = (status: number, headers: Record<string, string> = {}, text: string | Buffer = ''): void =>
    void response
      .writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) })
      .end(request.method === 'HEAD' ? '' : text);
  if (request.method === 'POST' && url.searchParams.has('uploads'))
    return send(
      200,
      {},
      `<InitiateMultipartUploadResult><UploadId>${tags}</UploadId></InitiateMultipartUploadResult>`,
    );
  if (request.method === 'PUT' && upload !== null) {
    sizes.set(upload, (sizes.get(upload) ?? 0) + lengthBytes);
    return send(200, { etag: tag, 'x-amz-checksum-crc64nvme': crc });
  }
  if (request.method === 'POST' && upload !== null) {
    objects.set(key, { bytes: Buffer.alloc(0), tag, crc });
    const result = `<ETag>${tag}</ETag><ChecksumCRC64NVME>${crc}</ChecksumCRC64NVME>`;
    return send(200, {}, `<CompleteMultipartUploadResult>${result}</CompleteMultipartUploadResult>`);
  }
  if (request.method === 'PUT') {
    objects.set(key, { bytes: body, tag, crc });
    return send(200, { etag: tag, 'x-amz-checksum-crc64nvme': crc });
  }
  if (url.searchParams.has('list-type')) return send(200, {}, listing(url.searchParams.get('prefix') ?? ''));
  if (upload !== null)
    return send(200, {}, '<ListPartsResult><IsTruncated>false</IsTruncated></ListPartsResult>');
  const found = objects.get(key);
  if (!found) return send(404);
  send(200, { etag: found.tag, 'x-amz-checksum-crc64nvme': found.crc }, found.bytes);
}

function listing(prefix: string): string {
  const bucket = '/bench/';
  const keys = [...objects.keys()].filter((key) => key.startsWith(`${bucket}${prefix}`)).sort();
  const contents = keys.map(
    (key) => `<Contents><Key>${key.slice(bucket.length)}</Key><Size>1</Size><ETag>x</ETag></Contents>`,
  );
  return `<ListBucketResult><IsTruncated>false</IsTruncated>${contents.join('')}</ListBucketResult>`;
}
