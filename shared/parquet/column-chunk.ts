import { type EntryLayout, type FieldVector, type VectorKind, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MAX_ENTRIES } from '../kernel/shapes.ts';
import { type Compression, type PageCodec, PLAIN_PAGES } from '../layout/layout.ts';
import { BloomFilterBuilder } from './bloom-filter.ts';
import { ChunkDictionary, canHaveDictionary } from './chunk-dictionary.ts';
import { ChunkOutput, NO_HEADER } from './chunk-output.ts';
import { ChunkPages, type FinishedChunk } from './chunk-pages.ts';
import { mayPay, sampleCount } from './dictionary-sample.ts';
import { PageEncoding } from './format.ts';
import { OpenPage, type ValueRange } from './open-page.ts';
import type { PageCompressor } from './page-compressor.ts';
import { PageWriter } from './page-writer.ts';
import type { ColumnSchema } from './schema.ts';

/** A page is closed once it has this many rows or bytes. */
const PAGE_ROWS = 20_000;
const PAGE_BYTES = 320 * 1024;
/** A chunk of fewer values has no dictionary. */
const LEAST_DICTIONARY_VALUES = 8;

/** Data pages of another chunk of the same column, in the kernel's memory. They need no dictionary. */
interface CopiedPages {
  pages: CopiedPage[];
  codec: PageCodec;
  /** All pages together, headers included. */
  uncompressedBytes: number;
}

export interface CopiedPage extends ValueRange {
  /** Address of the page's header. */
  address: number;
  /** Header included. */
  compressedBytes: number;
  rowCount: number;
  nullCount: number;
  /** One of PageEncoding. */
  encoding: number;
}

/** Columns with a chunk whose dictionary outgrew its first entries: those of other partitions mostly do, too. */
const outgrown = new WeakSet<ColumnSchema>();

/**
 * Builds one column of one row group: values arrive in field vectors, and full pages are compressed and kept until the row
 * group is written. A chunk begins with a dictionary and continues without one once that does not pay.
 */
export class ColumnChunkBuilder {
  private readonly kernel: Kernel;
  private readonly schema: ColumnSchema;
  private readonly isList: boolean;
  private readonly kind: VectorKind;
  private readonly page: OpenPage;
  private readonly writer: PageWriter;
  private readonly pages: ChunkPages;
  private readonly filter: BloomFilterBuilder | undefined;
  /** The chunk's dictionary. */
  private dictionary: ChunkDictionary | undefined;
  /** The same, if the open page holds indexes into it; undefined if that page holds PLAIN values. */
  private pageDictionary: ChunkDictionary | undefined;
  /** The dictionary's page, once the chunk is complete. */
  private dictionaryOutput: ChunkOutput | undefined;
  /** A dictionary did not pay in this chunk or an earlier one: it is not tried again. */
  private gaveUp = false;
  /** Rows of the open page, in a list. */
  private openListRows = 0;
  private readonly batchCount: number;

  /** `batchCount` says how many times as many rows as in its first `append` the chunk will have, if that is known to be few. */
  constructor(
    kernel: Kernel,
    schema: ColumnSchema,
    compression: Compression,
    compressor: PageCompressor,
    form = PLAIN_PAGES,
    batchCount = Number.POSITIVE_INFINITY,
  ) {
    const kind = vectorKind(schema.type);
    this.kernel = kernel;
    this.schema = schema;
    this.kind = kind;
    this.batchCount = batchCount;
    this.isList = schema.list !== undefined;
    this.page = new OpenPage(kernel, kind);
    this.writer = new PageWriter(kernel, kind, schema, compression, compressor, form);
    this.pages = new ChunkPages(kernel, kind, schema);
    this.filter = schema.hasFilter ? new BloomFilterBuilder(kernel, kind) : undefined;
  }

  /** Appends the vector's values at `count` indexes of 2 bytes each, or the entries of those records in a list. */
  append(vector: FieldVector, members: number, count: number): void {
    if (this.pages.rowCount + this.page.rows === 0) this.begin();
    if (vector.entries) this.appendList(vector, vector.entries, members, count);
    else {
      this.page.appendRows(vector, members, count);
      this.appendValues(vector, members, count);
    }
    if (this.page.rows >= PAGE_ROWS || this.page.length >= PAGE_BYTES) this.closePage();
  }

  private appendList(
    vector: FieldVector,
    { offsets, repeats }: EntryLayout,
    members: number,
    count: number,
  ): void {
    const { kernel } = this;
    const byteCount = MAX_ENTRIES * 2;
    const entries = kernel.allocate(byteCount);
    const entryCount = kernel.call.expandMembers(offsets, members, count, entries);
    this.openListRows += count;
    this.page.appendEntries(vector, repeats, entries, entryCount);
    this.appendValues(vector, entries, entryCount);
    kernel.release(entries, byteCount);
  }

  private appendValues(vector: FieldVector, members: number, count: number): void {
    this.filter?.add(vector, members, count);
    let from = this.pageDictionary ? this.appendSample(this.pageDictionary, vector, members, count) : 0;
    if (this.pageDictionary && from < count)
      from = this.appendIndexes(this.pageDictionary, vector, members, count, from);
    if (!this.pageDictionary && from < count) {
      const left = count - from;
      this.page.appendPlain(vector, members + from * 2, left, vector.plainBytes(left));
    }
  }

  /** Its values must pass through `append`, so that the filter knows them. */
  get hasFilter(): boolean {
    return this.filter !== undefined;
  }

  /** What was asked for. */
  get compression(): Compression {
    return this.writer.compression;
  }

  /**
   * The codec that pages of another chunk must have to be appended; undefined if any will do. Closes the open page: only then does the
   * chunk's first page have its codec.
   */
  closeForPages(): PageCodec | undefined {
    if (this.page.rows > 0) this.closePage();
    return this.writer.chunkCodec;
  }

  /** Appends pages of another chunk as they are, after `closeForPages` said which codec they must have. */
  appendPages({ pages, codec, uncompressedBytes }: CopiedPages): void {
    this.filter?.giveUp();
    this.pageDictionary = undefined;
    this.writer.adoptCodec(codec);
    for (const page of pages) {
      this.pages.output.append(NO_HEADER, { address: page.address, length: page.compressedBytes });
      this.pages.add({ ...page, entryCount: page.rowCount });
    }
    this.pages.uncompressedBytes += uncompressedBytes;
  }

  private begin(): void {
    if (this.gaveUp || !canHaveDictionary(this.kind)) return;
    this.dictionary = new ChunkDictionary(this.kernel, this.kind, this.page, outgrown.has(this.schema));
    this.pageDictionary = this.dictionary;
  }

  /** Appends the first values of a chunk of one page, and gives its dictionary up if they show that it will not pay. Returns how many. */
  private appendSample(
    dictionary: ChunkDictionary,
    vector: FieldVector,
    members: number,
    count: number,
  ): number {
    const rowCount = count * this.batchCount;
    if (rowCount > PAGE_ROWS || this.page.length > 0 || this.isList) return 0;
    const sample = sampleCount(rowCount, count);
    if (sample === 0) return 0;
    const from = this.appendIndexes(dictionary, vector, members, sample, 0);
    const valueCount = this.page.length / 2;
    if (this.pageDictionary && !mayPay(dictionary, valueCount, rowCount / sample)) this.giveUp(dictionary);
    return from;
  }

  /** Returns how many members found an entry. If not all did, the page has become a PLAIN one, and the rest goes on in it. */
  private appendIndexes(
    dictionary: ChunkDictionary,
    vector: FieldVector,
    members: number,
    count: number,
    first: number,
  ): number {
    let from = first;
    while (true) {
      from = dictionary.append(vector, members, from, count);
      if (from === count) return from;
      if (!dictionary.grow(this.pages.valueCount + this.page.length / 2)) break;
      if (dictionary.isLarge) outgrown.add(this.schema);
    }
    this.giveUp(dictionary);
    return from;
  }

  /** The open page goes on in PLAIN form. */
  private giveUp(dictionary: ChunkDictionary): void {
    this.gaveUp = true;
    dictionary.turnPlain();
    // Finished pages may use the dictionary: then it stays.
    if (this.pages.pageCount === 0) this.dropDictionary();
    this.pageDictionary = undefined;
  }

  private dropDictionary(): void {
    this.dictionary?.release();
    this.dictionary = undefined;
    this.pageDictionary = undefined;
  }

  private closePage(): void {
    const { page, pageDictionary } = this;
    // A dictionary without entries has no page, so nothing may refer to it.
    const used = pageDictionary && pageDictionary.entryCount > 0 ? pageDictionary : undefined;
    const { rows: entryCount, count } = page;
    const rowCount = this.isList ? this.openListRows : entryCount;
    const range = used ? used.usedRange() : page.plainRange();
    const encoding = used ? PageEncoding.RLE_DICTIONARY : this.valueEncoding();
    const bitWidth = used ? used.bitWidth : 0;
    this.pages.uncompressedBytes += this.writer.writeDataPage(
      page,
      { encoding, bitWidth, rowCount, decidesCodec: !pageDictionary },
      this.pages.output,
    );
    this.pages.add({ rowCount, entryCount, nullCount: entryCount - count, encoding, ...range });
    this.openListRows = 0;
    page.clear();
  }

  private valueEncoding(): PageEncoding {
    // A chunk with a dictionary is decoded when it is joined, and the reader decodes only PLAIN values beside it.
    return this.dictionary ? PageEncoding.PLAIN : this.writer.valueEncoding(this.page);
  }

  /** Completes the chunk. It must be written before `clear`. */
  finish(): FinishedChunk {
    const { page, pages, writer, pageDictionary } = this;
    if (page.rows > 0) {
      if (pageDictionary && pages.pageCount === 0 && !this.pays(pageDictionary)) {
        pageDictionary.turnPlain();
        this.dropDictionary();
      }
      this.closePage();
    }
    if (!pages.useDictionary) this.dropDictionary();
    const { codec, dataPageType } = writer;
    this.dictionaryOutput = this.dictionary && this.dictionaryPage(this.dictionary);
    return pages.finish({ codec, dataPageType }, this.dictionaryOutput, this.filter?.finish());
  }

  private dictionaryPage({ bodyAddress, plainBytes, entryCount }: ChunkDictionary): ChunkOutput {
    const output = new ChunkOutput(this.kernel);
    const entries = { address: bodyAddress, length: plainBytes };
    this.pages.uncompressedBytes += this.writer.writeDictionaryPage(entries, entryCount, output);
    return output;
  }

  /** Returns whether indexes and entries are smaller than the values of the only page. */
  private pays(dictionary: ChunkDictionary): boolean {
    const { count } = this.page;
    const indexBytes = (count * dictionary.bitWidth) / 8;
    return count >= LEAST_DICTIONARY_VALUES && dictionary.plainBytes + indexBytes < dictionary.pagePlainBytes;
  }

  /** Forgets the chunk, and gives its memory back. */
  clear(): void {
    this.pages.clear();
    this.dictionaryOutput?.clear();
    this.dictionaryOutput = undefined;
    this.filter?.clear();
    this.writer.clear();
    this.dropDictionary();
    this.page.releaseBuffers();
    this.openListRows = 0;
  }
}
