import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput, S3Client } from '@aws-sdk/client-s3';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { readError } from './s3-error.ts';
import { s3Url } from './s3-target.ts';

/**
 * Every page of a listing, each of at most a thousand keys and folders. Keys travel encoded: XML cannot hold every character of one, and a
 * parser may refuse the whole page, or change the key. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html (EncodingType)
 */
export async function* listingPages(
  client: S3Client,
  request: ListObjectsV2CommandInput & { Bucket: string; Prefix: string },
): AsyncIterable<ListObjectsV2CommandOutput> {
  let ContinuationToken: string | undefined;
  do {
    const page = await client
      .send(new ListObjectsV2Command({ ...request, EncodingType: 'url', ContinuationToken }))
      .catch((error) => {
        throw readError(error, s3Url({ Bucket: request.Bucket, Key: request.Prefix }));
      });
    // A store that does not know the parameter leaves it out of its answer, and the keys as they are.
    yield page.EncodingType === 'url' ? decoded(page) : page;
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken);
}

function decoded({
  Contents = [],
  CommonPrefixes = [],
  ...page
}: ListObjectsV2CommandOutput): ListObjectsV2CommandOutput {
  return {
    ...page,
    Contents: Contents.map((object) => ({ ...object, Key: decodedKey(object.Key) })),
    CommonPrefixes: CommonPrefixes.map(({ Prefix }) => ({ Prefix: decodedKey(Prefix) })),
  };
}

/** As a form encodes it: a space is `+`. */
function decodedKey(key = ''): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
