import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ObjectDamaged } from '../errors.ts';
import { fits, type Shape } from '../json-shape.ts';
import { AvroReader } from './avro-reader.ts';
import type { AvroRecord, AvroValue } from './avro-type.ts';
import { AvroWriter } from './avro-writer.ts';

/** Rows of one type with the metadata of their file. */
interface AvroFile {
  metadata: Record<string, string>;
  rows: AvroValue[];
}

const encoder = new TextEncoder();
const MAGIC = Uint8Array.of(0x4f, 0x62, 0x6a, 0x01);
const SYNC_BYTES = 16;

/**
 * An object container file (Apache Avro 1.12, "Object Container Files") of one block, compressed with deflate, which every reader must know:
 *
 *     "Obj" 01 │ metadata: a map of text to bytes │ sync, 16 bytes │ row count │ byte count │ rows │ sync
 *
 * The sync marker is a hash of the content: equal rows are equal bytes, and a changed bit is seen.
 */
export function avroFileBytes(type: AvroRecord, { metadata, rows }: AvroFile): Uint8Array {
  const body = new AvroWriter();
  for (const row of rows) body.value(type, row);
  const block = deflateRawSync(body.bytes());
  const header = Object.entries({
    'avro.schema': JSON.stringify(type),
    'avro.codec': 'deflate',
    ...metadata,
  });
  const sync = syncOf(header, rows.length > 0 ? block : undefined);
  const file = new AvroWriter();
  file.raw(MAGIC);
  file.long(header.length);
  for (const [key, value] of header) {
    file.sized(encoder.encode(key));
    file.sized(encoder.encode(value));
  }
  file.long(0);
  file.raw(sync);
  if (rows.length > 0) {
    file.long(rows.length);
    file.sized(block);
    file.raw(sync);
  }
  return file.bytes();
}

/** The rows of a file that `avroFileBytes` wrote with the same type. Fails with `ObjectDamaged` if the bytes are no such file. */
export function readAvroFile<T>(type: AvroRecord, row: Shape<T>, bytes: Uint8Array, where: string): T[] {
  try {
    return rowsOf(type, new AvroReader(bytes)).map((value) => {
      if (fits(row, value)) return value;
      throw new RangeError('a row of it has a value that cannot be');
    });
  } catch (cause) {
    throw new ObjectDamaged({
      what: 'this object of an Iceberg table is damaged, or another program wrote it',
      where,
      why: cause instanceof RangeError ? cause.message : 'it cannot be read as an Avro file of ours',
      next: 'To write it again from the commits of all days: "npx positional-lake repair", with the folder of the lake.',
      cause,
    });
  }
}

function rowsOf(type: AvroRecord, file: AvroReader): AvroValue[] {
  if (Buffer.compare(file.raw(MAGIC.length), MAGIC) !== 0) throw new RangeError('it is no Avro file');
  const header: [string, string][] = [];
  for (let left = file.blockLength(); left > 0; left = file.blockLength()) {
    for (; left > 0; left--) header.push([file.text(), file.text()]);
  }
  const schema = header.find(([key]) => key === 'avro.schema')?.[1];
  if (schema !== JSON.stringify(type)) throw new RangeError('its rows are of another type');
  const sync = file.raw(SYNC_BYTES);
  const count = file.isAtEnd ? 0 : Number(file.long());
  const bytes = file.isAtEnd ? undefined : file.sized();
  const isMarked = bytes === undefined || Buffer.compare(file.raw(SYNC_BYTES), sync) === 0;
  if (!isMarked || !file.isAtEnd || Buffer.compare(sync, syncOf(header, bytes)) !== 0)
    throw new RangeError('its bytes are not those that were written');
  const block = new AvroReader(bytes ? new Uint8Array(inflateRawSync(bytes)) : new Uint8Array());
  const rows: AvroValue[] = [];
  for (let row = 0; row < count; row++) rows.push(block.value(type));
  if (!block.isAtEnd) throw new RangeError('its block is longer than its rows');
  return rows;
}

function syncOf(header: [string, string][], block: Uint8Array | undefined): Uint8Array {
  const hash = createHash('sha256').update(JSON.stringify(header));
  if (block) hash.update(block);
  return hash.digest().subarray(0, SYNC_BYTES);
}
