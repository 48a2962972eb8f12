import { GuessedRecords } from './guessed-records.ts';

/**
 * UTF-8 lines as one byte a character, if their characters rather than their bytes have one length: the sender filled columns up by
 * characters, and each accent moves what follows by a byte. Undefined if positions are bytes.
 */
export function inCharacters(records: GuessedRecords): GuessedRecords | undefined {
  const decoder = new TextDecoder('utf-8');
  const bytes = new Uint8Array(records.bytes.length);
  const starts: number[] = [];
  const lengths: number[] = [];
  let filled = 0;
  for (const [record, start] of records.starts.entries()) {
    starts.push(filled);
    for (const character of decoder.decode(records.bytes.subarray(start, start + records.lengths[record]!))) {
      const code = character.codePointAt(0)!;
      bytes[filled++] = code < 0x80 ? code : 0x80;
    }
    lengths.push(filled - starts.at(-1)!);
  }
  if (usual(lengths) <= usual(records.lengths)) return undefined;
  return new GuessedRecords(bytes.subarray(0, filled), starts, lengths, 'us-ascii');
}

/** How many records have the most frequent length. */
function usual(lengths: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
