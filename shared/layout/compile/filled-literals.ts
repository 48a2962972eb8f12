import { isEbcdic } from '../code-page.ts';
import type { Field } from '../field.ts';

/** Beyond so much padding, blanks and NULs are not mixed, and a text is at one of the ends of its field. */
const MIXED_BYTES = 8;

/**
 * The bytes that a field may have whose text is one of `literals`, each as long as the field and filled up with blanks: filled up with
 * blanks, with NULs, or with some of both; in front of the text too if the field is trimmed on both sides.
 *
 *     PF in 4 bytes → "PF  ", "PF\0\0", "PF\0 ", "PF \0"
 */
export function filledUp(literals: readonly Uint8Array[], { encoding, trim }: Field): Uint8Array[] {
  const space = isEbcdic(encoding) ? 0x40 : 0x20;
  const found = new Map<string, Uint8Array>();
  for (const literal of literals) {
    const text = withoutBlanks(literal, space, trim === 'both');
    const paddingBytes = literal.length - text.length;
    for (const before of trim === 'both' ? placesIn(paddingBytes) : [0]) {
      for (const front of fillings(before, space)) {
        for (const end of fillings(paddingBytes - before, space)) {
          const bytes = Uint8Array.from([...front, ...text, ...end]);
          found.set(bytes.join(' '), bytes);
        }
      }
    }
  }
  return [...found.values()];
}

/** The numbers of bytes that may be in front of a text. */
function placesIn(paddingBytes: number): number[] {
  if (paddingBytes > MIXED_BYTES) return [0, paddingBytes];
  return Array.from({ length: paddingBytes + 1 }, (_, before) => before);
}

/** `count` blanks, `count` NULs, and NULs after or before blanks. */
function fillings(count: number, space: number): number[][] {
  if (count === 0) return [[]];
  const run = (nuls: number, byte: number, other: number) => [
    ...Array<number>(nuls).fill(byte),
    ...Array<number>(count - nuls).fill(other),
  ];
  const mixed = count > MIXED_BYTES ? [] : Array.from({ length: count - 1 }, (_, index) => index + 1);
  return [
    run(0, 0, space),
    run(count, 0, space),
    ...mixed.flatMap((nuls) => [run(nuls, 0, space), run(count - nuls, space, 0)]),
  ];
}

function withoutBlanks(bytes: Uint8Array, space: number, bothSides: boolean): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === space) end--;
  let start = 0;
  while (bothSides && start < end && bytes[start] === space) start++;
  return bytes.subarray(start, end);
}
