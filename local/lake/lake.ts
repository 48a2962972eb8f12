import type { CatalogFile } from '../../shared/ports/catalog.ts';
import type { LakeDamage } from './lake-damage.ts';
import type { SqlParameters, SqlResult, SqlStream } from './sql-statements.ts';

/** Which lake is opened, and how. */
export interface LakeOpening {
  lakeDir: string;
  /** Tables as they were, instead of those that readers see now. */
  past?: CatalogFile[] | undefined;
  /** Lets queries read and write any local file; else only those below the lake's processed/. */
  allowFiles?: boolean;
  /** False leaves out the table `ledger`, which names the files of all datasets. */
  hasLedger?: boolean;
  /** As DuckDB writes it (`4GB`); by default four fifths of the machine's. */
  memoryLimit?: string | undefined;
  /** The only SQL that will be run, if it is known: what it cannot need is not opened. */
  statement?: string | undefined;
}

/** The tables that were published in a lake when it was opened, for queries in DuckDB's SQL. */
export interface Lake {
  /** Tables that a query can name, sorted. */
  readonly tables: readonly string[];
  /** Documents that cannot be read, and the tables that depend on them; of entries of the ledger once a statement has needed them. */
  readonly damage: LakeDamage;
  /** All rows in memory. Errors: `UsageError` for SQL that does not run, `RunInconsistent` for files that do not read. */
  query(sql: string, parameters?: SqlParameters): Promise<SqlResult>;
  /** Like `query`, but with the rows in batches, for results of any size; of several statements the last one's. `signal` stops it. */
  stream(sql: string, parameters?: SqlParameters, signal?: AbortSignal): Promise<SqlStream>;
  /** yyyy-MM-dd: the last published day of the datasets that `sql` names, or of all when it names none. */
  latestBusinessDate(sql: string): string | undefined;
  /**
   * The answers of all statements, one after the other: read the rows of each, or leave them, before you ask for the next. What a statement
   * makes (a temporary table) stays for later calls.
   */
  results(sql: string): AsyncGenerator<SqlStream>;
  /** Stops the statement of `results` that runs. */
  interrupt(): void;
  close(): void;
}
