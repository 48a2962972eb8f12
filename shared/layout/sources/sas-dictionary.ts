import type { LayoutInvalid } from '../../errors.ts';
import { DECIMAL_DIGITS, INT64_DIGITS } from '../field-type.ts';
import { columnName, type PositionEntry } from './position-entry.ts';

/**
 * Lines of a SAS INPUT statement, with comments, as statistics agencies publish them:
 *
 *     @0001  UF        $2.     /* state *\/      string, bytes 1 to 2
 *     @3     IDADE     3.                       integer, bytes 3 to 5
 *     @6     RENDA     11.2                     decimal(11,2), implied point
 *     @17    NASC      YYMMDD8.                 date, yyyyMMdd
 */
const LINE = /^\s*@\s*(\d{1,7})\s+([A-Za-z_]\w*)\s+(\S+?)\s*;?\s*$/;
const DATES: Record<string, string> = {
  'YYMMDD8.': 'yyyyMMdd',
  'YYMMDD10.': 'yyyy-MM-dd',
  'DDMMYY8.': 'ddMMyyyy',
  'DDMMYY10.': 'dd/MM/yyyy',
  'MMDDYY8.': 'MMddyyyy',
  'MMDDYY10.': 'MM/dd/yyyy',
};

/** Does any line begin like `@1 NAME`? */
export function isSasDictionary(lines: string[]): boolean {
  return lines.some((line) => /^\s*@\s*\d+\s+\w/.test(line));
}

/** The field of one line; undefined for a line without one, such as INPUT, `;` or a comment. */
export function sasEntry(line: string, fail: (why: string) => LayoutInvalid): PositionEntry | undefined {
  const text = line.replace(/\/\*.*?(\*\/|$)/g, ' ').replace(/^\s*INPUT\b/i, '');
  if (!text.includes('@')) return undefined;
  const match = LINE.exec(text);
  if (!match) throw fail(`'${text.trim().slice(0, 60)}' is not @pos name informat`);
  const [, at, name = '', informatText = ''] = match;
  const start = Number(at);
  if (start < 1) throw fail('positions count from 1');
  return { name: columnName(name), ...informat(informatText, start, fail) };
}

function informat(
  text: string,
  start: number,
  fail: (why: string) => LayoutInvalid,
): Omit<PositionEntry, 'name'> {
  const upper = text.toUpperCase();
  const format = DATES[upper];
  // The format has as many characters as the field.
  if (format) return { start, end: start + format.length - 1, type: 'date', format };
  const match = /^(\$(?:CHAR)?)?(\d{1,7})\.(\d{1,2})?$/.exec(upper);
  const width = Number(match?.[2] ?? 0);
  if (!match || width < 1) {
    throw fail(
      `the informat '${text}' is not read (valid: $w. $CHARw. w. w.d ${Object.keys(DATES).join(' ')})`,
    );
  }
  const end = start + width - 1;
  if (match[1]) return { start, end, type: 'string' };
  const scale = Number(match[3] ?? 0);
  if (width > DECIMAL_DIGITS || scale > width) throw fail(`the informat '${text}' has too many digits`);
  if (scale > 0) return { start, end, type: `decimal(${width},${scale})`, point: 'implied' };
  if (width > INT64_DIGITS) return { start, end, type: `decimal(${width},0)`, point: 'implied' };
  return { start, end, type: 'integer' };
}
