import { resolve } from 'node:path';
import { openLake as openTables } from '../local/lake/lake-sql.ts';

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

/**
 * Opens what is published in a lake for queries in DuckDB's SQL. The package `@duckdb/node-api` must be installed. Close it to give its
 * memory back. SQL that does not run rejects with a `UsageError`.
 */
export async function openLake(
  lake: string,
  { allowFiles = false }: { /** Lets the SQL read and write other local files. */ allowFiles?: boolean } = {},
): Promise<Lake> {
  const opened = await openTables({ lakeDir: resolve(lake), allowFiles });
  async function* stream(sql: string, parameters?: LakeParameters) {
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
