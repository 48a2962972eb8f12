import { resolve } from 'node:path';
import { startDir } from '../local/adapters/project-folders.ts';
import { openLake, type SqlResult, type SqlStream } from '../local/lake/lake-sql.ts';
import { bindBusinessDate, readQueryFile } from '../local/lake/query-file.ts';
import { toJsonValue } from '../local/lake/sql-value.ts';
import { UsageError } from '../shared/errors.ts';
import { parseAsOf } from '../shared/pipeline/operate/as-of.ts';
import { lakeAsOf } from '../shared/pipeline/operate/lake-as-of.ts';
import { checkReaders } from '../shared/pipeline/verify/check-readers.ts';
import type { CatalogFile } from '../shared/ports/catalog.ts';
import { jsonText, shellWord } from '../shared/shown-text.ts';
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
    'as-of': text(
      'STATE',
      'what readers saw earlier: after a commit of a day (2025-08-12/1), in a snapshot (its id),\n' +
        'at a time (2025-08-13T06:00:00Z) or at the end of a date, in UTC; history lists them',
    ),
    check: isSet('first reads every byte of the published files, and fails if one is not as it was written'),
    'allow-files': isSet('lets the SQL read and write local files, as in COPY … TO and read_csv'),
    json: isSet('one JSON object per row; decimals, and integers beyond 2^53, as strings'),
  },
  notes: `Tables: <dataset>, <dataset>_rejects, <dataset>_days, ledger. year, month and day are zero-padded text.
"SHOW TABLES" lists them, "DESCRIBE contracts" shows the columns of one.
A table shows the first ${MAX_TABLE_ROWS} rows; --json prints all.

If nothing of a dataset is published, its rejects table shows those of refused files.

Exit codes: 0 answered, 1 something that the SQL names cannot be read (the rest is answered), 2 usage, SQL,
or a state that the lake does not have. With --as-of, <dataset>_days shows that state too; ledger is as it is now.`,
  takesWords: true,
};

export const command = defineCommand(COMMAND, async (values, words) => {
  if (!values.lake)
    throw usageError('--lake is missing', 'Give the folder that was given to convert as --out');
  process.stdout.on('error', endQuietly);
  const sql = await sqlOf(values.file, words);
  const asOf = values['as-of'];
  if (values.check && asOf !== undefined)
    throw usageError('--check reads what is published now, and --as-of what was', 'Give one of the two');
  if (values.check) await checkReaders(await lakePorts(values.lake));
  const lake = await openLake({
    lakeDir: resolve(startDir, values.lake),
    past: asOf === undefined ? undefined : await pastTables(values.lake, asOf, sql),
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

/** The tables as they were. Fails with `UsageError` if the SQL names one of which files are gone. */
async function pastTables(lake: string, text: string, sql: string): Promise<CatalogFile[]> {
  const asOf = parseAsOf(text);
  const { catalogs, gone } = await lakeAsOf(await lakePorts(lake), asOf);
  const words = new Set(sql.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
  const missed = gone.filter(({ table }) => words.has(table.toLowerCase()));
  const [first] = missed;
  if (first) {
    const days = new Set(missed.map(({ businessDate, commit }) => `${businessDate}/${commit}`));
    throw new UsageError({
      what: `${first.table} cannot be read as of ${text} any more`,
      why: `Files of ${[...days].slice(0, 10).join(', ')}${days.size > 10 ? ' and more' : ''} were removed: those commits were replaced longer ago than clean keeps files.`,
      next: `"npx positional-lake history --lake ${shellWord(lake)}" says which commits can be read.`,
    });
  }
  // A table that this state has lost is in no SQL; the others must not stumble over it.
  const lost = new Set(gone.map(({ table }) => table));
  return catalogs.filter(({ dataset }) => !lost.has(dataset));
}

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
