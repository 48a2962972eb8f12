import { crc32 } from 'node:zlib';
import { combineCrc64, crc64nvme, crc64ToBase64 } from '../../../shared/ranges/crc64nvme.ts';
import { invalidRequest, Refusal } from './refusal.ts';

/** The algorithms that our requests can meet; S3 has others, which this double refuses. */
export type Algorithm = 'CRC32' | 'CRC64NVME';
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  algorithm: Algorithm;
  /** Base64, as in headers. */
  value: string;
}

const LENGTH_BYTES: Record<Algorithm, number> = { CRC32: 4, CRC64NVME: 8 };

export function headerOf(algorithm: Algorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

export function sum(algorithm: Algorithm, bytes: Uint8Array): Checksum {
  if (algorithm === 'CRC64NVME') return { algorithm, value: crc64ToBase64(crc64nvme(bytes)) };
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return { algorithm, value: value.toString('base64') };
}

export function algorithmOf(name: string | undefined): Algorithm | undefined {
  if (name === undefined) return undefined;
  if (name === 'CRC32' || name === 'CRC64NVME') return name;
  throw invalidRequest(`Checksum algorithm provided is unsupported: ${name}`);
}

/** Checksum of parts one after the other, each with its own. */
export function combined(parts: { checksum: Checksum; lengthBytes: number }[]): Checksum {
  let crc = 0n;
  for (const { checksum, lengthBytes } of parts) {
    crc = combineCrc64(crc, Buffer.from(checksum.value, 'base64').readBigUInt64BE(), lengthBytes);
  }
  return { algorithm: 'CRC64NVME', value: crc64ToBase64(crc) };
}

/** A checksum of the checksums of parts: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html */
export function composite(algorithm: Algorithm, parts: Checksum[]): Checksum {
  const values = Buffer.concat(parts.map(({ value }) => Buffer.from(value, 'base64')));
  return { algorithm, value: `${sum(algorithm, values).value}-${parts.length}` };
}

/**
 * The checksum that the headers (or the trailer) of a request state. At most one is allowed, of the right length:
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function statedChecksum(headers: Record<string, string | undefined>): Checksum | undefined {
  const names = Object.keys(headers).filter(
    (name) =>
      name.startsWith('x-amz-checksum-') &&
      !['algorithm', 'type', 'mode'].includes(name.slice('x-amz-checksum-'.length)),
  );
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const algorithm = algorithmOf(name.slice('x-amz-checksum-'.length).toUpperCase())!;
  const value = headers[name] ?? '';
  if (Buffer.from(value, 'base64').length !== LENGTH_BYTES[algorithm]) {
    throw invalidRequest(`Value for ${name} header is invalid.`);
  }
  return { algorithm, value };
}

/** Fails as S3 does if the bytes that arrived are not those that were summed. */
export function requireSum(stated: Checksum, bytes: Uint8Array): void {
  if (sum(stated.algorithm, bytes).value === stated.value) return;
  throw badDigest(stated.algorithm);
}

export function badDigest(algorithm: Algorithm): Refusal {
  const message = `The ${algorithm} you specified did not match the calculated checksum.`;
  return new Refusal(400, 'BadDigest', message);
}
