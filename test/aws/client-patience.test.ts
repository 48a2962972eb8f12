import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patient } from '../../shared/aws/client-patience.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';

describe('a server that takes connections and never answers', () => {
  let server: Server;
  const taken: Socket[] = [];
  beforeAll(async () => {
    server = createServer((socket) => void taken.push(socket.resume())).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    for (const socket of taken) socket.destroy();
    server.close();
  });

  it('is an error that a retry may help, not a wait without end', async () => {
    const { port } = server.address() as AddressInfo;
    const client = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      ...{ region: 'sa-east-1', forcePathStyle: true, maxAttempts: 2 },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...patient({ socketTimeout: 50 }),
    });
    const store = createS3ObjectStore({ client, bucket: 'silent' });
    const calls = [
      store.head('a'),
      store.get('a'),
      store.put('a', new Uint8Array(10)),
      store.list('')[Symbol.asyncIterator]().next(),
    ];
    for (const ended of await Promise.allSettled(calls))
      expect(ended).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreUnavailable', retryable: true },
      });
    expect(taken.length).toBeGreaterThanOrEqual(calls.length * 2);
    client.destroy();
  });
});

it('a client waits ten seconds for a connection and a minute for a byte, unless it is told otherwise', () => {
  expect(patient()).toEqual({ requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 } });
  expect(patient({ socketTimeout: 5, httpAgent: { maxSockets: 7 } }).requestHandler).toEqual({
    ...{ connectionTimeout: 10_000, socketTimeout: 5, httpAgent: { maxSockets: 7 } },
  });
});
