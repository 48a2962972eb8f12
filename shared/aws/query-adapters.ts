import { setTimeout as wait } from 'node:timers/promises';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { STSClient } from '@aws-sdk/client-sts';
import { AnswerCache } from '../ask/answer-cache.ts';
import type { AskHttpPorts } from '../ask/ask-http.ts';
import { ObjectCache } from '../ask/object-cache.ts';
import { readQueryTexts } from '../ask/query-texts.ts';
import { Tickets } from '../ask/tickets.ts';
import type { Claims, ResultCache } from '../ports/result-cache.ts';
import { AthenaEngine } from './athena-engine.ts';
import { patient } from './client-patience.ts';
import type { FunctionVariables } from './function-variables.ts';
import { glueTables } from './glue-tables.ts';
import { grantedAthena } from './granted-athena.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { once } from './store-adapters.ts';

const MEMORY_BYTES = 256 * 1024 * 1024;
const PARALLEL_READS = 16;
/** An HTTP API waits for 30 s, and a client less. */
const PATIENCE_MS = 20_000;

/** What the function `query` answers with: Athena, S3 objects as the cache that costs nothing idle, and a shared cache if there is one. */
export async function createQueryPorts(
  { need }: Pick<FunctionVariables, 'need'>,
  texts: () => Promise<string>,
  shared: (ResultCache & Claims) | undefined,
): Promise<AskHttpPorts> {
  const clock = { now: () => new Date() };
  const client = new S3Client({ maxAttempts: 5, ...patient() });
  const bucket = need('PROCESSED_BUCKET');
  const lake = createS3ObjectStore({ client, bucket });
  const store = new ObjectCache(createS3ObjectStore({ client, bucket: need('RESULTS_BUCKET') }), clock);
  const database = need('GLUE_DATABASE');
  const engine = new AthenaEngine({
    clientOf: grantedAthena(once(() => new STSClient(patient()))),
    workgroup: need('QUERY_WORKGROUP'),
    database,
    published: glueTables({
      client: new GlueClient(patient()),
      database,
      place: { store: lake, root: `s3://${bucket}/`, publishedPrefix: '', parallelReads: PARALLEL_READS },
    }),
    wait,
  });
  const { queries, mappings } = readQueryTexts(await texts());
  const cache = new AnswerCache({ clock, wait, memoryBytes: MEMORY_BYTES, shared, store });
  // Of several mappings the first; a stage with several layouts names theirs in analytics/mappings.
  return {
    engine,
    cache,
    queries,
    mapping: mappings[0],
    clock,
    tickets: new Tickets(store),
    patienceMs: PATIENCE_MS,
  };
}
