import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { StrictS3 } from './server.ts';

/** The double with one bucket, and the SDK's client for it, which makes each request once: what fails is seen. */
export async function openedBucket(
  Bucket: string,
  { leastPartBytes, partsPerPage }: { leastPartBytes: number; partsPerPage: number },
): Promise<{ s3: StrictS3; client: S3Client; close(): Promise<void> }> {
  const s3 = await StrictS3.start();
  s3.uploads.leastPartBytes = leastPartBytes;
  s3.uploads.partsPerPage = partsPerPage;
  const client = new S3Client({
    endpoint: s3.endpoint,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    s3,
    client,
    close: async () => {
      client.destroy();
      await s3.stop();
    },
  };
}
