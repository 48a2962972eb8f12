import type { Encoding, Keep } from '../layout/layout.ts';

/** Text of one field, from the file's encoding to trimmed UTF-8, byte by byte and without strings. */

export const TEXT_INVALID = -1;

export const CODE_LATIN1 = 0;
export const CODE_ASCII = 1;
export const CODE_UTF8 = 2;

const ENCODING_CODES: Record<Encoding, number> = {
  'iso-8859-1': CODE_LATIN1,
  'us-ascii': CODE_ASCII,
  'utf-8': CODE_UTF8,
};

export function encodingCode(encoding: Encoding): number {
  return ENCODING_CODES[encoding];
}

const SPACE = 0x20;

/**
 * Writes the field's text to `out` from `at` on and returns the position behind it, or `TEXT_INVALID`.
 * `out` must have room for twice the field: a byte above 0x7f takes two in UTF-8.
 * A result of `at` itself is an empty text.
 */
export function copyText(
  bytes: Uint8Array,
  start: number,
  end: number,
  encoding: number,
  trimStart: boolean,
  trimEnd: boolean,
  out: Uint8Array,
  at: number,
): number {
  if (trimEnd) while (end > start && bytes[end - 1] === SPACE) end--;
  if (trimStart) while (start < end && bytes[start] === SPACE) start++;
  let position = at;
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!;
    if (byte < 0x80) {
      out[position++] = byte;
    } else if (encoding === CODE_LATIN1) {
      out[position++] = 0xc0 | (byte >>> 6);
      out[position++] = 0x80 | (byte & 0x3f);
    } else if (encoding === CODE_ASCII) {
      return TEXT_INVALID;
    } else {
      const length = utf8Length(bytes, index, end);
      if (length === 0) return TEXT_INVALID;
      for (let copied = 0; copied < length; copied++) out[position++] = bytes[index + copied]!;
      index += length - 1;
    }
  }
  return position;
}

/**
 * As `copyText` for fields that keep only some characters, all of them ASCII. The whole field must still be
 * valid in its encoding: what cannot be read is not silently dropped.
 */
export function copyKept(
  bytes: Uint8Array,
  start: number,
  end: number,
  encoding: number,
  keep: Keep,
  out: Uint8Array,
  at: number,
): number {
  const letters = keep === 'alphanumeric';
  let position = at;
  for (let index = start; index < end; index++) {
    const byte = bytes[index]!;
    if (byte >= 0x80) {
      if (encoding === CODE_ASCII) return TEXT_INVALID;
      if (encoding === CODE_UTF8) {
        const length = utf8Length(bytes, index, end);
        if (length === 0) return TEXT_INVALID;
        index += length - 1;
      }
      continue;
    }
    const digit = byte >= 0x30 && byte <= 0x39;
    const letter = (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
    if (digit || (letters && letter)) out[position++] = byte;
  }
  return position;
}

/**
 * Bytes of the well-formed UTF-8 sequence at `at`, whose first byte is above 0x7f; 0 where it is ill-formed or cut
 * off by `end`. (The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.)
 */
function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at]!;
  let length = 0;
  let lowest = 0x80;
  let highest = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) length = 2;
  else if (lead >= 0xe0 && lead <= 0xef) {
    length = 3;
    if (lead === 0xe0) lowest = 0xa0;
    if (lead === 0xed) highest = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    length = 4;
    if (lead === 0xf0) lowest = 0x90;
    if (lead === 0xf4) highest = 0x8f;
  }
  if (length === 0 || at + length > end) return 0;
  const second = bytes[at + 1]!;
  if (second < lowest || second > highest) return 0;
  for (let index = at + 2; index < at + length; index++) {
    if (bytes[index]! < 0x80 || bytes[index]! > 0xbf) return 0;
  }
  return length;
}
