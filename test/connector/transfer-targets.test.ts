import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { createFolderTarget } from '../../local/connector/folder-target.ts';
import { createS3TransferTarget } from '../../shared/aws/s3-transfer-target.ts';
import { openedBucket } from '../support/strict-s3/opened-bucket.ts';
import { describeTransferTarget } from '../support/transfer-target-contract.ts';

const PART_BYTES = 10_000;

describeTransferTarget('a folder', PART_BYTES, async () => {
  const rootDir = await mkdtemp(join(tmpdir(), 'transfer-'));
  return {
    target: createFolderTarget({ rootDir, sync: false }),
    visible: (key) => readFile(join(rootDir, key)).catch(() => undefined),
    close: () => rm(rootDir, { recursive: true, force: true }),
  };
});

async function bucket(wanted: { kmsKey?: string; tags?: Record<string, string> } = {}) {
  const opened = await openedBucket('raw', { leastPartBytes: PART_BYTES, partsPerPage: 2 });
  return { ...opened, target: createS3TransferTarget({ client: opened.client, bucket: 'raw', ...wanted }) };
}

describeTransferTarget('a bucket', PART_BYTES, async () => {
  const { client, target, close } = await bucket();
  return {
    target,
    visible: async (key) => {
      const found = await client
        .send(new GetObjectCommand({ Bucket: 'raw', Key: key }))
        .catch(() => undefined);
      return found && Buffer.from(await found.Body!.transformToByteArray());
    },
    close,
  };
});

it('leaves nothing hidden in a folder once everything is complete or discarded', async () => {
  const rootDir = await mkdtemp(join(tmpdir(), 'transfer-'));
  const target = createFolderTarget({ rootDir });
  const id = await target.begin('a.txt');
  expect((await readdir(join(rootDir, '.connector'))).every((name) => name.startsWith('.'))).toBe(true);
  await target.abort({ key: 'a.txt', id });
  expect(await readdir(join(rootDir, '.connector'))).toEqual([]);
  await rm(rootDir, { recursive: true });
});

it('asks S3 for encryption and tags with every object, and tells of a wrong sum, throttling and a lost connection', async () => {
  const { s3, client, target, close } = await bucket({
    kmsKey: 'key-1',
    tags: { origin: 'mainframe', 'cost centre': 'a b' },
  });
  const headers: Record<string, string>[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      headers.push((args.request as { headers: Record<string, string> }).headers);
      return next(args);
    },
    { step: 'build' },
  );
  const bytes = Buffer.from('hello');
  await target.put('a.txt', bytes, 'rosUhgp5mIg=').then(
    () => expect.unreachable(),
    (error) => expect(error.message).toContain('BadDigest'),
  );
  expect(headers[0]).toMatchObject({
    'x-amz-server-side-encryption': 'aws:kms',
    'x-amz-server-side-encryption-aws-kms-key-id': 'key-1',
    'x-amz-tagging': 'origin=mainframe&cost+centre=a+b',
    'if-none-match': '*',
  });
  for (const fault of ['throttle', 'cutsBefore', 'conflicts'] as const) {
    s3[fault] = 1;
    await expect(target.put('b.txt', bytes, 'M3eFcAZSQlc=')).rejects.toMatchObject({ retryable: true });
  }
  await close();
});
