import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDir } from '../local/adapters/project-folders.ts';
import type { Lake } from '../local/lake/lake.ts';
import { openLake } from '../local/lake/lake-sql.ts';
import { bindBusinessDate, readQueryFile } from '../local/lake/query-file.ts';
import { checkReaders } from '../shared/pipeline/verify/check-readers.ts';
import { defineCommand, isSet, text, texts, usageError } from '../terminal/command-line.ts';
import type { FlagValues } from '../terminal/parse-flags.ts';
import { say, warn } from '../terminal/print.ts';
import { MAX_TABLE_ROWS } from '../terminal/print-table.ts';
import { lakePorts } from './lake-arguments.ts';
import { lakeFolder } from './lake-folder.ts';
import { namedSql } from './named-question.ts';
import { pastTables } from './past-tables.ts';
import { type AnswerForm, printAnswer } from './query-answer.ts';
import { askForSql } from './query-prompt.ts';

const COMMAND = {
  does: 'Answers SQL (of DuckDB) from what is published in a lake.',
  usage: `positional-lake query --lake DIR "SELECT …" [flags]
positional-lake query --lake DIR --file docs/queries/contracts-by-product.sql [flags]
positional-lake query --lake DIR --named churn [--param business_date=2025-08-12] [flags]
positional-lake query --lake DIR    asks for SQL, on a terminal`,
  flags: {
    lake: text('DIR', 'the folder that was given to convert as --out'),
    file: text('F', 'reads the SQL from a file; - is standard input'),
    named: text('NAME', 'a query of docs/analytics or docs/queries'),
    param: texts('NAME=VALUE', 'a parameter of it'),
    mapping: text('FILE', 'which column is what, for --named; docs/analytics/README.md explains it'),
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
    expanded: isSet('each row as one line a column: for rows that are wider than the terminal'),
    csv: isSet('comma-separated values; null is nothing, an empty text is ""'),
    markdown: isSet('a table of Markdown'),
    json: isSet('one JSON object per row; decimals, and integers beyond 2^53, as strings'),
  },
  notes: `Tables: <dataset>, <dataset>_rejects, <dataset>_days, ledger. year, month and day are zero-padded text.
A layout with several record types has a table for each, and <layout>_rejects and <layout>_days for all of them.
"SHOW TABLES" lists them, "DESCRIBE contracts" shows the columns of one. Rows come in the order of the files, and in a file
in that of its records, if the SQL asks for no other. Of several statements (… ; …) every answer is printed.
A table shows the first ${MAX_TABLE_ROWS} rows, and cuts texts to the width of the terminal; --json, --csv and --markdown print all.

If nothing of a dataset is published, its rejects table shows those of refused files.

Exit codes: 0 answered, 1 something that the SQL names cannot be read (the rest is answered), 2 usage, SQL,
or a state that the lake does not have. With --as-of, <dataset>_days shows that state too; ledger is as it is now.`,
  takesWords: true,
} as const;

const FORMS = ['expanded', 'json', 'csv', 'markdown'] as const;

type Flags = FlagValues<typeof COMMAND.flags>;

export const command = defineCommand(COMMAND, async (values, words) => {
  if (!values.lake)
    throw usageError('--lake is missing', 'Give the folder that was given to convert as --out');
  if (values.named === undefined && (values.param || values.mapping))
    throw usageError('--param and --mapping are for --named', 'Name a query with --named');
  const sql = await sqlOf(values, words);
  const form = formOf(values);
  const asOf = values['as-of'];
  if (values.check && asOf !== undefined)
    throw usageError('--check reads what is published now, and --as-of what was', 'Give one of the two');
  const lakeDir = await lakeFolder(values.lake, ['catalog', 'ledger']);
  if (values.check) await checkReaders(await lakePorts(values.lake), sleep);
  const past = asOf === undefined ? undefined : await pastTables(values.lake, asOf);
  past?.requireThere(sql ?? '');
  const lake = await openLake({
    lakeDir,
    past: past?.catalogs,
    allowFiles: values['allow-files'] === true,
    // A date is put into it only once the lake is open.
    statement: sql?.includes('${') ? undefined : sql,
  });
  let isWhole = true;
  const answer = async (asked: string, form: AnswerForm) => {
    past?.requireThere(asked);
    isWhole =
      (await answerSql(lake, bindBusinessDate(lake, asked, values['business-date']), form)) && isWhole;
  };
  try {
    if (values.named !== undefined) {
      const { named: name, param = [], mapping, 'business-date': date } = values;
      const params = date === undefined ? param : [`business_date=${date}`, ...param];
      const own = mapping && resolve(startDir, mapping);
      await answer(await namedSql(lake, { name, params, mapping: own }), form ?? 'table');
    } else if (sql !== undefined) await answer(sql, form ?? 'table');
    else
      await askForSql(
        lake,
        { input: process.stdin, output: process.stdout, terminal: true },
        (asked, chosen) => answer(asked, form ?? chosen),
      );
    return isWhole ? 0 : 1;
  } finally {
    lake.close();
  }
});

/** Prints the answers of all statements; false if something that they name cannot be read. */
async function answerSql(lake: Lake, sql: string, form: AnswerForm): Promise<boolean> {
  let isFirst = true;
  for await (const stream of lake.results(sql)) {
    if (!isFirst && form !== 'json' && form !== 'csv') say('');
    isFirst = false;
    await printAnswer(stream, form);
  }
  const damage = lake.damage.of(sql);
  for (const { message } of damage) warn(`answered without what cannot be read: ${message}`);
  return damage.length === 0;
}

function formOf(values: Flags): AnswerForm | undefined {
  const [form, other] = FORMS.filter((name) => values[name]);
  if (other === undefined) return form;
  throw usageError(`--${form} and --${other} are two forms of one answer`, 'Give one of the two');
}

/** The SQL; undefined if a person at a terminal is to be asked for it. */
async function sqlOf({ file, named }: Flags, words: string[]): Promise<string | undefined> {
  if (named !== undefined) {
    if (file === undefined && words.length === 0) return undefined;
    throw usageError('there is SQL beside --named', 'Give one of the two');
  }
  if (file !== undefined && words.length > 0)
    throw usageError('there is SQL on the command line and a --file', 'Give one of the two');
  if (words.length > 1)
    throw usageError(`there are ${words.length} arguments instead of one SQL text`, 'Put the SQL in quotes');
  if (file === undefined && words.length === 0 && process.stdin.isTTY && process.stdout.isTTY)
    return undefined;
  const path = file === undefined || file === '-' ? file : resolve(startDir, file);
  const sql = path === undefined ? words[0] : await readQueryFile(path);
  if (!sql?.trim()) throw usageError('there is no SQL', 'Give it in quotes, or a file of it with --file');
  return sql;
}
