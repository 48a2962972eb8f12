import { readFile } from 'node:fs/promises';
import { text as textOf } from 'node:stream/consumers';
import { UsageError } from '../../shared/errors.ts';
import { isBusinessDate } from '../../shared/keys/business-date.ts';
import type { Lake } from './lake.ts';
import type { SqlResult } from './sql-statements.ts';

/**
 * Runs the SQL of `file` with its `${business_date}` replaced: `businessDate` (yyyy-MM-dd), else the latest
 * published day of the datasets it names.
 * Errors: `UsageError` for a file that is not there, an invalid date, SQL that does not run.
 */
export async function runQueryFile(lake: Lake, file: string, businessDate?: string): Promise<SqlResult> {
  return await lake.query(bindBusinessDate(lake, await readQueryFile(file), businessDate));
}

/** The text of a query file, or of standard input if it is called `-`. Errors: `UsageError` if it cannot be read. */
export async function readQueryFile(file: string): Promise<string> {
  try {
    return file === '-' ? await textOf(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError({
      what: 'this query file cannot be read',
      where: file,
      why: (cause as Error).message,
      next: 'The queries that come with the project are in docs/queries/',
      cause,
    });
  }
}

/**
 * Replaces `${business_date}` in SQL by the business date. Only a valid date is put in, so nothing else in the SQL changes.
 * Errors: `UsageError` for an invalid date, for another placeholder, and if no date is given and no day is published.
 */
export function bindBusinessDate(lake: Lake, sql: string, businessDate?: string): string {
  if (businessDate !== undefined && !isBusinessDate(businessDate))
    throw new UsageError({
      what: `the business date '${businessDate}' is not a day that exists`,
      next: 'Write it as yyyy-MM-dd, for example 2025-08-12',
    });
  return sql.replace(/\$\{([^}]*)\}/g, (placeholder, name) => {
    if (name !== 'business_date')
      throw new UsageError({
        what: `the SQL has the unknown placeholder ${placeholder}`,
        next: 'The only one is ${business_date}, yyyy-MM-dd',
      });
    const date = businessDate ?? lake.latestBusinessDate(sql);
    if (date === undefined)
      throw new UsageError({
        what: 'the SQL needs a business date, and no day is published here to take it from',
        next: 'Give one: --business-date yyyy-MM-dd',
      });
    return date;
  });
}
