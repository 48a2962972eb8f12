import { ENTRY_BYTES, FieldVector, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { PageCodec } from '../layout/layout.ts';
import type { ColumnChunkBuilder } from './column-chunk.ts';
import { PageEncoding, PageType } from './format.ts';
import { malformed } from './malformed.ts';
import type { KernelBytes } from './page-compressor.ts';
import { MOST_PAGE_ROWS, readPageHeader, type StoredPage } from './page-header.ts';
import { PageMemory, uncompressPage } from './page-memory.ts';
import type { ColumnSchema } from './schema.ts';

/** Reads chunks of one column that have a dictionary. */
export class ColumnReader {
  private readonly kernel: Kernel;
  private readonly vector: FieldVector;
  private readonly members: number;
  private readonly width: number;

  constructor(kernel: Kernel, { type }: ColumnSchema, members: number) {
    this.kernel = kernel;
    this.members = members;
    const kind = vectorKind(type);
    this.width = ENTRY_BYTES[kind];
    this.vector = new FieldVector(kernel, kind, MOST_PAGE_ROWS);
  }

  /** Appends the rows of a chunk to a column. */
  append(chunk: KernelBytes, codec: PageCodec, rowCount: number, column: ColumnChunkBuilder): void {
    const end = chunk.address + chunk.length;
    let dictionary: PageMemory | undefined;
    let at = chunk.address;
    for (let rowsLeft = rowCount; rowsLeft > 0; ) {
      const stored = readPageHeader(this.kernel, at, end);
      const page = uncompressPage(this.kernel, stored, at, codec);
      at += stored.headerBytes + stored.compressedBytes;
      if (stored.header.type === PageType.DICTIONARY_PAGE) {
        dictionary = this.readDictionary(page, stored.valueCount);
        continue;
      }
      this.readData(page, stored, dictionary);
      column.append(this.vector, this.members, stored.valueCount);
      page.release();
      rowsLeft -= stored.valueCount;
    }
    dictionary?.release();
  }

  /** Finds the entries of a dictionary: the page itself, or address and length of each of its texts. */
  private readDictionary(page: PageMemory, entryCount: number): PageMemory {
    page.entryCount = entryCount;
    if (this.vector.kind !== 'bytes') {
      if (page.length < entryCount * this.width) throw malformed('a dictionary that is cut off');
      return page;
    }
    page.entries = new PageMemory(this.kernel, entryCount * 8);
    const { call } = this.kernel;
    if (!call.readTexts(page.address, page.end, entryCount, page.entries.address))
      throw malformed('a dictionary');
    return page;
  }

  private readData(
    page: PageMemory,
    { header, valueCount: rows, encoding, levelsBytes }: StoredPage,
    dictionary: PageMemory | undefined,
  ): void {
    const { vector, width } = this;
    const { call, view } = this.kernel;
    // A V1 page has the length of its levels before them, a V2 page in its header.
    const isV2 = header.type === PageType.DATA_PAGE_V2;
    const levels = isV2 ? page.address : page.address + 4;
    const levelsEnd = levels + (isV2 ? levelsBytes : view.getUint32(page.address, true));
    if (levelsEnd > page.end) throw malformed('levels outside their page');
    const present = call.readLevels(levels, levelsEnd, rows, vector.states);
    if (present < 0) throw malformed('short levels');
    vector.hasNulls = present < rows;
    const dense = new PageMemory(this.kernel, Math.max(present * width, present * 2));
    if (encoding === PageEncoding.RLE_DICTIONARY && dictionary) {
      const { entryCount } = dictionary;
      if (!call.readIndexes(levelsEnd, page.end, present, entryCount, dense.address)) {
        throw malformed('short dictionary indexes');
      }
      const entries = (dictionary.entries ?? dictionary).address;
      call.spread(vector.states, rows, width, entries, dense.address, vector.values);
    } else if (encoding === PageEncoding.PLAIN) {
      const source = this.readPlain(levelsEnd, page.end, present, dense.address);
      call.spread(vector.states, rows, width, source, 0, vector.values);
    } else throw malformed(`encoding ${encoding}`);
    dense.release();
    if (vector.kind === 'bytes') vector.mostTextBytes = call.sumTexts(vector.states, rows, vector.values);
  }

  /** Returns the address of `count` values without nulls between them: that of the page, or `scratch`. */
  private readPlain(at: number, end: number, count: number, scratch: number): number {
    const { call } = this.kernel;
    if (this.vector.kind === 'bytes') {
      if (!call.readTexts(at, end, count, scratch)) throw malformed('short texts');
      return scratch;
    }
    if (this.vector.kind === 'boolean') {
      if (!call.readBits(at, end, count, scratch)) throw malformed('short booleans');
      return scratch;
    }
    if (end - at < count * this.width) throw malformed('short values');
    return at;
  }
}
