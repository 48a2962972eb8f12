import { snappyCompressor } from 'hysnappy';
import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { ByteSink } from './byte-sink.ts';
import { buildDictionary, type Dictionary } from './dictionary.ts';
import { Codec, Encoding, PageType, type ThriftStruct } from './format.ts';
import { appendDefinitionLevels, appendIndexes } from './levels.ts';
import type { ChunkIndexes, PageSummary } from './page-index.ts';
import { type ColumnSchema, physicalType } from './schema.ts';
import { encodeThrift } from './thrift.ts';
import { type ValueAccess, valueAccess } from './value-pages.ts';

/** Encoded column chunk: the ColumnChunk structure of the footer, and what its page indexes will hold. */
export interface EncodedChunk {
  chunk: ThriftStruct;
  indexes: ChunkIndexes;
  uncompressedBytes: number;
}

/** Pages are cut at the same rows as parquet-mr does, or earlier where values are long. */
const PAGE_ROWS = 20_000;
const PAGE_BYTES = 1024 * 1024;

/** Encodes column chunks into pages, with scratch memory that is kept from one to the next. */
export class ColumnChunkEncoder {
  /** Encoded bytes on their way to a file; empty between the calls of the writers that share the encoder. */
  readonly out = new ByteSink(PAGE_BYTES);
  private readonly page = new ByteSink(PAGE_BYTES);
  private readonly compress = snappyCompressor();

  /** Appends the chunk's pages to `out`, whose first byte stands at `fileOffset` of the file. */
  encode(column: ColumnBuffer, schema: ColumnSchema, out: ByteSink, fileOffset: number): EncodedChunk {
    const access = valueAccess(column);
    const dictionary = buildDictionary(column, access);
    const startsAt = fileOffset + out.length;
    let uncompressedBytes = 0;
    if (dictionary) uncompressedBytes += this.appendDictionaryPage(access, dictionary, out);
    const dataStartsAt = fileOffset + out.length;
    const pages: PageSummary[] = [];
    const statistics = new ChunkStatistics(access);
    const rowsPerPage = pageRows(column);
    let firstValue = 0;
    for (let firstRow = 0; firstRow < column.rowCount; firstRow += rowsPerPage) {
      const lastRow = Math.min(firstRow + rowsPerPage, column.rowCount);
      const offset = fileOffset + out.length;
      let lastValue = firstValue;
      for (let row = firstRow; row < lastRow; row++) lastValue += column.present[row]!;
      this.page.clear();
      appendDefinitionLevels(this.page, column.present, firstRow, lastRow);
      if (dictionary)
        appendIndexes(this.page, dictionary.indexes, firstValue, lastValue, dictionary.bitWidth);
      else access.appendPlain(this.page, firstValue, lastValue);
      uncompressedBytes += this.appendPage(out, PageType.DATA_PAGE, {
        field_5: {
          field_1: lastRow - firstRow,
          field_2: dictionary ? Encoding.RLE_DICTIONARY : Encoding.PLAIN,
          field_3: Encoding.RLE,
          field_4: Encoding.RLE,
        },
      });
      pages.push({
        offset,
        compressedBytes: fileOffset + out.length - offset,
        firstRow,
        nullCount: lastRow - firstRow - (lastValue - firstValue),
        ...statistics.addPage(firstValue, lastValue),
      });
      firstValue = lastValue;
    }
    const dataEncoding = dictionary ? Encoding.RLE_DICTIONARY : Encoding.PLAIN;
    const metadata: ThriftStruct = {
      field_1: physicalType(schema.type),
      field_2: dictionary ? [Encoding.PLAIN, Encoding.RLE, dataEncoding] : [Encoding.PLAIN, Encoding.RLE],
      field_3: [schema.name],
      field_4: Codec.SNAPPY,
      field_5: BigInt(column.rowCount),
      field_6: BigInt(uncompressedBytes),
      field_7: BigInt(fileOffset + out.length - startsAt),
      field_9: BigInt(dataStartsAt),
      field_11: dictionary ? BigInt(startsAt) : undefined,
      field_12: statistics.chunk(column.rowCount - column.valueCount),
      field_13: [
        ...(dictionary ? [{ field_1: PageType.DICTIONARY_PAGE, field_2: Encoding.PLAIN, field_3: 1 }] : []),
        { field_1: PageType.DATA_PAGE, field_2: dataEncoding, field_3: pages.length },
      ],
    };
    return {
      chunk: { field_2: BigInt(startsAt), field_3: metadata },
      indexes: { pages },
      uncompressedBytes,
    };
  }

  private appendDictionaryPage(access: ValueAccess, dictionary: Dictionary, out: ByteSink): number {
    this.page.clear();
    for (const value of dictionary.entries) access.appendPlain(this.page, value, value + 1);
    return this.appendPage(out, PageType.DICTIONARY_PAGE, {
      field_7: { field_1: dictionary.entries.length, field_2: Encoding.PLAIN },
    });
  }

  /** Compresses what stands in `page` and appends it behind its header; returns header and page uncompressed. */
  private appendPage(out: ByteSink, type: number, kind: ThriftStruct): number {
    const plain = this.page.view();
    const compressed = this.compress(plain);
    const header = encodeThrift({
      field_1: type,
      field_2: plain.length,
      field_3: compressed.length,
      ...kind,
    });
    out.append(header);
    out.append(compressed);
    return header.length + plain.length;
  }
}

function pageRows(column: ColumnBuffer): number {
  const bytesPerRow = column.sizeBytes() / Math.max(column.rowCount, 1);
  return Math.max(1, Math.min(PAGE_ROWS, Math.floor(PAGE_BYTES / Math.max(bytesPerRow, 1))));
}

/** Least and greatest value of a chunk, page by page. */
class ChunkStatistics {
  private readonly access: ValueAccess;
  private least = -1;
  private greatest = -1;

  constructor(access: ValueAccess) {
    this.access = access;
  }

  addPage(first: number, last: number): { min: Uint8Array | undefined; max: Uint8Array | undefined } {
    if (first === last) return { min: undefined, max: undefined };
    const { compare, statistic } = this.access;
    let least = first;
    let greatest = first;
    for (let value = first + 1; value < last; value++) {
      if (compare(value, least) < 0) least = value;
      else if (compare(value, greatest) > 0) greatest = value;
    }
    if (this.least < 0 || compare(least, this.least) < 0) this.least = least;
    if (this.greatest < 0 || compare(greatest, this.greatest) > 0) this.greatest = greatest;
    return { min: statistic(least), max: statistic(greatest) };
  }

  /** The Statistics structure. */
  chunk(nullCount: number): ThriftStruct {
    if (this.least < 0) return { field_3: BigInt(nullCount) };
    return {
      field_3: BigInt(nullCount),
      field_5: this.access.statistic(this.greatest),
      field_6: this.access.statistic(this.least),
      field_7: true,
      field_8: true,
    };
  }
}
