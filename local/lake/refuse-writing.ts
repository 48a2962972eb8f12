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
