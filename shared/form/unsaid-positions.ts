import type { Layout } from '../layout/layout.ts';
import { type Refusal, refuse } from '../refusal.ts';

/** Is it a short record with a character of several bytes, so that what follows it stands elsewhere if positions count characters? */
export function isOpenToPositions(
  line: Uint8Array,
  { lengthBytes, unsaidBefore }: Layout['record'],
): boolean {
  return line.length < lengthBytes && line.subarray(0, unsaidBefore).some((byte) => byte > 0x7f);
}

/** Refuses a file that can be read in two ways. `atByte` is the offset of such a record. */
export function positionsUnsaid(where: string, atByte: number): Refusal {
  return refuse('other-form', {
    where,
    what: `the line at byte ${atByte} holds a character of several bytes, and the layout does not say whether its positions count bytes or characters`,
    why: 'What follows that character is read from other places in one case than in the other, and the line is shorter than the record, so that its length does not tell.',
    next: 'Say "positions": "characters" in the layout if the sender counts characters (an accent moves nothing in an editor), or "positions": "bytes".',
  });
}
