import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksumOf } from '../../shared/aws/s3-checksum.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { ObjectDamaged } from '../../shared/errors.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { describeObjectStore, writeLarge } from '../support/object-store-contract.ts';
import { StrictS3 } from '../support/strict-s3/server.ts';

/** With S3_ENDPOINT and S3_BUCKET the suite runs there, with the credentials of the environment; else against our double. */
const { S3_ENDPOINT, S3_BUCKET } = process.env;

function clientFor(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    forcePathStyle: true,
    region: process.env.AWS_REGION ?? 'us-east-1',
    maxAttempts: 3,
    ...(S3_ENDPOINT ? {} : { credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }),
  });
}

async function doubled() {
  const s3 = await StrictS3.start();
  const client = clientFor(s3.endpoint);
  await client.send(new CreateBucketCommand({ Bucket: 'lake' }));
  const close = async () => {
    client.destroy();
    await s3.stop();
  };
  return { store: createS3ObjectStore({ client, bucket: 'lake' }), s3, close };
}

describeObjectStore('S3', async () => {
  if (!S3_ENDPOINT || !S3_BUCKET) return doubled();
  const client = clientFor(S3_ENDPOINT);
  return {
    store: createS3ObjectStore({ client, bucket: S3_BUCKET }),
    close: async () => client.destroy(),
  };
});

describe.skipIf(S3_ENDPOINT)('S3 on the wire', () => {
  let opened: Awaited<ReturnType<typeof doubled>>;
  let store: ObjectStore;
  beforeAll(async () => {
    opened = await doubled();
    store = opened.store;
  });
  afterAll(() => opened.close());

  it.each([
    ['one request', 1000],
    ['parts', 17 * 1024 * 1024],
  ])('writes nothing whose bytes lack the checksum that its writer took before, by %s', async (_how, sizeBytes) => {
    const bytes = new Uint8Array(sizeBytes).fill(7);
    const told = async (key: string, checksum: string) => {
      const writer = store.createWriter(key);
      await writer.write(bytes);
      await writer.close(checksum);
    };
    await told('summed', checksumOf(bytes));
    expect(await store.head('summed')).toMatchObject({ sizeBytes, crc64nvme: checksumOf(bytes) });
    await expect(told('broken', checksumOf(bytes.subarray(1)))).rejects.toThrow(ObjectDamaged);
    expect(await store.head('broken')).toBeUndefined();
  });

  it('copies large stretches inside the store', async () => {
    await writeLarge(store, 'big', new Uint8Array(12 * 1024 * 1024));
    const before = opened.s3.partCopies;
    await store.compose('made', [
      { bytes: new Uint8Array(4) },
      { key: 'big', range: { startByte: 0, endByte: 12 * 1024 * 1024 } },
      { bytes: new Uint8Array(100) },
    ]);
    expect(opened.s3.partCopies).toBe(before + 1);
    expect(await store.head('made')).toMatchObject({ sizeBytes: 12 * 1024 * 1024 + 104 });
  });

  it('repeats a conditional write that met another one, and says which of them won', async () => {
    opened.s3.conflicts = 2;
    const tag = await store.putOnce('met', new Uint8Array(3));
    expect(opened.s3.conflicts).toBe(0);
    opened.s3.conflicts = 2;
    await expect(store.putOnce('met', new Uint8Array(4))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    opened.s3.conflicts = 1000;
    await expect(store.putIf('met', new Uint8Array(4), tag)).rejects.toMatchObject({
      name: 'StoreUnavailable',
    });
    opened.s3.conflicts = 0;
    expect(await store.head('met')).toMatchObject({ sizeBytes: 3 });
  });

  it('tries again when throttled, and says so when that does not end', async () => {
    opened.s3.throttle = 2;
    await store.put('throttled', new Uint8Array(3));
    expect(await store.head('throttled')).toMatchObject({ sizeBytes: 3 });
    opened.s3.throttle = 1000;
    await expect(store.put('throttled', new Uint8Array(4))).rejects.toMatchObject({
      name: 'StoreThrottled',
      retryable: true,
    });
    opened.s3.throttle = 0;
  });

  it('takes the same bytes of another writer for a lost race', async () => {
    const tag = await store.putOnce('same', new Uint8Array([1]));
    await expect(store.putOnce('same', new Uint8Array([1]))).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    await store.put('same', new Uint8Array([2]));
    await expect(store.putIf('same', new Uint8Array([2]), tag)).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
  });

  it('recognises its own conditional write when the answer to it was lost', async () => {
    opened.s3.lostAnswers = 1;
    const tag = await store.putOnce('lost', new Uint8Array([1]));
    expect((await store.get('lost'))!.tag).toBe(tag);
    opened.s3.lostAnswers = 1;
    const next = await store.putIf('lost', new Uint8Array([2]), tag);
    expect([...(await store.get('lost'))!.bytes]).toEqual([2]);
    expect(opened.s3.lostAnswers).toBe(0);
    // Somebody else's bytes still mean a lost race when the request was repeated.
    opened.s3.throttle = 1;
    await expect(store.putIf('lost', new Uint8Array([3]), tag)).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    expect((await store.get('lost'))!.tag).toBe(next);
  });
});
