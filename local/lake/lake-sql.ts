import { resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api';
import { RunInconsistent, UsageError } from '../../shared/errors.ts';
import { rejectsDataset } from '../../shared/keys/lake-keys.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { type ReadStep, readCatalog } from '../adapters/read-catalog.ts';
import { escapeGlob, FILES_SCHEMA, planDatasetView } from './dataset-view.ts';
import { toSqlValue } from './duckdb-value.ts';
import { LakeDamage } from './lake-damage.ts';
import {
  DAY_COLUMNS,
  isReplacedCommit,
  type LakeLedger,
  LEDGER_COLUMNS,
  publishedDays,
  readLedger,
} from './ledger-tables.ts';
import { refuseWriting } from './refuse-writing.ts';
import { refusedRejects } from './refused-rejects.ts';
import { SpillFolder } from './spill-folder.ts';
import { sqlName, sqlString } from './sql-text.ts';
import type { SqlColumn, SqlValue } from './sql-value.ts';
import { nothingPublished, unpublishedText } from './unpublished-lake.ts';

type SqlParameters = SqlParameter[] | Record<string, SqlParameter>;
type SqlParameter = string | number | bigint | boolean | null;

export interface SqlResult {
  columns: SqlColumn[];
  rows: SqlValue[][];
}

export interface SqlStream {
  columns: SqlColumn[];
  /** Batches of rows in order, made as they are asked for; read them to the end, or leave the loop early. */
  batches: AsyncIterable<SqlValue[][]>;
}

/** The tables that were published in a lake when it was opened, for queries in DuckDB's SQL. */
export interface Lake {
  /** Tables that a query can name, sorted. */
  readonly tables: readonly string[];
  /** Documents that cannot be read, and the tables that depend on them. */
  readonly damage: LakeDamage;
  /** All rows in memory. Errors: `UsageError` for SQL that does not run, `RunInconsistent` for files that do not read. */
  query(sql: string, parameters?: SqlParameters): Promise<SqlResult>;
  /** Like `query`, but with the rows in batches, for results of any size. */
  stream(sql: string, parameters?: SqlParameters): Promise<SqlStream>;
  /** yyyy-MM-dd: the last published day of the datasets that `sql` names, or of all when it names none. */
  latestBusinessDate(sql: string): string | undefined;
  close(): void;
}

/**
 * Opens what is published in `lakeDir`: one table per dataset (`contracts`, `contracts_rejects`), its
 * `<dataset>_days`, and `ledger`. If nothing is published, `ledger` and the rejects of refused files.
 *
 * Errors: `UsageError` if there is no lake, `RunInconsistent` if nothing in it can be read. One document that cannot be read only damages the
 * tables that need it.
 */
export async function openLake({
  lakeDir,
  past,
  allowFiles = false,
}: {
  lakeDir: string;
  /** Tables as they were, instead of those that readers see now. */
  past?: CatalogFile[] | undefined;
  /** Lets queries read and write any local file; else only those below the lake's processed/. */
  allowFiles?: boolean;
}): Promise<Lake> {
  const damage = new LakeDamage();
  const step: ReadStep = (tables, read) => damage.note(tables, read);
  const [published, ledger] = await Promise.all([
    past ?? readCatalog(lakeDir, step),
    readLedger(lakeDir, step),
  ]);
  damage.forget(({ where = '' }) => isReplacedCommit(where, published));
  const catalogs = past ?? [...published, ...(await refusedRejects(lakeDir, ledger, published))];
  if (catalogs.length + ledger.entries.length === 0) throw damage.all[0] ?? nothingPublished(lakeDir);
  const spill = await SpillFolder.make();
  const instance = await DuckDBInstance.create(':memory:', {
    // Everything needed is linked in; a query must not reach for the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // By default a large sort would spill into the folder the command happens to run in.
    temp_directory: spill.path,
  });
  const lake = new DuckDBLake(instance, spill, { lakeDir: resolve(lakeDir), catalogs, damage });
  try {
    await lake.createTables(ledger, published.length > 0 ? '' : unpublishedText(ledger));
    if (!allowFiles) await lake.closeFiles();
    return lake;
  } catch (error) {
    lake.close();
    throw error;
  }
}

class DuckDBLake implements Lake {
  tables: string[] = [];
  readonly damage: LakeDamage;
  readonly #instance: DuckDBInstance;
  readonly #spill: SpillFolder;
  readonly #lakeDir: string;
  readonly #catalogs: CatalogFile[];
  readonly #connections = new Set<DuckDBConnection>();
  /** Paths of the published files. */
  readonly #files: string[] = [];
  #isClosed = false;
  /** Said of a table that is not there, if no day is published. */
  #unpublished = '';

  constructor(
    instance: DuckDBInstance,
    spill: SpillFolder,
    { lakeDir, catalogs, damage }: { lakeDir: string; catalogs: CatalogFile[]; damage: LakeDamage },
  ) {
    this.damage = damage;
    this.#instance = instance;
    this.#spill = spill;
    this.#lakeDir = lakeDir;
    this.#catalogs = catalogs;
  }

  async createTables(ledger: LakeLedger, unpublished: string): Promise<void> {
    this.#unpublished = unpublished;
    // Timestamps are UTC wherever the person sits.
    await this.#run("SET GLOBAL TimeZone = 'UTC'");
    await this.#run(`CREATE SCHEMA ${FILES_SCHEMA}`);
    for (const catalog of this.#catalogs) {
      await this.damage.note([catalog.dataset], () => this.#createView(catalog));
    }
    const datasets = [...this.tables, ...ledger.entries.map(({ dataset }) => String(dataset))];
    const rejects = new Set(datasets.map(rejectsDataset));
    for (const { dataset, days } of this.#catalogs) {
      if (rejects.has(dataset)) continue;
      const rows = publishedDays(ledger.commits.get(dataset) ?? [], days);
      await this.#createTable(`${dataset}_days`, DAY_COLUMNS, rows);
    }
    await this.#createTable('ledger', LEDGER_COLUMNS, ledger.entries);
    this.tables.sort();
  }

  async #createView(catalog: CatalogFile): Promise<void> {
    const { createFiles, files, createView } = planDatasetView(catalog, this.#lakeDir);
    await this.#run(createFiles, { files: JSON.stringify(files) });
    this.#files.push(...files.flatMap(({ path }) => path ?? []));
    await this.#run(createView);
    this.tables.push(catalog.dataset);
  }

  /** Does nothing if a dataset has the name already: what people published takes precedence. */
  async #createTable(name: string, columns: Record<string, string>, rows: object[]): Promise<void> {
    if (this.tables.includes(name)) return;
    const selected = Object.keys(columns).map((column) => `row_.${sqlName(column)} AS ${sqlName(column)}`);
    await this.#run(
      `CREATE TABLE ${sqlName(name)} AS SELECT ${selected.join(', ')} ` +
        `FROM (SELECT unnest(from_json_strict($rows, ${sqlString(JSON.stringify([columns]))})) AS row_)`,
      { rows: JSON.stringify(rows) },
    );
    this.tables.push(name);
  }

  /** Nothing in SQL can open them again: the configuration is locked. */
  async closeFiles(): Promise<void> {
    // DuckDB compares a path as it was given, with wildcards escaped, and then the file that it found. Folders are not allowed: they could
    // be written too.
    const paths = this.#files.flatMap((path) => [path, escapeGlob(path)]).map(sqlString);
    await this.#run(`SET GLOBAL allowed_paths = [${paths.join(', ')}]`);
    await this.#run('SET GLOBAL enable_external_access = false');
    await this.#run('SET GLOBAL lock_configuration = true');
    this.#isClosed = true;
  }

  async #run(sql: string, parameters?: Record<string, string>): Promise<void> {
    const connection = await this.#instance.connect();
    try {
      await connection.run(sql, parameters);
    } catch (error) {
      throw this.#sqlError(error);
    } finally {
      connection.closeSync();
    }
  }

  async query(sql: string, parameters?: SqlParameters): Promise<SqlResult> {
    const { columns, batches } = await this.stream(sql, parameters);
    const rows: SqlValue[][] = [];
    for await (const batch of batches) for (const row of batch) rows.push(row);
    return { columns, rows };
  }

  async stream(sql: string, parameters?: SqlParameters): Promise<SqlStream> {
    // Each stream has a connection of its own: a second query on it would end the first one's stream.
    const connection = await this.#instance.connect();
    this.#connections.add(connection);
    try {
      const result = await this.#start(connection, sql, parameters);
      const names = result.deduplicatedColumnNames();
      const columns = names.map((name, index) => ({ name, type: result.columnType(index).toString() }));
      return { columns, batches: this.#batches(result, connection) };
    } catch (error) {
      this.#disconnect(connection);
      throw this.damage.missing(sql, this.tables) ?? this.#sqlError(error);
    }
  }

  /** Runs all statements but the last, and begins that. */
  async #start(
    connection: DuckDBConnection,
    sql: string,
    parameters: SqlParameters | undefined,
  ): Promise<DuckDBResult> {
    const statements = await connection.extractStatements(sql);
    for (let index = 0; ; index++) {
      // A statement may need what those before it made, so each is prepared when they have run.
      const statement = await statements.prepare(index);
      if (this.#isClosed) refuseWriting(statement, sql);
      if (index < statements.count - 1) await statement.run();
      else {
        if (parameters) statement.bind(parameters);
        return statement.stream();
      }
    }
  }

  async *#batches(result: DuckDBResult, connection: DuckDBConnection): AsyncGenerator<SqlValue[][]> {
    try {
      for await (const rows of result.yieldRows()) yield rows.map((row) => row.map(toSqlValue));
    } catch (error) {
      throw this.#sqlError(error);
    } finally {
      this.#disconnect(connection);
    }
  }

  latestBusinessDate(sql: string): string | undefined {
    const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
    const named = this.#catalogs.filter(({ dataset }) => words.has(dataset.toLowerCase()));
    const dates = (named.length > 0 ? named : this.#catalogs).flatMap(({ days }) => Object.keys(days));
    return dates.sort().at(-1);
  }

  close(): void {
    for (const connection of this.#connections) this.#disconnect(connection);
    this.#instance.closeSync();
    this.#spill.remove();
  }

  #disconnect(connection: DuckDBConnection): void {
    if (this.#connections.delete(connection)) connection.closeSync();
  }

  #sqlError(error: unknown): Error {
    if (!(error instanceof Error)) return new Error(String(error));
    if (error instanceof UsageError) return error;
    // What DuckDB's binding says of a text without statements.
    if (error.message === 'Error in native callback')
      return new UsageError({
        what: 'there is no statement in the SQL',
        next: 'Give one beside the comments',
      });
    // DuckDB appends the line with a caret below it, which make sense only in a fixed-width block.
    const message = error.message
      .replace(/\s+LINE \d+:[\s\S]*$/, '')
      .replace(/^Failed to extract statements: /, '')
      .replace(/\s+/g, ' ')
      .trim();
    const isPublished = (path: string) => message.includes(path) || message.includes(escapeGlob(path));
    if (/^(IO|Invalid Input|Permission) Error/.test(message) && this.#files.some(isPublished))
      return new RunInconsistent({
        what: 'a published file cannot be read',
        where: this.#lakeDir,
        why: message,
        next: 'Do not move or remove files below processed/: bring this one back, or convert its source again with --force.',
        cause: error,
      });
    return new UsageError({
      what: 'the SQL does not run',
      why: message,
      next: /^Permission Error|configuration has been locked/.test(message)
        ? 'A query reads what is published, with the settings that it has; --allow-files opens local files and settings'
        : `Tables of this lake: ${this.tables.join(', ')}${this.#unpublished}`,
      cause: error,
    });
  }
}
