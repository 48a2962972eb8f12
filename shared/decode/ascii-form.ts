import { type CodePage, isByteTablePage, isEbcdic } from '../layout/code-page.ts';
import { unicodeOf } from './code-pages.ts';

/** Marks a byte without an ASCII character; it equals no digit, sign or blank. */
const NONE = 0xff;
/** Zones C and D over a zero: braces in most pages, letters in those of some countries. Here they are always braces. */
const PLUS_ZERO = 0xc0;
const MINUS_ZERO = 0xd0;

const forms = new Map<string, Uint8Array>();

/**
 * The ASCII character of each byte of a code page, for digits, signs, dates and other texts without accents: 256 bytes. Signed
 * digits of EBCDIC become those of ASCII texts: C1 → A, +1; D0 → }, -0. A byte without an ASCII character becomes 0xFF.
 */
export function asciiForm(encoding: CodePage): Uint8Array {
  let form = forms.get(encoding);
  if (!form) {
    form = new Uint8Array(256).fill(NONE);
    const units = isByteTablePage(encoding) ? unicodeOf(encoding) : [];
    for (const [byte, unit] of units.entries()) {
      if (unit < 0x80 && unit !== 0x7b && unit !== 0x7d) form[byte] = unit;
    }
    form[PLUS_ZERO] = 0x7b;
    form[MINUS_ZERO] = 0x7d;
    forms.set(encoding, form);
  }
  return form;
}

/** The bytes in ASCII: as they are, unless the code page is EBCDIC. */
export function toAscii(bytes: Uint8Array, encoding: CodePage): Uint8Array {
  if (!isEbcdic(encoding)) return bytes;
  const form = asciiForm(encoding);
  return bytes.map((byte) => form[byte]!);
}

/** The byte of a blank. */
export function spaceOf(encoding: CodePage): number {
  return isEbcdic(encoding) ? 0x40 : 0x20;
}
