import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  StatementType,
} from '@duckdb/node-api';
import { toSqlValue } from './duckdb-value.ts';
import { refuseWriting } from './refuse-writing.ts';
import type { SqlColumn, SqlValue } from './sql-value.ts';

export type SqlParameters = SqlParameter[] | Record<string, SqlParameter>;
type SqlParameter = string | number | bigint | boolean | null;

export interface SqlResult {
  columns: SqlColumn[];
  rows: SqlValue[][];
}

export interface SqlStream {
  columns: SqlColumn[];
  /** `plan`: each row is a title and a drawing of several lines. */
  kind: 'rows' | 'plan';
  /** Batches of rows in order, made as they are asked for; read them to the end, or leave the loop early. */
  batches: AsyncIterable<SqlValue[][]>;
}

/** The statements of a text one after the other: one may need what those before it made, so each is prepared when they have run. */
export async function* preparedStatements(
  connection: DuckDBConnection,
  sql: string,
  mayWrite: boolean,
): AsyncGenerator<{ statement: DuckDBPreparedStatement; isLast: boolean }> {
  const statements = await connection.extractStatements(sql);
  // An empty text has one statement that does not exist, and preparing it says so.
  for (let index = 0; index < Math.max(statements.count, 1); index++) {
    const statement = await statements.prepare(index);
    if (!mayWrite) refuseWriting(statement, sql);
    yield { statement, isLast: index >= statements.count - 1 };
  }
}

const INTERRUPT_AGAIN_MS = 50;

/** Stops what runs on a connection at the signal, again and again until it is closed: DuckDB forgets an interrupt that comes before a statement began. */
export function interruptAt(
  signal: AbortSignal | undefined,
  connection: DuckDBConnection,
  isOpen: () => boolean,
): void {
  const stop = () => {
    const again = setInterval(interrupt, INTERRUPT_AGAIN_MS).unref();
    function interrupt() {
      if (isOpen()) connection.interrupt();
      else clearInterval(again);
    }
    interrupt();
  };
  if (signal?.aborted) stop();
  else signal?.addEventListener('abort', stop, { once: true });
}

/** What a statement answers. It runs on as its rows are read, unless it changes something: then it has run. */
export async function startStatement(statement: DuckDBPreparedStatement): Promise<DuckDBResult> {
  const { SELECT, EXPLAIN } = StatementType;
  const onlyReads = statement.statementType === SELECT || statement.statementType === EXPLAIN;
  return onlyReads ? statement.stream() : statement.run();
}

export function streamOf(result: DuckDBResult): SqlStream {
  const names = result.deduplicatedColumnNames();
  return {
    columns: names.map((name, index) => ({ name, type: result.columnType(index).toString() })),
    kind: result.statementType === StatementType.EXPLAIN ? 'plan' : 'rows',
    batches: batchesOf(result),
  };
}

/** A batch ends after so many characters, so that whoever reads can stop before the long texts of its next rows are made. */
const BATCH_CHARACTERS = 4 * 1024 * 1024;

async function* batchesOf(result: DuckDBResult): AsyncGenerator<SqlValue[][]> {
  for await (const chunk of result) {
    let rows: SqlValue[][] = [];
    let characters = 0;
    for (let index = 0; index < chunk.rowCount; index++) {
      const row = chunk.getRowValues(index).map(toSqlValue);
      rows.push(row);
      characters += charactersOf(row);
      if (characters < BATCH_CHARACTERS) continue;
      yield rows;
      [rows, characters] = [[], 0];
    }
    if (rows.length > 0) yield rows;
  }
}

function charactersOf(value: SqlValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let characters = 0;
  for (const part of Object.values(value)) characters += charactersOf(part);
  return characters;
}
