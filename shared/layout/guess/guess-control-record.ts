import { COUNT_CONVENTIONS, type CountedKind, countConventions } from '../count-conventions.ts';
import { INT64_DIGITS } from '../field-type.ts';
import { type ColumnGuess, column } from './column-guess.ts';
import type { GuessedRecords } from './guessed-records.ts';

/** Days of a single record: only years in which files are sent. */
const DAY = /^(19[89]|20[0-6])\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])/;

/**
 * The columns of a header or trailer. There is one such record, so nothing varies: words that two blanks divide, digits apart
 * from letters, and eight digits that are a day of our time.
 */
export function controlColumns(record: GuessedRecords, edges: readonly number[]): ColumnGuess[] {
  const text = record.text(0, 0, record.lengths[0]!);
  const columns: ColumnGuess[] = [];
  let from = 0;
  for (const to of [...edges, text.length]) {
    for (const { 0: word, index } of text
      .slice(from, to)
      .matchAll(/\d{6,}|(?:(?!\d{6,})[^ ]|(?<=[^ ]) (?=[^ \d]))+/g)) {
      columns.push(...wordColumns(word, from + index));
    }
    from = to;
  }
  return columns;
}

function wordColumns(word: string, at: number): ColumnGuess[] {
  if (!/^\d{6,}$/.test(word)) return [column(at, at + word.length, { type: 'string' })];
  const day = DAY.test(word);
  const rest = day ? word.slice(8) : word;
  const restAt = at + word.length - rest.length;
  return [
    ...(day ? [column(at, at + 8, { type: 'date', format: 'yyyyMMdd' })] : []),
    ...(rest === ''
      ? []
      : [column(restAt, at + word.length, { type: rest.length > INT64_DIGITS ? 'string' : 'integer' })]),
  ];
}

/** The number of the trailer that is the number of records, with the convention by which it is; undefined if none or several are. */
export function guessCount(
  trailer: GuessedRecords,
  columns: readonly ColumnGuess[],
  counts: Readonly<Record<CountedKind, number>>,
): { field: string; equals: string } | undefined {
  const found = columns.flatMap(({ name, type, start, end }) => {
    if (type !== 'integer') return [];
    const number = Number(trailer.text(0, start - 1, end));
    const convention = countConventions().find(
      ([kind]) => COUNT_CONVENTIONS[kind].counted.reduce((sum, one) => sum + counts[one], 0) === number,
    );
    return convention && number > 3 ? [{ field: name, equals: convention[1].spelling }] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}
