import { ParquetMalformed } from '../errors.ts';
import { ByteSink } from './byte-sink.ts';
import { type ColumnChunk, FileMetaData, MAGIC, type RowGroup, type SchemaElement } from './format.ts';
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
  appendTail(tail, schema, rowGroups, startsAt);
  return tail.view();
}

/** The same, after what `out` has already. */
export function appendTail(
  out: ByteSink,
  schema: SchemaElement[],
  rowGroups: IndexedRowGroup[],
  startsAt: number,
): void {
  const before = startsAt - out.length;
  const columns: ColumnChunk[][] = [];
  for (const { chunks } of rowGroups) {
    columns.push(
      chunks.map(({ chunk, columnIndex }) => {
        const columnIndexOffset = before + out.length;
        out.append(columnIndex);
        const { fileOffset, metaData, otherFields } = chunk;
        return {
          fileOffset,
          metaData,
          columnIndexOffset,
          columnIndexLength: columnIndex.length,
          otherFields,
        };
      }),
    );
  }
  for (const [group, { chunks }] of rowGroups.entries()) {
    for (const [index, { offsetIndex }] of chunks.entries()) {
      const chunk = columns[group]![index]!;
      chunk.offsetIndexOffset = before + out.length;
      chunk.offsetIndexLength = offsetIndex.length;
      out.append(offsetIndex);
    }
  }
  const groups = rowGroups.map(({ chunks: _, ...group }, index) => ({ ...group, columns: columns[index]! }));
  appendFooter(out, schema, groups);
}

/** FileMetaData, its length and PAR1. */
function appendFooter(out: ByteSink, schema: SchemaElement[], rowGroups: RowGroup[]): void {
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
  out.append(metadata);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, metadata.length, true);
  out.append(length);
  out.append(MAGIC);
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
