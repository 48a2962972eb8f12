import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AthenaClient } from '@aws-sdk/client-athena';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AthenaEngine } from '../../shared/aws/athena-engine.ts';
import type { EngineQuery, PublishedTables } from '../../shared/ports/query-engine.ts';

interface Execution {
  sql: string;
  token: string;
  workgroup: string;
  state: string;
  reason?: string;
  retryable?: boolean;
}

/** Athena over HTTP: executions by their tokens, states as a test says, answers in pages of two rows. */
class WireAthena {
  readonly executions: Execution[] = [];
  readonly stopped: string[] = [];
  /** What the next executions come to, in order; then SUCCEEDED. */
  fates: Partial<Execution>[] = [];
  rows: (string | null)[][] = [['1', '9007199254740993', '12.50', '0.5', 'true', null, '2025-08-12']];
  #server: Server | undefined;

  async start(): Promise<AthenaClient> {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const action = String(request.headers['x-amz-target']).split('.').at(-1);
      const answer = this.#answer(action, JSON.parse(Buffer.concat(chunks).toString()));
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify(answer));
    }).listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
    return new AthenaClient({ endpoint: `http://127.0.0.1:${port}`, region: 'sa-east-1', credentials });
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #answer(action: string | undefined, input: Record<string, string>): object {
    if (action === 'StartQueryExecution') {
      const { ClientRequestToken: token = '', QueryString: sql = '', WorkGroup: workgroup = '' } = input;
      // The same token names the same execution: that is what the service promises.
      const known = this.executions.findIndex((one) => one.token === token);
      if (known < 0)
        this.executions.push({ sql, token, workgroup, state: 'SUCCEEDED', ...this.fates.shift() });
      return { QueryExecutionId: String(known < 0 ? this.executions.length - 1 : known) };
    }
    const execution = this.executions[Number(input.QueryExecutionId)]!;
    if (action === 'StopQueryExecution') {
      this.stopped.push(input.QueryExecutionId!);
      return {};
    }
    if (action === 'GetQueryExecution') {
      const { state, reason, retryable } = execution;
      const AthenaError = { ErrorCategory: retryable ? 1 : 2, Retryable: retryable ?? false };
      const Status = { State: state, ...(reason && { StateChangeReason: reason, AthenaError }) };
      return {
        QueryExecution: {
          QueryExecutionId: input.QueryExecutionId,
          Status,
          Statistics: { DataScannedInBytes: 1234 },
        },
      };
    }
    return this.#page(Number(input.NextToken ?? 0));
  }

  #page(from: number): object {
    const types = ['integer', 'bigint', 'decimal', 'double', 'boolean', 'varchar', 'date'];
    const ColumnInfo = types.map((Type, index) => ({ Name: `c${index}`, Type, Precision: 15, Scale: 2 }));
    const header = types.map((_, index) => `c${index}`);
    const all = [header, ...this.rows];
    const Rows = all.slice(from, from + 2).map((row) => ({
      Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
    }));
    const next = from + 2 < all.length ? { NextToken: String(from + 2) } : {};
    return { ResultSet: { Rows, ResultSetMetadata: { ColumnInfo } }, ...next };
  }
}

const wire = { athena: new WireAthena() };
let engine: AthenaEngine;
const PUBLISHED: PublishedTables = new Map([
  ['contracts', { columns: [{ name: 'cpf', type: 'string' }], days: {}, contents: {} }],
]);
const QUERY: EngineQuery = {
  sql: 'SELECT 1',
  grant: { name: 'analysts', tables: undefined },
  published: PUBLISHED,
  token: 'a'.repeat(64),
  limits: { timeoutMs: 1_000, mostRows: 10, mostBytes: 1e6 },
};
const soon = () => AbortSignal.timeout(5_000);

beforeEach(async () => {
  wire.athena = new WireAthena();
  const client = await wire.athena.start();
  engine = new AthenaEngine({
    clientOf: async () => client,
    workgroup: 'service',
    database: 'lake',
    published: async () => PUBLISHED,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
});
afterEach(() => wire.athena.stop());

describe('the engine on AWS', () => {
  it('answers with the values of every type, and the bytes that were scanned', async () => {
    const { rows, columns, scannedBytes } = await engine.run(QUERY, soon());
    expect(rows).toEqual([[1, '9007199254740993', '12.50', 0.5, true, null, '2025-08-12']]);
    expect([columns[2]?.type, scannedBytes]).toEqual(['decimal(15,2)', 1234]);
    expect(wire.athena.executions).toMatchObject([{ workgroup: 'service', token: QUERY.token }]);
  });

  it('starts one execution for all who ask the same on the same commits, and reads all pages', async () => {
    wire.athena.rows = Array.from({ length: 7 }, (_, row) => [
      String(row),
      '1',
      '1.00',
      '1',
      'true',
      'x',
      '2025-08-12',
    ]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => engine.run(QUERY, soon())));
    expect(answers.map(({ rows }) => rows.map(([first]) => first))).toEqual(
      Array(20).fill([0, 1, 2, 3, 4, 5, 6]),
    );
    expect(wire.athena.executions).toHaveLength(1);
  });

  it('tries again under another token what failed by a fault of Athena, for the token leads to the failure for ever', async () => {
    const fault = { state: 'FAILED', reason: 'internal error', retryable: true };
    wire.athena.fates = [fault, fault];
    expect((await engine.run(QUERY, soon())).rows).toHaveLength(1);
    expect(wire.athena.executions.map(({ token }) => token.slice(64))).toEqual(['', '-2', '-3']);
  });

  it('says what Athena says of SQL that does not run, and does not try it again', async () => {
    wire.athena.fates = [
      { state: 'FAILED', reason: 'COLUMN_NOT_FOUND: line 1:8: Column x cannot be resolved' },
    ];
    await expect(engine.run(QUERY, soon())).rejects.toThrow('COLUMN_NOT_FOUND');
    expect(wire.athena.executions).toHaveLength(1);
  });

  it('stops a query that takes longer than its role may', async () => {
    wire.athena.fates = [{ state: 'RUNNING' }];
    await expect(engine.run(QUERY, AbortSignal.timeout(30))).rejects.toThrow('stopped after 1 s');
    expect(wire.athena.stopped).toEqual(['0']);
  });

  it('keeps to the limits of the role, and to its columns unless AWS does', async () => {
    const few = { ...QUERY, limits: { ...QUERY.limits, mostRows: 2 } };
    wire.athena.rows = Array.from({ length: 9 }, () => ['1', '1', '1.00', '1', 'true', 'x', '2025-08-12']);
    await expect(engine.run(few, soon())).rejects.toThrow('too large');
    const grant = { name: 'few', tables: new Map([['contracts', ['year']]]) };
    const asked = { sql: 'SELECT cpf FROM contracts', published: PUBLISHED };
    await expect(engine.check({ ...asked, grant })).rejects.toThrow('cpf');
    await expect(
      engine.check({ ...asked, grant: { ...grant, roleArn: 'arn:aws:iam::1:role/few' } }),
    ).resolves.toBe(undefined);
  });
});
