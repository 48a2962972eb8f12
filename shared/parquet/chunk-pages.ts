import type { VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { PageCodec } from '../layout/layout.ts';
import type { FinishedFilter } from './bloom-filter.ts';
import { ChunkOutput } from './chunk-output.ts';
import { ChunkRange } from './chunk-range.ts';
import { type ColumnMetaData, PageEncoding, PageType } from './format.ts';
import type { ValueRange } from './open-page.ts';
import { CODEC_NUMBERS } from './page-compressor.ts';
import { encodePageIndex, type PageSummary } from './page-index.ts';
import type { IndexedChunk } from './row-group.ts';
import { type ColumnSchema, pathOf, physicalType } from './schema.ts';

const LISTED_FIRST: number[] = [PageEncoding.PLAIN, PageEncoding.RLE];

/** A complete chunk, before its place in the file is known. */
export interface FinishedChunk {
  /** Page headers included. */
  uncompressedBytes: number;
  pieceCount: number;
  /** One piece of the chunk's bytes in their order, in the kernel's memory: valid until it grows, which whoever writes pieces may let it do. */
  piece(index: number): Uint8Array;
  /** Written after the chunks of the row group. */
  filter?: FinishedFilter | undefined;
  /** The chunk's metadata and page index, if its first byte is at `startByte` of the file. */
  placedAt(startByte: number): IndexedChunk;
}

/** A data page whose bytes are in the output of its chunk. */
interface AppendedPage extends ValueRange {
  rowCount: number;
  /** As many as rows, except in a list. */
  entryCount: number;
  nullCount: number;
  /** One of PageEncoding. */
  encoding: number;
}

/** How all pages of a chunk were written. */
interface ChunkForm {
  codec: PageCodec;
  /** One of PageType. */
  dataPageType: number;
}

/** The finished data pages of a column chunk: their bytes, and what is known of them. */
export class ChunkPages {
  readonly output: ChunkOutput;
  rowCount = 0;
  /** Entries that are not null. */
  valueCount = 0;
  /** Page headers included. */
  uncompressedBytes = 0;
  private readonly schema: ColumnSchema;
  private readonly range: ChunkRange;
  /** Offsets count from the first data page. */
  private pages: PageSummary[] = [];
  /** Number of pages by their encoding. */
  private readonly encodingPages = new Map<number, number>();
  private entryCount = 0;
  /** Bytes of the pages so far. */
  private end = 0;

  constructor(kernel: Kernel, kind: VectorKind, schema: ColumnSchema) {
    this.output = new ChunkOutput(kernel);
    this.schema = schema;
    this.range = new ChunkRange(kind);
  }

  get pageCount(): number {
    return this.pages.length;
  }

  get useDictionary(): boolean {
    return this.encodingPages.has(PageEncoding.RLE_DICTIONARY);
  }

  /** Adds the page that was just appended to `output`. */
  add(page: AppendedPage): void {
    const { rowCount, entryCount, nullCount, encoding, min, max } = page;
    const offset = this.end;
    this.end = this.output.length;
    this.pages.push({
      offset,
      compressedBytes: this.end - offset,
      firstRow: this.rowCount,
      nullCount,
      min,
      max,
    });
    this.range.add(page);
    this.rowCount += rowCount;
    this.entryCount += entryCount;
    this.valueCount += entryCount - nullCount;
    this.encodingPages.set(encoding, (this.encodingPages.get(encoding) ?? 0) + 1);
  }

  /** The chunk of these pages and, before them, the dictionary page if there is one. It must be written before `clear`. */
  finish(
    form: ChunkForm,
    dictionaryPage: ChunkOutput | undefined,
    filter: FinishedFilter | undefined,
  ): FinishedChunk {
    const { output, uncompressedBytes } = this;
    const firstPieces = dictionaryPage?.pieceCount ?? 0;
    return {
      uncompressedBytes,
      filter,
      pieceCount: firstPieces + output.pieceCount,
      piece: (index) =>
        dictionaryPage && index < firstPieces
          ? dictionaryPage.piece(index)
          : output.piece(index - firstPieces),
      placedAt: (startByte) => {
        const dataPageOffset = startByte + (dictionaryPage?.length ?? 0);
        const metaData = this.metadata(form, startByte, dataPageOffset);
        const { columnIndex, offsetIndex } = encodePageIndex(this.pages, dataPageOffset);
        return { chunk: { fileOffset: startByte, metaData }, columnIndex, offsetIndex };
      },
    };
  }

  private metadata(
    { codec, dataPageType }: ChunkForm,
    startByte: number,
    dataPageOffset: number,
  ): ColumnMetaData {
    const dictionaryBytes = dataPageOffset - startByte;
    const encodings = LISTED_FIRST.slice();
    const encodingStats: ColumnMetaData['encodingStats'] =
      dictionaryBytes > 0
        ? [{ pageType: PageType.DICTIONARY_PAGE, encoding: PageEncoding.PLAIN, count: 1 }]
        : [];
    for (const [encoding, count] of this.sortedEncodings()) {
      if (!LISTED_FIRST.includes(encoding)) encodings.push(encoding);
      encodingStats.push({ pageType: dataPageType, encoding, count });
    }
    return {
      type: physicalType(this.schema.type),
      encodings,
      pathInSchema: pathOf(this.schema),
      codec: CODEC_NUMBERS[codec],
      numValues: this.entryCount,
      totalUncompressedSize: this.uncompressedBytes,
      totalCompressedSize: dictionaryBytes + this.output.length,
      statistics: this.range.statistics(this.entryCount - this.valueCount),
      encodingStats,
      dataPageOffset,
      dictionaryPageOffset: dictionaryBytes > 0 ? startByte : undefined,
    };
  }

  /** Encodings with their numbers of pages; the most chunks have one. */
  private sortedEncodings(): Iterable<[encoding: number, count: number]> {
    const { encodingPages } = this;
    return encodingPages.size < 2 ? encodingPages : [...encodingPages].sort(([a], [b]) => b - a);
  }

  /** Forgets the pages, and gives their memory back. */
  clear(): void {
    this.output.clear();
    this.range.clear();
    this.pages = [];
    this.encodingPages.clear();
    this.rowCount = 0;
    this.entryCount = 0;
    this.valueCount = 0;
    this.uncompressedBytes = 0;
    this.end = 0;
  }
}
