import { ENTRY_BYTES, FieldVector, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import { COMPRESSIONS } from '../layout/layout.ts';
import { Encoding, PageType, type ThriftStruct } from './format.ts';
import { malformed } from './malformed.ts';
import { CODECS, type KernelBytes, type PageCompressor } from './page-compressor.ts';
import { MOST_PAGE_ROWS, type PageHeader, readPageHeader } from './page-header.ts';
import { decodePages } from './page-index.ts';
import { PageMemory, uncompressPage } from './page-memory.ts';
import { recodePages } from './page-recoder.ts';
import type { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';

/**
 * Reads row groups that this program wrote back into the kernel, page by page, so that small ones can be joined: pages that
 * need no dictionary are copied, indexes into one are decoded. Anything else is `ParquetMalformed`, never guessed at.
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

  /** Appends the rows of a row group. `stream` yields its chunks, from `rowGroup.startByte` on. */
  async append(
    rowGroup: SourceRowGroup,
    stream: AsyncIterable<Uint8Array>,
    rows: RowGroupBuilder,
  ): Promise<void> {
    const kernel = this.kernel;
    const byteCount = rowGroup.endByte - rowGroup.startByte;
    const address = kernel.allocate(byteCount + READ_MARGIN_BYTES);
    let filled = 0;
    for await (const bytes of stream) {
      if (filled + bytes.length > byteCount)
        throw malformed('a row group that is longer than its footer says');
      kernel.bytes.set(bytes, address + filled);
      filled += bytes.length;
    }
    if (filled < byteCount) throw malformed('a row group that is cut off');
    for (const [index, chunk] of (rowGroup.metadata.field_1 as ThriftStruct[]).entries()) {
      const metadata = chunk.field_3 as ThriftStruct;
      const start = Number((metadata.field_11 ?? metadata.field_9) as bigint) - rowGroup.startByte;
      const length = Number(metadata.field_7 as bigint);
      if (start < 0 || start + length > byteCount) throw malformed('a chunk outside its row group');
      const codec = metadata.field_4 as number;
      const bytes = { address: address + start, length };
      if (metadata.field_11 === undefined) this.copyPages(rowGroup, index, bytes, codec, rows);
      else {
        this.columns[index]!.append(bytes, codec, rowGroup.rowCount, (vector, members, count) =>
          rows.column(index).append(vector, members, count),
        );
      }
    }
    rows.addRows(rowGroup.rowCount);
    kernel.release(address, byteCount + READ_MARGIN_BYTES);
  }

  /** Pages without a dictionary are good as they are; only their codec must be the column's. */
  private copyPages(
    rowGroup: SourceRowGroup,
    index: number,
    { address, length }: KernelBytes,
    codec: number,
    rows: RowGroupBuilder,
  ): void {
    const { kernel } = this;
    const column = rows.column(index);
    const { column: columnIndex, offset } = rowGroup.indexes[index]!;
    const pages = decodePages(columnIndex, offset);
    const chunk = (rowGroup.metadata.field_1 as ThriftStruct[])[index]!.field_3 as ThriftStruct;
    const uncompressedBytes = Number(chunk.field_6 as bigint);
    const end = address + length;
    const encodings = pages.map(
      (page) => readPageHeader(kernel, address + page.offset - pages[0]!.offset, end).encoding,
    );
    const from = COMPRESSIONS.find((name) => CODECS[name] === codec);
    if (!from) throw malformed(`codec ${codec}`);
    const to = column.pagesCodec ?? from;
    if (to === from) {
      column.appendPages(address, pages, rowGroup.rowCount, to, uncompressedBytes, encodings);
      return;
    }
    const recoded = recodePages(kernel, this.compressor, address, end, pages, codec, to);
    column.appendPages(recoded.address, recoded.pages, rowGroup.rowCount, to, uncompressedBytes, encodings);
    recoded.release();
  }
}

type AppendVector = (vector: FieldVector, members: number, count: number) => void;

/** Reads the chunks of one column. */
class ColumnReader {
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

  append(chunk: KernelBytes, codec: number, rowCount: number, appendVector: AppendVector): void {
    const end = chunk.address + chunk.length;
    let dictionary: PageMemory | undefined;
    let at = chunk.address;
    for (let rowsLeft = rowCount; rowsLeft > 0; ) {
      const header = readPageHeader(this.kernel, at, end);
      const page = uncompressPage(this.kernel, header, at, codec);
      at += header.length + header.compressedBytes;
      if (header.type === PageType.DICTIONARY_PAGE) {
        dictionary = this.readDictionary(page, header.values);
        continue;
      }
      this.readData(page, header, dictionary);
      appendVector(this.vector, this.members, header.values);
      page.release();
      rowsLeft -= header.values;
    }
    dictionary?.release();
  }

  /** Entries of a dictionary: the page itself, or { address, length } of its texts. */
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
    { type, values: rows, encoding, levelsBytes }: PageHeader,
    dictionary: PageMemory | undefined,
  ): void {
    const { vector, width } = this;
    const { call, view } = this.kernel;
    // A V1 page has the length of its levels before them.
    const isV2 = type === PageType.DATA_PAGE_V2;
    const levels = isV2 ? page.address : page.address + 4;
    const levelsEnd = levels + (isV2 ? levelsBytes : view.getUint32(page.address, true));
    if (levelsEnd > page.end) throw malformed('levels outside their page');
    const present = call.readLevels(levels, levelsEnd, rows, vector.states);
    if (present < 0) throw malformed('short levels');
    vector.hasNulls = present < rows;
    const dense = new PageMemory(this.kernel, Math.max(present * width, present * 2));
    if (encoding === Encoding.RLE_DICTIONARY && dictionary) {
      const { entryCount } = dictionary;
      if (!call.readIndexes(levelsEnd, page.end, present, entryCount, dense.address)) {
        throw malformed('short dictionary indexes');
      }
      const entries = (dictionary.entries ?? dictionary).address;
      call.spread(vector.states, rows, width, entries, dense.address, vector.values);
    } else if (encoding === Encoding.PLAIN) {
      const source = this.readPlain(levelsEnd, page.end, present, dense.address);
      call.spread(vector.states, rows, width, source, 0, vector.values);
    } else throw malformed(`encoding ${encoding}`);
    dense.release();
    if (vector.kind === 'bytes') vector.mostTextBytes = call.sumTexts(vector.states, rows, vector.values);
  }

  /** Address of `count` dense values. */
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
