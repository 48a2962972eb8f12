/**
 * Code pages of one byte a character: what a byte is in Unicode and in UTF-8, and which byte a character is.
 *
 *     cp037   C1 D5 C1 40 5A F1 → A N A ␠ ! 1      cp275   C1 D5 79 D6 → A N ã O
 *
 * EBCDIC control characters are as IBM's mapping to Unicode (CDRA) has them: 0x25 is LF, 0x15 is NEL (U+0085). Text that
 * Unix System Services of z/OS wrote ends its lines with 0x15; such a file is for `lines` only after a conversion.
 */
import { CODE_PAGE_TABLES } from './code-page-tables.ts';

export type CodePageName = keyof typeof CODE_PAGE_TABLES;

/** What an undefined byte has in place of a UTF-16 code unit; no character can be it. */
export const UNDEFINED_UNIT = 0xffff;
/** Room for a character in a UTF-8 table: what a word holds, though none of these pages needs more than three. */
export const UTF8_SLOT_BYTES = 4;

export interface CodePage {
  name: CodePageName;
  /** UTF-16 code unit by byte; `UNDEFINED_UNIT` where the page defines none. */
  toUnicode: Uint16Array;
  /** The byte a blank is: 0x40 in EBCDIC, else 0x20. */
  spaceByte: number;
  /** The byte of digit zero, which the others follow: 0xF0 in EBCDIC, else 0x30. */
  zeroByte: number;
}

/** A page for the kernel, which turns a byte into its UTF-8 without going through Unicode. */
export interface Utf8Table {
  /** Bytes that byte `b` becomes; 0 where it is undefined. */
  lengths: Uint8Array;
  /** Those bytes, from `b * UTF8_SLOT_BYTES` on, zeros behind. */
  bytes: Uint8Array;
  /** Is every byte below 0x80 the same in UTF-8? Then blocks of such bytes need only be copied. */
  asciiCompatible: boolean;
}

/** Names that layouts may use, in ascending order. */
export const CODE_PAGE_NAMES = Object.keys(CODE_PAGE_TABLES) as CodePageName[];

const codePages = new Map<CodePageName, CodePage>();
const utf8Tables = new Map<CodePageName, Utf8Table>();
const encoders = new Map<CodePageName, Map<number, number>>();

export function isCodePageName(name: string): name is CodePageName {
  return Object.hasOwn(CODE_PAGE_TABLES, name);
}

/** The page of that name. What it returns is shared by all callers: not to be written to. */
export function codePage(name: CodePageName): CodePage {
  let page = codePages.get(name);
  if (!page) {
    const table = Buffer.from(CODE_PAGE_TABLES[name], 'base64');
    const toUnicode = Uint16Array.from({ length: 256 }, (_, byte) => table.readUInt16LE(byte * 2));
    page = { name, toUnicode, spaceByte: toUnicode.indexOf(0x20), zeroByte: toUnicode.indexOf(0x30) };
    codePages.set(name, page);
  }
  return page;
}

/** The page as UTF-8, by byte. What it returns is shared by all callers: not to be written to. */
export function utf8Table(name: CodePageName): Utf8Table {
  let table = utf8Tables.get(name);
  if (!table) {
    const { toUnicode } = codePage(name);
    const lengths = new Uint8Array(256);
    const bytes = new Uint8Array(256 * UTF8_SLOT_BYTES);
    toUnicode.forEach((unit, byte) => {
      if (unit === UNDEFINED_UNIT) return;
      const encoded = Buffer.from(String.fromCharCode(unit));
      lengths[byte] = encoded.length;
      bytes.set(encoded, byte * UTF8_SLOT_BYTES);
    });
    const asciiCompatible = toUnicode.subarray(0, 0x80).every((unit, byte) => unit === byte);
    table = { lengths, bytes, asciiCompatible };
    utf8Tables.set(name, table);
  }
  return table;
}

/** `bytes` as text; undefined where one of them is undefined. For headers and messages: the kernel has tables of its own. */
export function decodeText(name: CodePageName, bytes: Uint8Array): string | undefined {
  const { toUnicode } = codePage(name);
  let text = '';
  for (const byte of bytes) {
    const unit = toUnicode[byte]!;
    if (unit === UNDEFINED_UNIT) return undefined;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** `text` as it stands in a file, such as the value a record type is known by; undefined where the page lacks a character. */
export function encodeText(name: CodePageName, text: string): Uint8Array | undefined {
  let byteOf = encoders.get(name);
  if (!byteOf) {
    byteOf = new Map();
    // No page holds a character twice, or the byte would be a guess; a test says so.
    for (const [byte, unit] of codePage(name).toUnicode.entries()) {
      if (unit !== UNDEFINED_UNIT) byteOf.set(unit, byte);
    }
    encoders.set(name, byteOf);
  }
  const encoded = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const byte = byteOf.get(text.charCodeAt(at));
    if (byte === undefined) return undefined;
    encoded[at] = byte;
  }
  return encoded;
}
