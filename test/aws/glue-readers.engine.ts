import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { judgeLooks } from '../../tools/engines/judge-looks.ts';
import { lookAgain } from '../../tools/engines/looking.ts';
import { TrinoClient } from '../../tools/engines/trino-client.ts';
import { lookWith } from '../../tools/engines/trino-session.ts';
import { BUCKET, dayOf, publishedFile } from '../support/catalog-contract.ts';
import { strictGlue } from '../support/strict-glue.ts';
import { openedBucket } from '../support/strict-s3/opened-bucket.ts';

const client = new TrinoClient(process.env.TRINO_ADDRESS ?? '');
let glue: Awaited<ReturnType<typeof strictGlue>>;
let bucket: Awaited<ReturnType<typeof openedBucket>>;
let store: ObjectStore;
let file: Uint8Array;

beforeAll(async () => {
  glue = await strictGlue();
  bucket = await openedBucket(BUCKET, { leastPartBytes: 1, partsPerPage: 1000 });
  store = createS3ObjectStore({ client: bucket.client, bucket: BUCKET });
  file = await publishedFile();
  const settings = {
    'iceberg.catalog.type': 'glue',
    'hive.metastore.glue.region': 'us-east-1',
    'hive.metastore.glue.endpoint-url': await glue.client.config.endpoint!().then(
      ({ protocol, hostname, port }) => `${protocol}//${hostname}:${port}`,
    ),
    'hive.metastore.glue.aws-access-key': 'test',
    'hive.metastore.glue.aws-secret-key': 'test',
    'fs.native-s3.enabled': 'true',
    's3.endpoint': bucket.s3.endpoint,
    's3.region': 'us-east-1',
    's3.path-style-access': 'true',
    's3.aws-access-key': 'test',
    's3.aws-secret-key': 'test',
  };
  const properties = Object.entries(settings).map(([name, value]) => `"${name}" = '${value}'`);
  await client.query(`CREATE CATALOG aws USING iceberg WITH (${properties.join(', ')})`);
});
afterAll(async () => {
  await client.query('DROP CATALOG aws');
  await glue.close();
  await bucket.close();
});
beforeEach(() => {
  glue.glue.tables.clear();
});

/** The file of each partition has one row. */
const PRODUCTS: (string | null)[] = ['A', 'B', 'C', null];
/** Products of the day by its commits: published, replaced, rolled back, taken out, published again. */
const COMMITS = [2, 4, 1, 4, 0, 3].map((count) => PRODUCTS.slice(0, count));

async function publish(products: (string | null)[], commit: number, date?: string): Promise<void> {
  const now = () => new Date();
  const setup = { client: glue.client, database: 'lake', bucket: BUCKET, store, now, mostWaitMs: 400 };
  const day = await dayOf(store, file, 'contracts', products, commit, date);
  await createGlueCatalog(setup).publishDay(day);
}

const textOf = (count: number) =>
  ['08:4:12.00', ...(count > 0 ? [`09:${count}:${(count * 3).toFixed(2)}`] : [])].join(' ');

it('Trino in a loop sees one commit or the next over all partitions, at the pointer that Glue guards', async () => {
  await publish(PRODUCTS, 1, '2026-03-08');
  const states = [textOf(0)];
  const switchesMs: number[] = [];
  glue.glue.beforeCall = (operation) => {
    if (operation === 'UpdateTable') switchesMs.push(Date.now());
  };
  const looking = await lookAgain(() => lookWith(client, 'aws.lake.contracts'));
  for (const [index, products] of COMMITS.entries()) {
    await publish(products, index + 1);
    states.push(textOf(products.length));
    await looking.looked();
  }
  const verdict = judgeLooks(await looking.stop(), states, switchesMs);
  expect(verdict.problems).toEqual([]);
  console.log(`${verdict.looks} looks, ${verdict.acrossSwitches} of them while the pointer was switched`);
});

it('and a publisher that switches a day partition by partition is caught', async () => {
  await publish(PRODUCTS, 1, '2026-03-08');
  const looking = await lookAgain(() => lookWith(client, 'aws.lake.contracts'));
  for (const count of [1, 2, 3, 4]) {
    await publish(PRODUCTS.slice(0, count), count);
    await looking.looked();
  }
  const { problems } = judgeLooks(await looking.stop(), [textOf(0), textOf(4)], []);
  expect(problems.length).toBeGreaterThanOrEqual(3);
});
