import { type CodePage, isEbcdic } from '../layout/code-page.ts';
import { type CodePageName, unicodeOf } from './code-pages.ts';

/** A byte that is no ASCII character of its own: no digit, sign or blank is it. */
const NONE = 0xff;
/** Zones C and D over a zero digit are braces in the usual pages, and letters in those of some countries: here always braces. */
const PLUS_ZERO = 0xc0;
const MINUS_ZERO = 0xd0;

const forms = new Map<string, Uint8Array>();

/**
 * What each byte of a code page is in ASCII, for digits, signs, dates and other texts without accents: 256 bytes. Of EBCDIC the
 * signed digits become those that ASCII texts have: C1 → A, +1; D0 → }, -0. Bytes that are no such character become 0xFF.
 */
export function asciiForm(encoding: CodePage): Uint8Array {
  let form = forms.get(encoding);
  if (!form) {
    form = new Uint8Array(256).fill(NONE);
    for (const [byte, unit] of unicodeOf(encoding as CodePageName).entries()) {
      if (unit < 0x80 && unit !== 0x7b && unit !== 0x7d) form[byte] = unit;
    }
    form[PLUS_ZERO] = 0x7b;
    form[MINUS_ZERO] = 0x7d;
    forms.set(encoding, form);
  }
  return form;
}

/** The bytes themselves where the code page has ASCII in its lower half, else their ASCII form. */
export function toAscii(bytes: Uint8Array, encoding: CodePage): Uint8Array {
  if (!isEbcdic(encoding)) return bytes;
  const form = asciiForm(encoding);
  return bytes.map((byte) => form[byte]!);
}

/** The byte that is a blank. */
export function spaceOf(encoding: CodePage): number {
  return isEbcdic(encoding) ? 0x40 : 0x20;
}
