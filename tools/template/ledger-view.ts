import type { CatalogColumn } from '../../shared/ports/catalog.ts';
import { athenaView } from './athena-view.ts';

/** The parts of an entry's JSON that are read; the engine wants its keys in lower case. */
export const LEDGER_DOCUMENT_COLUMNS: CatalogColumn[] = [
  { name: 'sourceid', type: 'string' },
  { name: 'sourcekey', type: 'string' },
  { name: 'businessdate', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'state', type: 'string' },
  { name: 'runid', type: 'string' },
  { name: 'inputbytes', type: 'bigint' },
  {
    name: 'records',
    type: 'struct<read:bigint,header:bigint,detail:bigint,trailer:bigint,rejected:bigint>',
  },
  { name: 'rows', type: 'bigint' },
  { name: 'refusal', type: 'struct<code:string,message:string>' },
  { name: 'failure', type: 'struct<name:string,message:string>' },
  { name: 'updatedat', type: 'string' },
];

/** The columns that `ledger` also has on one machine, and those of the folders, to skip days by. */
const COLUMNS: [name: string, type: string, expression: string][] = [
  ['dataset', 'string', 'dataset'],
  ['source_id', 'string', 'sourceid'],
  ['source_key', 'string', 'sourcekey'],
  ['business_date', 'date', 'CAST(businessdate AS date)'],
  ['version', 'string', 'version'],
  ['state', 'string', 'state'],
  ['run_id', 'string', 'runid'],
  ['input_bytes', 'bigint', 'inputbytes'],
  ['records_read', 'bigint', 'records.read'],
  ['records_header', 'bigint', 'records.header'],
  ['records_detail', 'bigint', 'records.detail'],
  ['records_trailer', 'bigint', 'records.trailer'],
  ['records_rejected', 'bigint', 'records.rejected'],
  ['rows', 'bigint', 'rows'],
  [
    'reason',
    'string',
    "coalesce(concat(refusal.code, ': ', refusal.message), concat(failure.name, ': ', failure.message))",
  ],
  ['updated_at', 'timestamp', "CAST(at_timezone(from_iso8601_timestamp(updatedat), 'UTC') AS timestamp(3))"],
  ['year', 'string', 'year'],
  ['month', 'string', 'month'],
  ['day', 'string', 'day'],
];

/**
 * The folders of a day that hold its commits, terms, earlier entries and notes. Athena reads whatever is below a location:
 * https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
 */
export const LEDGER_FOLDERS = '/_[a-z]+/';

/** `ledger`: a row for each source file, with its state. Give year and month: without them every folder is listed. */
export function ledgerView(database: string): Record<string, unknown> {
  const selected = COLUMNS.map(([name, , expression]) =>
    name === expression ? name : `${expression} AS ${name}`,
  );
  return athenaView({
    name: 'ledger',
    description: 'The state of each source file. Give year and month, or every folder is listed.',
    database,
    columns: COLUMNS.map(([name, type]) => ({ name, type })),
    sql: `SELECT ${selected.join(', ')} FROM ledger_documents WHERE NOT regexp_like("$path", '${LEDGER_FOLDERS}')`,
  });
}
