import { S3Client } from '@aws-sdk/client-s3';
import type { PipelinePorts } from '../ports/pipeline-ports.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createS3ObjectStore } from './s3-object-store.ts';

/** What a parser and a merger need, and no client of anything else: they start in hundreds at once. */
export function createStorePorts(
  environment: Pick<FunctionVariables, 'need'>,
): Pick<PipelinePorts, 'raw' | 'lake'> {
  const client = once(() => new S3Client({ maxAttempts: 5 }));
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
  };
}

/** Makes its value when it is first asked for, and keeps it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
