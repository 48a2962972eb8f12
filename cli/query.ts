import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { openLake, type SqlResult, type SqlStream } from '../local/lake/lake-sql.ts';
import { bindBusinessDate, readQueryFile } from '../local/lake/query-file.ts';
import { toJsonValue } from '../local/lake/sql-value.ts';
import { checkReaders } from '../shared/pipeline/verify/check-readers.ts';
import { jsonText } from '../shared/shown-text.ts';
import { defineCommand, isSet, text, usageError } from '../terminal/command-line.ts';
import { sayMany, warn } from '../terminal/print.ts';
import { MAX_TABLE_ROWS, printTable } from '../terminal/print-table.ts';
import { lakePorts } from './lake-arguments.ts';

const COMMAND = {
  does: 'Answers SQL (of DuckDB) from what is published in a lake.',
  usage: `positional-lake query --lake DIR "SELECT …" [flags]
positional-lake query --lake DIR --file docs/queries/contracts-by-product.sql [flags]`,
  flags: {
    lake: text('DIR', 'the folder that was given to convert as --out'),
    file: text('F', 'reads the SQL from a file'),
    'business-date': text(
      'D',
      'yyyy-MM-dd, replaces ${business_date} in the SQL; by default the latest published day\n' +
        '(on a command line put such SQL in single quotes, or the shell replaces the placeholder)',
    ),
    check: isSet('first reads every byte of the published files, and fails if one is not as it was written'),
    'allow-files': isSet('lets the SQL read and write local files, as in COPY … TO and read_csv'),
    json: isSet('one JSON object per row; decimals, and integers beyond 2^53, as strings'),
  },
  notes: `Tables: <dataset>, <dataset>_rejects, <dataset>_days, ledger. year, month and day are zero-padded text.
"SHOW TABLES" lists them, "DESCRIBE contracts" shows the columns of one.
A table shows the first ${MAX_TABLE_ROWS} rows; --json prints all.

If nothing of a dataset is published, its rejects table shows those of refused files.

Exit codes: 0 answered, 1 something that the SQL names cannot be read (the rest is answered), 2 usage or SQL.`,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (values, words) => {
  if (!values.lake)
    throw usageError('--lake is missing', 'Give the folder that was given to convert as --out');
  process.stdout.on('error', endQuietly);
  const sql = await sqlOf(values.file, words);
  if (values.check) await checkReaders(await lakePorts(values.lake));
  const lake = await openLake({
    lakeDir: resolve(startDir, values.lake),
    allowFiles: values['allow-files'] === true,
  });
  try {
    const stream = await lake.stream(bindBusinessDate(lake, sql, values['business-date']));
    if (values.json) await writeJsonLines(stream);
    else await sayMany(printTable(await firstRows(stream)));
    const damage = lake.damage.of(sql);
    for (const { message } of damage) warn(`answered without what cannot be read: ${message}`);
    return damage.length > 0 ? 1 : 0;
  } finally {
    lake.close();
  }
});

async function sqlOf(file: string | undefined, words: string[]): Promise<string> {
  if (file !== undefined && words.length > 0)
    throw usageError('there is SQL on the command line and a --file', 'Give one of the two');
  if (words.length > 1)
    throw usageError(`there are ${words.length} arguments instead of one SQL text`, 'Put the SQL in quotes');
  const sql = file === undefined ? words[0] : await readQueryFile(resolve(startDir, file));
  if (!sql?.trim()) throw usageError('there is no SQL', 'Give it in quotes, or a file of it with --file');
  return sql;
}

/** At least one row more than a table shows, if there are more, so that the table can say so. */
async function firstRows({ columns, batches }: SqlStream): Promise<SqlResult> {
  const rows: SqlResult['rows'] = [];
  for await (const batch of batches) {
    rows.push(...batch);
    if (rows.length > MAX_TABLE_ROWS) break;
  }
  return { columns, rows };
}

async function writeJsonLines({ columns, batches }: SqlStream): Promise<void> {
  for await (const batch of batches) {
    const lines = batch.map((row) =>
      jsonText(Object.fromEntries(row.map((value, index) => [columns[index]?.name, toJsonValue(value)]))),
    );
    await sayMany(lines);
  }
}

/** It is not a failure if the reader has seen enough, as `head` has. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
