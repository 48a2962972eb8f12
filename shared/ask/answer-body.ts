import type { Answer } from './answer.ts';
import { arrowBody } from './answer-arrow.ts';
import type { AnswerFormat, Question } from './question.ts';

/** A page of an answer in one of the forms. */
export interface AnswerBody {
  type: string;
  body: Uint8Array;
  pages: number;
}

const TYPES: Record<AnswerFormat, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  arrow: 'application/vnd.apache.arrow.stream',
};

/** A page: JSON says the commits and the number of pages too. A page after the last one has no rows. */
export function answerBody(
  answer: Answer,
  { format, page, pageRows }: Pick<Question, 'format' | 'page' | 'pageRows'>,
  key: string | undefined,
): AnswerBody {
  const { columns, commits, params, rows: all } = answer;
  const pages = Math.max(1, Math.ceil(all.length / pageRows));
  const rows = all.slice((page - 1) * pageRows, page * pageRows);
  const type = TYPES[format];
  if (format === 'arrow') return { type, body: arrowBody(columns, rows), pages };
  if (format === 'csv') {
    const lines = [columns.map(({ name }) => name), ...rows].map((row) => `${csvLine(row)}\r\n`);
    return { type, body: encoded(lines.join('')), pages };
  }
  const shown = {
    ...{ columns, rows, rowCount: all.length, page, pages, commits, params },
    ...(key && { key }),
  };
  return { type, body: encoded(JSON.stringify(shown)), pages };
}

/** As RFC 4180 has it: null is nothing, an empty text is `""`. */
function csvLine(row: readonly unknown[]): string {
  return row
    .map((value) => {
      if (value === null) return '';
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return text === '' || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
