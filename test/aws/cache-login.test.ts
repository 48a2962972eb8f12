import { createHash, createHmac } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheLogin } from '../../shared/aws/cache-login.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Worked out from the description of Signature Version 4, query parameters and an empty body. */
function signatureOf(
  host: string,
  sortedQuery: string,
  secret: string,
  date: string,
  region: string,
): string {
  const canonical = ['GET', '/', sortedQuery, `host:${host}\n`, 'host', sha256('')].join('\n');
  const day = date.slice(0, 8);
  const toSign = [
    'AWS4-HMAC-SHA256',
    date,
    `${day}/${region}/elasticache/aws4_request`,
    sha256(canonical),
  ].join('\n');
  const key = ['elasticache', 'aws4_request'].reduce<Buffer>(
    (made, part) => hmac(made, part),
    hmac(hmac(`AWS4${secret}`, day), region),
  );
  return hmac(key, toSign).toString('hex');
}

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/);
const word = fc.stringMatching(/^[A-Za-z0-9+/=]{1,40}$/);

describe('the login of ElastiCache Serverless', () => {
  it('is the signed request that the documentation describes, for every user, secret and moment', async () => {
    const moment = fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(
        name,
        name,
        word,
        fc.option(word, { nil: undefined }),
        moment,
        async (cache, user, secret, token, at) => {
          const region = 'sa-east-1';
          const credentials = {
            accessKeyId: 'AKID',
            secretAccessKey: secret,
            ...(token && { sessionToken: token }),
          };
          const client = new S3Client({ region, credentials });
          const login = await cacheLogin({ cacheName: cache, user, client, now: () => at })();
          expect(login.username).toBe(user);
          const url = new URL(`http://${login.password}`);
          const said = Object.fromEntries(url.searchParams);
          const date = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
          expect(url.host).toBe(cache);
          expect(said).toEqual({
            ...{ Action: 'connect', User: user, ResourceType: 'ServerlessCache' },
            ...{ 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Date': date, 'X-Amz-Expires': '900' },
            'X-Amz-Credential': `AKID/${date.slice(0, 8)}/${region}/elasticache/aws4_request`,
            'X-Amz-SignedHeaders': 'host',
            ...(token && { 'X-Amz-Security-Token': token }),
            'X-Amz-Signature': said['X-Amz-Signature'],
          });
          const sorted = login.password
            .slice(cache.length + 2)
            .split('&')
            .filter((pair) => !pair.startsWith('X-Amz-Signature='))
            .sort()
            .join('&');
          expect(said['X-Amz-Signature']).toBe(signatureOf(cache, sorted, secret, date, region));
        },
      ),
      { numRuns: 50 },
    );
  });
});
