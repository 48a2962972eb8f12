import { join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue, ResultReturnType } from '@duckdb/node-api';
import { UsageError } from '../../shared/errors.ts';
import { daysDataset, rejectsDataset } from '../../shared/keys/lake-keys.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import { type ReadStep, readCatalog } from '../adapters/read-catalog.ts';
import { AwaitedLedger } from './awaited-ledger.ts';
import { escapeGlob, FILES_SCHEMA } from './dataset-view.ts';
import type { Lake, LakeOpening } from './lake.ts';
import { LakeDamage } from './lake-damage.ts';
import { ledgerPaths } from './ledger-paths.ts';
import { ledgerRows, rowsOfSome } from './ledger-rows.ts';
import {
  DAY_COLUMNS,
  isReplacedCommit,
  LEDGER_COLUMNS,
  type LedgerDays,
  LedgerEntries,
  publishedDays,
  readDays,
  shownDays,
} from './ledger-tables.ts';
import { makeDatasetView } from './make-dataset-view.ts';
import { neededTables } from './needed-files.ts';
import { refuseChanges } from './refuse-writing.ts';
import { refusedRejects } from './refused-rejects.ts';
import { SpillFolder } from './spill-folder.ts';
import { sqlError } from './sql-error.ts';
import {
  interruptAt,
  preparedStatements,
  type SqlParameters,
  type SqlResult,
  type SqlStream,
  startStatement,
  streamOf,
} from './sql-statements.ts';
import { sqlString, tableOfRows } from './sql-text.ts';
import type { SqlValue } from './sql-value.ts';
import { READS_OF_SQL } from './statement-reads.ts';
import { nothingPublished, unpublishedText } from './unpublished-lake.ts';
import { keepTextsWhole } from './whole-texts.ts';

/**
 * Opens what is published in `lakeDir`: one table per dataset (`contracts`, `contracts_rejects`), its
 * `<dataset>_days`, and `ledger`. If nothing is published, `ledger` and the rejects of refused files.
 *
 * Errors: `UsageError` if there is no lake, `RunInconsistent` if nothing in it can be read. One document that cannot be read only damages the
 * tables that need it.
 */
export async function openLake(opening: LakeOpening): Promise<Lake> {
  const { lakeDir, past, allowFiles = false, hasLedger = true, memoryLimit, statement } = opening;
  const damage = new LakeDamage();
  const step: ReadStep = (tables, read) => damage.note(tables, read);
  const root = join(lakeDir, 'ledger');
  const paths = ledgerPaths(root);
  const [published, days] = await Promise.all([
    past ?? readCatalog(lakeDir, step),
    readDays(root, paths, step),
  ]);
  damage.forget(({ where = '' }) => isReplacedCommit(where, published));
  const entries = new LedgerEntries(root, paths, step);
  const catalogs = past ?? [...published, ...(await refusedRejects(lakeDir, entries, published))];
  const unpublished = published.length > 0 ? undefined : await entries.all();
  if (catalogs.length === 0 && unpublished?.length === 0) throw damage.all[0] ?? nothingPublished(lakeDir);
  keepTextsWhole();
  const spill = await SpillFolder.make();
  const instance = await DuckDBInstance.create(':memory:', {
    // Everything needed is linked in; a query must not reach for the network.
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    // By default a large sort would spill into the folder the command happens to run in.
    temp_directory: spill.path,
    ...(memoryLimit !== undefined && { memory_limit: memoryLimit }),
  });
  const lake = new DuckDBLake(instance, spill, { lakeDir: resolve(lakeDir), catalogs, damage });
  try {
    await lake.createTables(days, hasLedger ? entries : undefined, entries.layouts, statement);
    if (unpublished) lake.unpublished = unpublishedText(unpublished);
    if (!allowFiles) await lake.closeFiles();
    return lake;
  } catch (error) {
    lake.close();
    throw error;
  }
}

/** The table of the state of each file. */
const LEDGER = 'ledger';

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
  /** Are local files closed to SQL? */
  #isClosed = false;
  #isOver = false;
  /** The connection of `results`. */
  #session: DuckDBConnection | undefined;
  /** Said of a table that is not there, if no day is published. */
  unpublished = '';
  /** Makes the table `ledger` before the first statement that may need it; undefined if there is no such table. */
  #ledger: AwaitedLedger | undefined;

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

  async createTables(
    ledger: LedgerDays,
    entries: LedgerEntries | undefined,
    layouts: string[],
    statement: string | undefined,
  ): Promise<void> {
    // Timestamps are UTC wherever the person sits.
    await this.#run("SET GLOBAL TimeZone = 'UTC'");
    await this.#run(`CREATE SCHEMA ${FILES_SCHEMA}`);
    const daysTables = [...ledger.commits.keys(), ...layouts].map(daysDataset);
    const needed = statement === undefined ? undefined : await this.#neededFor(statement, daysTables);
    for (const catalog of this.#catalogs) {
      const seen = needed ? needed.find(({ dataset }) => dataset === catalog.dataset) : catalog;
      if (!seen) this.tables.push(catalog.dataset);
      else
        await this.damage.note([catalog.dataset], () =>
          this.#createView(seen, rowsOfSome(ledgerRows(catalog, ledger), seen, catalog)),
        );
    }
    const rejects = new Set([...this.tables, ...layouts].map(rejectsDataset));
    const ofRows = this.#catalogs.filter(({ dataset }) => !rejects.has(dataset));
    for (const [layout, days] of shownDays(ofRows, ledger)) {
      const rows = publishedDays(ledger.commits.get(layout) ?? [], days);
      await this.#createTable(daysDataset(layout), DAY_COLUMNS, rows);
    }
    if (entries && !this.tables.includes(LEDGER)) {
      const make = async () => this.#insertTable(LEDGER, LEDGER_COLUMNS, await entries.all());
      this.#ledger = new AwaitedLedger((sql, values) => this.#run(sql, values), make);
      this.tables.push(LEDGER);
    }
    this.tables.sort();
  }

  async #neededFor(sql: string, others: string[]): Promise<CatalogFile[] | undefined> {
    const json = String((await this.#run(READS_OF_SQL, { sql }))[0]?.[0]);
    return neededTables(this.#catalogs, [LEDGER, ...others], json);
  }

  async #createView(catalog: CatalogFile, rows: number | undefined): Promise<void> {
    const run = (sql: string, parameters?: Record<string, string>) => this.#run(sql, parameters);
    const note = (paths: string[]) => void this.#files.push(...paths);
    await makeDatasetView({ run, note }, catalog, this.#lakeDir, rows);
    this.tables.push(catalog.dataset);
  }

  /** Does nothing if a dataset has the name already: what people published takes precedence. */
  async #createTable(name: string, columns: Record<string, string>, rows: object[]): Promise<void> {
    if (this.tables.includes(name)) return;
    await this.#insertTable(name, columns, rows);
    this.tables.push(name);
  }

  async #insertTable(name: string, columns: Record<string, string>, rows: object[]): Promise<void> {
    await this.#run(tableOfRows(name, columns), { rows: JSON.stringify(rows) });
  }

  /** Nothing in SQL can open them again: the configuration is locked. */
  async closeFiles(): Promise<void> {
    // DuckDB compares a path as it was given, with wildcards escaped, and then the file that it found. Folders are not allowed: they could
    // be written too.
    const paths = new Set(this.#files.flatMap((path) => [path, escapeGlob(path)]));
    await this.#run(`SET GLOBAL allowed_paths = [${[...paths].map(sqlString).join(', ')}]`);
    await this.#run('SET GLOBAL enable_external_access = false');
    await this.#run('SET GLOBAL lock_configuration = true');
    this.#isClosed = true;
  }

  async #run(sql: string, parameters?: Record<string, string>): Promise<DuckDBValue[][]> {
    const connection = await this.#instance.connect();
    try {
      return await (await connection.run(sql, parameters)).getRows();
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

  async stream(sql: string, parameters?: SqlParameters, signal?: AbortSignal): Promise<SqlStream> {
    this.#requireOpen();
    await this.#ledger?.readyFor(sql, this.tables);
    // Each stream has a connection of its own: a second query on it would end the first one's stream.
    const connection = await this.#instance.connect();
    this.#connections.add(connection);
    interruptAt(signal, connection, () => this.#connections.has(connection));
    try {
      const mayWrite = !this.#isClosed;
      for await (const { statement, isLast } of preparedStatements(connection, sql, mayWrite)) {
        if (isLast) {
          if (parameters) statement.bind(parameters);
          const stream = streamOf(await startStatement(statement));
          return { ...stream, batches: this.#told(stream, () => this.#disconnect(connection)) };
        }
        await statement.run();
      }
      throw new Error('a text has at least one statement');
    } catch (error) {
      this.#disconnect(connection);
      throw this.damage.missing(sql, this.tables) ?? this.#sqlError(error);
    }
  }

  async *results(sql: string): AsyncGenerator<SqlStream> {
    this.#requireOpen();
    await this.#ledger?.readyFor(sql, this.tables);
    this.#session ??= await this.#instance.connect();
    try {
      for await (const { statement } of preparedStatements(this.#session, sql, !this.#isClosed)) {
        if (this.#isClosed) refuseChanges(statement, sql, this.tables);
        const result = await startStatement(statement);
        const stream = streamOf(result);
        if (result.returnType === ResultReturnType.QUERY_RESULT)
          yield { ...stream, batches: this.#told(stream, () => undefined) };
      }
    } catch (error) {
      throw this.damage.missing(sql, this.tables) ?? this.#sqlError(error);
    }
  }

  interrupt(): void {
    this.#session?.interrupt();
  }

  /** The rows of a statement, whose failure is told as one of ours. */
  async *#told({ batches }: SqlStream, atEnd: () => void): AsyncGenerator<SqlValue[][]> {
    try {
      yield* batches;
    } catch (error) {
      throw this.#sqlError(error);
    } finally {
      atEnd();
    }
  }

  latestBusinessDate(sql: string): string | undefined {
    const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
    const named = this.#catalogs.filter(({ dataset }) => words.has(dataset.toLowerCase()));
    const dates = (named.length > 0 ? named : this.#catalogs).flatMap(({ days }) => Object.keys(days));
    return dates.sort().at(-1);
  }

  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#session?.closeSync();
    for (const connection of this.#connections) this.#disconnect(connection);
    this.#instance.closeSync();
    this.#spill.remove();
  }

  #requireOpen(): void {
    if (!this.#isOver) return;
    throw new UsageError({
      what: 'the lake is closed',
      where: this.#lakeDir,
      next: 'Open it again, or close it after the last query.',
    });
  }

  #disconnect(connection: DuckDBConnection): void {
    if (this.#connections.delete(connection)) connection.closeSync();
  }

  #sqlError(error: unknown): Error {
    const tables = `${this.tables.join(', ')}${this.unpublished}`;
    return sqlError(error, { lakeDir: this.#lakeDir, files: this.#files, tables });
  }
}
