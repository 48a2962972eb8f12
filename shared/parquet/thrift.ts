import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { ParquetMalformed } from '../errors.ts';
import type { ThriftFields, ThriftStruct } from './thrift-struct.ts';
import { ThriftWriter } from './thrift-writer.ts';

/** Shared by all calls: every page has a header, and a buffer for each would be garbage outside the heap. */
const writer = new ThriftWriter();

/** The bytes of a structure in Thrift's compact protocol. */
export function encodeThrift<T>(struct: ThriftStruct<T>, value: T): Uint8Array {
  return writer.encode((out) => struct.put(value, out));
}

/** The structure that starts at `bytes[0]`, and its length in bytes. Binary values are views of `bytes`. */
export function decodeThrift<T>(struct: ThriftStruct<T>, bytes: Uint8Array): { value: T; length: number } {
  const { fields, length } = decodeFields(bytes);
  return { value: struct.readFields(fields), length };
}

function decodeFields(bytes: Uint8Array): { fields: ThriftFields; length: number } {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  try {
    const fields: ThriftFields = deserializeTCompactProtocol(reader);
    return { fields, length: reader.offset };
  } catch (cause) {
    throw new ParquetMalformed({
      what: 'a Thrift structure of a Parquet file cannot be read',
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'The file was not written by this program or is damaged: convert its source again with --force.',
      cause,
    });
  }
}
