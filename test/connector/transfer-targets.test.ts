import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { createFolderTarget } from '../../local/connector/folder-target.ts';
import { createS3TransferTarget } from '../../shared/aws/s3-transfer-target.ts';
import type { SentPart } from '../../shared/ports/transfer-target.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import { openedBucket } from '../support/strict-s3/opened-bucket.ts';
import { describeTransferTarget } from '../support/transfer-target-contract.ts';

const PART_BYTES = 10_000;
const sumOf = (bytes: Uint8Array) => crc64ToBase64(crc64nvme(bytes));

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

it('signs parts itself after the model of the first, and leaves what fails to the SDK', async () => {
  const { s3, client, target, close } = await bucket();
  let sdkParts = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'UploadPartCommand') sdkParts++;
        return next(args);
      },
    { step: 'initialize' },
  );
  const key = "night of 12/câmbio+1 (a)'*!=&;~.txt";
  const upload = { key, id: await target.begin(key) };
  const pieces = Array.from({ length: 6 }, (_, index) => Buffer.alloc(PART_BYTES, `part ${index} `));
  const parts: SentPart[] = [];
  const send = async (index: number) => {
    const place = { number: index + 1, startByte: index * PART_BYTES };
    parts[index] = await target.send(upload, place, pieces[index]!, sumOf(pieces[index]!));
    return sdkParts;
  };
  expect([await send(0), await send(1), await send(2)]).toEqual([1, 1, 1]);
  s3.throttle = 1;
  expect([await send(3), await send(4)]).toEqual([2, 2]);
  s3.cutsAfter = 1;
  expect([await send(5), await send(1)]).toEqual([3, 3]);
  const damaged = target.send(
    upload,
    { number: 6, startByte: 5 * PART_BYTES },
    pieces[5]!,
    sumOf(pieces[0]!),
  );
  await expect(damaged).rejects.toThrow('BadDigest');
  const whole = Buffer.concat(pieces);
  const arrived = await target.complete(upload, parts, { sizeBytes: whole.length, crc64nvme: sumOf(whole) });
  expect(await target.find(key)).toEqual(arrived);
  await close();
});
