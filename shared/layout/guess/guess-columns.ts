import { type CodePage, isEbcdic } from '../code-page.ts';
import { type ColumnGuess, column } from './column-guess.ts';
import { guessMoments } from './guess-moments.ts';
import { guessNumbers } from './guess-numbers.ts';
import { guessPacked } from './guess-packed.ts';
import type { GuessedRecords } from './guessed-records.ts';
import { MOST_POSITIONS, Positions } from './positions.ts';

interface ColumnsGuess {
  columns: ColumnGuess[];
  /** What was seen and could not be decided. */
  notes: string[];
}

const MOSTLY_BLANK = 0.95;

/**
 * Packed numbers first, then dates, since these are recognised by their values; between them, columns are cut where blanks end, where
 * digits begin or end, where leading zeros or blanks begin. `code` is the place of
 * the code of the record type, a text of its own.
 */
export function guessColumns(
  records: GuessedRecords,
  lengthBytes: number,
  codePage: CodePage,
  code?: { from: number; to: number },
): ColumnsGuess {
  if (records.count === 0) return { columns: [], notes: [] };
  const count = Math.min(lengthBytes, MOST_POSITIONS);
  const positions = new Positions(records, count);
  const { moments, ambiguous } = guessMoments(records, positions);
  const packed = isEbcdic(codePage) ? guessPacked(records, count) : [];
  const known = [
    ...(code ? [column(code.from, code.to, { type: 'string' })] : []),
    ...packed,
    ...moments.map(({ from, to, type, format }) => column(from, to, { type, format })),
    ...ambiguous.map(({ from, to }) => column(from, to, { type: 'string' })),
  ]
    .filter(({ start, end }, index) => index === 0 || !code || start > code.to || end <= code.from)
    .sort((a, b) => a.start - b.start);
  const notes = ambiguous.map(
    ({ from, formats }) =>
      `column_${from + 1} holds dates that can be read in two ways (${formats.join(' or ')}): ask which, and give it a type and format`,
  );
  const marks = Array.from({ length: count }, (_, at) => at).filter((at) => isMark(positions, at));
  const cuts = [...marks, ...marks.map((at) => at + 1)];
  const columns: ColumnGuess[] = [];
  let at = 0;
  for (const next of [...known, column(count, count, { type: 'string' })]) {
    for (const [from, to] of pieces(at, next.start - 1, cuts))
      columns.push(...cut(records, positions, from, to));
    if (next.end > next.start - 1 && next.start <= count) columns.push(next);
    at = next.end;
  }
  if (lengthBytes > count) columns.push(column(count, lengthBytes, { type: 'string' }));
  return { columns, notes: [...notes, ...nullIndicators(records, positions, columns)] };
}

function pieces(from: number, to: number, edges: readonly number[]): [number, number][] {
  const cuts = [from, ...edges.filter((edge) => edge > from && edge < to).sort((a, b) => a - b), to];
  return cuts.slice(1).map((end, index) => [cuts[index]!, end]);
}

/** Numbers and texts of a stretch without dates and packed numbers. */
function cut(records: GuessedRecords, positions: Positions, from: number, to: number): ColumnGuess[] {
  const columns: ColumnGuess[] = [];
  let at = from;
  while (at < to) {
    if (!positions.isDigits(at)) {
      let end = at + 1;
      while (end < to && !(positions.isDigits(end) && !continuesText(positions, end, to))) end++;
      columns.push(...textColumns(positions, at, end));
      at = end;
      continue;
    }
    let end = at + 1;
    while (end < to && positions.isDigits(end)) end++;
    const isPunched = end < to && positions.isPunched(end);
    if (isPunched) end++;
    columns.push(
      ...(guessNumbers(records, positions, at, end, isPunched) ?? textColumns(positions, at, end)),
    );
    at = end;
  }
  return columns;
}

/** One or two digits right after characters of a text are its end: PETR4, AP 12. */
function continuesText(positions: Positions, at: number, to: number): boolean {
  let end = at;
  while (end < to && positions.isDigits(end)) end++;
  return end - at <= 2 && positions.blanks(at - 1) * 2 < positions.recordCount;
}

/** Texts, cut where one begins after blanks; FILLER is left out. What holds control characters is bytes, not text. */
function textColumns(positions: Positions, from: number, to: number): ColumnGuess[] {
  const columns: ColumnGuess[] = [];
  let start = from;
  for (let end = from + 1; end <= to; end++) {
    if (end < to && !beginsText(positions, end)) continue;
    const offsets = Array.from({ length: end - start }, (_, index) => start + index);
    const isFiller = offsets.every((at) => positions.blanks(at) === positions.recordCount);
    const isBytes = offsets.some((at) => positions.controls(at) > 0);
    if (!isFiller) columns.push(column(start, end, { type: isBytes ? 'binary' : 'string' }));
    start = end;
  }
  return columns;
}

function beginsText(positions: Positions, at: number): boolean {
  const most = positions.recordCount * MOSTLY_BLANK;
  const isBytes = (offset: number) => positions.controls(offset) > 0;
  return (positions.blanks(at - 1) >= most && positions.blanks(at) < most) || isBytes(at - 1) !== isBytes(at);
}

/** `?` or `-` in some records, and low-values or a blank in all others. */
function isMark(positions: Positions, at: number): boolean {
  const marks = positions.times(at, 0x3f) + positions.times(at, 0x2d);
  const others = positions.times(at, 0) + positions.blanks(at);
  return marks > 0 && others > 0 && marks + others === positions.recordCount;
}

/** A byte that is `?` or `-` exactly where the column before it is blank, zero or low-values, as unload programs write nulls. */
function nullIndicators(records: GuessedRecords, positions: Positions, columns: ColumnGuess[]): string[] {
  const notes: string[] = [];
  for (let at = 1; at < positions.count; at++) {
    if (!isMark(positions, at)) continue;
    const before = columns.findLast(({ end }) => end <= at);
    if (!before || before.end !== at) continue;
    let isIndicator = true;
    for (let record = 0; record < records.count && isIndicator; record++) {
      const character = records.charAt(record, at);
      if (character !== 0x3f && character !== 0x2d) continue;
      isIndicator = /^[ 0\0]*$/.test(records.text(record, before.start - 1, before.end));
    }
    if (isIndicator) {
      notes.push(
        `column_${at + 1} is marked exactly where ${before.name} is empty: it seems to be its null indicator`,
      );
    }
  }
  return notes;
}
