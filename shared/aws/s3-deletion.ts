import { DeleteObjectsCommand, type S3Client } from '@aws-sdk/client-s3';
import { OutputUnwritable, StoreUnavailable } from '../errors.ts';
import { isPassing, writeError } from './s3-error.ts';
import { s3Url } from './s3-target.ts';

const BATCH_KEYS = 1000;

/** Removes objects, 1,000 at a time. Errors: `StoreUnavailable` if trying again may help, else `OutputUnwritable`. */
export async function deleteObjects(client: S3Client, bucket: string, keys: string[]): Promise<void> {
  const where = (key = '') => s3Url({ Bucket: bucket, Key: key });
  for (let at = 0; at < keys.length; at += BATCH_KEYS) {
    const batch = keys.slice(at, at + BATCH_KEYS);
    const Delete = { Objects: batch.map((Key) => ({ Key })), Quiet: true };
    const { Errors: refused = [] } = await client
      .send(new DeleteObjectsCommand({ Bucket: bucket, Delete }))
      .catch((error) => {
        throw writeError(error, where(batch[0]));
      });
    const [first] = refused;
    if (!first) continue;
    const facts = {
      what: `${refused.length} of ${batch.length} objects were not deleted, this one first`,
      where: where(first.Key),
      why: `${first.Code}: ${first.Message}`,
    };
    if (isPassing({ name: first.Code })) throw new StoreUnavailable(facts);
    throw new OutputUnwritable({ ...facts, next: 'Check that this role has s3:DeleteObject.' });
  }
}
