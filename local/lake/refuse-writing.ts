import { type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api';
import { UsageError } from '../../shared/errors.ts';

/** Statements that write files, open them, or run another statement that was not looked at. */
const MAY_WRITE: ReadonlySet<StatementType> = new Set([
  StatementType.COPY,
  StatementType.EXPORT,
  StatementType.ATTACH,
  StatementType.PREPARE,
  StatementType.EXECUTE,
  StatementType.CALL,
]);

const READS: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN]);
const MAKES: ReadonlySet<StatementType> = new Set([StatementType.CREATE, StatementType.CREATE_FUNC]);
const CHANGED_NAME =
  /\b(?:insert\s+(?:or\s+\w+\s+)?into|merge\s+into|update|delete\s+from|truncate(?:\s+table)?|(?:drop|alter)\s+(?:table|view)(?:\s+if\s+exists)?)\s+((?:"(?:[^"]|"")+"|[\w.])+)/gi;
/** What a statement may make: it is gone when the command ends. */
const MADE_FOR_NOW = /\bcreate\s+(?:or\s+replace\s+)?(?:temp|temporary|macro|function)\b/i;

/** Functions that make DuckDB write files beside the answers, and end the process where they may not. */
const WRITING_FUNCTIONS = /\b(enable_logging|enable_profiling)\b/i;

/** Throws if a statement of `sql` may write a file: DuckDB has one permission to read a folder and to write it. */
export function refuseWriting({ statementType }: DuckDBPreparedStatement, sql: string): void {
  // EXPLAIN ANALYZE runs what it explains.
  const explainsOne =
    statementType === StatementType.EXPLAIN &&
    /\banalyze\b/i.test(sql) &&
    /\b(copy|export|attach|execute|call)\b/i.test(sql);
  if (!explainsOne && !MAY_WRITE.has(statementType) && !WRITING_FUNCTIONS.test(sql)) return;
  throw new UsageError({
    what: 'the SQL may write files',
    why: 'A query of a lake only reads: a file that it wrote below processed/ would look like published rows.',
    next: 'Keep what the command prints (--json prints all rows), or give --allow-files.',
  });
}

/**
 * Throws if a statement would change a table of the lake, or make one that is gone when the command ends and does not say so: nothing of the lake
 * would change, and whoever typed it would not know.
 */
export function refuseChanges(
  { statementType }: DuckDBPreparedStatement,
  sql: string,
  tables: readonly string[],
): void {
  const known = new Set(tables.map((name) => name.toLowerCase()));
  if (!READS.has(statementType) && changedNames(sql).some((name) => known.has(name))) throw onlyReads();
  if (MAKES.has(statementType) && !MADE_FOR_NOW.test(sql)) throw onlyReads();
}

/** Names of the tables that a text changes, without their schema and in lower case. */
function changedNames(sql: string): string[] {
  return [...sql.matchAll(CHANGED_NAME)].map(([, name = '']) =>
    (/(?:"((?:[^"]|"")+)"|([^".]+))$/.exec(name)?.slice(1).find(Boolean) ?? '')
      .replaceAll('""', '"')
      .toLowerCase(),
  );
}

/** What DuckDB says of a statement that would change a view: the tables of a lake are views. */
const OF_A_VIEW =
  /Can only (?:delete from|update|merge into) base table|is not an? table|of type View, trying to (?:drop|replace)|Can only modify view with ALTER VIEW|trying to replace with type/i;

/** True if DuckDB refused a statement because it changes a table of the lake. */
export function isChangeOfLake(message: string): boolean {
  return OF_A_VIEW.test(message);
}

/** The answer to a statement that would change a lake. */
export function onlyReads(cause?: unknown): UsageError {
  return new UsageError({
    what: 'a query only reads',
    why: 'Rows come into a lake by convert, and out of it by rollback; SQL changes nothing there.',
    next: 'CREATE TEMP TABLE … AS SELECT … keeps an answer for the statements after it.',
    cause,
  });
}
