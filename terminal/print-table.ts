import type { SqlResult } from '../local/lake/sql-statements.ts';
import { type SqlValue, toJsonValue } from '../local/lake/sql-value.ts';
import { shownText } from '../shared/shown-text.ts';
import { counted } from './counted.ts';
import { fitColumns } from './fit-columns.ts';
import { type Line, plainText, type Style } from './print.ts';

/** More rows are for a file, not for a terminal. */
export const MAX_TABLE_ROWS = 1000;

interface TableOptions {
  /** Columns of the terminal that it may take. */
  width?: number;
  /** What stands for null. */
  nullText?: string;
  /** Which columns are left out if not all fit: those in the middle, or the last ones. */
  leaveOut?: 'middle' | 'last';
  /** Columns of which a narrow terminal shows the end, such as names of files, which begin alike. */
  keepEnds?: readonly string[];
  /** How all columns and all rows can be seen. */
  allColumns?: string;
  allRows?: string;
  /** Style of a cell. */
  style?: (text: string, column: string) => Style | undefined;
}

/** A result as the lines of a table without styles, as wide as its values are. */
export function printTable(result: SqlResult): string[] {
  return tableLines(result).map(plainText);
}

/**
 * A result as the lines of an aligned table: numbers to the right exactly as they are, at most `MAX_TABLE_ROWS` rows with a note if there are
 * more. In a narrow terminal long texts are cut, and then columns left out; numbers and dates never are cut.
 */
export function tableLines({ columns, rows }: SqlResult, options: TableOptions = {}): Line[] {
  const {
    width = Number.POSITIVE_INFINITY,
    nullText = '',
    leaveOut = 'middle',
    keepEnds = [],
    style,
  } = options;
  const shown = rows.slice(0, MAX_TABLE_ROWS);
  const table = columns.map(({ name, type }, index) => {
    const cells = shown.map((row) => cellText(row[index] ?? null, nullText));
    const widest = [cellText(name), ...cells].reduce((most, cell) => Math.max(most, textWidth(cell)), 0);
    const isNumber = NUMBER_TYPE.test(type);
    return {
      name: cellText(name),
      cells,
      index,
      width: widest,
      isNumber,
      type,
      keepsEnd: keepEnds.includes(name),
    };
  });
  const fitted = fitColumns(
    table.map(({ width, type, keepsEnd }) => ({ width, keepsEnd, mayBeCut: !UNCUT_TYPE.test(type) })),
    width,
    leaveOut,
  );
  const shownColumns = fitted.map(({ index, width }) =>
    index === undefined
      ? { name: '…', cells: shown.map(() => '…'), index: -1, width, isNumber: false, keepsEnd: false }
      : { ...table[index]!, width },
  );
  const line = (cellOf: (column: (typeof shownColumns)[number]) => Line[number]): Line =>
    joined(shownColumns.map((column) => aligned(cellOf(column), column)));
  return [
    line(({ name }) => ({ style: 'strong', text: name })),
    line((column) => '─'.repeat(column.width)),
    ...shown.map((row, at) =>
      line(({ name, cells, index }) => {
        const text = cells[at] ?? '';
        const styled = row[index] === null ? 'faint' : style?.(text, name);
        return styled ? { style: styled, text } : text;
      }),
    ),
    endOf(rows.length, columns.length - fitted.filter(({ index }) => index !== undefined).length, options),
  ];
}

function endOf(
  rowCount: number,
  leftOut: number,
  { allColumns, allRows = '--json prints all' }: TableOptions,
) {
  const rows =
    rowCount > MAX_TABLE_ROWS ? `the first ${MAX_TABLE_ROWS} rows; ${allRows}` : counted(rowCount, 'row');
  const columns =
    leftOut > 0 ? `; ${counted(leftOut, 'column')} left out${allColumns ? `: ${allColumns}` : ''}` : '';
  return `(${rows}${columns})`;
}

const NUMBER_TYPE = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\))$/;
/** A part of a number or of a time says something else. */
const UNCUT_TYPE =
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|BIGNUM|DECIMAL\(.*\)|DATE|TIME.*|BOOLEAN)$/;

/** A value as one line of text, in the width that it will have on a terminal. */
export function cellText(value: SqlValue, nullText = ''): string {
  if (value === null) return nullText;
  const text =
    typeof value === 'object'
      ? // Numbers inside a list or a struct: as JSON numbers, or as text if JSON cannot hold them exactly.
        JSON.stringify(toJsonValue(value))
      : String(value);
  // As it will be shown, so that a line break or a colour code in a value takes the width that it has there.
  return shownText(text);
}

/** The pieces of a cell, cut or filled up to its width. */
function aligned(
  cell: Line[number],
  { width, isNumber, keepsEnd }: { width: number; isNumber: boolean; keepsEnd: boolean },
): Exclude<Line, string> {
  const text = typeof cell === 'string' ? cell : cell.text;
  const fits = keepsEnd ? cutBeginning(text, width) : cutText(text, width);
  const padding = ' '.repeat(width - textWidth(fits));
  const piece = typeof cell === 'string' ? fits : { ...cell, text: fits };
  return isNumber ? [padding, piece] : [piece, padding];
}

/** Cells with their gaps, without the blanks at the end of the line. */
function joined(cells: Exclude<Line, string>[]): Line {
  const pieces = cells.flatMap((cell, index) => (index === 0 ? cell : ['  ', ...cell]));
  while (pieces.length > 0) {
    const last = pieces.pop()!;
    const text = typeof last === 'string' ? last.trimEnd() : last.text.trimEnd();
    if (text === '') continue;
    pieces.push(typeof last === 'string' ? text : { ...last, text });
    break;
  }
  return pieces;
}

/** `Banco do Brasil`, 8 → `Banco d…` */
function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (textWidth(cut + segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

/** `month=08/day=12/contratos_001.txt`, 20 → `…2/contratos_001.txt` */
function cutBeginning(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = '';
  for (const { segment } of [...new Intl.Segmenter().segment(text)].reverse()) {
    if (textWidth(segment + cut) > width - 1) break;
    cut = segment + cut;
  }
  return `…${cut}`;
}

/** Columns on a terminal: accents that follow their letter need none. */
export function textWidth(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length;
}
