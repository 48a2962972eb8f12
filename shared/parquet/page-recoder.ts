import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { PageCodec } from '../layout/layout.ts';
import type { CopiedPage } from './column-chunk.ts';
import { PageHeader } from './format.ts';
import type { PageCompressor } from './page-compressor.ts';
import { readPageHeader } from './page-header.ts';
import { uncompressPage } from './page-memory.ts';
import { encodeThrift } from './thrift.ts';

/** Pages in the kernel's memory until `release`. */
interface RecodedPages {
  pages: CopiedPage[];
  /** So much longer are all headers: they hold the compressed sizes. */
  moreHeaderBytes: number;
  release(): void;
}

/** Compresses pages of a chunk, which ends at address `end`, with another codec. Their values are not decoded. */
export function recodePages(
  kernel: Kernel,
  compressor: PageCompressor,
  pages: CopiedPage[],
  end: number,
  codecs: { from: PageCodec; to: PageCodec },
): RecodedPages {
  const stored = pages.map((page) => ({ page, read: readPageHeader(kernel, page.address, end) }));
  // Bytes that do not compress grow by a sixth at most.
  const mostBytes = stored.reduce((sum, { read }) => sum + read.headerBytes + read.pageBytes * 1.2 + 256, 0);
  const byteCount = Math.ceil(mostBytes) + READ_MARGIN_BYTES;
  const address = kernel.allocate(byteCount);
  let at = address;
  let moreHeaderBytes = 0;
  const append = (from: number, length: number) => {
    kernel.bytes.copyWithin(at, from, from + length);
    at += length;
  };
  const recoded = stored.map(({ page, read }) => {
    const start = at;
    const memory = uncompressPage(kernel, read, page.address, codecs.from);
    const { levelsBytes, isCompressed } = read;
    const values = { address: memory.address + levelsBytes, length: memory.length - levelsBytes };
    const body = isCompressed ? compressor.compress(values, codecs.to) : values;
    const compressedPageSize = levelsBytes + body.length;
    const header = encodeThrift(PageHeader, { ...read.header, compressedPageSize });
    kernel.bytes.set(header, at);
    at += header.length;
    moreHeaderBytes += header.length - read.headerBytes;
    append(memory.address, levelsBytes);
    append(body.address, body.length);
    memory.release();
    return { ...page, address: start, compressedBytes: at - start };
  });
  return { pages: recoded, moreHeaderBytes, release: () => kernel.release(address, byteCount) };
}
