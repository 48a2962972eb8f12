import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { invokeOperator } from '../../shared/aws/invoked-operator.ts';
import { runCommand } from '../support/run-command.ts';

/** Lambda on the loopback interface: keeps what it was asked, and gives the next answer. */
let server: Server;
let asked: { path: string; body: unknown }[];
let answers: { status?: number; error?: string; functionError?: string; body: unknown }[];
beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      asked.push({ path: incoming.url ?? '', body: JSON.parse(Buffer.concat(chunks).toString()) });
      const { status = 200, error, functionError, body } = answers.shift() ?? { body: null };
      outgoing.writeHead(status, {
        'content-type': 'application/json',
        ...(error && { 'x-amzn-errortype': error }),
        ...(functionError && { 'x-amz-function-error': functionError }),
      });
      outgoing.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
afterEach(() => vi.unstubAllEnvs());
beforeEach(() => {
  asked = [];
  answers = [];
});

const endpoint = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const credentials = { accessKeyId: 'engineer', secretAccessKey: 'secret' };
const PATH = '/2015-03-31/functions/positional-lake-dev-operator/invocations';

/** A command in a shell that has the rights to ask the operator, and knows nothing of buckets. */
function run(command: string, ...flags: string[]) {
  vi.stubEnv('STAGE', 'dev');
  vi.stubEnv('AWS_REGION', 'sa-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint());
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
  return runCommand(command, flags, tmpdir());
}

const DAY = ['--lake', 'aws', '--dataset', 'contracts', '--business-date', '2025-08-12'];
const day = { dataset: 'contracts', businessDate: '2025-08-12' };

describe('a command on AWS', () => {
  it('has the operator roll back, and prints its answer', async () => {
    const files = [{ sourceKey: 'a.txt', from: 'new', to: 'old' }];
    answers = [{ body: { action: 'rollback', commit: 3, restores: 1, files } }];
    const { code, stdout, stderr } = await run(
      'rollback',
      ...DAY,
      '--to',
      '1',
      '--reason',
      'wrong',
      '--json',
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({ ...day, commit: 3, restores: 1, files });
    const body = { action: 'rollback', ...day, toCommit: 1, reason: 'wrong' };
    expect(asked).toEqual([{ path: PATH, body }]);
  });

  it('goes on with a rerun until all files are started', async () => {
    answers = [
      {
        body: {
          action: 'rerun',
          rerun: { dataset: 'contracts', executions: ['a'], repeated: 0, next: 'b.txt' },
        },
      },
      { body: { action: 'rerun', rerun: { dataset: 'contracts', executions: ['b'], repeated: 1 } } },
    ];
    const flags = ['--layout', 'contracts', '--business-date', '2025-08-12'];
    expect(await run('rerun', ...flags)).toMatchObject({
      ...{ code: 0, stdout: '2 executions are started, 1 had been before\n' },
    });
    expect(asked.map(({ body }) => body)).toEqual([
      { action: 'rerun', layout: 'contracts', businessDate: '2025-08-12' },
      { action: 'rerun', layout: 'contracts', businessDate: '2025-08-12', from: 'b.txt' },
    ]);
  });

  it('says what the operator failed with', async () => {
    answers = [
      {
        functionError: 'Unhandled',
        body: { errorType: 'UsageError', errorMessage: 'there is no commit 9.' },
      },
    ];
    expect(await run('rollback', ...DAY)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no commit 9.'),
    });
  });
});

describe('asking the operator', () => {
  const ask = async () => {
    const client = new LambdaClient({
      endpoint: endpoint(),
      region: 'sa-east-1',
      credentials,
      maxAttempts: 1,
    });
    try {
      return await invokeOperator(client, 'positional-lake-dev-operator', { action: 'clean' });
    } finally {
      client.destroy();
    }
  };

  it('fails with what it threw, and says who may ask', async () => {
    answers = [
      { functionError: 'Unhandled', body: { errorType: 'Sandbox.Timedout', errorMessage: 'timed out' } },
      { status: 403, error: 'AccessDeniedException', body: { Message: 'not authorized' } },
      { status: 404, error: 'ResourceNotFoundException', body: { Message: 'Function not found' } },
      { status: 429, error: 'TooManyRequestsException', body: { Message: 'Rate Exceeded.' } },
    ];
    await expect(ask()).rejects.toMatchObject({
      name: 'RunInconsistent',
      message: expect.stringContaining('ask again'),
    });
    await expect(ask()).rejects.toThrow('Assume the role of a DataEngineer');
    await expect(ask()).rejects.toThrow('Check STAGE');
    await expect(ask()).rejects.toMatchObject({ retryable: true });
  });
});
