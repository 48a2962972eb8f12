import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { patient } from './client-patience.ts';
import type { FunctionVariables } from './function-variables.ts';
import { once } from './store-adapters.ts';

/** Long enough to open it, short enough for a message that is forwarded. A function's own credentials end within hours anyway. */
const EXPIRES_SECONDS = 3_600;

/** Makes an address for each object of the lake that is asked for: a page for a browser, read with this function's rights for an hour. */
export function createLinks({ need }: Pick<FunctionVariables, 'need'>) {
  const client = once(() => new S3Client(patient()));
  return async (key: string): Promise<{ url: string; expiresAt: string }> => {
    const page = new GetObjectCommand({
      ...{ Bucket: need('PROCESSED_BUCKET'), Key: key },
      ...{ ResponseContentType: 'text/html; charset=utf-8', ResponseContentDisposition: 'inline' },
    });
    const expiresAt = new Date(Date.now() + EXPIRES_SECONDS * 1000).toISOString();
    return { url: await getSignedUrl(client(), page, { expiresIn: EXPIRES_SECONDS }), expiresAt };
  };
}
