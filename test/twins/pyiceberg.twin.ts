import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { rollBack } from '../../shared/pipeline/operate/roll-back.ts';
import { pythonTool } from '../../tools/python/python-tool.ts';
import { TestLake } from '../support/run-pipeline.ts';
import { smallFile, smallLayout, smallLine } from '../support/small-contracts.ts';
import { settingsOf } from './twin-client.ts';

const SCRIPT = fileURLToPath(new URL('../../tools/aws-twins/read_glue_tables.py', import.meta.url));

interface State {
  summary: Record<string, string>;
  rows: Record<string, string | null>[];
}

it('PyIceberg reads from Glue and S3 of moto what we published: each commit, a correction, a rollback, another partitioning', async ({
  skip,
}) => {
  const tool = await pythonTool('iceberg');
  if ('missing' in tool) return skip(tool.missing);
  const settings = settingsOf('moto');
  // Of each try its own: a twin keeps what one that failed has made.
  const database = `pyiceberg_${Date.now()}`;
  const bucket = `read-by-pyiceberg-${Date.now()}`;
  const client = new GlueClient(settings);
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: database } }));
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const store = createS3ObjectStore({ client: s3, bucket });
  await using lake = await TestLake.make();
  const now = () => new Date();
  const catalog = createGlueCatalog({ client, database, bucket, store, now });
  Object.assign(lake.ports, { lake: store, publishedPrefix: '', catalog });
  const load = async (name: string, ...lines: string[]) => convert(name, smallLayout(), lines);
  const convert = async (name: string, layout: string, lines: string[]) => {
    await lake.putRaw(name, smallFile(...lines));
    await lake.convert({ sourceKey: name, layout });
  };
  await load('a_20250812.txt', smallLine('1', 1050, 'A'), smallLine('2', 999_999_999, ''));
  await load('a_20250813.txt', smallLine('3', 7, 'B'), smallLine('4', 'x', 'B'));
  await load('a_20250812.txt', smallLine('1', 2000, 'A'));
  await rollBack(lake.ports, { dataset: 'small', businessDate: '2025-08-12', reason: 'a test' });
  // From a day on by another column, so that the files of that day have the product themselves.
  const byId = smallLayout({ partitionBy: ['id'] });
  await convert('a_20250814.txt', byId, [smallLine('5', 100, 'A'), smallLine('6', 200, '')]);

  const asked = {
    endpoint: settings.endpoint,
    database,
    tables: ['small', 'small_rejects', 'small_days'],
  };
  const { stdout } = await promisify(execFile)(tool.python, [SCRIPT, JSON.stringify(asked)]);
  const read: Record<string, State[]> = JSON.parse(stdout);
  const row = (id: string, amount: string, day: string, product: string | null) => ({
    ...{ id, amount, year: '2025', month: '08', day, product },
  });
  const first = [row('1', '10.50', '12', 'A'), row('2', '9999999.99', '12', null)];
  const other = row('3', '0.07', '13', 'B');
  const parted = [row('5', '1.00', '14', 'A'), row('6', '2.00', '14', null)];
  expect(read.small?.map(({ rows }) => rows)).toEqual([
    first,
    [...first, other],
    [row('1', '20.00', '12', 'A'), other],
    [...first, other],
    // Sorted by the amount: the id comes last, as a key.
    [other, parted[0], first[0], parted[1], first[1]],
  ]);
  expect(read.small?.map(({ summary }) => `${summary['business-date']} ${summary.commit}`)).toEqual([
    ...['2025-08-12 1', '2025-08-13 1', '2025-08-12 2', '2025-08-12 3', '2025-08-14 1'],
  ]);
  expect(read.small_rejects?.at(-1)?.rows).toMatchObject([{ field: 'amount', day: '13' }]);
  expect(read.small_days?.at(-1)?.rows).toMatchObject([
    { business_date: '2025-08-12', commit: '3', files: '1', rows: '2', rejected_rows: '0', year: '2025' },
    { business_date: '2025-08-13', commit: '1', files: '1', rows: '1', rejected_rows: '1' },
    { business_date: '2025-08-14', commit: '1', rows: '2' },
  ]);
  expect(read.small?.at(-1)?.summary['ledger-sha256']).toMatch(/^[0-9a-f]{64}$/);
  client.destroy();
  s3.destroy();
});
