/** An object of a bucket, as the SDK's commands name it. */
export interface S3Target {
  Bucket: string;
  Key: string;
}

/** The target as errors show it. */
export function s3Url({ Bucket, Key }: S3Target): string {
  return `s3://${Bucket}/${Key}`;
}

/** The target as CopySource takes it: escaped, with the bucket before the key. */
export function copySource({ Bucket, Key }: S3Target): string {
  return `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`;
}
