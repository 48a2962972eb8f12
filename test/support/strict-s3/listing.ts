import type { Bucket } from './bucket.ts';
import { invalidArgument } from './refusal.ts';
import type { S3Answer, S3Request } from './request.ts';
import { xml } from './xml.ts';

const MAX_KEYS = 1000;

/**
 * A page of keys and folders in the order of their bytes, both counted; the token continues after the last one. XML cannot hold every
 * character of a key, unless the request asks for `encoding-type=url`.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function listObjects({ bucket: name, query }: S3Request, bucket: Bucket): S3Answer {
  if (query.get('list-type') !== '2') throw invalidArgument('This double lists with list-type=2 only');
  const asked = Number(query.get('max-keys') ?? MAX_KEYS);
  if (!Number.isInteger(asked) || asked < 0) throw invalidArgument('Provided max-keys not an integer');
  const limit = Math.min(asked, MAX_KEYS);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : tokenKey(token);
  const encoded = query.get('encoding-type') === 'url' ? urlEncoded : (key: string) => key;
  const Contents: Record<string, unknown>[] = [];
  const folders = new Set<string>();
  let last = '';
  let isTruncated = false;
  for (const [key, object] of bucket.listed()) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const shown = end < 0 ? key : key.slice(0, end + delimiter.length);
    if (folders.has(shown) || Buffer.compare(Buffer.from(shown), Buffer.from(after)) <= 0) continue;
    if (Contents.length + folders.size >= limit) {
      isTruncated = limit > 0;
      break;
    }
    last = shown;
    if (end >= 0) folders.add(shown);
    else Contents.push({ Key: encoded(key), Size: object.bytes.length, ETag: object.etag });
  }
  return {
    body: xml('ListBucketResult', {
      Name: name,
      Prefix: encoded(prefix),
      KeyCount: Contents.length + folders.size,
      MaxKeys: limit,
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: isTruncated,
      NextContinuationToken: isTruncated ? Buffer.from(last).toString('base64') : undefined,
      Contents,
      CommonPrefixes: [...folders].map((folder) => ({ Prefix: encoded(folder) })),
    }),
  };
}

function tokenKey(token: string): string {
  const key = Buffer.from(token, 'base64').toString();
  if (key !== '' && Buffer.from(key).toString('base64') === token) return key;
  throw invalidArgument('The continuation token provided is incorrect');
}

/** As a form encodes it, but with slashes. */
function urlEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}
