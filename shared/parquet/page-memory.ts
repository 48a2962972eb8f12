import { zstdDecompressSync } from 'node:zlib';
import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { PageCodec } from '../layout/layout.ts';
import { malformed } from './malformed.ts';
import type { StoredPage } from './page-header.ts';

/** An uncompressed page in the kernel's memory. */
export class PageMemory {
  readonly address: number;
  readonly length: number;
  entryCount = 0;
  entries: PageMemory | undefined;
  private readonly kernel: Kernel;

  constructor(kernel: Kernel, length: number) {
    this.kernel = kernel;
    this.length = length;
    this.address = kernel.allocate(length + READ_MARGIN_BYTES);
  }

  get end(): number {
    return this.address + this.length;
  }

  release(): void {
    this.entries?.release();
    this.kernel.release(this.address, this.length + READ_MARGIN_BYTES);
  }
}

/** The page whose header is at address `at`. The levels of a V2 page are stored uncompressed before its values. */
export function uncompressPage(kernel: Kernel, page: StoredPage, at: number, codec: PageCodec): PageMemory {
  const { levelsBytes, pageBytes, compressedBytes } = page;
  const memory = new PageMemory(kernel, pageBytes);
  const from = at + page.headerBytes;
  kernel.bytes.copyWithin(memory.address, from, from + levelsBytes);
  const [values, out] = [from + levelsBytes, memory.address + levelsBytes];
  const [length, outLength] = [compressedBytes - levelsBytes, pageBytes - levelsBytes];
  switch (page.isCompressed ? codec : 'none') {
    case 'none':
      if (length !== outLength) throw malformed('an uncompressed page of two lengths');
      kernel.bytes.copyWithin(out, values, values + length);
      break;
    case 'snappy':
      if (!kernel.call.uncompressSnappy(values, length, out, outLength)) throw malformed('Snappy');
      break;
    case 'zstd':
    case 'zstd-fast':
      kernel.bytes.set(zstdDecompressSync(kernel.bytes.subarray(values, values + length)), out);
      break;
  }
  return memory;
}
