import type { CodePage } from '../code-page.ts';
import { isEbcdic, literalBytes } from '../code-page.ts';

const BLANK = 0x20;
/** Stands for a character that is in no table of ASCII: an accent, a sign that EBCDIC pages have at different places. */
const OTHER = 0x80;
const CONTROL = 0x01;

/** Records of an unknown file, or some of them: their bytes, and the characters that these seem to be. */
export class GuessedRecords {
  readonly bytes: Uint8Array;
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
  private readonly ascii: Uint8Array;

  constructor(bytes: Uint8Array, starts: readonly number[], lengths: readonly number[], codePage: CodePage) {
    this.bytes = bytes;
    this.starts = starts;
    this.lengths = lengths;
    this.ascii = asciiTable(codePage);
  }

  get count(): number {
    return this.starts.length;
  }

  get longestBytes(): number {
    return this.lengths.reduce((longest, length) => Math.max(longest, length), 0);
  }

  /** The byte at offset `at` of a record; -1 if the record ends before it. */
  byteAt(record: number, at: number): number {
    return at < this.lengths[record]! ? this.bytes[this.starts[record]! + at]! : -1;
  }

  /** The same as ASCII: a blank after the end of the record, 80 for what is not ASCII. */
  charAt(record: number, at: number): number {
    return at < this.lengths[record]! ? this.ascii[this.bytes[this.starts[record]! + at]!]! : BLANK;
  }

  text(record: number, from: number, to: number): string {
    let text = '';
    for (let at = from; at < to; at++) text += String.fromCharCode(this.charAt(record, at));
    return text;
  }

  only(records: readonly number[]): GuessedRecords {
    const chosen = Object.create(GuessedRecords.prototype) as GuessedRecords;
    return Object.assign(chosen, {
      bytes: this.bytes,
      starts: records.map((record) => this.starts[record]!),
      lengths: records.map((record) => this.lengths[record]!),
      ascii: this.ascii,
    });
  }
}

function asciiTable(codePage: CodePage): Uint8Array {
  const table = new Uint8Array(256);
  if (!isEbcdic(codePage)) {
    for (let byte = 0; byte < 256; byte++) table[byte] = byte < OTHER ? byte : OTHER;
    return table;
  }
  for (let byte = 0; byte < 256; byte++) table[byte] = byte === 0 ? 0 : byte < 0x40 ? CONTROL : OTHER;
  for (let character = BLANK; character < 0x7f; character++) {
    const [byte] = literalBytes(String.fromCharCode(character), codePage) ?? [];
    if (byte !== undefined) table[byte] = character;
  }
  // Zeros with a sign over them: braces are not at one place in all pages, but C0 and D0 are these in the usual ones.
  table[0xc0] = 0x7b;
  table[0xd0] = 0x7d;
  return table;
}
