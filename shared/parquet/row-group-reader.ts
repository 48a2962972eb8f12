import { zstdDecompressSync } from 'node:zlib';
import { ENTRY_BYTES, FieldVector, vectorKind } from '../decode/field-vector.ts';
import { ParquetMalformed } from '../errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import { Codec, Encoding, PageType, type ThriftStruct } from './format.ts';
import type { KernelBytes } from './page-compressor.ts';
import { decodePages } from './page-index.ts';
import type { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';
import { decodeThrift } from './thrift.ts';

/** A page header takes a few dozen bytes, a long text among them none: V1 headers of ours hold no statistics. */
const MOST_HEADER_BYTES = 256;
/** Rows are addressed with two bytes. */
const MOST_PAGE_ROWS = 65_535;

/**
 * Reads row groups that this program wrote back into the kernel, page by page, so that small ones can be joined: V1 data pages, PLAIN
 * and RLE_DICTIONARY; Snappy, Zstandard or none. Anything else is `ParquetMalformed`, never guessed at.
 */
export class RowGroupReader {
  private readonly kernel: Kernel;
  private readonly columns: ColumnReader[];

  constructor(kernel: Kernel, schema: ColumnSchema[]) {
    this.kernel = kernel;
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
      const column = rows.column(index);
      // Pages without a dictionary are good as they are; indexes into one must be written anew.
      if (metadata.field_11 === undefined && column.takesPages(codec)) {
        const { column: columnIndex, offset } = rowGroup.indexes[index]!;
        const pages = decodePages(columnIndex, offset);
        const uncompressedBytes = Number(metadata.field_6 as bigint);
        column.appendPages(address + start, pages, rowGroup.rowCount, codec, uncompressedBytes);
        continue;
      }
      const bytes = { address: address + start, length };
      this.columns[index]!.append(bytes, codec, rowGroup.rowCount, (vector, members, count) =>
        column.append(vector, members, count),
      );
    }
    rows.addRows(rowGroup.rowCount);
    kernel.release(address, byteCount + READ_MARGIN_BYTES);
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
      const header = this.readHeader(at, end);
      const body = { address: at + header.length, length: header.compressedBytes };
      at = body.address + body.length;
      const page = this.uncompress(body, codec, header.pageBytes);
      if (header.type === PageType.DICTIONARY_PAGE) {
        dictionary = this.readDictionary(page, header.values);
        continue;
      }
      this.readData(page, header.values, header.encoding, dictionary);
      appendVector(this.vector, this.members, header.values);
      page.release();
      rowsLeft -= header.values;
    }
    dictionary?.release();
  }

  private readHeader(at: number, end: number) {
    const last = Math.min(end, at + MOST_HEADER_BYTES);
    const { struct, length } = decodeThrift(this.kernel.bytes.subarray(at, last));
    const type = struct.field_1 as number;
    const isDictionary = type === PageType.DICTIONARY_PAGE;
    if (!isDictionary && type !== PageType.DATA_PAGE) throw malformed(`a page of type ${type}`);
    const kind = (isDictionary ? struct.field_7 : struct.field_5) as ThriftStruct;
    const [values, encoding] = [kind.field_1 as number, kind.field_2 as number];
    const compressedBytes = struct.field_3 as number;
    if (values > MOST_PAGE_ROWS) throw malformed(`a page of ${values} rows`);
    if (at + length + compressedBytes > end) throw malformed('a page outside its chunk');
    return { type, values, encoding, compressedBytes, pageBytes: struct.field_2 as number, length };
  }

  private uncompress({ address, length }: KernelBytes, codec: number, pageBytes: number): PageMemory {
    const { kernel } = this;
    const page = new PageMemory(kernel, pageBytes);
    if (codec === Codec.SNAPPY) {
      if (!kernel.call.uncompressSnappy(address, length, page.address, pageBytes)) throw malformed('Snappy');
    } else if (codec === Codec.ZSTD) {
      kernel.bytes.set(zstdDecompressSync(kernel.bytes.subarray(address, address + length)), page.address);
    } else if (codec === Codec.UNCOMPRESSED && length === pageBytes) {
      kernel.bytes.copyWithin(page.address, address, address + length);
    } else throw malformed(`codec ${codec}`);
    return page;
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
    rows: number,
    encoding: number,
    dictionary: PageMemory | undefined,
  ): void {
    const { vector, width } = this;
    const { call, view } = this.kernel;
    const levelsEnd = page.address + 4 + view.getUint32(page.address, true);
    if (levelsEnd > page.end) throw malformed('levels outside their page');
    const present = call.readLevels(page.address + 4, levelsEnd, rows, vector.states);
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

/** An uncompressed page in the kernel's memory. */
class PageMemory {
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

function malformed(what: string): ParquetMalformed {
  return new ParquetMalformed({
    what: `${what} in a Parquet file of ours`,
    why: 'the merger reads only what this program writes',
    next: 'The part is damaged or of another version: convert the source again with --force.',
  });
}
