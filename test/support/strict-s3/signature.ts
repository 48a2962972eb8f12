import { createHash, createHmac } from 'node:crypto';
import { Refusal } from './refusal.ts';

/** Key and secret whose signatures are checked. */
const KNOWN = 'test';

/**
 * Refuses what S3 refuses: a request whose headers are not the ones that were signed. Of other keys the double does not know the secret.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function requireSignature(
  method: string,
  path: string,
  headers: Record<string, string | undefined>,
): void {
  const [, key, date, region, service, signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/(s3)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  if (key === undefined) throw new Refusal(403, 'AccessDenied');
  if (key !== KNOWN) return;
  const names = signed.split(';');
  // What S3 wants to be signed: the host, and every header of its own.
  const unsigned = Object.keys(headers).find(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !names.includes(name),
  );
  if (unsigned !== undefined) throw new Refusal(403, 'AccessDenied');
  const canonical = [
    method,
    path.split('?')[0],
    canonicalQuery(path),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signed,
    headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signing = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    (secret, word) => hmac(secret, word!),
    `AWS4${KNOWN}`,
  );
  if (hmac(signing, text).toString('hex') !== signature) throw new Refusal(403, 'SignatureDoesNotMatch');
}

function canonicalQuery(path: string): string {
  const [, query = ''] = path.split(/\?(.*)/s);
  const pairs = query.split('&').filter(Boolean);
  return pairs
    .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
    .sort()
    .join('&');
}

function hmac(secret: string | Buffer, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
