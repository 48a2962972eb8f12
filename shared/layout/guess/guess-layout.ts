import type { CodePage } from '../code-page.ts';
import type { ColumnGuess } from './column-guess.ts';
import { guessColumns } from './guess-columns.ts';
import { controlColumns, guessCount } from './guess-control-record.ts';
import { guessRecordTypes, type MatchGuess } from './guess-record-types.ts';
import type { GuessedRecords } from './guessed-records.ts';

/** The part of a layout that describes records, as a layout file has it. */
export interface LayoutGuess {
  header?: { match: MatchEntry; fields: ColumnGuess[] };
  trailer?: { match: MatchEntry; fields: ColumnGuess[] };
  controlTotals?: { trailer: string; equals: string }[];
  detail?: { match: MatchEntry };
  fields?: ColumnGuess[];
  recordTypes?: { name: string; match: MatchEntry; fields: ColumnGuess[] }[];
  /** For people: what was found, and what could not be decided. */
  notes: string[];
}

interface MatchEntry {
  start: number;
  end: number;
  equals: string;
}

/** `recordCount`: the number of records of the whole file, if it is known. */
export function guessLayout(
  records: GuessedRecords,
  lengthBytes: number,
  codePage: CodePage,
  recordCount: number | undefined,
): LayoutGuess {
  const types = guessRecordTypes(records);
  const notes = [...types.notes];
  const control = (match: MatchGuess | undefined, index: number) =>
    match && {
      match: matchEntry(match),
      fields: controlColumns(records.only([index]), [match.from, match.to]),
    };
  const header = control(types.header, 0);
  const trailer = control(types.trailer, records.count - 1);
  const kinds = types.details.flatMap(({ match, records: chosen }) => {
    const guess = guessColumns(records.only(chosen), lengthBytes, codePage, match);
    if (guess.columns.length === 0) return [];
    const of = match ? `records with ${match.text} at ${match.from + 1}: ` : '';
    notes.push(...guess.notes.map((note) => `${of}${note}`));
    return [{ match, fields: guess.columns }];
  });
  const [only, another] = kinds;
  const count =
    trailer && recordCount !== undefined
      ? guessCount(records.only([records.count - 1]), trailer.fields, {
          header: header ? 1 : 0,
          trailer: 1,
          detail: recordCount - (header ? 2 : 1),
        })
      : undefined;
  return {
    ...(header && { header }),
    ...(trailer && { trailer }),
    ...(count && { controlTotals: [{ trailer: count.field, equals: count.equals }] }),
    ...(only && !another && only.match && { detail: { match: matchEntry(only.match) } }),
    ...(another
      ? {
          recordTypes: kinds.map(({ match, fields }) => ({
            name: typeName(match!),
            match: matchEntry(match!),
            fields,
          })),
        }
      : { fields: only?.fields ?? [] }),
    notes,
  };
}

function matchEntry({ from, to, text }: MatchGuess): MatchEntry {
  return { start: from + 1, end: to, equals: text };
}

/** A code in two cases makes two types. */
function typeName({ text }: MatchGuess): string {
  const isLower = text !== text.toUpperCase();
  return `type_${text.toLowerCase()}${isLower ? '_lower' : ''}`;
}
