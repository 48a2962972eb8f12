import { sqlString } from './sql-text.ts';

/** Asking so many footers takes DuckDB some 50 ms; a table of more files is read in parallel whatever its files hold. */
const MOST_FOOTERS = 256;

/** What DuckDB makes the type of a column of, in a row of `parquet_schema`. */
const FOOTER_COLUMNS = [
  'name',
  'type',
  'type_length',
  'num_children',
  'converted_type',
  'scale',
  'precision',
  'logical_type',
];

/** Answers the rows of a statement. */
type Ask = (sql: string) => Promise<unknown[][]>;

/**
 * True if each file has exactly these columns, in any order: then DuckDB need not be told the schema, and reads the row groups of a single
 * file in parallel, which it does not with `schema`. False also if a file cannot be read: who asks for its rows is told.
 *
 * `columns` are expressions of the types (`CAST(NULL AS BIGINT) AS "n"`), `paths` are escaped for globs.
 */
export async function areUniform(
  ask: Ask,
  { columns, paths }: { columns: string[]; paths: string[] },
): Promise<boolean> {
  const [first] = paths;
  if (first === undefined || paths.length > MOST_FOOTERS || columns.length === 0) return false;
  const listed = paths.map(sqlString).join(', ');
  const footer = FOOTER_COLUMNS.map((name) => `${sqlString(name)}: ${name}`).join(', ');
  try {
    const [[footers]] = (await ask(
      'SELECT count(DISTINCT footer) FROM (SELECT list({' +
        `${footer}}) AS footer FROM parquet_schema([${listed}]) GROUP BY file_name)`,
    )) as [[bigint]];
    if (footers !== 1n) return false;
    const [ofFile, wanted] = [
      await ask(
        `DESCRIBE SELECT * FROM read_parquet([${sqlString(first)}], hive_partitioning = false, filename = false)`,
      ),
      await ask(`DESCRIBE SELECT ${columns.join(', ')}`),
    ].map((rows) => rows.map(([name, type]) => `${name} ${type}`).sort());
    return JSON.stringify(ofFile) === JSON.stringify(wanted);
  } catch {
    return false;
  }
}
