import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import type { ByteReader } from './byte-reader.ts';

const BLOCK_BYTES = 64 * 1024;
/** 32 MiB: what people look at, and the samples by which the form of a file is judged. */
const MOST_BLOCKS = 512;

/** A file of which the blocks that were read last are kept: whoever scrolls reads the same places again and again. */
export function withKeptBlocks(reader: ByteReader): ByteReader {
  const blocks = new Map<number, Promise<Uint8Array>>();
  const keep = (index: number, bytes: Promise<Uint8Array>) => {
    blocks.delete(index);
    blocks.set(index, bytes);
    const [oldest] = blocks.keys();
    if (blocks.size > MOST_BLOCKS && oldest !== undefined) blocks.delete(oldest);
  };
  const readMissing = (from: number, to: number) => {
    const range = { startByte: from * BLOCK_BYTES, endByte: Math.min(to * BLOCK_BYTES, reader.sizeBytes) };
    const bytes = reader.read(range);
    for (let index = from; index < to; index++) {
      const at = (index - from) * BLOCK_BYTES;
      const block = bytes.then((all) => all.slice(at, at + BLOCK_BYTES));
      keep(index, block);
      // A range that cannot be read now may be read later.
      block.catch(() => blocks.delete(index));
    }
  };
  return {
    ...reader,
    async read(range) {
      const [first, end] = blocksOf(range);
      for (let index = first; index < end; index++) {
        const known = blocks.get(index);
        if (known) {
          keep(index, known);
          continue;
        }
        let to = index + 1;
        while (to < end && !blocks.has(to)) to++;
        readMissing(index, to);
        index = to - 1;
      }
      const wanted = Array.from({ length: end - first }, (_, step) => blocks.get(first + step));
      const read = await Promise.all(wanted);
      return joined(read, first * BLOCK_BYTES, range);
    },
  };
}

function blocksOf({ startByte, endByte }: ByteRange): [number, number] {
  if (endByte <= startByte) return [0, 0];
  return [Math.floor(startByte / BLOCK_BYTES), Math.ceil(endByte / BLOCK_BYTES)];
}

function joined(
  blocks: (Uint8Array | undefined)[],
  firstByte: number,
  { startByte, endByte }: ByteRange,
): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, endByte - startByte));
  let at = firstByte;
  for (const block of blocks) {
    if (!block) continue;
    const from = Math.max(0, startByte - at);
    const to = Math.min(block.length, endByte - at);
    if (to > from) bytes.set(block.subarray(from, to), at + from - startByte);
    at += block.length;
  }
  return bytes;
}
