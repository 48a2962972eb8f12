import type { Kernel } from '../kernel/kernel.ts';
import { SNAPPY_TABLE_BYTES, VALUES_ANY, WRITE_MARGIN_BYTES } from '../kernel/shapes.ts';
import { PAGE_CODECS, type PageCodec } from '../layout/layout.ts';
import { CompressionCodec } from './format.ts';
import { malformed } from './malformed.ts';

/** The number of each codec in the format. */
export const CODEC_NUMBERS: Record<PageCodec, number> = {
  snappy: CompressionCodec.SNAPPY,
  zstd: CompressionCodec.ZSTD,
  'zstd-fast': CompressionCodec.ZSTD,
  none: CompressionCodec.UNCOMPRESSED,
};

/** The first codec that has this number in the format. */
export function codecOf(codecNumber: number): PageCodec {
  const codec = PAGE_CODECS.find((name) => CODEC_NUMBERS[name] === codecNumber);
  if (!codec) throw malformed(`codec ${codecNumber}`);
  return codec;
}

/** Bytes in the kernel's memory. */
export interface KernelBytes {
  address: number;
  length: number;
}

/** Bytes to be compressed. */
export interface CompressibleBytes extends KernelBytes {
  /** Bytes before the values. */
  levelsBytes?: number;
  /** The kernel's name for the form of the values: one of VALUES_… in kernel/shapes.ts. */
  valuesForm?: number;
}

/** A search for matches must save so many percent of what Huffman codes alone make of a page. */
const LEAST_SAVED = { zstd: 20, 'zstd-fast': 60 };

/** Compresses pages in scratch memory of one kernel: each call overwrites what the one before returned. */
export class PageCompressor {
  private readonly kernel: Kernel;
  private readonly table: number;
  private readonly body = { address: 0, capacity: 0 };
  private readonly out = { address: 0, capacity: 0 };

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.table = kernel.allocate(SNAPPY_TABLE_BYTES);
  }

  /** Address of scratch memory for a page's body. */
  reserveBody(byteCount: number): number {
    return this.reserve(this.body, byteCount);
  }

  /** The compressed page, in memory that is valid until the next call; for `none` the page itself. */
  compress(bytes: CompressibleBytes, codec: PageCodec): KernelBytes {
    const { address, length, levelsBytes = 0, valuesForm = VALUES_ANY } = bytes;
    const { kernel } = this;
    switch (codec) {
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
      case 'zstd':
      case 'zstd-fast': {
        const out = this.reserve(this.out, length + length / 6 + WRITE_MARGIN_BYTES * 2);
        const { call } = kernel;
        const saved = LEAST_SAVED[codec];
        return {
          address: out,
          length: call.compressZstd(address, length, out, levelsBytes, valuesForm, saved),
        };
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
