import { resolve } from 'node:path';
import { pastTables } from '../cli/past-tables.ts';
import { openLake as openTables } from '../local/lake/lake-sql.ts';
import { requireKnown } from './known-options.ts';

/** A value of a result: decimals, dates and timestamps are exact text, integers of 64 bits and more are bigints. */
export type LakeValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | LakeValue[]
  | { [name: string]: LakeValue };

export interface Lake {
  /** Tables that a query can name: `<dataset>`, `<dataset>_rejects`, `<dataset>_days`, `ledger`. */
  readonly tables: readonly string[];
  /** All rows of an answer as objects. `parameters` stand for `?` and `$name` in the SQL. */
  query(sql: string, parameters?: LakeParameters): Promise<Record<string, LakeValue>[]>;
  /** The same, some rows at a time, for answers of any size. */
  stream(sql: string, parameters?: LakeParameters): AsyncIterable<Record<string, LakeValue>[]>;
  close(): void;
}

type LakeParameter = string | number | bigint | boolean | null;
/** Values for `?` in their order, or for `$name` by their names. */
export type LakeParameters = LakeParameter[] | Record<string, LakeParameter>;

export interface LakeOptions {
  /** Lets the SQL read and write other local files. */
  allowFiles?: boolean;
  /**
   * What readers saw earlier: after a commit of a day (`2025-08-12/1`), in a snapshot (its id), at a time (`2025-08-13T06:00:00Z`), or at the
   * end of a date, in UTC. `positional-lake history` lists them.
   */
  asOf?: string;
}

/**
 * Opens what is published in a lake for queries in DuckDB's SQL. The package `@duckdb/node-api` must be installed. Close it to give its
 * memory back. Rejects with a `UsageError` for an option that it does not know and a state that the lake does not have; SQL that does not run
 * rejects with one, and so does SQL for a lake that is closed.
 */
export async function openLake(lake: string, options: LakeOptions = {}): Promise<Lake> {
  requireKnown('openLake', options, ['allowFiles', 'asOf']);
  const { allowFiles = false, asOf } = options;
  const lakeDir = resolve(lake);
  const past = asOf === undefined ? undefined : await pastTables(lakeDir, String(asOf));
  const opened = await openTables({ lakeDir, allowFiles, past: past?.catalogs });
  async function* stream(sql: string, parameters?: LakeParameters) {
    past?.requireThere(sql);
    const { columns, batches } = await opened.stream(sql, parameters);
    for await (const batch of batches) {
      yield batch.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
      );
    }
  }
  return {
    tables: opened.tables,
    query: async (sql, parameters) => (await Array.fromAsync(stream(sql, parameters))).flat(),
    stream,
    close: () => opened.close(),
  };
}
