import { zstdDecompressSync } from 'node:zlib';
import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import { Codec } from './format.ts';
import { malformed } from './malformed.ts';
import type { PageHeader } from './page-header.ts';

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

/** The page behind the header at `at`; levels of a V2 page stand before its values as they are. */
export function uncompressPage(kernel: Kernel, header: PageHeader, at: number, codec: number): PageMemory {
  const { levelsBytes, isCompressed } = header;
  const page = new PageMemory(kernel, header.pageBytes);
  const from = at + header.length;
  kernel.bytes.copyWithin(page.address, from, from + levelsBytes);
  const [values, out] = [from + levelsBytes, page.address + levelsBytes];
  const [length, outLength] = [header.compressedBytes - levelsBytes, header.pageBytes - levelsBytes];
  if (codec === Codec.UNCOMPRESSED || !isCompressed) {
    if (length !== outLength) throw malformed('an uncompressed page of two lengths');
    kernel.bytes.copyWithin(out, values, values + length);
  } else if (codec === Codec.SNAPPY) {
    if (!kernel.call.uncompressSnappy(values, length, out, outLength)) throw malformed('Snappy');
  } else if (codec === Codec.ZSTD) {
    kernel.bytes.set(zstdDecompressSync(kernel.bytes.subarray(values, values + length)), out);
  } else throw malformed(`codec ${codec}`);
  return page;
}
