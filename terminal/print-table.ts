import type { SqlResult } from '../local/lake/lake-sql.ts';
import { type SqlValue, toJsonValue } from '../local/lake/sql-value.ts';

/** More is for a file, not for a terminal. */
export const MAX_TABLE_ROWS = 1000;

/**
 * A result as aligned text, without a newline at its end: numbers to the right exactly as they are, null as
 * nothing, at most `MAX_TABLE_ROWS` rows with a note where there are more.
 */
export function printTable({ columns, rows }: SqlResult): string {
  const shown = rows.slice(0, MAX_TABLE_ROWS).map((row) => row.map(cellText));
  const isNumber = columns.map(({ type }) => NUMBER_TYPE.test(type));
  const widths = columns.map(({ name }, index) =>
    shown.reduce((width, row) => Math.max(width, textWidth(row[index]!)), textWidth(cellText(name))),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, index) => {
        const padding = ' '.repeat(widths[index]! - textWidth(cell));
        return isNumber[index] ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd();
  return [
    line(columns.map(({ name }) => cellText(name))),
    widths.map((width) => '─'.repeat(width)).join('  '),
    ...shown.map(line),
    rows.length > MAX_TABLE_ROWS
      ? `(the first ${MAX_TABLE_ROWS} rows; --json prints all)`
      : `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`,
  ].join('\n');
}

const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\))$/;

function cellText(value: SqlValue): string {
  if (value === null) return '';
  const text =
    typeof value === 'object'
      ? // Numbers inside a list or a struct: JSON's own, or text where JSON has none as exact.
        JSON.stringify(toJsonValue(value))
      : String(value);
  // A line break or a colour code in a value must not break the table.
  return text.replace(/\p{Cc}/gu, (character) =>
    JSON.stringify(character).slice(1, -1).replace('\u007f', '\\u007f'),
  );
}

/** Columns on a terminal: accents that follow their letter take none. */
function textWidth(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length;
}
