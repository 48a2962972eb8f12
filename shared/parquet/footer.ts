import { ParquetMalformed } from '../errors.ts';
import { ByteSink } from './byte-sink.ts';
import { FileMetaData, MAGIC, type RowGroup, type SchemaElement } from './format.ts';
import type { IndexedRowGroup } from './row-group.ts';
import { decodeThrift, encodeThrift } from './thrift.ts';

interface Footer {
  schema: SchemaElement[];
  numRows: number;
  rowGroups: RowGroup[];
}

/** The last eight bytes of a file: length of its FileMetaData, and PAR1. */
export const TAIL_BYTES = 8;

const CREATED_BY = 'positional-lake';

/**
 * Everything after the last row group: column indexes, offset indexes, FileMetaData, its length and PAR1. `startsAt` is
 * the offset of these bytes in the file; the column chunks are given the positions of their indexes.
 */
export function encodeTail(
  schema: SchemaElement[],
  rowGroups: IndexedRowGroup[],
  startsAt: number,
): Uint8Array {
  const tail = new ByteSink();
  const placed = rowGroups.map((group) => ({
    ...group,
    chunks: group.chunks.map((indexed) => ({ ...indexed, chunk: { ...indexed.chunk } })),
  }));
  const indexedChunks = placed.flatMap(({ chunks }) => chunks);
  for (const { chunk, columnIndex } of indexedChunks) {
    chunk.columnIndexOffset = startsAt + tail.length;
    chunk.columnIndexLength = columnIndex.length;
    tail.append(columnIndex);
  }
  for (const { chunk, offsetIndex } of indexedChunks) {
    chunk.offsetIndexOffset = startsAt + tail.length;
    chunk.offsetIndexLength = offsetIndex.length;
    tail.append(offsetIndex);
  }
  const metadata = placed.map(({ chunks, ...group }) => ({
    ...group,
    columns: chunks.map(({ chunk }) => chunk),
  }));
  tail.append(encodeFooter(schema, metadata));
  return tail.view();
}

/** FileMetaData, its length and PAR1. */
function encodeFooter(schema: SchemaElement[], rowGroups: RowGroup[]): Uint8Array {
  const leaves = schema.filter(({ type }) => type !== undefined);
  const metadata = encodeThrift(FileMetaData, {
    version: 2,
    schema,
    numRows: rowGroups.reduce((sum, { numRows }) => sum + numRows, 0),
    rowGroups,
    createdBy: CREATED_BY,
    // Readers trust minValue and maxValue only if every leaf has an order.
    columnOrders: leaves.map(() => ({ typeOrder: {} })),
  });
  const bytes = new Uint8Array(metadata.length + TAIL_BYTES);
  bytes.set(metadata);
  new DataView(bytes.buffer).setUint32(metadata.length, metadata.length, true);
  bytes.set(MAGIC, metadata.length + 4);
  return bytes;
}

/** Bytes from the footer's start to the end of the file; `tail` is the last 8 bytes of the file. */
export function footerLengthBytes(tail: Uint8Array, fileSizeBytes: number): number {
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) + TAIL_BYTES;
  if (MAGIC.some((byte, index) => tail[4 + index] !== byte) || length > fileSizeBytes) {
    throw new ParquetMalformed({
      what: 'this is not a whole Parquet file',
      why: 'It does not end in a footer and PAR1',
      next: 'It was cut off or is something else: convert its source again with --force.',
    });
  }
  return length;
}

/** Reads FileMetaData, the bytes before the tail. */
export function decodeFooter(metadata: Uint8Array): Footer {
  const { schema, numRows, rowGroups } = decodeThrift(FileMetaData, metadata).value;
  return { schema, numRows, rowGroups };
}
