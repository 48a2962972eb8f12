import { version } from '@duckdb/node-api';
import { Interrupted, UsageError } from '../../shared/errors.ts';
import type { CatalogFile } from '../../shared/ports/catalog.ts';
import type {
  EngineAnswer,
  EngineGrant,
  EngineQuery,
  PublishedTables,
  QueryEngine,
} from '../../shared/ports/query-engine.ts';
import { CatalogState } from '../lake/catalog-state.ts';
import type { Lake } from '../lake/lake.ts';
import { openLake } from '../lake/lake-sql.ts';
import { toJsonValue } from '../lake/sql-value.ts';
import { HARMLESS, READS_OF_SQL, statementReads } from '../lake/statement-reads.ts';
import { dayContents } from './day-contents.ts';
import { FewQueries } from './few-queries.ts';

/** Lakes of earlier commits stay open until so many newer ones are; queries on them are finished then, or opened again. */
const MOST_OPEN = 8;
/** A query holds a thread of Node's pool while it works, and reading the catalog needs one too. */
const MOST_RUNNING = Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1);
const MOST_WAITING = 500;

interface OpenState {
  catalogs: CatalogFile[];
  tables: PublishedTables;
}

interface OpenLake {
  lake: Promise<Lake>;
  running: number;
}

/**
 * DuckDB over a lake on one machine. A state of the lake that a role sees is a lake of its own, opened with the files of those commits and with only
 * the columns of the role: a query can reach nothing else, and reads the state that its answer is kept under.
 */
export class DuckDBEngine implements QueryEngine {
  readonly name: string;
  readonly readsGivenState = true;
  readonly #lakeDir: string;
  readonly #memoryLimit: string | undefined;
  readonly #state: CatalogState;
  #now: OpenState | undefined;
  readonly #states = new WeakMap<PublishedTables, OpenState>();
  readonly #lakes = new Map<string, OpenLake>();
  readonly #ids = new WeakMap<PublishedTables, number>();
  #nextId = 1;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<EngineAnswer>>();
  readonly #few = new FewQueries(MOST_RUNNING, MOST_WAITING);

  constructor(lakeDir: string, memoryLimit?: string) {
    this.#lakeDir = lakeDir;
    this.#memoryLimit = memoryLimit;
    this.#state = new CatalogState(lakeDir);
    this.name = `duckdb ${version()}`;
  }

  async published(): Promise<PublishedTables> {
    const catalogs = await this.#state.read();
    if (this.#now?.catalogs !== catalogs) {
      const tables: PublishedTables = new Map(
        catalogs.map(({ dataset, columns, partitionKeys, days, partitions }) => [
          dataset,
          {
            columns: [...columns, ...partitionKeys],
            days,
            contents: dayContents(this.#lakeDir, { partitions }),
          },
        ]),
      );
      this.#now = { catalogs, tables };
      this.#states.set(tables, this.#now);
      this.#ids.set(tables, this.#nextId++);
    }
    return this.#now.tables;
  }

  async check({ sql, grant, published }: Pick<EngineQuery, 'sql' | 'grant' | 'published'>): Promise<void> {
    const lake = await this.#lakeOf(grant, published);
    try {
      const { rows } = await (await lake.lake).query(READS_OF_SQL, { sql });
      const reads = statementReads(String(rows[0]?.[0]));
      const { tables } = await lake.lake;
      const own = new Set(tables.filter((name) => seesOwn(grant, name)).map((name) => name.toLowerCase()));
      const foreign = reads.tables.find(
        ({ schema, name }) => (schema !== '' && schema !== 'main') || !own.has(name.toLowerCase()),
      );
      if (foreign)
        throw new UsageError({
          what: `there is no table '${[foreign.schema, foreign.name].filter((text) => text !== '').join('.')}' that this role sees`,
          next: `Its tables are ${[...own].sort().join(', ') || 'none'}.`,
        });
      const reading = reads.tableFunctions.find((name) => !HARMLESS.has(name.toLowerCase()));
      if (reading !== undefined) throw unanswered(`the function ${reading} in the place of a table`);
      const [telling] = reads.unanswered;
      if (telling !== undefined) throw unanswered(telling);
    } finally {
      lake.running--;
    }
  }

  async run(query: EngineQuery, limit: AbortSignal): Promise<EngineAnswer> {
    const answer = this.#few.run(
      () => this.#answer(query, limit),
      AbortSignal.any([limit, this.#closing.signal]),
    );
    this.#running.add(answer);
    try {
      return await answer;
    } finally {
      this.#running.delete(answer);
    }
  }

  async #answer({ sql, grant, published, limits }: EngineQuery, limit: AbortSignal): Promise<EngineAnswer> {
    const signal = AbortSignal.any([limit, this.#closing.signal]);
    const opened = await this.#lakeOf(grant, published);
    try {
      const { columns, batches } = await (await opened.lake).stream(sql, undefined, signal);
      const rows: unknown[][] = [];
      let bytes = 0;
      for await (const batch of batches) {
        for (const row of batch) {
          const values = row.map(toJsonValue);
          bytes += sizeOf(values);
          rows.push(values);
        }
        if (rows.length > limits.mostRows) throw tooLarge(`more than ${limits.mostRows} rows`);
        if (bytes > limits.mostBytes) throw tooLarge(`more than ${limits.mostBytes / 1e6} MB`);
      }
      if (signal.aborted) throw tooLong(limits.timeoutMs);
      return { columns, rows };
    } catch (error) {
      throw signal.aborted ? tooLong(limits.timeoutMs) : error;
    } finally {
      opened.running--;
    }
  }

  /** Stops what runs. A connection is closed only when its query has ended: else DuckDB runs it on, and the process with it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    const lakes = [...this.#lakes.values()].map(({ lake }) => lake);
    this.#lakes.clear();
    for (const lake of lakes) (await lake.catch(() => undefined))?.close();
  }

  /** The lake of these commits as a role sees it; the caller ends its use. */
  async #lakeOf(grant: EngineGrant, published: PublishedTables): Promise<OpenLake> {
    const id = `${this.#ids.get(published) ?? 0} ${grant.name} ${JSON.stringify(grant.tables && [...grant.tables])}`;
    const known = this.#lakes.get(id);
    if (known) {
      known.running++;
      return known;
    }
    const { catalogs = [] } = this.#states.get(published) ?? {};
    const past = catalogs.flatMap((catalog) => seenCatalog(catalog, grant));
    const hasLedger = grant.tables === undefined;
    const lake = openLake({ lakeDir: this.#lakeDir, past, hasLedger, memoryLimit: this.#memoryLimit });
    const opened = { lake, running: 1 };
    this.#lakes.set(id, opened);
    lake.catch(() => this.#lakes.delete(id));
    this.#closeOld();
    return opened;
  }

  #closeOld(): void {
    for (const [id, { lake, running }] of this.#lakes) {
      if (this.#lakes.size <= MOST_OPEN) return;
      if (running > 0) continue;
      this.#lakes.delete(id);
      lake.then(
        (open) => open.close(),
        () => undefined,
      );
    }
  }
}

/** Beside its tables a lake has the ledger and the tables of days, which only who sees the whole lake may ask. */
function seesOwn({ tables }: EngineGrant, name: string): boolean {
  return (
    tables === undefined ||
    tables.has(name) ||
    (name.endsWith('_days') && tables.has(name.slice(0, -'_days'.length)))
  );
}

function seenCatalog(catalog: CatalogFile, { tables }: EngineGrant): CatalogFile[] {
  const seen = tables === undefined ? 'all' : tables.get(catalog.dataset);
  if (seen === undefined) return [];
  if (seen === 'all') return [catalog];
  const isSeen = ({ name }: { name: string }) => seen.includes(name);
  const inFolders = catalog.columns.filter(({ isPartlyInFolders }) => isPartlyInFolders);
  const hidden = [...catalog.partitionKeys, ...inFolders].find((column) => !isSeen(column));
  if (hidden)
    throw new UsageError({
      what: `the column ${hidden.name} of ${catalog.dataset} cannot be hidden`,
      why: 'The table is partitioned by it, so that the names of its files say it',
      next: 'Let the role see the column, or not the table.',
    });
  return [{ ...catalog, columns: catalog.columns.filter(isSeen) }];
}

function sizeOf(values: readonly unknown[]): number {
  return values.reduce<number>(
    (sum, value) =>
      sum +
      (typeof value === 'string'
        ? value.length + 3
        : value !== null && typeof value === 'object'
          ? JSON.stringify(value).length
          : 9),
    2,
  );
}

function unanswered(what: string): UsageError {
  return new UsageError({
    what: `${what} is not answered`,
    next: 'The service reads published tables alone.',
  });
}

function tooLarge(why: string): UsageError {
  return new UsageError({
    what: 'the answer is too large',
    why: `It has ${why}, which is the most of this role`,
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
