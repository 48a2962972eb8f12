import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { readError } from './s3-error.ts';
import { s3Url } from './s3-target.ts';

/** Every page of a listing, each of at most a thousand keys and folders. */
export async function* listingPages(
  client: S3Client,
  request: ListObjectsV2CommandInput & { Bucket: string; Prefix: string },
): AsyncIterable<ListObjectsV2CommandOutput> {
  let ContinuationToken: string | undefined;
  do {
    const page = await client
      .send(new ListObjectsV2Command({ ...request, ContinuationToken }))
      .catch((error) => {
        throw readError(error, s3Url({ Bucket: request.Bucket, Key: request.Prefix }));
      });
    yield page;
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken);
}
