import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** Where `npm run test:aws` started a twin. */
export function endpointOf(twin: 'moto' | 'localstack'): string {
  const endpoint = process.env[`TWIN_${twin.toUpperCase()}`];
  if (endpoint === undefined) throw new Error('Start this with npm run test:aws.');
  return endpoint;
}

/** The settings of any SDK client that talks to a twin. */
export function settingsOf(twin: 'moto' | 'localstack') {
  return {
    endpoint: endpointOf(twin),
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 3,
  } satisfies S3ClientConfig;
}
