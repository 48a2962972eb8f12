import { ParquetMalformed } from '../errors.ts';
import type { ByteRange } from '../ranges/byte-range.ts';
import { decodeFooter, footerLengthBytes, TAIL_BYTES } from './footer.ts';
import type { ThriftStruct } from './format.ts';
import { rowGroupEndByte, rowGroupRows, rowGroupStartByte } from './row-group.ts';

/** A Parquet file of ours that is to be merged: its schema, row groups and page indexes, without any page. */
export interface SourceFile {
  schema: ThriftStruct[];
  rowGroups: SourceRowGroup[];
}

export interface SourceRowGroup {
  /** Where its chunks stand in the source file. */
  startByte: number;
  endByte: number;
  rowCount: number;
  metadata: ThriftStruct;
  /** Encoded page indexes, one pair a column. */
  indexes: { column: Uint8Array; offset: Uint8Array }[];
}

/** Most footers and indexes fit, so that one read is enough. */
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
  const bytesOf = (startByte: number, endByte: number) =>
    bytes.subarray(startByte - bytesFrom, endByte - bytesFrom);
  const ensure = async (startByte: number) => {
    if (startByte >= bytesFrom) return;
    bytesFrom = startByte;
    bytes = await read({ startByte, endByte: sizeBytes });
  };
  const footerBytes = footerLengthBytes(bytes.subarray(bytes.length - TAIL_BYTES), sizeBytes);
  await ensure(sizeBytes - footerBytes);
  const footer = decodeFooter(bytesOf(sizeBytes - footerBytes, sizeBytes - TAIL_BYTES));
  const last = footer.rowGroups.at(-1);
  if (last) await ensure(rowGroupEndByte(last));
  return {
    schema: footer.schema,
    rowGroups: footer.rowGroups.map((group) => ({
      startByte: rowGroupStartByte(group),
      endByte: rowGroupEndByte(group),
      rowCount: rowGroupRows(group),
      metadata: group,
      indexes: (group.field_1 as ThriftStruct[]).map((chunk) => ({
        offset: indexBytes(chunk.field_4, chunk.field_5, bytesOf),
        column: indexBytes(chunk.field_6, chunk.field_7, bytesOf),
      })),
    })),
  };
}

function indexBytes(
  at: unknown,
  length: unknown,
  bytesOf: (startByte: number, endByte: number) => Uint8Array,
): Uint8Array {
  if (typeof at !== 'bigint' || typeof length !== 'number') {
    throw new ParquetMalformed({
      what: 'a column chunk has no page index',
      why: 'every file this program writes has one',
      next: 'Convert the source again with --force.',
    });
  }
  return bytesOf(Number(at), Number(at) + length).slice();
}
