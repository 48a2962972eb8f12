import { UsageError } from '../../shared/errors.ts';
import type { ByteReader } from '../engine/byte-reader.ts';

/** What a browser decompresses by itself, up to a size that fits into its memory. */
const MOST_DECOMPRESSED_BYTES = 1024 ** 3;

/** A file that was dropped on the page. Ranges of it are read; a compressed one is decompressed first. */
export async function droppedFile(file: File): Promise<ByteReader> {
  const content = await contentOf(file);
  return {
    name: file.name,
    sizeBytes: content.size,
    read: async ({ startByte, endByte }) =>
      new Uint8Array(await content.slice(startByte, endByte).arrayBuffer()),
  };
}

async function contentOf(file: File): Promise<Blob> {
  const suffix = /\.(gz|zst|bz2|zip)$/i.exec(file.name)?.[1]?.toLowerCase();
  if (suffix === undefined) return file;
  if (suffix !== 'gz') {
    throw new UsageError({
      what: `.${suffix} is not read by a page without a server`,
      where: file.name,
      next: 'Decompress the file first, or open it with npx positional-lake studio FILE.',
    });
  }
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const stream = file.stream().pipeThrough(new DecompressionStream('gzip'));
  for (let reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Blob(pieces);
    bytes += value.length;
    if (bytes > MOST_DECOMPRESSED_BYTES) {
      throw new UsageError({
        what: 'it holds more than 1 GiB, which a page without a server does not decompress',
        where: file.name,
        next: 'Decompress the file first, or open it with npx positional-lake studio FILE.',
      });
    }
    pieces.push(value);
  }
}
