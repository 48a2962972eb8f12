import { extendsAscii } from '../layout/code-page.ts';
import type { Layout } from '../layout/layout.ts';
import { type FormFinding, type FormSample, type SampleWindow, sampledLines } from './form-sample.ts';
import { sampledRecords, type TextPlaces } from './text-places.ts';

/** What the bytes above 7F of some text are, read as UTF-8. */
interface HighBytes {
  /** Sequences that no text in a page of one byte a character has by chance. */
  clear: number;
  /** Sequences that might be an accented letter and a sign after it. */
  doubtful: number;
  /** Bytes that are in no well-formed sequence. */
  lone: number;
}

const NO_BREAK_SPACE = 0xa0;
/** What may follow a letter in pages of Windows: dots, quotation marks, dashes, a trade mark, a no-break space. */
const AFTER_LETTERS = [0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99, NO_BREAK_SPACE];

/** Text of several bytes a character under a page of one byte: all bytes above 7F form sequences of UTF-8. */
export function utf8Text(sample: FormSample, layout: Layout, places: TextPlaces): FormFinding | undefined {
  const isUtf8 = ({ clear, doubtful, lone }: HighBytes) => lone === 0 && (clear > 0 || doubtful > 1);
  const found = readings(sample, layout, places);
  if (found.length === 0 || !found.every(isUtf8)) return undefined;
  return {
    what: `its text is UTF-8 (accented letters are two bytes each), and the layout says ${layout.encoding}, one byte a character`,
    next: 'Say "encoding": "utf-8" in the layout, and "positions": "characters" if its positions count characters and not bytes; or have the file sent in the code page of the layout.',
  };
}

/** A single sequence that might be UTF-8 proves nothing, but it is said; a clause. */
export function utf8Doubt(sample: FormSample, layout: Layout, places: TextPlaces): string | undefined {
  const found = readings(sample, layout, places);
  const isDoubt = ({ clear, doubtful, lone }: HighBytes) => lone === 0 && clear === 0 && doubtful === 1;
  if (!found.some(isDoubt)) return undefined;
  return `its only bytes above 7F are one letter in UTF-8 and two characters in ${layout.encoding}, as the layout says: if the file is UTF-8, say "encoding": "utf-8"`;
}

/** What was read last of a sample, which is asked for twice. */
const lastRead = new WeakMap<FormSample, { places: TextPlaces; found: HighBytes[] }>();

function readings(sample: FormSample, layout: Layout, places: TextPlaces): HighBytes[] {
  const before = lastRead.get(sample);
  if (before?.places === places) return before.found;
  const found = highBytesAt(sample, layout, places);
  lastRead.set(sample, { places, found });
  return found;
}

/** Reads the bytes above 7F of the texts, once for each way in which records may lie in the sample. */
function highBytesAt(sample: FormSample, layout: Layout, places: TextPlaces): HighBytes[] {
  const { encoding, record } = layout;
  if (encoding === 'utf-8' || !extendsAscii(encoding)) return [];
  if (places.isAllText && record.format !== 'rdw' && record.format !== 'bdw') {
    const windows = sample.windows.map((window) =>
      highBytesOf(trimmedToCharacters(window, sample.sizeBytes), encoding),
    );
    return [sum(windows)];
  }
  if (record.format === 'lines') return [firstOfLines(sample, layout, places)];
  return sampledRecords(sample, layout).map((records) => ofTextRuns(records, places, encoding));
}

/** The edges of a window may cut a character. */
function trimmedToCharacters({ startByte, bytes }: SampleWindow, sizeBytes: number): Uint8Array {
  const isTail = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;
  let start = 0;
  let end = bytes.length;
  if (startByte > 0) while (start < 3 && isTail(bytes[start])) start++;
  if (startByte + end < sizeBytes) {
    while (end > start && bytes.length - end < 4 && isTail(bytes[end - 1])) end--;
    if (end > start && bytes[end - 1]! >= 0xc0) end--;
    else end = bytes.length;
  }
  return bytes.subarray(start, end);
}

/** Positions are right up to the first accent of a line, so the first one must be in a text. */
function firstOfLines(sample: FormSample, layout: Layout, { kinds }: TextPlaces): HighBytes {
  const found: HighBytes = { clear: 0, doubtful: 0, lone: 0 };
  for (const line of sampledLines(sample, layout.record)) {
    const at = line.findIndex((byte, index) => byte > 0x7f && kinds[index] === 1);
    if (at < 0) continue;
    if (line.subarray(0, at).some((byte) => byte > 0x7f)) continue;
    add(found, highBytesOf(line.subarray(at, at + sequenceBytes(line, at)), layout.encoding));
    if (sequenceBytes(line, at) === 0) found.lone++;
  }
  return found;
}

function ofTextRuns(records: Iterable<Uint8Array>, { kinds }: TextPlaces, encoding: string): HighBytes {
  const found: HighBytes = { clear: 0, doubtful: 0, lone: 0 };
  for (const record of records) {
    for (let at = 0; at < record.length; ) {
      let end = at;
      while (end < record.length && kinds[end] === 1) end++;
      if (end > at) add(found, highBytesOf(record.subarray(at, end), encoding));
      at = end + 1;
    }
  }
  return found;
}

/** Index of the first byte above 7F from `at` on, or the length. Most texts have few. */
function nextHighByte(bytes: Uint8Array, at: number): number {
  const last = bytes.length - 8;
  while (at <= last) {
    const first = bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]!;
    if (((first | bytes[at + 4]! | bytes[at + 5]! | bytes[at + 6]! | bytes[at + 7]!) & 0x80) !== 0) break;
    at += 8;
  }
  while (at < bytes.length && bytes[at]! < 0x80) at++;
  return at;
}

function highBytesOf(bytes: Uint8Array, encoding: string): HighBytes {
  const found: HighBytes = { clear: 0, doubtful: 0, lone: 0 };
  for (let at = nextHighByte(bytes, 0); at < bytes.length; at = nextHighByte(bytes, at)) {
    const length = sequenceBytes(bytes, at);
    if (length === 0) found.lone++;
    else if (isClear(bytes.subarray(at, at + length), encoding)) found.clear++;
    else found.doubtful++;
    at += Math.max(1, length);
  }
  return found;
}

/**
 * `C3 89` is É, or Ã and a control character of ISO-8859-1, which no text has. `C3 A9` is é, or Ã and ©. A quotation mark or a
 * no-break space may follow a capital letter, though.
 */
function isClear(sequence: Uint8Array, encoding: string): boolean {
  const [lead, next] = [sequence[0]!, sequence[1]!];
  if (sequence.subarray(1).every((byte) => byte === NO_BREAK_SPACE)) return false;
  const isLatinLetter = (lead === 0xc2 || lead === 0xc3) && !AFTER_LETTERS.includes(next);
  return isLatinLetter || encoding.startsWith('iso-8859') || encoding === 'us-ascii';
}

/** Length of the well-formed sequence of several bytes at `at` (RFC 3629); 0 if there is none. */
function sequenceBytes(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  for (let index = 1; index < length; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return 0;
  const next = bytes[at + 1]!;
  const isLong = (lead === 0xe0 && next < 0xa0) || (lead === 0xf0 && next < 0x90);
  const isBeyond = (lead === 0xed && next > 0x9f) || (lead === 0xf4 && next > 0x8f);
  return isLong || isBeyond ? 0 : length;
}

function add(total: HighBytes, more: HighBytes): void {
  total.clear += more.clear;
  total.doubtful += more.doubtful;
  total.lone += more.lone;
}

function sum(parts: HighBytes[]): HighBytes {
  const total: HighBytes = { clear: 0, doubtful: 0, lone: 0 };
  for (const part of parts) add(total, part);
  return total;
}
