import { constants, zstdCompressSync } from 'node:zlib';
import type { Kernel } from '../kernel/kernel.ts';
import { SNAPPY_TABLE_BYTES, VALUES_ANY, WRITE_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { Compression } from '../layout/layout.ts';
import { Codec } from './format.ts';

export const CODECS: Record<Compression, number> = {
  snappy: Codec.SNAPPY,
  zstd: Codec.ZSTD,
  none: Codec.UNCOMPRESSED,
};

/** Bytes in the kernel's memory. */
export interface KernelBytes {
  address: number;
  length: number;
}

/** Bytes to be compressed. */
export interface CompressibleBytes extends KernelBytes {
  /** What stands before the values. */
  levelsBytes?: number;
  /** What the kernel is told of the values: one of its VALUES_… */
  valuesForm?: number;
}

/** As fast as Snappy here, and much smaller. */
const ZSTD_LEVEL = 1;

/** Scratch memory for the pages of one kernel: what is built there is gone with the next call. */
export class PageCompressor {
  private readonly kernel: Kernel;
  private readonly table: number;
  private readonly body = { address: 0, capacity: 0 };
  private readonly out = { address: 0, capacity: 0 };

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.table = kernel.allocate(SNAPPY_TABLE_BYTES);
  }

  /** Address of room for a page's body. */
  reserveBody(byteCount: number): number {
    return this.reserve(this.body, byteCount);
  }

  /** The page compressed, in memory that is good until the next call; for `none` the page itself. */
  compress(bytes: CompressibleBytes, compression: Compression): KernelBytes {
    const { address, length, levelsBytes = 0, valuesForm = VALUES_ANY } = bytes;
    const { kernel } = this;
    switch (compression) {
      case 'none':
        return { address, length };
      case 'snappy': {
        const out = this.reserve(this.out, length + length / 6 + WRITE_MARGIN_BYTES * 2);
        const { call } = kernel;
        return {
          address: out,
          length: call.compressSnappy(address, length, out, this.table, levelsBytes, valuesForm),
        };
      }
      case 'zstd': {
        const compressed = zstdCompressSync(kernel.bytes.subarray(address, address + length), {
          params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL },
        });
        const out = this.reserve(this.out, compressed.length);
        kernel.bytes.set(compressed, out);
        return { address: out, length: compressed.length };
      }
    }
  }

  private reserve(scratch: { address: number; capacity: number }, byteCount: number): number {
    if (byteCount <= scratch.capacity) return scratch.address;
    if (scratch.address !== 0) this.kernel.release(scratch.address, scratch.capacity);
    scratch.capacity = Math.ceil(byteCount);
    scratch.address = this.kernel.allocate(scratch.capacity);
    return scratch.address;
  }
}
