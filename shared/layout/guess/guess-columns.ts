import { type CodePage, isEbcdic } from '../code-page.ts';
import { DECIMAL_DIGITS, INT64_DIGITS } from '../field-type.ts';
import type { RecordGuess } from './guess-records.ts';

/** A column that an unknown file seems to have, as an entry of `fields`. Its scale and meaning cannot be seen. */
interface ColumnGuess {
  name: string;
  start: number;
  end: number;
  type: string;
  usage?: 'packed';
  sign?: 'trailing';
  overpunch?: 'ibm';
  format?: string;
}

/** The bytes that the records have at one position: shares from 0 to 1, and facts that hold for all of them. */
interface Position {
  digit: number;
  zero: number;
  blank: number;
  /** A digit, or one with a sign punched over it. */
  punched: number;
  /** A zero with a sign: { or }. */
  brace: number;
  /** In ASCII: a signed digit that only IBM's way of writing has. */
  ibmOnly: boolean;
  /** Two digits. */
  packedDigits: boolean;
  /** A digit and a sign. */
  packedSign: boolean;
  control: boolean;
}

const NEARLY_ALL = 0.98;
const MOSTLY_BLANK = 0.95;

/**
 * Cuts where blanks end, where digits begin or end, where leading zeros begin, and after the sign of each packed number. Eight
 * digits that are a day in nearly every record become a date.
 */
export function guessColumns(head: Uint8Array, records: RecordGuess, codePage: CodePage): ColumnGuess[] {
  const ebcdic = isEbcdic(codePage);
  const whole = records.starts.filter((_, index) => records.lengths[index] === records.lengthBytes);
  if (whole.length === 0) return [];
  const positions = Array.from({ length: records.lengthBytes }, (_, at) =>
    positionOf(
      whole.map((start) => head[start + at]!),
      ebcdic,
    ),
  );
  const packed = ebcdic ? packedRuns(positions) : [];
  const columns: ColumnGuess[] = [];
  let at = 0;
  for (const run of [...packed, { start: positions.length, end: positions.length }]) {
    columns.push(...textColumns(head, whole, positions, at, run.start, ebcdic));
    if (run.end > run.start) {
      columns.push({ ...place(run.start, run.end), type: packedType(run.end - run.start), usage: 'packed' });
    }
    at = run.end;
  }
  return columns;
}

function positionOf(bytes: number[], ebcdic: boolean): Position {
  const share = (test: (byte: number) => boolean) => bytes.filter(test).length / bytes.length;
  const isDigit = ebcdic
    ? (byte: number) => byte >= 0xf0 && byte <= 0xf9
    : (byte: number) => byte >= 0x30 && byte <= 0x39;
  const isPunched = ebcdic
    ? (byte: number) => (byte & 0x0f) <= 9 && (byte >> 4 === 0xc || byte >> 4 === 0xd)
    : (byte: number) => (byte >= 0x41 && byte <= 0x52) || byte === 0x7b || byte === 0x7d;
  return {
    digit: share(isDigit),
    zero: share((byte) => byte === (ebcdic ? 0xf0 : 0x30)),
    blank: share((byte) => byte === (ebcdic ? 0x40 : 0x20)),
    punched: share((byte) => isDigit(byte) || isPunched(byte)),
    brace: share((byte) => (ebcdic ? byte === 0xc0 || byte === 0xd0 : byte === 0x7b || byte === 0x7d)),
    ibmOnly:
      !ebcdic && bytes.some((byte) => byte === 0x7b || byte === 0x7d || (byte >= 0x4a && byte <= 0x4f)),
    packedDigits: bytes.every((byte) => byte >> 4 <= 9 && (byte & 0x0f) <= 9),
    packedSign: bytes.every((byte) => byte >> 4 <= 9 && /[cdf]/.test((byte & 0x0f).toString(16))),
    control: bytes.some((byte) => byte < 0x40),
  };
}

/** Runs of digits in half bytes that end with a sign; text never has bytes below 40. */
function packedRuns(positions: Position[]): { start: number; end: number }[] {
  const runs: { start: number; end: number }[] = [];
  let from = 0;
  for (const [at, position] of positions.entries()) {
    if (!position.packedSign) continue;
    let start = at;
    while (start > from && positions[start - 1]!.packedDigits) start--;
    // 40 is both two digits and the blank that fills up a text before.
    while (positions[start]!.blank === 1) start++;
    if (positions.slice(start, at + 1).some(({ control }) => control)) {
      runs.push({ start, end: at + 1 });
      from = at + 1;
    }
  }
  return runs;
}

function packedType(lengthBytes: number): string {
  const digits = lengthBytes * 2 - 1;
  return digits <= INT64_DIGITS ? 'integer' : `decimal(${Math.min(digits, DECIMAL_DIGITS)},0)`;
}

function textColumns(
  head: Uint8Array,
  starts: number[],
  positions: Position[],
  from: number,
  to: number,
  ebcdic: boolean,
): ColumnGuess[] {
  const columns: ColumnGuess[] = [];
  const isDigits = (at: number) => positions[at]!.digit >= NEARLY_ALL;
  let at = from;
  while (at < to) {
    let end = at + 1;
    if (isDigits(at)) {
      while (end < to && isDigits(end)) end++;
      // The sign over the last digit.
      const signed = end < to && isSign(positions[end]!);
      columns.push(...digitColumns(head, starts, positions, at, signed ? end + 1 : end, signed, ebcdic));
      at = signed ? end + 1 : end;
      continue;
    }
    while (end < to && !isDigits(end) && !beginsText(positions, end)) end++;
    const isFiller = positions.slice(at, end).every(({ blank }) => blank === 1);
    if (!isFiller) columns.push({ ...place(at, end), type: 'string' });
    at = end;
  }
  return columns;
}

/** A sign shows as braces, or among plain digits; letters alone would be the beginning of a name. */
function isSign({ punched, digit, brace }: Position): boolean {
  return punched >= NEARLY_ALL && digit < NEARLY_ALL && (brace > 0 || digit >= 0.1);
}

function beginsText(positions: Position[], at: number): boolean {
  return positions[at - 1]!.blank >= MOSTLY_BLANK && positions[at]!.blank < MOSTLY_BLANK;
}

/** Dates within a run of digits, and the numbers before, between and after them. */
function digitColumns(
  head: Uint8Array,
  starts: number[],
  positions: Position[],
  from: number,
  to: number,
  signed: boolean,
  ebcdic: boolean,
): ColumnGuess[] {
  const columns: ColumnGuess[] = [];
  const number = (start: number, end: number) => {
    if (end <= start) return;
    let partStart = start;
    for (const partEnd of [...leadingZeroCuts(positions, start, end), end]) {
      const overpunch = positions[partEnd - 1]!.ibmOnly ? { overpunch: 'ibm' as const } : {};
      const sign = signed && partEnd === to ? { sign: 'trailing' as const, ...overpunch } : {};
      const type = partEnd - partStart <= INT64_DIGITS ? 'integer' : 'string';
      columns.push({ ...place(partStart, partEnd), type, ...(type === 'integer' && sign) });
      partStart = partEnd;
    }
  };
  let start = from;
  let at = from;
  while (at + 8 <= to) {
    const format = (['yyyyMMdd', 'ddMMyyyy'] as const).find((candidate) =>
      mostly(starts, (record) => isDay(head, record + at, candidate, ebcdic)),
    );
    if (!format) at++;
    else {
      number(start, at);
      columns.push({ ...place(at, at + 8), type: 'date', format });
      at += 8;
      start = at;
    }
  }
  number(start, to);
  return columns;
}

function mostly(starts: number[], test: (start: number) => boolean): boolean {
  return starts.filter(test).length >= starts.length * NEARLY_ALL;
}

/** Places at which adjacent numbers seem to be divided: zeros are rare at the end of a number and frequent at the front of the next. */
function leadingZeroCuts(positions: Position[], from: number, to: number): number[] {
  const cuts: number[] = [];
  for (let at = from + 2; at < to; at++) {
    const apart = positions[at]!.zero - positions[at - 1]!.zero;
    if (positions[at]!.zero >= 0.8 && apart >= 0.3) cuts.push(at);
  }
  return cuts;
}

function isDay(head: Uint8Array, at: number, format: 'yyyyMMdd' | 'ddMMyyyy', ebcdic: boolean): boolean {
  const zero = ebcdic ? 0xf0 : 0x30;
  const number = (start: number, length: number) => {
    let value = 0;
    for (let index = at + start; index < at + start + length; index++)
      value = value * 10 + head[index]! - zero;
    return value;
  };
  const [year, month, day] =
    format === 'yyyyMMdd'
      ? [number(0, 4), number(4, 2), number(6, 2)]
      : [number(4, 4), number(2, 2), number(0, 2)];
  // 9999-12-31 means "no date" in many business systems.
  const known = (year! >= 1900 && year! <= 2100) || year === 9999;
  return known && month! >= 1 && month! <= 12 && day! >= 1 && day! <= 31;
}

function place(startByte: number, endByte: number) {
  return { name: `column_${startByte + 1}`, start: startByte + 1, end: endByte };
}
