/**
 * Code pages of one byte a character: what a byte is in Unicode and in UTF-8, and which byte a character is.
 *
 *     cp037   C1 D5 C1 40 5A F1 → A N A ␠ ! 1      cp275   C1 D5 79 D6 → A N ã O
 *
 * EBCDIC control characters are as IBM's mapping to Unicode (CDRA) has them: 0x25 is LF, 0x15 is NEL (U+0085). Text that
 * Unix System Services of z/OS wrote ends its lines with 0x15; such a file can be read as `lines` only after a conversion.
 */
import { type ByteTablePage, CODE_PAGES, isByteTablePage } from '../layout/code-page.ts';
import { CODE_PAGE_TABLES } from './code-page-tables.ts';

export type CodePageName = ByteTablePage;

/** Takes the place of a UTF-16 code unit for an undefined byte; it is not a character. */
export const UNDEFINED_UNIT = 0xffff;
/** Room for a character in a UTF-8 table: what a word holds, though none of these pages needs more than three. */
export const UTF8_SLOT_BYTES = 4;

/** A page for the kernel, which turns a byte into its UTF-8 without going through Unicode. */
export interface Utf8Table {
  /** How many bytes byte `b` becomes; 0 if it is undefined. */
  lengths: Uint8Array;
  /** Those bytes, from `b * UTF8_SLOT_BYTES` on, followed by zeros. */
  bytes: Uint8Array;
}

/** The pages that layouts may name and that have a table. */
export const CODE_PAGE_NAMES: readonly CodePageName[] = CODE_PAGES.filter(isByteTablePage);
/** Does not compile if a page of the layouts has no mapping. */
const TABLES: Readonly<Record<CodePageName, string>> = CODE_PAGE_TABLES;

const unicode = new Map<CodePageName, Uint16Array>();
const utf8Tables = new Map<CodePageName, Utf8Table>();

/** UTF-16 code unit by byte; `UNDEFINED_UNIT` if the page does not define the byte. Shared by all callers: not to be written to. */
export function unicodeOf(name: CodePageName): Uint16Array {
  let units = unicode.get(name);
  if (!units) {
    const table = Buffer.from(TABLES[name], 'base64');
    units = Uint16Array.from({ length: 256 }, (_, byte) => table.readUInt16LE(byte * 2));
    unicode.set(name, units);
  }
  return units;
}

/** The page as UTF-8, by byte. What it returns is shared by all callers: not to be written to. */
export function utf8Table(name: CodePageName): Utf8Table {
  let table = utf8Tables.get(name);
  if (!table) {
    const lengths = new Uint8Array(256);
    const bytes = new Uint8Array(256 * UTF8_SLOT_BYTES);
    unicodeOf(name).forEach((unit, byte) => {
      if (unit === UNDEFINED_UNIT) return;
      const encoded = Buffer.from(String.fromCharCode(unit));
      lengths[byte] = encoded.length;
      bytes.set(encoded, byte * UTF8_SLOT_BYTES);
    });
    table = { lengths, bytes };
    utf8Tables.set(name, table);
  }
  return table;
}

/** `bytes` as text; undefined if the page does not define one of them. For headers and messages: the kernel has tables of its own. */
export function decodeText(name: CodePageName, bytes: Uint8Array): string | undefined {
  const units = unicodeOf(name);
  let text = '';
  for (const byte of bytes) {
    const unit = units[byte]!;
    if (unit === UNDEFINED_UNIT) return undefined;
    text += String.fromCharCode(unit);
  }
  return text;
}
