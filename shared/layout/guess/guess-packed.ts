import { DECIMAL_DIGITS, INT64_DIGITS } from '../field-type.ts';
import { type ColumnGuess, column } from './column-guess.ts';
import type { GuessedRecords } from './guessed-records.ts';

/** What the bytes at one offset of all records can be: parts of packed numbers. */
interface HalfBytes {
  /** Two digits in every record that is not low-values there. */
  digits: boolean;
  /** A digit and a sign in every record that is not low-values there; at least in one. */
  sign: boolean;
  /** A blank in all. */
  blank: boolean;
  control: boolean;
}

const BLANK = 0x40;

/**
 * Packed numbers of a mainframe: digits in half bytes that end with a sign; text of EBCDIC never has bytes below 40. A number that is
 * low-values in some records is null there, as unload programs write it.
 */
export function guessPacked(records: GuessedRecords, count: number): ColumnGuess[] {
  const halves = Array.from({ length: count }, (_, at) => halfBytesAt(records, at));
  const columns: ColumnGuess[] = [];
  let from = 0;
  for (const [at, { sign }] of halves.entries()) {
    if (!sign) continue;
    let start = at;
    while (start > from && halves[start - 1]!.digits) start--;
    // 40 is both two digits and the blank that fills up a text before.
    while (halves[start]!.blank) start++;
    // Numbers of 20 bytes and more do not exist: what precedes is something else.
    start = Math.max(start, at - 18);
    if (!halves.slice(start, at + 1).some(({ control }) => control)) continue;
    const found = packedColumn(records, start, at + 1);
    if (!found) continue;
    columns.push(found);
    from = at + 1;
  }
  return columns;
}

function halfBytesAt(records: GuessedRecords, at: number): HalfBytes {
  const found = { digits: true, sign: true, blank: true, control: false };
  let signs = 0;
  for (let record = 0; record < records.count; record++) {
    const byte = records.byteAt(record, at);
    const isSign = byte >> 4 <= 9 && ((byte & 15) === 0xc || (byte & 15) === 0xd || (byte & 15) === 0xf);
    if (isSign) signs++;
    if (byte < 0 || byte >> 4 > 9 || (byte & 15) > 9) found.digits = false;
    if (!isSign && byte !== 0) found.sign = false;
    if (byte !== BLANK) found.blank = false;
    if (byte >= 0 && byte < BLANK) found.control = true;
  }
  return { ...found, sign: found.sign && signs * 2 > records.count };
}

/** The number, if each record has one there or low-values all over. */
function packedColumn(records: GuessedRecords, from: number, to: number): ColumnGuess | undefined {
  let nulls = 0;
  for (let record = 0; record < records.count; record++) {
    if (records.byteAt(record, to - 1) !== 0) continue;
    for (let at = from; at < to; at++) if (records.byteAt(record, at) !== 0) return undefined;
    nulls++;
  }
  const digits = (to - from) * 2 - 1;
  const type = digits <= INT64_DIGITS ? 'integer' : `decimal(${Math.min(digits, DECIMAL_DIGITS)},0)`;
  return column(from, to, { type, usage: 'packed', ...(nulls > 0 && { nullWhen: ['low-values' as const] }) });
}
