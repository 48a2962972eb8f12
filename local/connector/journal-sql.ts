import { DuckDBInstance } from '@duckdb/node-api';
import type { JournalEntry } from '../../connector/decide/journal-entry.ts';
import { UsageError } from '../../shared/errors.ts';
import { sqlError } from '../lake/sql-error.ts';
import { preparedStatements, type SqlStream, startStatement, streamOf } from '../lake/sql-statements.ts';
import { sqlString } from '../lake/sql-text.ts';

const COLUMNS: Record<keyof JournalEntry, string> = {
  ...{ at: 'TIMESTAMP', connector: 'VARCHAR', owner: 'VARCHAR', sequence: 'BIGINT', event: 'VARCHAR' },
  ...{ source: 'VARCHAR', path: 'VARCHAR', key: 'VARCHAR', businessDate: 'DATE', version: 'VARCHAR' },
  ...{ sizeBytes: 'BIGINT', crc64nvme: 'VARCHAR', contentBytes: 'BIGINT', objectVersion: 'VARCHAR' },
  ...{ durationMs: 'BIGINT' },
  ...{ sentBytes: 'BIGINT', partsKept: 'BIGINT', retries: 'BIGINT', detail: 'VARCHAR' },
};

/** Answers SQL about the journal, which is the table `journal`; the SQL reaches no file. */
export async function* askJournal(entries: JournalEntry[], sql: string): AsyncGenerator<SqlStream> {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    const selected = Object.keys(COLUMNS).map((column) => `row_."${column}" AS "${column}"`);
    await connection.run(
      `CREATE TABLE journal AS SELECT ${selected.join(', ')} FROM
        (SELECT unnest(from_json($rows, ${sqlString(JSON.stringify([COLUMNS]))})) AS row_)`,
      { rows: JSON.stringify(entries) },
    );
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    for await (const { statement } of preparedStatements(connection, sql, false)) {
      yield streamOf(await startStatement(statement));
    }
  } catch (error) {
    throw journalError(error);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const NEXT = 'Questions to the journal reach no file and change no setting: there is the table journal';

function journalError(error: unknown): Error {
  // What may write is refused in words that are about a lake.
  if (error instanceof UsageError)
    return new UsageError({ what: error.message.split('.')[0]!, next: NEXT, cause: error });
  return sqlError(error, { lakeDir: '', files: [], tables: '', next: NEXT });
}
