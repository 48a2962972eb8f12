import type { SqlResult } from '../local/lake/lake-sql.ts';
import { type SqlValue, toJsonValue } from '../local/lake/sql-value.ts';
import { shownText } from '../shared/shown-text.ts';

/** More rows are for a file, not for a terminal. */
export const MAX_TABLE_ROWS = 1000;

/**
 * A result as the lines of an aligned table: numbers to the right exactly as they are, null as an empty cell, at most
 * `MAX_TABLE_ROWS` rows with a note if there are more.
 */
export function printTable({ columns, rows }: SqlResult): string[] {
  const shown = rows.slice(0, MAX_TABLE_ROWS).map((row) => row.map(cellText));
  const table = columns.map(({ name, type }, index) => {
    const cells = [cellText(name), ...shown.map((row) => row[index] ?? '')];
    const width = cells.reduce((most, cell) => Math.max(most, textWidth(cell)), 0);
    return { width, cells, isNumber: NUMBER_TYPE.test(type) };
  });
  const line = (row: number) =>
    table
      .map(({ width, cells, isNumber }) => {
        const cell = cells[row] ?? '';
        const padding = ' '.repeat(width - textWidth(cell));
        return isNumber ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [
    line(0),
    table.map(({ width }) => '─'.repeat(width)).join('  '),
    ...shown.map((_, index) => line(index + 1)),
    rows.length > MAX_TABLE_ROWS
      ? `(the first ${MAX_TABLE_ROWS} rows; --json prints all)`
      : `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
  ];
}

const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\))$/;

function cellText(value: SqlValue): string {
  if (value === null) return '';
  const text =
    typeof value === 'object'
      ? // Numbers inside a list or a struct: as JSON numbers, or as text if JSON cannot hold them exactly.
        JSON.stringify(toJsonValue(value))
      : String(value);
  // As it will be shown, so that a line break or a colour code in a value takes the width that it has there.
  return shownText(text);
}

/** Columns on a terminal: accents that follow their letter need none. */
function textWidth(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length;
}
