import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { BUCKET, describeGlueCatalog } from '../support/catalog-contract.ts';
import { settingsOf } from './twin-client.ts';

describeGlueCatalog('Glue of moto', async () => {
  const client = new GlueClient(settingsOf('moto'));
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }));
  const s3 = new S3Client({ ...settingsOf('moto'), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const close = async () => {
    client.destroy();
    s3.destroy();
  };
  return { client, store: createS3ObjectStore({ client: s3, bucket: BUCKET }), close };
});
