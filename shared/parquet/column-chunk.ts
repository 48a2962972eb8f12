import { type FieldVector, type VectorKind, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAX_ENTRIES } from '../kernel/shapes.ts';
import { type Compression, type PageForm, PLAIN_PAGES } from '../layout/layout.ts';
import { ChunkDictionary, canHaveDictionary } from './chunk-dictionary.ts';
import { ChunkOutput } from './chunk-output.ts';
import { ChunkRange } from './chunk-range.ts';
import { Encoding, PageType, type ThriftStruct } from './format.ts';
import { OpenPage } from './open-page.ts';
import { type PageBody, PageBodyWriter } from './page-body.ts';
import { CODECS, type CompressibleBytes, type KernelBytes, type PageCompressor } from './page-compressor.ts';
import type { PageSummary } from './page-index.ts';
import { type ColumnSchema, pathOf, physicalType } from './schema.ts';
import { encodeThrift } from './thrift.ts';

/** Pages are cut behind so many rows or bytes. */
const PAGE_ROWS = 20_000;
const PAGE_BYTES = 256 * 1024;
/** A chunk whose first page keeps more than this of its size is written uncompressed. */
const LEAST_GAIN = 0.95;
/** So much smaller must another encoding than PLAIN make the first page of a chunk. */
const ENCODING_GAIN = 0.98;
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
  private readonly version: PageForm['version'];
  private readonly page: OpenPage;
  private readonly bodies: PageBodyWriter;
  private readonly output: ChunkOutput;
  private readonly range: ChunkRange;
  private dictionary: ChunkDictionary | undefined;
  /** Whether the open page holds indexes into the dictionary. */
  private indexing = false;
  /** A dictionary did not pay in this chunk or an earlier one: it is not tried again. */
  private gaveUp = false;
  /** Null until the first page has shown what pays. */
  private codec: Compression | null = null;
  /** Of values outside a dictionary; as the codec. */
  private encoding: number | null = null;
  private pages: PageSummary[] = [];
  /** How many of the pages have which encoding. */
  private readonly encodingPages = new Map<number, number>();
  /** Rows of finished pages. */
  private rowCount = 0;
  /** Of a list its entries, else the rows again. */
  private entryCount = 0;
  /** Of a list: rows of the open page. */
  private openRows = 0;
  /** Entries that are not null. */
  private valueCount = 0;
  private uncompressedBytes = 0;

  constructor(
    kernel: Kernel,
    schema: ColumnSchema,
    compression: Compression,
    compressor: PageCompressor,
    form = PLAIN_PAGES,
  ) {
    const kind = vectorKind(schema.type);
    this.kernel = kernel;
    this.schema = schema;
    this.kind = kind;
    this.compression = compression;
    this.compressor = compressor;
    this.version = form.version;
    this.page = new OpenPage(kernel, kind);
    this.bodies = new PageBodyWriter(kernel, kind, schema.list !== undefined, form, compressor);
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

  /** The codec that pages of another chunk must have to become pages of this one: a chunk has one. Null where there is none yet. */
  get pagesCodec(): Compression | null {
    return this.codec;
  }

  /**
   * Appends pages of another chunk that need no dictionary; `firstPage` is the address of the first, `rowCount` their rows together,
   * `encodings` that of each.
   */
  appendPages(
    firstPage: number,
    pages: PageSummary[],
    rowCount: number,
    codec: Compression,
    uncompressedBytes: number,
    encodings: number[],
  ): void {
    if (this.page.rows > 0) this.closePage();
    this.indexing = false;
    this.codec ??= codec;
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
      this.countPage(encodings[index]!);
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
    const encoding = indexed ? Encoding.RLE_DICTIONARY : this.valueEncoding();
    const body = this.bodies.body(page, encoding, indexed ? this.dictionary!.bitWidth : 0);
    if (this.version === 'v2') this.appendPageV2(body, encoding);
    else {
      this.appendPage(PageType.DATA_PAGE, body, {
        field_5: { field_1: rows, field_2: encoding, field_3: Encoding.RLE, field_4: Encoding.RLE },
      });
    }
    this.countPage(encoding);
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
    page.clear();
  }

  private countPage(encoding: number): void {
    this.encodingPages.set(encoding, (this.encodingPages.get(encoding) ?? 0) + 1);
  }

  /** What makes the chunk's first page outside a dictionary smallest, with its compression. */
  private valueEncoding(): number {
    const { bodies, page } = this;
    // A page without values says nothing, and delta encodings begin with one. Chunks with a dictionary are decoded when they are
    // joined, and so have nothing else.
    if (bodies.encodings.length === 1 || page.count === 0 || this.dictionary) return Encoding.PLAIN;
    if (this.encoding !== null) return this.encoding;
    let least = Number.POSITIVE_INFINITY;
    for (const encoding of bodies.encodings) {
      const body = bodies.body(page, encoding, 0);
      const { length } = this.compressor.compress(body, this.compression);
      const size = Math.min(length, body.length);
      if (size >= least * ENCODING_GAIN) continue;
      this.encoding = encoding;
      least = size;
    }
    return this.encoding!;
  }

  /** As `appendPage`; the levels of a V2 page are not compressed, and its values only where that makes them smaller. */
  private appendPageV2(pageBody: PageBody, encoding: number): void {
    const { address, length, levelsBytes, repetitionBytes, valuesForm } = pageBody;
    const { rows, count } = this.page;
    this.codec ??= this.compression;
    const values = { address: address + levelsBytes, length: length - levelsBytes, valuesForm };
    const compressed = this.compressor.compress(values, this.codec);
    const compresses = this.codec !== 'none' && compressed.length < values.length * LEAST_GAIN;
    const body = compresses ? compressed : values;
    const header = encodeThrift({
      field_1: PageType.DATA_PAGE_V2,
      field_2: length,
      field_3: levelsBytes + body.length,
      field_8: {
        field_1: rows,
        field_2: rows - count,
        field_3: this.schema.list ? this.openRows : rows,
        field_4: encoding,
        field_5: levelsBytes - repetitionBytes,
        field_6: repetitionBytes,
        field_7: compresses,
      },
    });
    this.output.append(header, { address, length: levelsBytes });
    this.output.append(NO_HEADER, body);
    this.uncompressedBytes += header.length + length;
  }

  /** Compresses a page and appends it behind its header. */
  private appendPage(type: number, body: CompressibleBytes, kind: ThriftStruct, output = this.output): void {
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
  private compressPage(body: CompressibleBytes): KernelBytes {
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
    if (!this.encodingPages.has(Encoding.RLE_DICTIONARY)) this.dropDictionary();
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
    const { dictionary, encodingPages } = this;
    const dataPage = this.version === 'v2' ? PageType.DATA_PAGE_V2 : PageType.DATA_PAGE;
    const statistics = (type: number, encoding: number, count: number) => ({
      field_1: type,
      field_2: encoding,
      field_3: count,
    });
    const encodings = [...encodingPages.keys()].sort((a, b) => b - a);
    return {
      field_1: physicalType(this.schema.type),
      field_2: [...new Set([Encoding.PLAIN, Encoding.RLE, ...encodings])],
      field_3: pathOf(this.schema),
      field_4: CODECS[this.codec ?? this.compression],
      field_5: BigInt(this.entryCount),
      field_6: BigInt(this.uncompressedBytes),
      field_7: BigInt(byteLength),
      field_9: undefined,
      field_11: undefined,
      field_12: this.range.statistics(this.entryCount - this.valueCount),
      field_13: [
        ...(dictionary ? [statistics(PageType.DICTIONARY_PAGE, Encoding.PLAIN, 1)] : []),
        ...encodings.map((encoding) => statistics(dataPage, encoding, encodingPages.get(encoding)!)),
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
    this.encoding = null;
    this.encodingPages.clear();
    this.rowCount = 0;
    this.entryCount = 0;
    this.openRows = 0;
    this.valueCount = 0;
    this.uncompressedBytes = 0;
  }
}
