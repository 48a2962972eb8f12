import type { CatalogColumn } from './catalog.ts';

/** What readers see of a lake in one moment: table → what it is. */
export type PublishedTables = ReadonlyMap<string, PublishedTable>;

interface PublishedTable {
  columns: readonly CatalogColumn[];
  /** yyyy-MM-dd → the commit that is shown. */
  days: Readonly<Record<string, number>>;
  /** yyyy-MM-dd → which files those rows are in: the same number of a commit is another one in another lake, or in one that was made anew. */
  contents: Readonly<Record<string, string>>;
}

/** The part of the tables that somebody may see: table → its columns, or all of them. */
export type SeenTables = ReadonlyMap<string, readonly string[] | 'all'>;

/** Whom an engine asks for: AWS decides by the role, one machine by the tables. */
export interface EngineGrant {
  name: string;
  /** Undefined: every table, and the ledger. */
  tables: SeenTables | undefined;
  workgroup?: string | undefined;
  roleArn?: string | undefined;
}

export interface EngineQuery {
  sql: string;
  grant: EngineGrant;
  /** The tables whose commits the answer is kept under. */
  published: PublishedTables;
  /** The same for the same question on the same commits. */
  token: string;
  limits: QueryLimits;
}

export interface QueryLimits {
  timeoutMs: number;
  mostRows: number;
  mostBytes: number;
}

/** Rows as JSON can hold them exactly: decimals, dates, and integers beyond 2^53 are texts. */
export interface EngineAnswer {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  /** Bytes that were read, if the engine says it. */
  scannedBytes?: number;
}

/** Runs SQL on what is published: DuckDB on one machine, Athena on AWS. */
export interface QueryEngine {
  /** Name and version: another engine may round in another way. */
  readonly name: string;
  /** False if a query reads what is published when it runs, and not what `published` says. */
  readonly readsGivenState: boolean;
  /** What readers see now; never what they saw before this call. */
  published(): Promise<PublishedTables>;
  /** Fails with `UsageError` if the statement does more than read these tables, as the engine's own parser understands it. */
  check(query: Pick<EngineQuery, 'sql' | 'grant' | 'published'>): Promise<void>;
  /** The answer. Called again with the same token it joins what runs already, as far as the engine can. */
  run(query: EngineQuery, signal: AbortSignal): Promise<EngineAnswer>;
}
