import type { GuessedRecords } from './guessed-records.ts';

const BLANK = 0x20;
const ZERO = 0x30;
/** A column after this offset is not examined by itself. */
export const MOST_POSITIONS = 65_536;

/** How often each character stands at each offset of a set of records. */
export class Positions {
  readonly count: number;
  readonly recordCount: number;
  private readonly characters: Uint32Array;

  constructor(records: GuessedRecords, count: number) {
    this.count = count;
    this.recordCount = records.count;
    this.characters = new Uint32Array(count * 256);
    for (let record = 0; record < records.count; record++) {
      for (let at = 0; at < count; at++) this.characters[at * 256 + records.charAt(record, at)]!++;
    }
  }

  /** Records with this character there. */
  times(at: number, character: number): number {
    return this.characters[at * 256 + character]!;
  }

  digits(at: number): number {
    let sum = 0;
    for (let digit = 0; digit < 10; digit++) sum += this.times(at, ZERO + digit);
    return sum;
  }

  zeros(at: number): number {
    return this.times(at, ZERO);
  }

  blanks(at: number): number {
    return this.times(at, BLANK);
  }

  controls(at: number): number {
    let sum = 0;
    for (let code = 0; code < BLANK; code++) sum += this.times(at, code);
    return sum;
  }

  /** Are there digits, and nothing else but blanks? */
  isDigits(at: number): boolean {
    const digits = this.digits(at);
    return digits > 0 && digits + this.blanks(at) === this.recordCount;
  }

  /** Is it this character everywhere? */
  isOnly(at: number, character: number): boolean {
    return this.times(at, character) === this.recordCount;
  }

  isConstant(at: number): boolean {
    for (let code = 0; code < 256; code++) if (this.isOnly(at, code)) return true;
    return false;
  }

  /** Signs of their own byte: `+` or `-`, and no digit. */
  isSign(at: number): boolean {
    const signs = this.times(at, 0x2b) + this.times(at, 0x2d);
    return signs > 0 && signs + this.blanks(at) === this.recordCount && !this.isConstant(at);
  }

  /** A digit with a sign punched over it: `{` or `}` are there, and nothing but `{ A` to `I`, `} J` to `R` and digits. */
  isPunched(at: number): boolean {
    const braces = this.times(at, 0x7b) + this.times(at, 0x7d);
    let letters = 0;
    for (let code = 0x41; code <= 0x52; code++) letters += this.times(at, code);
    return braces > 0 && braces + letters + this.digits(at) + this.blanks(at) === this.recordCount;
  }
}
