import { type FieldVector, type VectorKind, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAX_ENTRIES } from '../kernel/shapes.ts';
import { COMPRESSIONS, type Compression } from '../layout/layout.ts';
import { ChunkDictionary, canHaveDictionary } from './chunk-dictionary.ts';
import { ChunkOutput } from './chunk-output.ts';
import { ChunkRange } from './chunk-range.ts';
import { Encoding, PageType, type ThriftStruct } from './format.ts';
import { OpenPage } from './open-page.ts';
import { CODECS, type KernelBytes, type PageCompressor } from './page-compressor.ts';
import type { PageSummary } from './page-index.ts';
import { type ColumnSchema, pathOf, physicalType } from './schema.ts';
import { encodeThrift } from './thrift.ts';

/** Pages are cut behind so many rows or bytes. */
const PAGE_ROWS = 20_000;
const PAGE_BYTES = 256 * 1024;
/** A chunk whose first page keeps more than this of its size is written uncompressed. */
const LEAST_GAIN = 0.95;
/** Below it a page says nothing about how its chunk compresses. */
const TELLING_PAGE_BYTES = 1024;

const NO_HEADER = new Uint8Array();

/** A chunk that is complete: its bytes, and what the footer and the indexes say of it once they know where it stands. */
export interface FinishedChunk {
  byteLength: number;
  uncompressedBytes: number;
  rowCount: number;
  views(): Iterable<Uint8Array>;
  /** The ColumnChunk structure of a chunk whose first byte stands at `startByte` of its file. */
  metadata(startByte: number): ThriftStruct;
  pages(startByte: number): PageSummary[];
}

/**
 * One column of one row group on its way into pages: values come in from field vectors, and full pages are compressed and kept
 * until the row group is written. A column begins with a dictionary and continues without one as soon as that does not pay.
 */
export class ColumnChunkBuilder {
  private readonly kernel: Kernel;
  private readonly schema: ColumnSchema;
  private readonly kind: VectorKind;
  private readonly compression: Compression;
  private readonly compressor: PageCompressor;
  private readonly page: OpenPage;
  private readonly output: ChunkOutput;
  private readonly range: ChunkRange;
  private dictionary: ChunkDictionary | undefined;
  /** Whether the open page holds indexes into the dictionary. */
  private indexing = false;
  /** A dictionary did not pay in this chunk or an earlier one: it is not tried again. */
  private gaveUp = false;
  /** Null until the first page has shown what pays. */
  private codec: Compression | null = null;
  private pages: PageSummary[] = [];
  private plainPages = 0;
  /** Rows of finished pages. */
  private rowCount = 0;
  /** Of a list its entries, else the rows again. */
  private entryCount = 0;
  /** Of a list: rows of the open page. */
  private openRows = 0;
  /** Entries that are not null. */
  private valueCount = 0;
  private uncompressedBytes = 0;

  constructor(kernel: Kernel, schema: ColumnSchema, compression: Compression, compressor: PageCompressor) {
    const kind = vectorKind(schema.type);
    this.kernel = kernel;
    this.schema = schema;
    this.kind = kind;
    this.compression = compression;
    this.compressor = compressor;
    this.page = new OpenPage(kernel, kind);
    this.output = new ChunkOutput(kernel);
    this.range = new ChunkRange(kind);
  }

  /** Appends the vector's values at `count` indexes of 2 bytes each; of a list, the entries of those records. */
  append(vector: FieldVector, members: number, count: number): void {
    if (this.rowCount + this.page.rows === 0) this.begin();
    if (vector.entries) this.appendList(vector, members, count);
    else {
      this.page.appendRows(vector, members, count);
      this.appendValues(vector, members, count);
    }
    if (this.page.rows >= PAGE_ROWS || this.page.length >= PAGE_BYTES) this.closePage();
  }

  private appendList(vector: FieldVector, members: number, count: number): void {
    const { kernel } = this;
    const { offsets, repeats } = vector.entries!;
    const byteCount = MAX_ENTRIES * 2;
    const entries = kernel.allocate(byteCount);
    const entryCount = kernel.call.expandMembers(offsets, members, count, entries);
    this.openRows += count;
    this.page.appendEntries(vector, repeats, entries, entryCount);
    this.appendValues(vector, entries, entryCount);
    kernel.release(entries, byteCount);
  }

  private appendValues(vector: FieldVector, members: number, count: number): void {
    const from = this.indexing ? this.appendIndexes(vector, members, count) : 0;
    if (!this.indexing && from < count) {
      const left = count - from;
      this.page.appendPlain(vector, members + from * 2, left, vector.plainBytes(left));
    }
  }

  /**
   * Whether finished PLAIN pages of `codec` can become pages of this chunk as they are. A chunk has one codec, and may have a
   * dictionary only at its front.
   */
  takesPages(codec: number): boolean {
    return this.codec === null || CODECS[this.codec] === codec;
  }

  /** Appends PLAIN pages of another chunk; `firstPage` is the address of the first, `rowCount` their rows together. */
  appendPages(
    firstPage: number,
    pages: PageSummary[],
    rowCount: number,
    codec: number,
    uncompressedBytes: number,
  ): void {
    if (this.page.rows > 0) this.closePage();
    this.indexing = false;
    this.codec ??= COMPRESSIONS.find((name) => CODECS[name] === codec)!;
    for (const [index, page] of pages.entries()) {
      const rows = (pages[index + 1]?.firstRow ?? rowCount) - page.firstRow;
      const offset = this.output.length;
      const address = firstPage + page.offset - pages[0]!.offset;
      this.output.append(NO_HEADER, { address, length: page.compressedBytes });
      this.pages.push({ ...page, offset, firstRow: this.rowCount });
      this.range.add({ least: page.min, greatest: page.max });
      this.rowCount += rows;
      this.entryCount += rows;
      this.valueCount += rows - page.nullCount;
      this.plainPages++;
    }
    this.uncompressedBytes += uncompressedBytes;
  }

  private begin(): void {
    if (this.gaveUp || !canHaveDictionary(this.kind)) return;
    this.dictionary = new ChunkDictionary(this.kernel, this.kind, this.page);
    this.indexing = true;
  }

  /** Returns how many members found an entry; where that is not all of them, the rest goes on in PLAIN form. */
  private appendIndexes(vector: FieldVector, members: number, count: number): number {
    const dictionary = this.dictionary!;
    let from = 0;
    while (true) {
      from = dictionary.append(vector, members, from, count);
      if (from === count) return from;
      if (!dictionary.grow(this.valueCount + this.page.length / 2)) break;
    }
    this.gaveUp = true;
    if (this.pages.length === 0) {
      dictionary.turnPlain();
      this.dropDictionary();
      return from;
    }
    // Pages that use the dictionary are finished already: it stays, and this page becomes a PLAIN one behind them.
    dictionary.turnPlain();
    this.indexing = false;
    return from;
  }

  private dropDictionary(): void {
    this.dictionary?.release();
    this.dictionary = undefined;
    this.indexing = false;
  }

  private closePage(): void {
    const { page } = this;
    // A dictionary that has no entry yet has no page either.
    const indexed = this.indexing && this.dictionary!.entryCount > 0;
    const { rows, count } = page;
    const range = indexed ? this.dictionary!.usedRange() : page.plainRange();
    const offset = this.output.length;
    this.appendPage(PageType.DATA_PAGE, this.pageBody(indexed), {
      field_5: {
        field_1: rows,
        field_2: indexed ? Encoding.RLE_DICTIONARY : Encoding.PLAIN,
        field_3: Encoding.RLE,
        field_4: Encoding.RLE,
      },
    });
    this.pages.push({
      offset,
      compressedBytes: this.output.length - offset,
      firstRow: this.rowCount,
      nullCount: rows - count,
      min: range.least,
      max: range.greatest,
    });
    this.range.add(range);
    this.rowCount += this.schema.list ? this.openRows : rows;
    this.openRows = 0;
    this.entryCount += rows;
    this.valueCount += count;
    if (!indexed) this.plainPages++;
    page.clear();
  }

  /** Levels and values of the open page in one piece. */
  private pageBody(indexed: boolean): KernelBytes {
    const { kernel, page, compressor } = this;
    const { call } = kernel;
    const { rows, count } = page;
    if (!indexed && this.kind !== 'boolean' && count === rows && !this.schema.list) {
      // The levels of a page without nulls fit before its values.
      const levelsBytes = 5 + varintBytes(rows * 2);
      const address = page.values - levelsBytes;
      call.writeLevels(0, rows, count, address);
      return { address, length: levelsBytes + page.length };
    }
    const bitWidth = indexed ? this.dictionary!.bitWidth : 0;
    const valuesBytes = indexed ? ((count + 8) / 8) * bitWidth : page.length;
    const body = compressor.reserveBody(rows / 2 + valuesBytes + 128);
    let at = body;
    if (this.schema.list) {
      at += call.writeEntryLevels(page.repeats, rows, 1, at);
      at += call.writeEntryLevels(page.levels, rows, 2, at);
    } else at += call.writeLevels(page.levels, rows, count, at);
    if (indexed) at += call.writeIndexes(page.indexes, count, bitWidth, at);
    else if (this.kind === 'boolean') at += call.packBits(page.values, count, at);
    else {
      kernel.bytes.copyWithin(at, page.values, page.values + page.length);
      at += page.length;
    }
    return { address: body, length: at - body };
  }

  /** Compresses a page and appends it behind its header. */
  private appendPage(type: number, body: KernelBytes, kind: ThriftStruct, output = this.output): void {
    const compressed = this.compressPage(body);
    const header = encodeThrift({
      field_1: type,
      field_2: body.length,
      field_3: compressed.length,
      ...kind,
    });
    output.append(header, compressed);
    this.uncompressedBytes += header.length + body.length;
  }

  /** Where the first page is one of PLAIN values that do not compress, the chunk is written uncompressed. */
  private compressPage(body: KernelBytes): KernelBytes {
    if (this.codec) return this.compressor.compress(body, this.codec);
    this.codec = this.compression;
    const compressed = this.compressor.compress(body, this.codec);
    const compresses = body.length < TELLING_PAGE_BYTES || compressed.length < body.length * LEAST_GAIN;
    if (this.indexing || compresses) return compressed;
    this.codec = 'none';
    return body;
  }

  /** Completes the chunk. It must be written before `clear`. */
  finish(): FinishedChunk {
    if (this.page.rows > 0) {
      if (this.indexing && this.pages.length === 0 && !this.dictionaryPays()) {
        this.dictionary!.turnPlain();
        this.dropDictionary();
      }
      this.closePage();
    }
    if (this.pages.length === this.plainPages) this.dropDictionary();
    const dictionaryPage = new ChunkOutput(this.kernel);
    if (this.dictionary) {
      const body = { address: this.dictionary.bodyAddress, length: this.dictionary.plainBytes };
      const header = { field_7: { field_1: this.dictionary.entryCount, field_2: Encoding.PLAIN } };
      this.appendPage(PageType.DICTIONARY_PAGE, body, header, dictionaryPage);
    }
    const { output, pages, rowCount, uncompressedBytes } = this;
    const dictionaryBytes = dictionaryPage.length;
    const byteLength = dictionaryBytes + output.length;
    const metadata = this.chunkMetadata(byteLength);
    return {
      byteLength,
      uncompressedBytes,
      rowCount,
      *views() {
        yield* dictionaryPage.views();
        yield* output.views();
        dictionaryPage.clear();
      },
      metadata: (startByte) => ({
        field_2: BigInt(startByte),
        field_3: {
          ...metadata,
          field_9: BigInt(startByte + dictionaryBytes),
          field_11: dictionaryBytes > 0 ? BigInt(startByte) : undefined,
        },
      }),
      pages: (startByte) =>
        pages.map((page) => ({ ...page, offset: page.offset + startByte + dictionaryBytes })),
    };
  }

  /** Whether indexes and entries are smaller than the values of the only page. */
  private dictionaryPays(): boolean {
    const dictionary = this.dictionary!;
    const indexBytes = (this.page.count * dictionary.bitWidth) / 8;
    return this.page.count >= 8 && dictionary.plainBytes + indexBytes < dictionary.pagePlainBytes;
  }

  /** ColumnMetaData without its offsets; Thrift fields must stay in the order of their numbers. */
  private chunkMetadata(byteLength: number): ThriftStruct {
    const { dictionary, plainPages } = this;
    const indexPages = this.pages.length - plainPages;
    const statistics = (type: number, encoding: number, count: number) =>
      count > 0 ? [{ field_1: type, field_2: encoding, field_3: count }] : [];
    return {
      field_1: physicalType(this.schema.type),
      field_2: [Encoding.PLAIN, Encoding.RLE, ...(dictionary ? [Encoding.RLE_DICTIONARY] : [])],
      field_3: pathOf(this.schema),
      field_4: CODECS[this.codec ?? this.compression],
      field_5: BigInt(this.entryCount),
      field_6: BigInt(this.uncompressedBytes),
      field_7: BigInt(byteLength),
      field_9: undefined,
      field_11: undefined,
      field_12: this.range.statistics(this.entryCount - this.valueCount),
      field_13: [
        ...statistics(PageType.DICTIONARY_PAGE, Encoding.PLAIN, dictionary ? 1 : 0),
        ...statistics(PageType.DATA_PAGE, Encoding.RLE_DICTIONARY, indexPages),
        ...statistics(PageType.DATA_PAGE, Encoding.PLAIN, plainPages),
      ],
    };
  }

  /** Forgets what was written, and gives its memory back. */
  clear(): void {
    this.output.clear();
    this.dropDictionary();
    this.page.releaseBuffers();
    this.range.clear();
    this.pages = [];
    this.codec = null;
    this.plainPages = 0;
    this.rowCount = 0;
    this.entryCount = 0;
    this.openRows = 0;
    this.valueCount = 0;
    this.uncompressedBytes = 0;
  }
}

function varintBytes(value: number): number {
  return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
}
