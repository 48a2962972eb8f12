import { AMOUNT, END_DATE, ID, RECORD_TYPE_BYTES } from './contract-record.ts';
import { latin1Bytes, writeDigits, writeText } from './latin1.ts';
import { SeededRandom } from './seeded-random.ts';

/** Ways to spoil a record so that the contract layouts reject it. */
type BadKind =
  | 'blank-id'
  | 'letters-in-amount'
  | 'junk-in-amount'
  | 'cut-in-amount'
  | 'line-too-long'
  | 'unknown-record-type';

/**
 * The kinds a file may hold. A file with a trailer that sums the amounts has only kinds whose amount decodes: an
 * amount that does not decode would make the whole file refused, not one record rejected.
 */
function badKinds(hasTrailer: boolean, isLines: boolean): BadKind[] {
  const kinds: BadKind[] = hasTrailer
    ? ['blank-id', 'unknown-record-type']
    : ['blank-id', 'letters-in-amount', 'junk-in-amount', 'cut-in-amount'];
  return isLines ? [...kinds, 'line-too-long'] : kinds;
}

const BAD_STREAM = 11;
const DATE_STREAM = 12;
const SPACE = 0x20;
const LETTERS = latin1Bytes('OIlSBXE');
const JUNK = ['N/D', 'R$', '-', '*****', '0,00 -', 'NULO'].map(latin1Bytes);
const IMPOSSIBLE_DATES = ['20250230', '20251341', '99999999', '20260431', '2026AB01'].map(latin1Bytes);
const EXCESS = latin1Bytes('EXCEDENTE-DE-LINHA');
/** Bytes a record may grow by. */
export const LONGEST_EXCESS_BYTES = EXCESS.length;
const UNKNOWN_TYPE = latin1Bytes('07');

/**
 * Chooses the records of one file to spoil: one at a random place in each stretch of 100 / `percent` records, so that
 * shares are exact and all kinds are equally frequent.
 */
class Stretches {
  private readonly random: SeededRandom;
  private readonly stretchRecords: number;
  private stretch = 0;
  /** Ordinal of the next one within its file. */
  nextAt = Number.POSITIVE_INFINITY;

  constructor(random: SeededRandom, stretchRecords: number) {
    this.random = random;
    this.stretchRecords = stretchRecords;
    if (Number.isFinite(stretchRecords)) this.advance();
  }

  advance(): void {
    const first = Math.floor(this.stretch * this.stretchRecords);
    this.stretch += 1;
    const end = Math.floor(this.stretch * this.stretchRecords);
    this.nextAt = first + this.random.below(end - first);
  }
}

/** Spoils records of one file in place. */
export class BadRecords {
  private readonly kinds: BadKind[];
  private readonly isLines: boolean;
  private readonly hasTrailer: boolean;
  private readonly random: SeededRandom;
  private readonly bad: Stretches;
  private readonly dates: Stretches;
  private turn: number;
  /** Records with an impossible date: valid rows whose date is null. */
  invalidDates = 0;

  /** `fileNumber` is unique over files and nights. `percent` from 0 to 100. */
  constructor(seed: number, fileNumber: number, percent: number, hasTrailer: boolean, isLines: boolean) {
    this.kinds = badKinds(hasTrailer, isLines);
    this.isLines = isLines;
    this.hasTrailer = hasTrailer;
    this.random = new SeededRandom(seed, BAD_STREAM);
    this.random.startAt(fileNumber);
    const dateRandom = new SeededRandom(seed, DATE_STREAM);
    dateRandom.startAt(fileNumber);
    this.bad = new Stretches(this.random, 100 / percent);
    // As many as there are of each bad kind.
    this.dates = new Stretches(dateRandom, (100 / percent) * this.kinds.length);
    this.turn = fileNumber;
  }

  /** How to spoil the file's detail `ordinal`; undefined if it stays good. Call it once for every detail, in order from 0. */
  kindOf(ordinal: number): BadKind | 'impossible-date' | undefined {
    const isDate = ordinal === this.dates.nextAt;
    if (isDate) this.dates.advance();
    if (ordinal === this.bad.nextAt) {
      this.bad.advance();
      return this.kinds[this.turn++ % this.kinds.length];
    }
    return isDate ? 'impossible-date' : undefined;
  }

  /** Spoils the record at [`startByte`, `endByte`); returns its new end. After a shorter one there are spaces. */
  spoil(out: Uint8Array, startByte: number, endByte: number, kind: BadKind | 'impossible-date'): number {
    const { random } = this;
    const at = startByte + (this.hasTrailer ? RECORD_TYPE_BYTES : 0);
    const amountAt = at + AMOUNT.startByte;
    const amountBytes = AMOUNT.endByte - AMOUNT.startByte;
    switch (kind) {
      case 'impossible-date':
        this.invalidDates += 1;
        writeText(
          out,
          at + END_DATE.startByte,
          at + END_DATE.endByte,
          IMPOSSIBLE_DATES[this.invalidDates % IMPOSSIBLE_DATES.length]!,
        );
        return endByte;
      case 'blank-id':
        out.fill(SPACE, at + ID.startByte, at + ID.endByte);
        return endByte;
      case 'letters-in-amount':
        out[amountAt + random.below(amountBytes)] = LETTERS[random.below(LETTERS.length)]!;
        return endByte;
      case 'junk-in-amount': {
        const junk = JUNK[random.below(JUNK.length)]!;
        out.fill(SPACE, amountAt, amountAt + amountBytes);
        writeText(out, amountAt + random.below(amountBytes - junk.length + 1), endByte, junk);
        return endByte;
      }
      case 'cut-in-amount': {
        // Digits, then blanks once the line is padded: the implied point would have moved.
        const cutAt = amountAt + 1 + random.below(amountBytes - 1);
        out.fill(SPACE, cutAt, endByte);
        return this.isLines ? cutAt : endByte;
      }
      case 'line-too-long':
        if (this.hasTrailer) writeDigits(out, amountAt, amountBytes, 0);
        return writeText(out, endByte, endByte + 1 + random.below(LONGEST_EXCESS_BYTES), EXCESS);
      case 'unknown-record-type':
        writeText(out, startByte, at, UNKNOWN_TYPE);
        writeDigits(out, amountAt, amountBytes, 0);
        return endByte;
    }
  }
}

/** The amount that a spoilt record of a file with a trailer still adds to the sum. */
export function valueInTotalCents(kind: BadKind, valueCents: number): number {
  return kind === 'blank-id' ? valueCents : 0;
}
