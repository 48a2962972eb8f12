import { CreateDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { describeGlueCatalog } from '../support/catalog-contract.ts';
import { settingsOf } from './twin-client.ts';

describeGlueCatalog('Glue of moto', async () => {
  const client = new GlueClient(settingsOf('moto'));
  await client.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'lake' } }));
  return { client, close: async () => client.destroy() };
});
