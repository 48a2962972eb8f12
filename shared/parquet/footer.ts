import { ParquetMalformed } from '../errors.ts';
import { MAGIC, type ThriftStruct } from './format.ts';
import { decodeThrift, encodeThrift } from './thrift.ts';

/** The FileMetaData of a file, its structures in raw Thrift form. */
export interface Footer {
  schema: ThriftStruct[];
  rowGroups: ThriftStruct[];
  rowCount: number;
}

/** Magic of eight bytes at the end: footer length and PAR1. */
export const TAIL_BYTES = 8;

const CREATED_BY = 'positional-lake';

/** Footer, its length and the closing magic. */
export function encodeFooter(schema: ThriftStruct[], rowGroups: ThriftStruct[]): Uint8Array {
  const rowCount = rowGroups.reduce((sum, group) => sum + (group.field_3 as bigint), 0n);
  const leafCount = schema.filter((element) => element.field_1 !== undefined).length;
  const metadata = encodeThrift({
    field_1: 2,
    field_2: schema,
    field_3: rowCount,
    field_4: rowGroups,
    field_6: CREATED_BY,
    // TypeDefinedOrder for each column: without it readers distrust min_value and max_value.
    field_7: Array.from({ length: leafCount }, () => ({ field_1: {} })),
  });
  const bytes = new Uint8Array(metadata.length + TAIL_BYTES);
  bytes.set(metadata);
  new DataView(bytes.buffer).setUint32(metadata.length, metadata.length, true);
  bytes.set(MAGIC, metadata.length + 4);
  return bytes;
}

/** How many bytes before the end the footer starts, tail included; `tail` is the last 8 bytes of the file. */
export function footerLengthBytes(tail: Uint8Array, fileSizeBytes: number): number {
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true) + TAIL_BYTES;
  if (MAGIC.some((byte, index) => tail[4 + index] !== byte) || length > fileSizeBytes) {
    throw new ParquetMalformed({
      what: 'this is not a whole Parquet file',
      why: 'it does not end in its footer and PAR1',
      next: 'It was cut off or is something else: convert its source again with --force.',
    });
  }
  return length;
}

/** Reads the footer from the bytes before the tail. */
export function decodeFooter(footer: Uint8Array): Footer {
  const { struct } = decodeThrift(footer);
  return {
    schema: struct.field_2 as ThriftStruct[],
    rowGroups: (struct.field_4 as ThriftStruct[] | undefined) ?? [],
    rowCount: Number(struct.field_3 as bigint),
  };
}
