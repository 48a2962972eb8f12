import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { Compression } from '../layout/layout.ts';
import type { PageCompressor } from './page-compressor.ts';
import { readPageHeader } from './page-header.ts';
import type { PageSummary } from './page-index.ts';
import { uncompressPage } from './page-memory.ts';
import { encodeThrift } from './thrift.ts';

/** Pages that were given another codec, in the kernel's memory until `release`. */
export interface RecodedPages {
  address: number;
  pages: PageSummary[];
  release(): void;
}

/**
 * Pages of a chunk in another codec, without decoding their values: for a chunk that has a codec already. The first stands at
 * `firstPage`, the chunk ends at `end`.
 */
export function recodePages(
  kernel: Kernel,
  compressor: PageCompressor,
  firstPage: number,
  end: number,
  pages: PageSummary[],
  from: number,
  to: Compression,
): RecodedPages {
  const headers = pages.map((page) => {
    const at = firstPage + page.offset - pages[0]!.offset;
    return { at, header: readPageHeader(kernel, at, end) };
  });
  // What compresses badly grows by a sixth at most.
  const mostBytes = headers.reduce(
    (sum, { header }) => sum + header.length + header.pageBytes * 1.2 + 256,
    0,
  );
  const byteCount = Math.ceil(mostBytes) + READ_MARGIN_BYTES;
  const address = kernel.allocate(byteCount);
  let offset = 0;
  const recoded = headers.map(({ at, header }, index) => {
    const page = uncompressPage(kernel, header, at, from);
    const { levelsBytes, isCompressed } = header;
    const values = { address: page.address + levelsBytes, length: page.length - levelsBytes };
    const body = isCompressed ? compressor.compress(values, to) : values;
    const struct = encodeThrift({ ...header.struct, field_3: levelsBytes + body.length });
    const start = offset;
    const append = (bytes: number, length: number) => {
      kernel.bytes.copyWithin(address + offset, bytes, bytes + length);
      offset += length;
    };
    kernel.bytes.set(struct, address + offset);
    offset += struct.length;
    append(page.address, levelsBytes);
    append(body.address, body.length);
    page.release();
    return { ...pages[index]!, offset: start, compressedBytes: offset - start };
  });
  return { address, pages: recoded, release: () => kernel.release(address, byteCount) };
}
