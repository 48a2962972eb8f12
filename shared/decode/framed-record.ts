import type { Layout } from '../layout/layout.ts';

const DESCRIPTOR_WORD_BYTES = 4;
const CR = 0x0d;
const LF = 0x0a;

/**
 * A record as it stands in a file of the layout: with its descriptor word, in a block of its own, or with what ends it.
 *
 *     C1 C2 → 00 06 00 00 C1 C2      rdw that counts itself
 *             C1 C2 15               lines in EBCDIC
 *
 * Fixed records of which the layout does not say what follows them each get a line end: the file proves it.
 */
export function framedRecord(layout: Layout['record'], raw: Uint8Array): Uint8Array {
  const { format, descriptor, lineEndByte, terminator } = layout;
  if (format === 'length-field') return raw;
  if (format === 'lines') return Buffer.concat([raw, Uint8Array.of(lineEndByte)]);
  if (format === 'fixed') return Buffer.concat([raw, Uint8Array.from(ENDS[terminator ?? 'lf'])]);
  if (!descriptor) return raw;
  const record = withWord(descriptor, raw);
  return format === 'bdw' ? withWord(descriptor, record) : record;
}

const ENDS = { none: [], lf: [LF], crlf: [CR, LF] };

function withWord(
  { byteOrder, lengthHalf, lengthIncludesHeader }: NonNullable<Layout['record']['descriptor']>,
  bytes: Uint8Array,
): Uint8Array {
  const word = Buffer.alloc(DESCRIPTOR_WORD_BYTES);
  const length = bytes.length + (lengthIncludesHeader ? DESCRIPTOR_WORD_BYTES : 0);
  const at = lengthHalf === 'first' ? 0 : 2;
  if (byteOrder === 'little') word.writeUInt16LE(length, at);
  else word.writeUInt16BE(length, at);
  return Buffer.concat([word, bytes]);
}
