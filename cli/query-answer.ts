import type { SqlResult, SqlStream } from '../local/lake/sql-statements.ts';
import { outputColumns, sayExactly, sayMany } from '../terminal/print.ts';
import {
  csvRow,
  expandedRow,
  jsonRow,
  markdownHead,
  markdownRow,
  NULL_TEXT,
} from '../terminal/print-rows.ts';
import { MAX_TABLE_ROWS, tableLines } from '../terminal/print-table.ts';

/** How the rows of an answer are printed. */
export type AnswerForm = 'table' | 'expanded' | 'json' | 'csv' | 'markdown';

/** Prints what one statement answered: every row, or, for a terminal, the first thousand. */
export async function printAnswer(stream: SqlStream, form: AnswerForm): Promise<void> {
  const { columns, batches } = stream;
  if (form === 'json') {
    for await (const rows of batches) await sayMany(rows.map((row) => jsonRow(columns, row)));
  } else if (form === 'csv') {
    await sayExactly(`${csvRow(columns.map(({ name }) => name))}\n`);
    for await (const rows of batches) await sayExactly(rows.map((row) => `${csvRow(row)}\n`).join(''));
  } else if (form === 'markdown') {
    await sayMany(markdownHead(columns));
    for await (const rows of batches) await sayMany(rows.map(markdownRow));
  } else if (stream.kind === 'plan') {
    // DuckDB has drawn the plan itself; the first column only names its kind.
    for await (const rows of batches)
      await sayMany(
        rows.flatMap((row) =>
          String(row.at(-1) ?? '')
            .trimEnd()
            .split('\n'),
        ),
      );
  } else await printForTerminal(await firstRows(stream), form);
}

async function printForTerminal(result: SqlResult, form: 'table' | 'expanded'): Promise<void> {
  const allRows = '--json and --csv print all';
  if (form === 'table') {
    const allColumns = '--expanded shows them';
    const options = { width: outputColumns(), nullText: NULL_TEXT, allColumns, allRows };
    return sayMany(tableLines(result, options));
  }
  const rows = result.rows.slice(0, MAX_TABLE_ROWS);
  await sayMany(rows.flatMap((row, index) => expandedRow(result.columns, row, index + 1)));
  if (result.rows.length > MAX_TABLE_ROWS) await sayMany([`(the first ${MAX_TABLE_ROWS} rows; ${allRows})`]);
  else if (rows.length === 0) await sayMany(['(0 rows)']);
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
