import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { ByteWriter } from 'hyparquet-writer';
import { serializeTCompactProtocol } from 'hyparquet-writer/src/thrift.js';
import { ParquetMalformed } from '../errors.ts';
import type { ThriftStruct } from './format.ts';

/** Used over and over: there is a header for every page, and a buffer of its own for each would be garbage outside the heap. */
const writer = new ByteWriter();

/** A Thrift struct in compact protocol. 32-bit integers are numbers, 64-bit ones bigints. */
export function encodeThrift(struct: ThriftStruct): Uint8Array {
  writer.index = 0;
  serializeTCompactProtocol(writer, struct);
  return writer.getBytes().slice();
}

/** The struct that starts at `bytes[0]`, and how many bytes it took. Byte strings are views on `bytes`. */
export function decodeThrift(bytes: Uint8Array): { struct: ThriftStruct; length: number } {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  try {
    const struct = deserializeTCompactProtocol(reader) as ThriftStruct;
    return { struct, length: reader.offset };
  } catch (cause) {
    throw new ParquetMalformed({
      what: 'a Thrift structure of a Parquet file cannot be read',
      why: (cause as Error).message,
      next: 'The file was not written by this program or is damaged: convert its source again with --force.',
      cause,
    });
  }
}
