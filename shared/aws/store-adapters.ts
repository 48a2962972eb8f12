import { S3Client } from '@aws-sdk/client-s3';
import type { PipelinePorts } from '../ports/pipeline-ports.ts';
import { patient } from './client-patience.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

/** The SDK has 50 by default; who publishes a large day copies 256 objects at once. */
const CONNECTIONS = 256;

/** The two stores and the clock, without a client of anything else: hundreds of parsers and mergers start at once. */
export function createStorePorts(
  environment: Pick<FunctionVariables, 'need'>,
): Pick<PipelinePorts, 'raw' | 'lake' | 'clock'> {
  const client = once(
    () => new S3Client({ maxAttempts: 5, ...patient({ httpsAgent: { maxSockets: CONNECTIONS } }) }),
  );
  const store = (name: string) =>
    once(() => createS3ObjectStore({ client: client(), bucket: environment.need(name) }));
  const raw = store('RAW_BUCKET');
  const lake = store('PROCESSED_BUCKET');
  return {
    get raw() {
      return raw();
    },
    get lake() {
      return lake();
    },
    clock: { now: () => new Date() },
  };
}

/** A function that makes its value on the first call, and keeps it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
