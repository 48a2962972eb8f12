import { encodeTail } from './footer.ts';
import { CompressionCodec, MAGIC, PageEncoding, PageHeader, PageType } from './format.ts';
import { encodePageIndex } from './page-index.ts';
import type { IndexedChunk } from './row-group.ts';
import { type ColumnSchema, physicalType, schemaElements } from './schema.ts';
import { encodeThrift } from './thrift.ts';

/** A column of one row: a number of a kind that the format keeps in 4 or 8 bytes. */
export interface OneValue {
  column: ColumnSchema & { type: { kind: 'date' | 'integer' | 'timestamp' } };
  value: bigint;
}

/**
 * Definition levels of one value that is there, RLE:
 *
 *     02 00 00 00 │ 02 │ 01        length of what follows │ a run of one │ level 1
 */
const IS_THERE = Uint8Array.of(2, 0, 0, 0, 2, 1);

/** A whole Parquet file of one row, made without the kernel: plain pages, not compressed, with statistics and page indexes. */
export function oneRowFile(values: readonly OneValue[]): Uint8Array {
  const pieces: Uint8Array[] = [MAGIC];
  let offset = MAGIC.length;
  const chunks = values.map(({ column, value }): IndexedChunk => {
    const plain = plainBytes(column.type.kind, value);
    const bodyBytes = IS_THERE.length + plain.length;
    const header = encodeThrift(PageHeader, {
      type: PageType.DATA_PAGE,
      uncompressedPageSize: bodyBytes,
      compressedPageSize: bodyBytes,
      dataPageHeader: {
        numValues: 1,
        encoding: PageEncoding.PLAIN,
        definitionLevelEncoding: PageEncoding.RLE,
        repetitionLevelEncoding: PageEncoding.RLE,
      },
    });
    const size = header.length + bodyBytes;
    const page = { offset, compressedBytes: size, firstRow: 0, nullCount: 0, min: plain, max: plain };
    pieces.push(header, IS_THERE, plain);
    const metaData = {
      type: physicalType(column.type),
      encodings: [PageEncoding.PLAIN, PageEncoding.RLE],
      pathInSchema: [column.name],
      codec: CompressionCodec.UNCOMPRESSED,
      numValues: 1,
      totalUncompressedSize: size,
      totalCompressedSize: size,
      dataPageOffset: offset,
      statistics: {
        nullCount: 0,
        minValue: plain,
        maxValue: plain,
        isMinValueExact: true,
        isMaxValueExact: true,
      },
    };
    offset += size;
    return { chunk: { fileOffset: page.offset, metaData }, ...encodePageIndex([page]) };
  });
  const bytes = offset - MAGIC.length;
  const group = { totalByteSize: bytes, numRows: 1, fileOffset: MAGIC.length, totalCompressedSize: bytes };
  const schema = schemaElements(values.map(({ column }) => column));
  return Buffer.concat([...pieces, encodeTail(schema, [{ ...group, chunks }], offset)]);
}

function plainBytes(kind: OneValue['column']['type']['kind'], value: bigint): Uint8Array {
  if (kind === 'date') return new Uint8Array(Int32Array.of(Number(value)).buffer);
  return new Uint8Array(BigInt64Array.of(value).buffer);
}
