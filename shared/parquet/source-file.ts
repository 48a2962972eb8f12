import { ParquetMalformed } from '../errors.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { crc64nvme } from '../ranges/crc64nvme.ts';
import { decodeFooter, footerLengthBytes, TAIL_BYTES } from './footer.ts';
import type { RowGroup, SchemaElement } from './format.ts';
import type { IndexedRowGroup } from './row-group.ts';

/** A Parquet file of ours that is to be merged: its schema, row groups and page indexes, without any page. */
export interface SourceFile {
  schema: SchemaElement[];
  /** Rows of the file, as its footer says beside those of its row groups. */
  rowCount: number;
  rowGroups: SourceRowGroup[];
  /** CRC-64/NVME of the bytes after the last row group: page indexes and footer. */
  tail: { lengthBytes: number; crc64: bigint };
}

export interface SourceRowGroup {
  /** The range of its chunks and filters in the source file. */
  startByte: number;
  endByte: number;
  rowCount: number;
  rowGroup: IndexedRowGroup;
}

type BytesOf = (startByte: number, endByte: number) => Uint8Array;

/** Most footers and page indexes fit, so that one read is enough. */
const FIRST_READ_BYTES = 16 * 1024;

/** Reads footer and page indexes with few ranged reads: `read` returns the bytes of a range of the file. */
export async function readSourceFile(
  sizeBytes: number,
  read: (range: ByteRange) => Promise<Uint8Array>,
): Promise<SourceFile> {
  if (sizeBytes < TAIL_BYTES + 4) {
    throw new ParquetMalformed({
      what: `a Parquet file of ${sizeBytes} bytes cannot be whole`,
      next: 'Convert its source again with --force.',
    });
  }
  let bytesFrom = Math.max(0, sizeBytes - FIRST_READ_BYTES);
  let bytes = await read({ startByte: bytesFrom, endByte: sizeBytes });
  const bytesOf: BytesOf = (startByte, endByte) => bytes.subarray(startByte - bytesFrom, endByte - bytesFrom);
  const ensure = async (startByte: number) => {
    if (startByte >= bytesFrom) return;
    bytesFrom = startByte;
    bytes = await read({ startByte, endByte: sizeBytes });
  };
  const footerBytes = footerLengthBytes(bytes.subarray(bytes.length - TAIL_BYTES), sizeBytes);
  await ensure(sizeBytes - footerBytes);
  const footer = decodeFooter(bytesOf(sizeBytes - footerBytes, sizeBytes - TAIL_BYTES));
  const last = footer.rowGroups.at(-1);
  if (last) await ensure(endByteOf(last));
  const tail = last ? bytesOf(endByteOf(last), sizeBytes) : bytes;
  return {
    schema: footer.schema,
    rowCount: footer.numRows,
    tail: { lengthBytes: tail.length, crc64: crc64nvme(tail) },
    rowGroups: footer.rowGroups.map((rowGroup) => ({
      startByte: rowGroup.fileOffset,
      endByte: endByteOf(rowGroup),
      rowCount: rowGroup.numRows,
      rowGroup: withIndexes(rowGroup, bytesOf),
    })),
  };
}

/** The end of its chunks, or of the Bloom filters that follow them. */
function endByteOf({ fileOffset, totalCompressedSize, columns }: RowGroup): number {
  const filterEnds = columns.map(
    ({ metaData: { bloomFilterOffset = 0, bloomFilterLength = 0 } }) => bloomFilterOffset + bloomFilterLength,
  );
  return Math.max(fileOffset + totalCompressedSize, ...filterEnds);
}

function withIndexes({ columns, ...rowGroup }: RowGroup, bytesOf: BytesOf): IndexedRowGroup {
  const chunks = columns.map((chunk) => ({
    chunk,
    offsetIndex: indexBytes(chunk.offsetIndexOffset, chunk.offsetIndexLength, bytesOf),
    columnIndex: indexBytes(chunk.columnIndexOffset, chunk.columnIndexLength, bytesOf),
  }));
  return { ...rowGroup, chunks };
}

function indexBytes(offset: number | undefined, length: number | undefined, bytesOf: BytesOf): Uint8Array {
  if (offset === undefined || length === undefined) {
    throw new ParquetMalformed({
      what: 'a column chunk has no page index',
      why: 'Every file this program writes has one',
      next: 'Convert the source again with --force.',
    });
  }
  return bytesOf(offset, offset + length).slice();
}
