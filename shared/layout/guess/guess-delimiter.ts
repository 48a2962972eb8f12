import type { GuessedRecords } from './guessed-records.ts';

export interface DelimiterGuess {
  /** As people call it: `;` or `tab`. */
  delimiter: string;
  columnCount: number;
  /** Share of the lines that have that many, from 0 to 1. */
  share: number;
}

const QUOTE = 0x22;
const NEARLY_ALL = 0.9;

/**
 * The character that divides the values of each line, if lines have a constant number of it at places that differ. At the same
 * places it is a column of a file of fixed positions: the point of an amount, a bar between columns.
 */
export function guessDelimiter(records: GuessedRecords): DelimiterGuess | undefined {
  const guesses = [';', '\t', '|', ','].flatMap((delimiter) => countOf(records, delimiter) ?? []);
  return guesses.sort((a, b) => b.columnCount - a.columnCount)[0];
}

function countOf(records: GuessedRecords, delimiter: string): DelimiterGuess | undefined {
  const code = delimiter.charCodeAt(0);
  const lines = new Map<number, number>();
  const places = new Map<number, Set<string>>();
  for (let record = 0; record < records.count; record++) {
    const found = delimitersOf(records, record, code);
    lines.set(found.length, (lines.get(found.length) ?? 0) + 1);
    const seen = places.get(found.length) ?? new Set();
    if (seen.size < 3) seen.add(found.join());
    places.set(found.length, seen);
  }
  const [[count, times] = [0, 0]] = [...lines].sort((a, b) => b[1] - a[1]);
  const share = times / Math.max(records.count, 1);
  // One comma in each line may be chance in a short file: a name and its comma.
  const fewest = delimiter === ',' && times < 20 ? 2 : 1;
  const moves = (places.get(count)?.size ?? 0) > 1;
  if (count < fewest || times < 2 || share < NEARLY_ALL || !moves) return undefined;
  return { delimiter: delimiter === '\t' ? 'tab' : delimiter, columnCount: count + 1, share };
}

/** Offsets of the delimiters of a line; those within quotes are text. */
function delimitersOf(records: GuessedRecords, record: number, code: number): number[] {
  const found: number[] = [];
  let quoted = false;
  for (let at = 0; at < records.lengths[record]!; at++) {
    const character = records.charAt(record, at);
    if (character === QUOTE) quoted = !quoted;
    else if (character === code && !quoted) found.push(at);
  }
  return found;
}
