/** Values as metrics and bounds have them: Iceberg spec, Appendix D, "Binary single-value serialization". */

/** Longer texts and bytes are cut in bounds: as many characters, or bytes, as the reference implementation leaves them by default. */
const BOUND_LENGTH = 16;

const encoder = new TextEncoder();
// U+FEFF at the beginning is a character of a text like any other, which a decoder takes away unless it is told.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The big-endian bytes of a number in two's complement, `size` of them. */
export function bigEndian(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = size - 1, rest = value; index >= 0; index--, rest >>= 8n)
    bytes[index] = Number(BigInt.asUintN(8, rest));
  return bytes;
}

/** The same number in the fewest bytes, which is the form of a decimal: `00 00 04 d2 → 04 d2`, `ff ff ff → ff`. */
export function signedBytesOf(bigEndianBytes: Uint8Array): Uint8Array {
  const sign = bigEndianBytes[0]! >= 0x80 ? 0xff : 0;
  let first = 0;
  while (
    first < bigEndianBytes.length - 1 &&
    bigEndianBytes[first] === sign &&
    bigEndianBytes[first + 1]! >= 0x80 === (sign === 0xff)
  ) {
    first++;
  }
  return bigEndianBytes.slice(first);
}

/** A text that is not greater than this one, and short: `A` to `Z`, 16 characters. */
export function lowerText(utf8: Uint8Array): Uint8Array {
  if (utf8.length <= BOUND_LENGTH) return utf8;
  const characters = [...decoder.decode(utf8)];
  return characters.length <= BOUND_LENGTH
    ? utf8
    : encoder.encode(characters.slice(0, BOUND_LENGTH).join(''));
}

/** A short text that is not less than this one: its beginning, with the last character that can be raised by one. Undefined: there is none. */
export function upperText(utf8: Uint8Array): Uint8Array | undefined {
  if (utf8.length <= BOUND_LENGTH) return utf8;
  const characters = [...decoder.decode(utf8)];
  if (characters.length <= BOUND_LENGTH) return utf8;
  for (let kept = characters.slice(0, BOUND_LENGTH); kept.length > 0; kept = kept.slice(0, -1)) {
    const next = kept.at(-1)!.codePointAt(0)! + 1;
    // Surrogates are no characters.
    const raised = next === 0xd800 ? 0xe000 : next;
    if (raised <= 0x10ffff) return encoder.encode(kept.slice(0, -1).join('') + String.fromCodePoint(raised));
  }
  return undefined;
}

export function lowerBytes(bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, BOUND_LENGTH);
}

export function upperBytes(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length <= BOUND_LENGTH) return bytes;
  const kept = bytes.slice(0, BOUND_LENGTH);
  for (let last = BOUND_LENGTH - 1; last >= 0; last--) {
    if (kept[last] === 0xff) continue;
    kept[last]!++;
    return kept.slice(0, last + 1);
  }
  return undefined;
}
