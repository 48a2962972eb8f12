import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { writeLarge } from '../support/object-store-contract.ts';
import { prepareRules, ruleAnswer, S3_RULES } from '../support/s3-rules.ts';
import { checksumOf } from '../support/small-contracts.ts';
import { StrictS3 } from '../support/strict-s3/server.ts';

let s3: StrictS3;
let client: S3Client;
beforeAll(async () => {
  s3 = await StrictS3.start();
  client = new S3Client({
    endpoint: s3.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (const Bucket of ['lake', 'versions']) await client.send(new CreateBucketCommand({ Bucket }));
  await prepareRules(client, 'lake');
});
afterAll(async () => {
  client.destroy();
  await s3.stop();
});

describe.each(Object.entries(S3_RULES))('the strict double on %s', (_about, rules) => {
  it.each(rules)('answers $name with $refusal', async (rule) => {
    expect(await ruleAnswer(client, 'lake', rule)).toBe(rule.refusal);
  });
});

describe('a listing', () => {
  it('shows every key as it is, whatever XML can hold', async () => {
    const store = createS3ObjectStore({ client, bucket: 'lake' });
    const names = ['a\u0001b', 'a\tb', 'a\r\nb', 'a b', 'a+b', 'a%2Fb', 'ação', '&lt;'];
    const keys = names.flatMap((name) => [`odd/${name}.txt`, `odd/${name}/x.txt`]);
    for (const Key of keys) await client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'x' }));
    const inOrder = (all: string[]) => all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const listed = await Array.fromAsync(store.list('odd/'));
    expect(listed.map(({ key }) => key)).toEqual(inOrder([...keys]));
    const children = names.flatMap((name) => [`odd/${name}.txt`, `odd/${name}/`]);
    expect(await Array.fromAsync(store.listFolder('odd/'))).toEqual(inOrder(children));
  });
});

describe('the strict double', () => {
  it('shows the checksum of the whole for what the store writes, joins and copies', async () => {
    const store = createS3ObjectStore({ client, bucket: 'lake' });
    const openUploads = s3.uploads.open.size;
    const bytes = new Uint8Array(9 * 1024 * 1024).fill(5);
    await writeLarge(store, 'made/sent', bytes);
    const range = { startByte: 0, endByte: bytes.length };
    await store.compose('made/joined', [{ key: 'made/sent', range }, { bytes: new Uint8Array(3) }]);
    await store.copy('made/joined', 'made/copied');
    await store.put('made/small', new Uint8Array(3));
    const joined = checksumOf(Buffer.concat([bytes, new Uint8Array(3)]));
    expect((await store.head('made/sent'))?.crc64nvme).toBe(checksumOf(bytes));
    expect((await store.head('made/joined'))?.crc64nvme).toBe(joined);
    expect((await store.head('made/copied'))?.crc64nvme).toBe(joined);
    expect((await store.head('made/small'))?.crc64nvme).toBe(checksumOf(new Uint8Array(3)));
    expect(s3.uploads.open.size).toBe(openUploads);
  });

  it('keeps versions, and hides what was deleted', async () => {
    const Bucket = 'versions';
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const first = await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'one' }));
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'two' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const head = new HeadObjectCommand({ Bucket, Key: 'a' });
    await expect(client.send(head)).rejects.toMatchObject({ name: 'NotFound' });
    const { VersionId } = first;
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'a', VersionId }));
    expect(await Body?.transformToString()).toBe('one');
    const store = createS3ObjectStore({ client, bucket: Bucket });
    expect(await Array.fromAsync(store.list(''))).toEqual([]);
  });

  it('lists in pages, folders among keys, and names that XML cannot hold', async () => {
    for (const key of ['page/a/1', 'page/a/2', 'page/b', 'page/c\u0001']) {
      await client.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: 'x' }));
    }
    const shown: string[] = [];
    for (let ContinuationToken: string | undefined, pages = 0; pages < 9; pages++) {
      const request = {
        Bucket: 'lake',
        Prefix: 'page/',
        Delimiter: '/',
        MaxKeys: 1,
        EncodingType: 'url',
      } as const;
      const page = await client.send(new ListObjectsV2Command({ ...request, ContinuationToken }));
      shown.push(...(page.Contents ?? []).map(({ Key }) => Key!));
      shown.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      ContinuationToken = page.NextContinuationToken;
      if (!page.IsTruncated) break;
    }
    expect(shown).toEqual(['page/a/', 'page/b', 'page/c%01']);
  });

  it('fails a completion after its status was sent, which the SDK repeats', async () => {
    const id = { Bucket: 'lake', Key: 'late' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(id));
    s3.lateErrors = 1;
    const complete = new CompleteMultipartUploadCommand({ ...id, UploadId, MultipartUpload: { Parts: [] } });
    await expect(client.send(complete)).rejects.toMatchObject({ name: 'MalformedXML' });
    expect(s3.lateErrors).toBe(0);
  });
});
