import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  type UploadPartCommandInput,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { checksumOf } from './small-contracts.ts';

const MIB = 1024 * 1024;
const PART = new Uint8Array(5 * MIB).fill(3);
const END = new Uint8Array(100).fill(4);
const SUMS = new Map<Uint8Array, string>([PART, END].map((bytes) => [bytes, checksumOf(bytes)]));
const DECLARED = { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' } as const;

/** What one rule of S3 is tried with: a client, and a bucket that holds `large` (6 MiB), `five` (5 MiB) and `small`. */
class Rules {
  readonly client: S3Client;
  readonly Bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.client = client;
    this.Bucket = bucket;
  }

  get small() {
    return { Bucket: this.Bucket, Key: 'small' };
  }

  put(key: string, body: Uint8Array | string, more: object = {}) {
    return this.client.send(new PutObjectCommand({ Bucket: this.Bucket, Key: key, Body: body, ...more }));
  }

  async upload(key: string, declared: Partial<CreateMultipartUploadCommandInput> = DECLARED) {
    const id = { Bucket: this.Bucket, Key: key };
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand({ ...id, ...declared }));
    const parts: CompletedPart[] = [];
    return {
      parts,
      send: async (PartNumber: number, Body: Uint8Array, more: Partial<UploadPartCommandInput> = {}) => {
        const sum = declared === DECLARED ? { ChecksumCRC64NVME: SUMS.get(Body) } : {};
        const sent = await this.client.send(
          new UploadPartCommand({ ...id, UploadId, PartNumber, Body, ...sum, ...more }),
        );
        const { ETag, ChecksumCRC32, ChecksumCRC64NVME } = sent;
        parts.push({ PartNumber, ETag, ChecksumCRC32, ChecksumCRC64NVME });
      },
      copy: (PartNumber: number, key: string, CopySourceRange: string) =>
        this.client.send(
          new UploadPartCopyCommand({
            ...id,
            UploadId,
            PartNumber,
            CopySource: `${this.Bucket}/${key}`,
            CopySourceRange,
          }),
        ),
      complete: (more: object = {}, Parts = parts) =>
        this.client.send(
          new CompleteMultipartUploadCommand({ ...id, UploadId, MultipartUpload: { Parts }, ...more }),
        ),
    };
  }

  async twoParts(declared?: Partial<CreateMultipartUploadCommandInput>) {
    const upload = await this.upload('two', declared);
    await upload.send(1, PART);
    await upload.send(2, END);
    return upload;
  }
}

/** What `S3_RULES` expects to be there. */
export async function prepareRules(client: S3Client, Bucket: string): Promise<void> {
  for (const [Key, Body] of [
    ['large', Buffer.alloc(6 * MIB)],
    ['five', PART],
    ['small', '123456789'],
  ] as const) {
    await client.send(new PutObjectCommand({ Bucket, Key, Body }));
  }
}

/** Each rule: what is done, the code with which S3 refuses it (undefined: it takes it), and the code that came. */
export function ruleAnswer(client: S3Client, bucket: string, rule: S3Rule): Promise<string | undefined> {
  return rule.act(new Rules(client, bucket)).then(
    () => undefined,
    (error: { name: string }) => error.name,
  );
}

export interface S3Rule {
  name: string;
  refusal: string | undefined;
  act(s3: Rules): Promise<unknown>;
}

function rule(name: string, refusal: string | undefined, act: S3Rule['act']): S3Rule {
  return { name, refusal, act };
}

const UPLOADS = [
  rule(
    'parts with a CRC32 that the upload did not declare (today, until this rule)',
    'InvalidPart',
    async (s3) => (await s3.twoParts({})).complete(),
  ),
  rule('parts and whole as declared', undefined, async (s3) =>
    (await s3.twoParts()).complete({
      ChecksumCRC64NVME: checksumOf(Buffer.concat([PART, END])),
      ChecksumType: 'FULL_OBJECT',
    }),
  ),
  rule('a part with another algorithm than declared', 'InvalidRequest', async (s3) => {
    await (await s3.upload('other')).send(1, PART, { ChecksumCRC64NVME: undefined });
  }),
  rule('another whole than declared', 'BadDigest', async (s3) =>
    (await s3.twoParts()).complete({ ChecksumCRC64NVME: checksumOf(END) }),
  ),
  rule('a composite CRC64NVME', 'InvalidRequest', (s3) =>
    s3.upload('composite', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }),
  ),
  rule('a composite upload whose list has no checksums', 'InvalidRequest', async (s3) => {
    const upload = await s3.twoParts({ ChecksumAlgorithm: 'CRC32' });
    const bare = upload.parts.map(({ ETag, PartNumber }) => ({ ETag, PartNumber }));
    await upload.complete({}, bare);
  }),
  rule('a part that is too small', 'EntityTooSmall', async (s3) => {
    const upload = await s3.upload('short');
    await upload.send(1, END);
    await upload.send(2, END);
    await upload.complete();
  }),
  rule('parts out of order', 'InvalidPartOrder', async (s3) => {
    const upload = await s3.twoParts();
    await upload.complete({}, upload.parts.toReversed());
  }),
  rule('parts with a gap', 'InvalidPartOrder', async (s3) => {
    const upload = await s3.upload('gap');
    await upload.send(1, PART);
    await upload.send(3, END);
    await upload.complete();
  }),
  rule('a part that was never sent', 'InvalidPart', async (s3) => {
    const upload = await s3.twoParts();
    await upload.complete({}, [{ ...upload.parts[0]!, ETag: '"00000000000000000000000000000000"' }]);
  }),
  rule('part 10,001', 'InvalidArgument', async (s3) => {
    await (await s3.upload('many')).send(10_001, END);
  }),
  rule('a completed upload again', 'NoSuchUpload', async (s3) => {
    const upload = await s3.twoParts();
    await upload.complete();
    await upload.send(3, END);
  }),
  rule('completion over an object, If-None-Match', 'PreconditionFailed', async (s3) => {
    await s3.put('two', 'there');
    await (await s3.twoParts()).complete({ IfNoneMatch: '*' });
  }),
  rule('an object of another size than stated', 'InvalidRequest', async (s3) =>
    (await s3.twoParts()).complete({ MpuObjectSize: 7 }),
  ),
];

const COPIES = [
  rule('a range of more than 5 MiB', undefined, async (s3) =>
    (await s3.upload('ranged')).copy(1, 'large', `bytes=0-${5 * MIB}`),
  ),
  rule('a range of an object of 5 MiB', 'InvalidRequest', async (s3) =>
    (await s3.upload('ranged')).copy(1, 'five', `bytes=0-${MIB}`),
  ),
  rule('a range beyond the source', 'InvalidArgument', async (s3) =>
    (await s3.upload('ranged')).copy(1, 'large', `bytes=0-${6 * MIB}`),
  ),
  rule('an object onto itself', 'InvalidRequest', (s3) =>
    s3.client.send(new CopyObjectCommand({ ...s3.small, CopySource: `${s3.Bucket}/small` })),
  ),
  rule('an object that is not there', 'NoSuchKey', (s3) =>
    s3.client.send(new CopyObjectCommand({ ...s3.small, CopySource: `${s3.Bucket}/none` })),
  ),
];

const WRITES = [
  rule('another checksum than that of the bytes', 'BadDigest', (s3) =>
    s3.put('bad', 'x', { ChecksumCRC64NVME: 'rosUhgp5mIg=' }),
  ),
  rule('a checksum that is none', 'InvalidRequest', (s3) =>
    s3.put('bad', 'x', { ChecksumCRC64NVME: 'AAAA' }),
  ),
  rule('a key of 1,025 bytes', 'KeyTooLongError', (s3) => s3.put('k'.repeat(1025), 'x')),
  rule('metadata of more than 2 KB', 'MetadataTooLarge', (s3) =>
    s3.put('meta', 'x', { Metadata: { a: 'x'.repeat(2048) } }),
  ),
  rule('If-None-Match with a tag', 'NotImplemented', (s3) => s3.put('small', 'x', { IfNoneMatch: '"tag"' })),
  rule('If-None-Match over an object', 'PreconditionFailed', (s3) =>
    s3.put('small', 'x', { IfNoneMatch: '*' }),
  ),
  rule('If-Match with another tag', 'PreconditionFailed', (s3) => s3.put('small', 'x', { IfMatch: '"tag"' })),
  rule('If-Match without an object', 'NoSuchKey', (s3) => s3.put('none', 'x', { IfMatch: '"tag"' })),
  rule('a deletion of 1,001 keys', 'MalformedXML', (s3) =>
    s3.client.send(
      new DeleteObjectsCommand({
        Bucket: s3.Bucket,
        Delete: { Objects: Array.from({ length: 1001 }, (_, index) => ({ Key: `k${index}` })) },
      }),
    ),
  ),
];

const READS = [
  rule('a range after the end', 'InvalidRange', (s3) =>
    s3.client.send(new GetObjectCommand({ ...s3.small, Range: 'bytes=9-10' })),
  ),
  rule('a version that never was', 'InvalidArgument', (s3) =>
    s3.client.send(new GetObjectCommand({ ...s3.small, VersionId: 'nonsense' })),
  ),
  rule('another tag', 'PreconditionFailed', (s3) =>
    s3.client.send(new GetObjectCommand({ ...s3.small, IfMatch: '"tag"' })),
  ),
  rule('HEAD of nothing', 'NotFound', (s3) =>
    s3.client.send(new HeadObjectCommand({ Bucket: s3.Bucket, Key: 'none' })),
  ),
  rule('a token that no listing gave', 'InvalidArgument', (s3) =>
    s3.client.send(new ListObjectsV2Command({ Bucket: s3.Bucket, ContinuationToken: '%%%' })),
  ),
  rule('a bucket that is not there', 'NoSuchBucket', (s3) =>
    s3.client.send(new ListObjectsV2Command({ Bucket: 'no-such-bucket-here' })),
  ),
];

/** The rules by what they are about. The double refuses as they say, and beside each rule there is its source. */
export const S3_RULES: Record<string, S3Rule[]> = {
  upload: UPLOADS,
  copy: COPIES,
  write: WRITES,
  read: READS,
};
