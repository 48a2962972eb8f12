import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { ColumnChunkBuilder, CopiedPage } from './column-chunk.ts';
import { ColumnReader } from './column-reader.ts';
import { PageEncoding } from './format.ts';
import { malformed } from './malformed.ts';
import { CODEC_NUMBERS, codecOf, type KernelBytes, type PageCompressor } from './page-compressor.ts';
import { MOST_PAGE_ROWS, readPageHeader } from './page-header.ts';
import { decodePageIndex } from './page-index.ts';
import { recodePages } from './page-recoder.ts';
import type { IndexedChunk } from './row-group.ts';
import type { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';

/**
 * Reads row groups that this program wrote back into the kernel, page by page, so that small ones can be joined: pages that
 * need no dictionary are copied unless a Bloom filter is made of their values, indexes into one are decoded. Anything else is `ParquetMalformed`.
 */
export class RowGroupReader {
  private readonly kernel: Kernel;
  private readonly compressor: PageCompressor;
  private readonly columns: ColumnReader[];

  constructor(kernel: Kernel, schema: ColumnSchema[], compressor: PageCompressor) {
    this.kernel = kernel;
    this.compressor = compressor;
    const members = kernel.allocate(MOST_PAGE_ROWS * 2 + READ_MARGIN_BYTES);
    const indexes = Uint16Array.from({ length: MOST_PAGE_ROWS }, (_, index) => index);
    kernel.bytes.set(new Uint8Array(indexes.buffer), members);
    this.columns = schema.map((column) => new ColumnReader(kernel, column, members));
  }

  /** Appends the rows of a row group to `rows`. `stream` yields its chunks, from `source.startByte` on. */
  async append(
    source: SourceRowGroup,
    stream: AsyncIterable<Uint8Array>,
    rows: RowGroupBuilder,
  ): Promise<void> {
    const kernel = this.kernel;
    const byteCount = source.endByte - source.startByte;
    const address = kernel.allocate(byteCount + READ_MARGIN_BYTES);
    let filled = 0;
    for await (const bytes of stream) {
      if (filled + bytes.length > byteCount)
        throw malformed('a row group that is longer than its footer says');
      kernel.bytes.set(bytes, address + filled);
      filled += bytes.length;
    }
    if (filled < byteCount) throw malformed('a row group that is cut off');
    const { chunks } = source.rowGroup;
    if (chunks.length > this.columns.length) throw malformed('a row group of too many columns');
    for (const [index, reader] of this.columns.entries()) {
      const [indexed, column] = [chunks[index], rows.columns[index]];
      if (!indexed || !column) throw malformed('a row group of too few columns');
      const { dataPageOffset, dictionaryPageOffset, totalCompressedSize } = indexed.chunk.metaData;
      const start = (dictionaryPageOffset ?? dataPageOffset) - source.startByte;
      const bytes = { address: address + start, length: totalCompressedSize };
      if (start < 0 || start + bytes.length > byteCount) throw malformed('a chunk outside its row group');
      const { encodingStats = [] } = indexed.chunk.metaData;
      const arePlain = encodingStats.every(({ encoding }) => encoding === PageEncoding.PLAIN);
      const isCopied = dictionaryPageOffset === undefined && !(column.hasFilter && arePlain);
      if (isCopied) this.copyPages(indexed, bytes, source.rowCount, column);
      else
        reader.append(
          bytes,
          codecOf(indexed.chunk.metaData.codec, column.compression),
          source.rowCount,
          column,
        );
    }
    rows.addRows(source.rowCount);
    kernel.release(address, byteCount + READ_MARGIN_BYTES);
  }

  /** Copies pages without a dictionary as they are, or recodes them if the column has another codec. */
  private copyPages(
    indexed: IndexedChunk,
    { address, length }: KernelBytes,
    rowCount: number,
    column: ColumnChunkBuilder,
  ): void {
    const kernel = this.kernel;
    const { codec, dataPageOffset, totalUncompressedSize: uncompressedBytes } = indexed.chunk.metaData;
    const end = address + length;
    const summaries = decodePageIndex(indexed);
    const pages = summaries.map(({ offset, firstRow, ...summary }, index): CopiedPage => {
      const pageAddress = address + offset - dataPageOffset;
      const { encoding, headerBytes, compressedBytes } = readPageHeader(kernel, pageAddress, end);
      // What is copied unseen must be whole pages at least.
      if (headerBytes + compressedBytes !== summary.compressedBytes) throw malformed('a page of two lengths');
      return {
        ...summary,
        address: pageAddress,
        rowCount: (summaries[index + 1]?.firstRow ?? rowCount) - firstRow,
        encoding,
      };
    });
    const from = codecOf(codec, column.compression);
    const to = column.closeForPages() ?? from;
    if (CODEC_NUMBERS[to] === CODEC_NUMBERS[from]) {
      column.appendPages({ pages, codec: to, uncompressedBytes });
      return;
    }
    const recoded = recodePages(kernel, this.compressor, pages, end, { from, to });
    column.appendPages({
      pages: recoded.pages,
      codec: to,
      uncompressedBytes: uncompressedBytes + recoded.moreHeaderBytes,
    });
    recoded.release();
  }
}
