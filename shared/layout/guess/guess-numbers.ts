import { INT64_DIGITS } from '../field-type.ts';
import { type ColumnGuess, column } from './column-guess.ts';
import type { GuessedRecords } from './guessed-records.ts';
import type { Positions } from './positions.ts';

const BLANK = 0x20;
const ZERO = 0x30;
const ALL_BUT_FEW = 0.97;

/**
 * Numbers in offsets that hold nothing but digits and blanks; undefined if they are no numbers: blanks after or between digits of one
 * number. `signed`: the last digit has a sign punched over it.
 */
export function guessNumbers(
  records: GuessedRecords,
  positions: Positions,
  from: number,
  to: number,
  signed: boolean,
): ColumnGuess[] | undefined {
  const cuts = [...numberStarts(records, positions, from, to), to];
  const columns: ColumnGuess[] = [];
  let start = from;
  for (const end of cuts) {
    if (!isNumberEverywhere(records, start, end)) return undefined;
    columns.push(numberColumn(records, start, end, signed && end === to));
    start = end;
  }
  return columns;
}

/**
 * Offsets at which a number begins: nearly always a leading zero or blank stands there after a digit that is not zero, or, in any
 * record, a blank after a digit.
 */
function numberStarts(records: GuessedRecords, positions: Positions, from: number, to: number): number[] {
  const starts: number[] = [];
  const fewest = Math.max(5, records.count / 200);
  const blankEnds = new Uint32Array(to - from + 1);
  for (let at = from + 1; at < to; at++) {
    let afterDigit = 0;
    let filledAfterDigit = 0;
    let blankAfterDigit = 0;
    for (let record = 0; record < records.count; record++) {
      const before = records.charAt(record, at - 1);
      const here = records.charAt(record, at);
      if (before === BLANK && here !== BLANK) blankEnds[at - from]!++;
      if (before === BLANK) continue;
      if (here === BLANK) blankAfterDigit++;
      if (before === ZERO) continue;
      afterDigit++;
      if (here === ZERO || here === BLANK) filledAfterDigit++;
    }
    const isLeadingZero =
      afterDigit >= fewest && filledAfterDigit >= afterDigit * ALL_BUT_FEW && !isZeroToEnd(positions, at, to);
    if (blankAfterDigit > 0 || isLeadingZero) starts.push(at);
  }
  // A blank number before a filled one: blanks end at this offset and at none beside it, as they do within a number.
  for (let at = from + 1; at < to; at++) {
    const [before = 0, here = 0, after = 0] = blankEnds.subarray(at - from - 1, at - from + 2);
    if (here > 0 && before === 0 && after === 0 && !starts.includes(at)) starts.push(at);
  }
  return starts.sort((a, b) => a - b);
}

/** Zeros up to the end in every record: the end of a round number, not the beginning of another. */
function isZeroToEnd(positions: Positions, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!positions.isOnly(at, ZERO)) return false;
  return true;
}

/** Leading blanks, then digits; or blank. */
function isNumberEverywhere(records: GuessedRecords, from: number, to: number): boolean {
  for (let record = 0; record < records.count; record++) {
    for (let at = from + 1; at < to; at++) {
      if (records.charAt(record, at) === BLANK && records.charAt(record, at - 1) !== BLANK) return false;
    }
  }
  return true;
}

function numberColumn(records: GuessedRecords, from: number, to: number, signed: boolean): ColumnGuess {
  const isText = to - from > INT64_DIGITS || isTaxNumber(records, from, to);
  if (signed && to - from <= 38) {
    const type = to - from > INT64_DIGITS ? `decimal(${to - from},0)` : 'integer';
    return column(from, to, {
      type,
      sign: 'trailing',
      ...(type !== 'integer' && { point: 'implied' as const }),
    });
  }
  return column(from, to, { type: isText ? 'string' : 'integer' });
}

/** Weights of the two check digits, from the right: CPF of 11 digits, CNPJ of 14. */
function isTaxNumber(records: GuessedRecords, from: number, to: number): boolean {
  const length = to - from;
  if (length !== 11 && length !== 14) return false;
  let values = 0;
  for (let record = 0; record < records.count; record++) {
    const text = records.text(record, from, to);
    if (/^(\d)\1*$/.test(text) || text.trim() === '') continue;
    const digits = [...text].map(Number);
    for (const checked of [length - 2, length - 1]) {
      let sum = 0;
      for (let at = 0; at < checked; at++) sum += digits[at]! * weightOf(checked - at, length);
      const remainder = sum % 11;
      if (digits[checked] !== (remainder < 2 ? 0 : 11 - remainder)) return false;
    }
    values++;
  }
  return values >= 5;
}

function weightOf(fromRight: number, length: number): number {
  return length === 14 ? 2 + ((fromRight - 1) % 8) : fromRight + 1;
}
