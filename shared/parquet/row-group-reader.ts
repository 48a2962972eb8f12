import { zstdDecompressSync } from 'node:zlib';
import { snappyUncompressor } from 'hysnappy';
import {
  BooleanColumn,
  BytesColumn,
  type ColumnBuffer,
  Decimal128Column,
  DoubleColumn,
  Int32Column,
  Int64Column,
} from '../decode/column-buffer.ts';
import { ParquetMalformed } from '../errors.ts';
import { INT64_DIGITS } from '../layout/field-type.ts';
import { Codec, Encoding, PageType, type ThriftStruct } from './format.ts';
import { readHybrid } from './levels.ts';
import type { ColumnSchema } from './schema.ts';
import type { SourceRowGroup } from './source-file.ts';
import { decodeThrift } from './thrift.ts';

/**
 * Reads row groups that this program wrote back into columns, so that small ones can be joined: V1 data pages, PLAIN
 * and RLE_DICTIONARY; Snappy, Zstandard or none. Anything else is `ParquetMalformed`, never guessed at.
 */
export class RowGroupReader {
  private readonly uncompress = snappyUncompressor();

  /** Appends the rows of a row group to `columns`. `bytes` are its chunks, from `rowGroup.startByte` on. */
  append(rowGroup: SourceRowGroup, bytes: Uint8Array, columns: ColumnBuffer[]): void {
    const chunks = rowGroup.metadata.field_1 as ThriftStruct[];
    for (const [index, chunk] of chunks.entries()) {
      const metadata = chunk.field_3 as ThriftStruct;
      const first = (metadata.field_11 ?? metadata.field_9) as bigint;
      const start = Number(first) - rowGroup.startByte;
      const end = start + Number(metadata.field_7 as bigint);
      this.appendChunk(
        bytes.subarray(start, end),
        metadata.field_4 as number,
        rowGroup.rowCount,
        columns[index]!,
      );
    }
  }

  private appendChunk(bytes: Uint8Array, codec: number, rowCount: number, column: ColumnBuffer): void {
    let dictionary: ColumnBuffer | undefined;
    let at = 0;
    let rowsLeft = rowCount;
    while (rowsLeft > 0) {
      const { struct: header, length } = decodeThrift(bytes.subarray(at));
      const pageAt = at + length;
      const compressedBytes = header.field_3 as number;
      const compressed = bytes.subarray(pageAt, pageAt + compressedBytes);
      const page = this.plainPage(compressed, codec, header.field_2 as number);
      at = pageAt + compressedBytes;
      if (header.field_1 === PageType.DICTIONARY_PAGE) {
        dictionary = emptyLike(column);
        const count = (header.field_7 as ThriftStruct).field_1 as number;
        dictionary.reserveRows(count);
        appendPlainValues(dictionary, page, 0, count);
      } else if (header.field_1 === PageType.DATA_PAGE) {
        const data = header.field_5 as ThriftStruct;
        const pageRows = data.field_1 as number;
        appendDataPage(column, page, pageRows, data.field_2 as number, dictionary);
        rowsLeft -= pageRows;
      } else throw malformed(`a page of type ${header.field_1}`);
    }
  }

  private plainPage(bytes: Uint8Array, codec: number, length: number): Uint8Array {
    switch (codec) {
      case Codec.UNCOMPRESSED:
        return bytes;
      case Codec.SNAPPY:
        return this.uncompress(bytes, length);
      case Codec.ZSTD:
        return zstdDecompressSync(bytes);
      default:
        throw malformed(`codec ${codec}`);
    }
  }
}

/** An empty column of the storage that values of `schema` have. */
export function columnFor({ type }: ColumnSchema): ColumnBuffer {
  switch (type.kind) {
    case 'string':
    case 'binary':
      return new BytesColumn();
    case 'integer':
    case 'timestamp':
      return new Int64Column();
    case 'decimal':
      return type.precision > INT64_DIGITS ? new Decimal128Column() : new Int64Column();
    case 'date':
      return new Int32Column();
    case 'boolean':
      return new BooleanColumn();
    case 'double':
      return new DoubleColumn();
  }
}

function emptyLike(column: ColumnBuffer): ColumnBuffer {
  return new (column.constructor as new () => ColumnBuffer)();
}

function appendDataPage(
  column: ColumnBuffer,
  page: Uint8Array,
  rowCount: number,
  encoding: number,
  dictionary: ColumnBuffer | undefined,
): void {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const levelsEnd = 4 + view.getUint32(0, true);
  column.reserveRows(rowCount);
  const present = column.present.subarray(column.rowCount, column.rowCount + rowCount);
  if (readHybrid(page, 4, levelsEnd, 1, rowCount, present) !== rowCount) throw malformed('short levels');
  let valueCount = 0;
  for (let row = 0; row < rowCount; row++) valueCount += present[row]!;
  if (encoding === Encoding.PLAIN) appendPlainValues(column, page, levelsEnd, valueCount);
  else if (encoding === Encoding.RLE_DICTIONARY && dictionary) {
    const indexes = new Int32Array(valueCount);
    const bitWidth = page[levelsEnd] ?? 0;
    if (readHybrid(page, levelsEnd + 1, page.length, bitWidth, valueCount, indexes) !== valueCount) {
      throw malformed('short dictionary indexes');
    }
    appendEntries(column, dictionary, indexes);
  } else throw malformed(`encoding ${encoding}`);
  column.rowCount += rowCount;
}

/** Room for the values was made by `reserveRows`. */
function appendPlainValues(column: ColumnBuffer, page: Uint8Array, at: number, count: number): void {
  const first = column.valueCount;
  switch (column.kind) {
    case 'int64':
      new Uint8Array(column.words.buffer).set(page.subarray(at, at + count * 8), first * 8);
      break;
    case 'int32':
      new Uint8Array(column.values.buffer).set(page.subarray(at, at + count * 4), first * 4);
      break;
    case 'double':
      new Uint8Array(column.values.buffer).set(page.subarray(at, at + count * 8), first * 8);
      break;
    case 'decimal128':
      column.bytes.set(page.subarray(at, at + count * 16), first * 16);
      break;
    case 'boolean':
      for (let index = 0; index < count; index++) {
        column.values[first + index] = (page[at + (index >>> 3)]! >>> (index & 7)) & 1;
      }
      break;
    case 'bytes': {
      column.reserveData(page.length - at);
      let from = at;
      for (let index = 0; index < count; index++) {
        const length =
          page[from]! | (page[from + 1]! << 8) | (page[from + 2]! << 16) | (page[from + 3]! << 24);
        from += 4;
        column.data.set(page.subarray(from, from + length), column.dataLength);
        from += length;
        column.dataLength += length;
        column.ends[first + index] = column.dataLength;
      }
    }
  }
  column.valueCount += count;
}

function appendEntries(column: ColumnBuffer, dictionary: ColumnBuffer, indexes: Int32Array): void {
  let at = column.valueCount;
  if (column.kind === 'int64' && dictionary.kind === 'int64') {
    for (const entry of indexes) {
      column.words[at * 2] = dictionary.words[entry * 2]!;
      column.words[at * 2 + 1] = dictionary.words[entry * 2 + 1]!;
      at++;
    }
  } else if (column.kind === 'int32' && dictionary.kind === 'int32') {
    for (const entry of indexes) column.values[at++] = dictionary.values[entry]!;
  } else if (column.kind === 'decimal128' && dictionary.kind === 'decimal128') {
    for (const entry of indexes) {
      column.bytes.set(dictionary.bytes.subarray(entry * 16, entry * 16 + 16), at++ * 16);
    }
  } else if (column.kind === 'bytes' && dictionary.kind === 'bytes') {
    for (const entry of indexes) {
      const start = entry === 0 ? 0 : dictionary.ends[entry - 1]!;
      const end = dictionary.ends[entry]!;
      column.reserveData(end - start);
      column.data.set(dictionary.data.subarray(start, end), column.dataLength);
      column.dataLength += end - start;
      column.ends[at++] = column.dataLength;
    }
  } else throw malformed(`a dictionary of ${dictionary.kind} values`);
  column.valueCount = at;
}

function malformed(what: string): ParquetMalformed {
  return new ParquetMalformed({
    what: `${what} in a Parquet file of ours`,
    why: 'the merger reads only what this program writes',
    next: 'The part is damaged or of another version: convert the source again with --force.',
  });
}
