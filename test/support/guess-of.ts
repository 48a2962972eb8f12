import { expect } from 'vitest';
import { decodeValue } from '../../shared/decode/decode-value.ts';
import { beyondEnd } from '../../shared/decode/record-end.ts';
import { readLayout } from '../../shared/layout/compile/read-layout.ts';
import { guessCodePage } from '../../shared/layout/guess/guess-code-page.ts';
import { guessLayout, type LayoutGuess } from '../../shared/layout/guess/guess-layout.ts';
import { guessRecords } from '../../shared/layout/guess/guess-records.ts';
import { GuessedRecords } from '../../shared/layout/guess/guessed-records.ts';
import type { RecordMatch } from '../../shared/layout/layout.ts';
import { layoutText } from '../../shared/layout/layout-text.ts';

interface GuessOfFile extends LayoutGuess {
  records: GuessedRecords;
  /** The layout file, as it would be written. */
  text: string;
}

/** The guess for a small file, without reading it through the command. */
export function guessOf(content: string | Uint8Array): GuessOfFile {
  const bytes = typeof content === 'string' ? new Uint8Array(Buffer.from(content, 'latin1')) : content;
  const form = guessRecords(bytes, bytes.length)!;
  const { codePage } = guessCodePage(bytes);
  // The form is guessed from the first mebibyte, the layout from all records.
  const { starts, lengths } = form.format === 'lines' && codePage === 'us-ascii' ? linesOf(bytes) : form;
  const records = new GuessedRecords(bytes, starts, lengths, codePage);
  const guess = guessLayout(records, form.lengthBytes, codePage, records.count);
  const { notes: _notes, ...draft } = guess;
  const isShort = form.format === 'lines' && form.lengths.some((length) => length < form.lengthBytes);
  const record = { format: form.format, length: form.lengthBytes, ...(isShort && { short: 'pad' }) };
  const text = layoutText({ name: 'guessed', description: '', encoding: codePage, record, ...draft });
  return { ...guess, records, text };
}

function linesOf(bytes: Uint8Array): { starts: number[]; lengths: number[] } {
  const starts: number[] = [];
  const lengths: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineFeed = bytes.indexOf(0x0a, at);
    const end = lineFeed < 0 ? bytes.length : lineFeed;
    starts.push(at);
    lengths.push(end - at - (bytes[end - 1] === 0x0d ? 1 : 0));
    at = end + 1;
  }
  return { starts, lengths };
}

/**
 * Decodes every record of the file by its guessed layout: no value is invalid, and each is what the bytes say, apart from blanks around it
 * and leading zeros of numbers.
 */
export function expectToLoadItself({ records, text }: GuessOfFile): void {
  const layout = readLayout(text, 'guess');
  const isAscii = !layout.encoding.startsWith('cp');
  for (let record = 0; record < records.count; record++) {
    const bytes = new Uint8Array(layout.record.lengthBytes).fill(layout.record.spaceByte);
    const start = records.starts[record]!;
    bytes.set(records.bytes.subarray(start, start + records.lengths[record]!));
    const fields =
      (record === 0 && layout.header?.fields) ||
      (record === records.count - 1 && layout.trailer?.fields) ||
      layout.recordTypes.find(({ match }) => !match || isThere(bytes, match))?.datasets[0]?.fields;
    if (!fields) throw new Error(`record ${record + 1} is of no type`);
    for (const field of fields) {
      const written = Buffer.from(bytes.subarray(field.startByte, field.endByte)).toString('latin1');
      const decoded =
        beyondEnd(field, records.lengths[record]!, layout.record.spaceByte) ?? decodeValue(bytes, 0, field);
      if (decoded.state === 'invalid') {
        expect.fail(`${field.name} of record ${record + 1} is ${decoded.reason}: '${written}'`);
      }
      if (isAscii && decoded.state === 'value' && field.type.kind === 'string') {
        expect(decoded.value).toBe(written.replace(/ +$/, ''));
      }
      if (
        isAscii &&
        decoded.state === 'value' &&
        field.type.kind === 'integer' &&
        field.sign === 'none' &&
        field.usage === 'display'
      ) {
        expect(String(decoded.value)).toBe(written.trim().replace(/^0+(?=\d)/, ''));
      }
    }
  }
}

function isThere(bytes: Uint8Array, match: RecordMatch): boolean {
  return match.every(({ startByte, endByte, anyOf }) => {
    const found = bytes.subarray(startByte, endByte);
    return anyOf.some((literal) => Buffer.compare(literal, found) === 0);
  });
}
