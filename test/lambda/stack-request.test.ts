import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { answerStack, isStackRequest } from '../../functions/operator/stack-request.ts';
import { ObjectDamaged, OutputUnwritable } from '../../shared/errors.ts';

let told: { type: string | undefined; body: Record<string, unknown> }[] = [];
let status = 200;
const server = createServer((incoming, outgoing) => {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk) => chunks.push(chunk));
  incoming.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString());
    told.push({ type: incoming.headers['content-type'], body });
    outgoing.writeHead(status).end();
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  told = [];
  status = 200;
});

const request = (RequestType: 'Create' | 'Update' | 'Delete') => ({
  RequestType,
  ResponseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/answer`,
  StackId: 'stack',
  RequestId: 'one',
  LogicalResourceId: 'LakeTables',
});
const denied = () => Promise.reject(new OutputUnwritable({ what: 'AccessDenied' }));

it('tells CloudFormation that it is done, with the same id for ever and without a type of content', async () => {
  expect(isStackRequest({ ...request('Create'), ResourceProperties: {} })).toBe(true);
  expect(isStackRequest({ action: 'adopt' })).toBe(false);
  expect(await answerStack(request('Create'), async () => ({ adopted: ['small'] }))).toMatchObject({
    Status: 'SUCCESS',
    done: { adopted: ['small'] },
  });
  await answerStack(request('Update'), async () => ({}));
  const ids = {
    PhysicalResourceId: 'LakeTables',
    StackId: 'stack',
    RequestId: 'one',
    LogicalResourceId: 'LakeTables',
  };
  expect(told).toEqual(Array(2).fill({ type: undefined, body: { Status: 'SUCCESS', ...ids } }));
});

it('a failure is an answer, short enough, and not a failure of the function: nobody would tell CloudFormation', async () => {
  const what = `a table cannot be taken over ${'x'.repeat(5_000)}`;
  await answerStack(request('Update'), () => Promise.reject(new ObjectDamaged({ what })));
  expect(told[0]?.body).toMatchObject({
    Status: 'FAILED',
    Reason: expect.stringMatching(/^ObjectDamaged: a table/),
  });
  expect(JSON.stringify(told[0]?.body).length).toBeLessThan(4_096);
});

it('rights that are on their way are waited for, and not for ever', async () => {
  const waits: number[] = [];
  const waitMs = async (milliseconds: number) => void waits.push(milliseconds);
  let calls = 0;
  const later = () => (++calls < 3 ? denied() : Promise.resolve({}));
  expect(await answerStack(request('Create'), later, waitMs)).toMatchObject({ Status: 'SUCCESS' });
  expect(waits).toHaveLength(2);
  expect(await answerStack(request('Create'), denied, waitMs)).toMatchObject({ Status: 'FAILED' });
  // The state of the deployment is known before the function, or CloudFormation, has no time any more.
  expect(waits.reduce((sum, one) => sum + one, 0)).toBeLessThan(300_000);
});

it('nothing is done when the stack is removed, and an answer that is not taken fails', async () => {
  const act = () => Promise.reject(new Error('must not be called'));
  expect(await answerStack(request('Delete'), act)).toMatchObject({ Status: 'SUCCESS' });
  status = 403;
  await expect(answerStack(request('Delete'), act)).rejects.toMatchObject({ name: 'StoreUnavailable' });
});
