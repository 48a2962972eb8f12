import { once } from 'node:events';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startDir } from '../local/adapters/project-folders.ts';
import { openLake, type SqlResult, type SqlStream } from '../local/lake/lake-sql.ts';
import { bindBusinessDate, readQueryFile } from '../local/lake/query-file.ts';
import { toJsonValue } from '../local/lake/sql-value.ts';
import { UsageError } from '../shared/errors.ts';
import { runCommand } from '../terminal/exit.ts';
import { MAX_TABLE_ROWS, printTable } from '../terminal/print-table.ts';

const HELP = `Asks SQL (DuckDB's) of what is published in a lake.

npm run -s query -- --lake DIR "SELECT …" [flags]
npm run -s query -- --lake DIR --file docs/queries/contracts-by-product.sql [flags]

  --lake DIR            what convert was given as --out
  --file F              reads the SQL from a file
  --business-date D     yyyy-MM-dd, put where the SQL says \${business_date}; by default the latest published day
                        (on a command line put such SQL in single quotes, or the shell takes the placeholder)
  --json                one JSON object a row; decimals, and integers beyond 2^53, as strings

Tables: <dataset>, <dataset>_rejects, <dataset>_days, ledger. year, month and day are zero-padded text.
"SHOW TABLES" lists them, "DESCRIBE contracts" the columns of one.
A table shows the first ${MAX_TABLE_ROWS} rows; --json prints all.

Exit codes: 0 answered, 1 the lake cannot be read, 2 usage or SQL.`;

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      lake: { type: 'string' },
      file: { type: 'string' },
      'business-date': { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (!values.lake) throw usage('--lake is missing', 'Give the folder that convert was given as --out');
  process.stdout.on('error', endQuietly);
  const sql = await sqlOf(values.file, positionals);
  const lake = await openLake({ lakeDir: resolve(startDir, values.lake) });
  try {
    const stream = await lake.stream(bindBusinessDate(lake, sql, values['business-date']));
    if (values.json) await writeJsonLines(stream);
    else await write(`${printTable(await firstRows(stream))}\n`);
    return 0;
  } finally {
    lake.close();
  }
});

async function sqlOf(file: string | undefined, positionals: string[]): Promise<string> {
  if (file !== undefined && positionals.length > 0)
    throw usage('there is SQL on the command line and a --file', 'Give one of the two');
  if (positionals.length > 1)
    throw usage(
      `there are ${positionals.length} arguments in place of one SQL text`,
      'Put the SQL in quotes',
    );
  const sql = file === undefined ? positionals[0] : await readQueryFile(resolve(startDir, file));
  if (!sql?.trim()) throw usage('there is no SQL', 'Give it in quotes, or a file of it with --file');
  return sql;
}

function usage(what: string, next: string): UsageError {
  return new UsageError({ what, next: `${next}; --help shows every flag` });
}

/** One row more than a table shows, so that it can say there are more. */
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
      JSON.stringify(Object.fromEntries(columns.map(({ name }, index) => [name, toJsonValue(row[index]!)]))),
    );
    await write(lines.map((line) => `${line}\n`).join(''));
  }
}

/** Waits for a slow reader. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** A reader that has seen enough, as `head` has, is no failure. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
