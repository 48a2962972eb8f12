import { type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api';
import { UsageError } from '../../shared/errors.ts';

/** Statements that write files, open them, or run another statement that was not looked at. */
const MAY_WRITE: ReadonlySet<StatementType> = new Set([
  StatementType.COPY,
  StatementType.EXPORT,
  StatementType.ATTACH,
  StatementType.PREPARE,
  StatementType.EXECUTE,
]);

/** Throws if a statement of `sql` may write a file: DuckDB has one permission to read a folder and to write it. */
export function refuseWriting({ statementType }: DuckDBPreparedStatement, sql: string): void {
  // EXPLAIN ANALYZE runs what it explains.
  const explainsOne =
    statementType === StatementType.EXPLAIN && /\b(copy|export|attach|execute)\b/i.test(sql);
  if (!explainsOne && !MAY_WRITE.has(statementType)) return;
  throw new UsageError({
    what: 'the SQL may write files',
    why: 'A query of a lake only reads: a file that it wrote below processed/ would look like published rows.',
    next: 'Keep what the command prints (--json prints all rows), or give --allow-files.',
  });
}
