import {
  type AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  type QueryExecution,
  type ResultSet,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { holdToWords } from '../ask/word-grant.ts';
import { Interrupted, StoreUnavailable, UsageError } from '../errors.ts';
import type {
  EngineAnswer,
  EngineGrant,
  EngineQuery,
  PublishedTables,
  QueryEngine,
} from '../ports/query-engine.ts';
import { athenaValue } from './athena-value.ts';
import { unavailableOr } from './s3-error.ts';

interface AthenaOptions {
  /** With the rights of a grant: AWS decides what it reads. */
  clientOf(grant: EngineGrant): Promise<AthenaClient>;
  /** Of grants that name no other. */
  workgroup: string;
  database: string;
  published(): Promise<PublishedTables>;
  wait(ms: number): Promise<unknown>;
}

const FIRST_LOOK_MS = 100;
const MOST_LOOK_MS = 1_000;
const MOST_TRIES = 3;

/**
 * Athena, engine 3. It reads what is shown when it runs. A token names a query once and for all, so that everybody who asks the same on the same
 * commits, whichever process answers them, gets one execution (ClientRequestToken,
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html).
 */
export class AthenaEngine implements QueryEngine {
  readonly name = 'athena 3';
  readonly readsGivenState = false;
  readonly #options: AthenaOptions;

  constructor(options: AthenaOptions) {
    this.#options = options;
  }

  published(): Promise<PublishedTables> {
    return this.#options.published();
  }

  /** A grant with a role of its own is AWS's to hold; another one is held by its words. The role has no right but to read. */
  async check({ sql, grant, published }: Pick<EngineQuery, 'sql' | 'grant' | 'published'>): Promise<void> {
    if (grant.roleArn === undefined) holdToWords(sql, grant, published);
  }

  async run(query: EngineQuery, signal: AbortSignal): Promise<EngineAnswer> {
    const client = await this.#options.clientOf(query.grant);
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(
          client,
          { ...query, token: tries === 1 ? query.token : `${query.token}-${tries}` },
          signal,
        );
      } catch (error) {
        // The token would lead to the failed execution for ever.
        if (!(error instanceof StoreUnavailable) || tries >= MOST_TRIES || signal.aborted) throw error;
      }
    }
  }

  async #once(client: AthenaClient, query: EngineQuery, signal: AbortSignal): Promise<EngineAnswer> {
    const { workgroup, wait } = this.#options;
    const id = await this.#start(client, query, query.grant.workgroup ?? workgroup);
    for (let lookMs = FIRST_LOOK_MS; ; lookMs = Math.min(lookMs * 1.5, MOST_LOOK_MS)) {
      const { QueryExecution: execution } = await sent(() =>
        client.send(new GetQueryExecutionCommand({ QueryExecutionId: id })),
      );
      const state = execution?.Status?.State;
      if (state === 'SUCCEEDED') return this.#answer(client, id, query, execution);
      if (state === 'FAILED' || state === 'CANCELLED') throw failure(execution);
      if (signal.aborted) {
        await client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
        throw tooLong(query.limits.timeoutMs);
      }
      await wait(lookMs);
    }
  }

  async #start(client: AthenaClient, { sql, token }: EngineQuery, WorkGroup: string): Promise<string> {
    const { QueryExecutionId } = await sent(() =>
      client.send(
        new StartQueryExecutionCommand({
          QueryString: sql,
          ClientRequestToken: token,
          WorkGroup,
          QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: this.#options.database },
        }),
      ),
    );
    if (QueryExecutionId !== undefined) return QueryExecutionId;
    throw new StoreUnavailable({ what: 'Athena named no execution', where: 'athena', next: 'Ask again.' });
  }

  async #answer(
    client: AthenaClient,
    QueryExecutionId: string,
    { limits }: EngineQuery,
    execution: QueryExecution | undefined,
  ): Promise<EngineAnswer> {
    const rows: unknown[][] = [];
    let columns: EngineAnswer['columns'] = [];
    let bytes = 0;
    let NextToken: string | undefined;
    do {
      const page = await sent(() =>
        client.send(new GetQueryResultsCommand({ QueryExecutionId, ...(NextToken && { NextToken }) })),
      );
      const isFirst = NextToken === undefined;
      if (isFirst) columns = columnsOf(page.ResultSet);
      // The first row of a SELECT has the names of the columns.
      for (const { Data = [] } of (page.ResultSet?.Rows ?? []).slice(isFirst ? 1 : 0)) {
        bytes += Data.reduce((sum, { VarCharValue: text = '' }) => sum + text.length + 3, 2);
        rows.push(columns.map(({ type }, index) => athenaValue(type, Data[index]?.VarCharValue)));
      }
      if (rows.length > limits.mostRows || bytes > limits.mostBytes) throw tooLarge(limits);
      NextToken = page.NextToken;
    } while (NextToken);
    const { DataScannedInBytes } = execution?.Statistics ?? {};
    return { columns, rows, ...(DataScannedInBytes !== undefined && { scannedBytes: DataScannedInBytes }) };
  }
}

function columnsOf(result: ResultSet | undefined): EngineAnswer['columns'] {
  return (result?.ResultSetMetadata?.ColumnInfo ?? []).map(
    ({ Name = '', Type = 'varchar', Precision, Scale }) => ({
      name: Name,
      type: Type === 'decimal' ? `decimal(${Precision},${Scale})` : Type,
    }),
  );
}

async function sent<T>(send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw unavailableOr(error, 'athena');
  }
}

/** What Athena says of a failed query: its own words, and whether another try can help. */
function failure(execution: QueryExecution | undefined): Error {
  const { State, StateChangeReason: why = 'Athena gives no reason', AthenaError } = execution?.Status ?? {};
  const facts = { what: `Athena did not answer: ${State}`, where: execution?.QueryExecutionId, why };
  // 1 is Athena's own fault (…/APIReference/API_AthenaError.html: ErrorCategory).
  if (State === 'CANCELLED' || AthenaError?.Retryable || AthenaError?.ErrorCategory === 1)
    return new StoreUnavailable({ ...facts, next: 'Ask again.' });
  return new UsageError({ ...facts, next: 'Correct the SQL, or ask for fewer days.' });
}

function tooLarge({ mostRows, mostBytes }: EngineQuery['limits']): UsageError {
  return new UsageError({
    what: 'the answer is too large',
    why: `It has more than ${mostRows} rows or ${mostBytes / 1e6} MB, which is the most of this role`,
    next: 'Ask for sums, or for fewer rows (WHERE, LIMIT).',
  });
}

function tooLong(timeoutMs: number): Interrupted {
  return new Interrupted({
    what: `the query was stopped after ${timeoutMs / 1_000} s`,
    why: 'That is the most of this role',
    next: 'Ask for fewer days, or for sums.',
  });
}
