import { zstdDecompressSync } from 'node:zlib';

/** With it hyparquet reads pages in Zstandard; it knows Snappy by itself. */
export const ZSTD_PAGES = { ZSTD: (page: Uint8Array): Uint8Array => zstdDecompressSync(page) };
