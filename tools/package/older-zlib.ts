import zlib from 'node:zlib';
import { decompress } from 'fzstd';
import { UsageError } from '../../shared/errors.ts';

/**
 * `node:zlib` for the compiled package. Node has had Zstandard since 22.15: with an older one, pages of Parquet files are decompressed by
 * a package in JavaScript, and files that come compressed with zstd are not read.
 */
export * from 'node:zlib';

export const createZstdDecompress: typeof zlib.createZstdDecompress = zlib.createZstdDecompress ?? noZstd;
export const zstdDecompressSync: (frame: Uint8Array, options: { maxOutputLength: number }) => Uint8Array =
  zlib.zstdDecompressSync ?? decompressedPage;
export const zstdCompressSync: typeof zlib.zstdCompressSync = zlib.zstdCompressSync ?? noZstd;
export const zstdCompress: typeof zlib.zstdCompress = zlib.zstdCompress ?? noZstd;

/** The content of a frame that says its size, in memory of that size: the caller has looked at what it says. */
export function decompressedPage(frame: Uint8Array): Uint8Array {
  return decompress(frame);
}

function noZstd(): never {
  throw new UsageError({
    what: 'files compressed with zstd need Node 22.15 or newer',
    why: `this is Node ${process.versions.node}`,
    next: 'Install a newer Node, or decompress the file first.',
  });
}
