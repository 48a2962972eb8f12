import type { SqlColumn, SqlValue } from '../local/lake/sql-value.ts';
import { toJsonValue } from '../local/lake/sql-value.ts';
import { jsonText } from '../shared/shown-text.ts';
import type { Line } from './print.ts';
import { cellText, textWidth } from './print-table.ts';

/** What stands for null where a text may be empty. */
export const NULL_TEXT = 'NULL';

/** One JSON object: exact. */
export function jsonRow(columns: SqlColumn[], row: SqlValue[]): string {
  return jsonText(Object.fromEntries(row.map((value, index) => [columns[index]?.name, toJsonValue(value)])));
}

/** A line as RFC 4180 has it: null is nothing, an empty text is `""`. */
export function csvRow(row: SqlValue[]): string {
  return row
    .map((value) => {
      if (value === null) return '';
      const text = typeof value === 'object' ? JSON.stringify(toJsonValue(value)) : String(value);
      return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}

/** `| name | value |` */
export function markdownRow(row: SqlValue[]): string {
  const cells = row.map((value) => cellText(value, NULL_TEXT).replace(/[\\|]/g, (mark) => `\\${mark}`));
  return `| ${cells.join(' | ')} |`;
}

/** The two lines above the rows of a Markdown table. */
export function markdownHead(columns: SqlColumn[]): string[] {
  return [markdownRow(columns.map(({ name }) => name)), `|${columns.map(() => ' --- |').join('')}`];
}

/** A row as one line for each column. */
export function expandedRow(columns: SqlColumn[], row: SqlValue[], number: number): Line[] {
  const names = columns.map(({ name }) => cellText(name));
  const width = Math.max(0, ...names.map(textWidth));
  return [
    [{ style: 'faint', text: `─ row ${number} ${'─'.repeat(Math.max(2, width - 3))}` }],
    ...row.map((value, index): Line => {
      const name = `${names[index]}${' '.repeat(width - textWidth(names[index] ?? ''))}`;
      const text = cellText(value, NULL_TEXT);
      return value === null ? [`${name}  `, { style: 'faint', text }] : `${name}  ${text}`.trimEnd();
    }),
  ];
}
