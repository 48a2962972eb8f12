import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { checksumOf } from '../support/small-contracts.ts';

interface Call {
  name: string;
  input: Record<string, unknown>;
}

/** A store whose client answers from a script: what no emulator does on demand. */
function scripted(answer: (call: Call, calls: Call[]) => unknown) {
  const calls: Call[] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const call = { name: command.constructor.name.replace(/Command$/, ''), input: command.input };
    calls.push(call);
    const answered = answer(call, calls);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  const store = createS3ObjectStore({
    client: Object.assign(new S3Client({ region: 'sa-east-1' }), { send }),
    bucket: 'lake',
  });
  return { store, calls };
}

function refusal(httpStatusCode: number, name: string): Error {
  return Object.assign(new Error('stub'), { name, $metadata: { httpStatusCode, attempts: 3 } });
}

function brokenAfter(bytes: Uint8Array): Readable {
  return Readable.from(
    (async function* () {
      yield bytes;
      throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
    })(),
  );
}

const FIRST = { startByte: 10, endByte: 20 };

describe('the checksum that S3 keeps of an object', () => {
  const answered = (answer: Record<string, unknown>) =>
    scripted(() => ({ ContentLength: 9, ETag: '"e1"', ...answer }));

  it('is requested, and used if it covers the whole object', async () => {
    const whole = { ChecksumCRC64NVME: 'rosUhgp5mIg=', ChecksumType: 'FULL_OBJECT' };
    const { store, calls } = answered(whole);
    expect((await store.head('a'))?.crc64nvme).toBe('rosUhgp5mIg=');
    expect(calls[0]!.input.ChecksumMode).toBe('ENABLED');
  });

  it('is undefined if S3 has a checksum of checksums, or one of another kind', async () => {
    const composite = answered({ ChecksumCRC64NVME: 'rosUhgp5mIg=', ChecksumType: 'COMPOSITE' });
    expect((await composite.store.head('a'))?.crc64nvme).toBeUndefined();
    expect((await answered({ ChecksumCRC32: 'AAAAAA==' }).store.head('a'))?.crc64nvme).toBeUndefined();
  });
});

describe('a copy whose checksum is known', () => {
  const CRC = 'rosUhgp5mIg=';
  const whole = (ChecksumCRC64NVME: string) => ({ ChecksumCRC64NVME, ChecksumType: 'FULL_OBJECT' });

  it('is summed by S3, and removed if the sum is another', async () => {
    const { store, calls } = scripted(({ name, input }) =>
      name === 'HeadObject'
        ? { ContentLength: 9, ETag: '"e1"', ...(input.Key === 'to' ? whole('AAAAAAAAAAA=') : {}) }
        : {},
    );
    await expect(store.copy('from', 'to', CRC)).rejects.toMatchObject({
      name: 'ObjectDamaged',
      where: 's3://lake/from',
    });
    expect(calls.find(({ name }) => name === 'CopyObject')!.input.ChecksumAlgorithm).toBe('CRC64NVME');
    expect(calls.at(-1)).toMatchObject({
      name: 'DeleteObjects',
      input: { Delete: { Objects: [{ Key: 'to' }] } },
    });
  });

  it('is not begun if S3 keeps another checksum of the source', async () => {
    const { store, calls } = scripted(() => ({ ContentLength: 9, ETag: '"e1"', ...whole('AAAAAAAAAAA=') }));
    await expect(store.copy('from', 'to', CRC)).rejects.toMatchObject({ name: 'ObjectDamaged' });
    expect(calls.map(({ name }) => name)).toEqual(['HeadObject']);
    expect(await store.hasChecksum('from', CRC)).toBe(false);
  });

  it('of parts is completed with it, and S3 refuses other bytes', async () => {
    const { store, calls } = scripted(({ name }) =>
      name === 'CompleteMultipartUpload'
        ? refusal(400, 'BadDigest')
        : { UploadId: 'u1', CopyPartResult: { ETag: '"p"', ChecksumCRC64NVME: CRC } },
    );
    const large = { key: 'source', range: { startByte: 0, endByte: 12 * 1024 * 1024 } };
    await expect(store.compose('made', [large], CRC)).rejects.toMatchObject({ name: 'ObjectDamaged' });
    const declared = { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' };
    expect(calls.find(({ name }) => name === 'CreateMultipartUpload')!.input).toMatchObject(declared);
    expect(calls.find(({ name }) => name === 'CompleteMultipartUpload')!.input).toMatchObject({
      ...whole(CRC),
      MultipartUpload: { Parts: [{ PartNumber: 1, ChecksumCRC64NVME: CRC }] },
    });
    expect(calls.at(-1)!.name).toBe('AbortMultipartUpload');
  });
});

describe('an upload in parts', () => {
  it('declares the checksum that its parts and the whole are sent with', async () => {
    const { store, calls } = scripted(({ name, input }) =>
      name === 'UploadPart'
        ? { ETag: '"p"', ChecksumCRC64NVME: input.ChecksumCRC64NVME }
        : { UploadId: 'u1', ETag: '"e"' },
    );
    const bytes = new Uint8Array(17 * 1024 * 1024).fill(7);
    const writer = store.createWriter('large');
    await writer.write(bytes);
    await writer.close();
    const named = (name: string) => calls.filter((call) => call.name === name).map(({ input }) => input);
    const [created] = named('CreateMultipartUpload');
    expect(created).toMatchObject({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' });
    const sums = named('UploadPart').map(({ ChecksumCRC64NVME }) => ChecksumCRC64NVME);
    expect(new Set(sums).size).toBe(2);
    expect(named('CompleteMultipartUpload')[0]).toMatchObject({
      ChecksumCRC64NVME: checksumOf(bytes),
      ChecksumType: 'FULL_OBJECT',
      MultipartUpload: { Parts: sums.map((ChecksumCRC64NVME) => ({ ChecksumCRC64NVME })) },
    });
  });

  it('of one part is one object, whose checksum is the same kind', async () => {
    const { store, calls } = scripted(() => ({ ETag: '"e"' }));
    const writer = store.createWriter('small');
    await writer.write(Buffer.from('123456789'));
    await writer.close();
    await store.put('document', Buffer.from('123456789'));
    for (const { input } of calls) expect(input.ChecksumCRC64NVME).toBe('rosUhgp5mIg=');
  });
});

describe('pins', () => {
  it('carry the version if the bucket has versions, else the ETag', async () => {
    const { store, calls } = scripted(({ name, input }) =>
      name === 'HeadObject'
        ? { ContentLength: 20, ETag: '"e1"', VersionId: input.Key === 'suspended' ? 'null' : 'v1' }
        : { ContentLength: 10, Body: Readable.from([new Uint8Array(10)]) },
    );
    expect(await store.head('a')).toEqual({ key: 'a', sizeBytes: 20, version: 'v1', pin: 'v:v1' });
    expect(await store.head('suspended')).toMatchObject({ version: '"e1"', pin: 'e:"e1"' });
    await store.readRange('a', FIRST, { pin: 'v:v1' });
    expect(calls.at(-1)!.input).toMatchObject({ VersionId: 'v1', Range: 'bytes=10-19' });
    await store.readRange('a', FIRST, { pin: 'e:"e1"' });
    expect(calls.at(-1)!.input).toMatchObject({ IfMatch: '"e1"', Range: 'bytes=10-19' });
  });
});

it('fails a range that ends beyond the object before its first byte: S3 only cuts it', async () => {
  const { store } = scripted(() => ({ ContentLength: 4, Body: Readable.from([new Uint8Array(4)]) }));
  const read: number[] = [];
  const reading = async () => {
    for await (const { length } of store.streamRange('a', FIRST)) read.push(length);
  };
  await expect(reading()).rejects.toMatchObject({ name: 'SourceChanged' });
  expect(read).toEqual([]);
});

describe('a body that breaks off', () => {
  it('is resumed where it stopped, on the same object', async () => {
    const whole = Uint8Array.from({ length: 10 }, (_, index) => index);
    const { store, calls } = scripted((_, { length }) =>
      length === 1
        ? { ContentLength: 10, ETag: '"e1"', Body: brokenAfter(whole.slice(0, 4)) }
        : { ContentLength: 6, ETag: '"e1"', Body: Readable.from([whole.slice(4)]) },
    );
    expect(await store.readRange('a', FIRST)).toEqual(whole);
    expect(calls[1]!.input).toMatchObject({ Range: 'bytes=14-19', IfMatch: '"e1"' });
  });

  it('fails as unavailable when it never gets further', async () => {
    const { store, calls } = scripted(() => ({
      ContentLength: 10,
      ETag: '"e1"',
      Body: Readable.from(
        // biome-ignore lint/correctness/useYield: a body without a byte
        (async function* () {
          throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
        })(),
      ),
    }));
    await expect(store.readRange('a', FIRST)).rejects.toMatchObject({ name: 'StoreUnavailable' });
    expect(calls.length).toBeLessThan(10);
  });
});

describe('an error of S3', () => {
  it.each([
    [404, 'NoSuchKey', 'ObjectNotFound'],
    [404, 'NoSuchVersion', 'SourceChanged'],
    [412, 'PreconditionFailed', 'SourceChanged'],
    [416, 'InvalidRange', 'SourceChanged'],
    [403, 'AccessDenied', 'ObjectClosed'],
    [503, 'SlowDown', 'StoreThrottled'],
    [500, 'InternalError', 'StoreUnavailable'],
    [400, 'RequestTimeout', 'StoreUnavailable'],
  ])('%d %s on a read becomes %s', async (status, name, expected) => {
    const error = refusal(status, name);
    const { store } = scripted(() => error);
    await expect(store.readRange('a', FIRST)).rejects.toMatchObject({
      name: expected,
      where: 's3://lake/a',
      cause: error,
    });
  });

  it.each([
    [412, 'PreconditionFailed', 'PreconditionFailed'],
    [404, 'NoSuchKey', 'PreconditionFailed'],
    [409, 'ConditionalRequestConflict', 'StoreUnavailable'],
    [403, 'AccessDenied', 'OutputUnwritable'],
    [503, 'SlowDown', 'StoreThrottled'],
    [200, 'InternalError', 'StoreUnavailable'],
  ])('%d %s on a conditional write becomes %s', async (status, name, expected) => {
    const { store } = scripted(() => refusal(status, name));
    await expect(store.putIf('a', new Uint8Array(1), '"e1"')).rejects.toMatchObject({ name: expected });
  });

  it('that is a lost connection becomes StoreUnavailable; a mistake of ours stays what it is', async () => {
    const lost = scripted(() => Object.assign(new Error('read'), { code: 'ECONNRESET' }));
    await expect(lost.store.put('a', new Uint8Array(1))).rejects.toMatchObject({ name: 'StoreUnavailable' });
    const mistake = scripted(() => new TypeError('x is not a function'));
    await expect(mistake.store.put('a', new Uint8Array(1))).rejects.toThrow(TypeError);
  });

  it('about one key among many names it, after batches of 1,000', async () => {
    const { store, calls } = scripted((_, { length }) =>
      length < 3 ? {} : { Errors: [{ Key: 'k2100', Code: 'AccessDenied', Message: 'no' }] },
    );
    const keys = Array.from({ length: 2500 }, (_, index) => `k${index}`);
    await expect(store.delete(keys)).rejects.toMatchObject({
      name: 'OutputUnwritable',
      where: 's3://lake/k2100',
    });
    const sizes = calls.map(({ input }) => (input.Delete as { Objects: unknown[] }).Objects.length);
    expect(sizes).toEqual([1000, 1000, 500]);
  });
});

describe('an upload that fails', () => {
  const large = { key: 'source', range: { startByte: 0, endByte: 12 * 1024 * 1024 } };

  it.each(['UploadPartCopy', 'CompleteMultipartUpload'])('at %s is aborted', async (failing) => {
    const { store, calls } = scripted(({ name }) =>
      name === failing ? refusal(503, 'SlowDown') : { UploadId: 'u1', CopyPartResult: {} },
    );
    await expect(store.compose('made', [large])).rejects.toMatchObject({ name: 'StoreThrottled' });
    expect(calls.at(-1)).toMatchObject({ name: 'AbortMultipartUpload', input: { UploadId: 'u1' } });
  });

  it('names the source that is not there', async () => {
    const { store } = scripted(({ name }) =>
      name === 'UploadPartCopy' ? refusal(404, 'NoSuchKey') : { UploadId: 'u1' },
    );
    await expect(store.compose('made', [large])).rejects.toMatchObject({
      name: 'ObjectNotFound',
      where: 's3://lake/source',
    });
  });
});
