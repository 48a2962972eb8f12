import { type CodePage, isByteTablePage, isEbcdic } from '../layout/code-page.ts';
import { UNDEFINED_UNIT, unicodeOf } from './code-pages.ts';

/**
 * Padding: the characters that fill up a text at its end, or around it. Besides blanks these are control characters, NUL among them,
 * and the no-break space.
 *
 *     41 4E 41 00 00   iso-8859-1      C1 D5 C1 3F 40 FF   cp037      41 4E 41 C2 A0   utf-8      → ANA
 */
function isPadding(unit: number, encoding: CodePage): boolean {
  if (unit <= 0x20 || unit === 0x7f || unit === 0xa0) return true;
  // Everything below the blank of EBCDIC, and FF: the controls of ASCII and those after them.
  return isEbcdic(encoding) && unit >= 0x80 && unit <= 0x9f;
}

/** By byte: 1 if it is padding. Of UTF-8 only what is one byte. */
export function paddingBytes(encoding: CodePage): Uint8Array {
  const units = isByteTablePage(encoding) ? unicodeOf(encoding) : undefined;
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const unit = units ? units[byte]! : byte < 0x80 ? byte : UNDEFINED_UNIT;
    return isPadding(unit, encoding) ? 1 : 0;
  });
}

/** The bytes of a text without the padding around it, whether or not they can be read. */
export function trimmedBytes(bytes: Uint8Array, encoding: CodePage): Uint8Array {
  const table = paddingBytes(encoding);
  const sizeAt = (at: number): number => {
    const [first = 0, second = 0] = bytes.subarray(at);
    if (encoding === 'utf-16be') return isPadding(first * 256 + second, encoding) ? 2 : 0;
    if (encoding === 'utf-8' && first === 0xc2 && second === 0xa0) return 2;
    return table[first]!;
  };
  const unit = encoding === 'utf-16be' ? 2 : 1;
  let start = 0;
  while (start < bytes.length && sizeAt(start) > 0) start += sizeAt(start);
  let end = bytes.length;
  for (let size = unit; end - size >= start; size = unit) {
    if (encoding === 'utf-8' && end - 2 >= start && sizeAt(end - 2) === 2) size = 2;
    else if (sizeAt(end - unit) === 0) break;
    end -= size;
  }
  return bytes.subarray(start, end);
}

/** A text that was read in a code page, without the padding at its end and, if asked for, at its beginning. */
export function withoutPadding(text: string, encoding: CodePage, where: 'trailing' | 'both'): string {
  let end = text.length;
  while (end > 0 && isPadding(text.charCodeAt(end - 1), encoding)) end--;
  let start = 0;
  if (where === 'both') while (start < end && isPadding(text.charCodeAt(start), encoding)) start++;
  return text.slice(start, end);
}
