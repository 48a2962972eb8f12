import zlib from 'node:zlib';
import { UsageError } from '../../shared/errors.ts';

/** `node:zlib` for the compiled package: Node has had zstd since 22.15, and older ones can do without until a file needs it. */
export * from 'node:zlib';

export const createZstdDecompress: typeof zlib.createZstdDecompress = zlib.createZstdDecompress ?? noZstd;
export const zstdDecompressSync: typeof zlib.zstdDecompressSync = zlib.zstdDecompressSync ?? noZstd;
export const zstdCompressSync: typeof zlib.zstdCompressSync = zlib.zstdCompressSync ?? noZstd;
export const zstdCompress: typeof zlib.zstdCompress = zlib.zstdCompress ?? noZstd;

function noZstd(): never {
  throw new UsageError({
    what: 'zstd needs Node 22.15 or newer',
    why: `this is Node ${process.versions.node}`,
    next: 'Install a newer Node, or do without zstd: decompress the file first, and convert with --compression snappy.',
  });
}
