import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetTableCommand, GlueClient, UpdateTableCommand } from '@aws-sdk/client-glue';
import { expect, it } from 'vitest';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { dayOf, describeGlueCatalog } from '../support/catalog-contract.ts';
import { WireGlue } from '../support/wire-glue.ts';

async function strictGlue() {
  const glue = new WireGlue();
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
      try {
        outgoing.end(JSON.stringify(glue.answer(operation, JSON.parse(Buffer.concat(chunks).toString()))));
      } catch (error) {
        const { name, message } = error as Error;
        outgoing.writeHead(400).end(JSON.stringify({ __type: name, message }));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new GlueClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const close = async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { client, close };
}

describeGlueCatalog('our double of Glue', strictGlue);

it('a table that somebody else changed meanwhile is not changed: the call is made again later', async () => {
  const { client, close } = await strictGlue();
  const catalog = createGlueCatalog({ client, database: 'lake', bucket: 'published' });
  await catalog.publishDay(dayOf('raced', ['A']));
  const id = { DatabaseName: 'lake', Name: 'raced' };
  const { Table } = await client.send(new GetTableCommand(id));
  const TableInput = { Name: 'raced', PartitionKeys: Table!.PartitionKeys };
  const update = (VersionId: string) =>
    client.send(new UpdateTableCommand({ DatabaseName: 'lake', VersionId, TableInput }));
  await update(Table!.VersionId!);
  await expect(update(Table!.VersionId!)).rejects.toMatchObject({ name: 'ConcurrentModificationException' });
  await close();
});
