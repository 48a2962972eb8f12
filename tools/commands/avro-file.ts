import { inflateRawSync } from 'node:zlib';

type Schema =
  | string
  | Schema[]
  | {
      type: Schema;
      fields?: { name: string; type: Schema }[];
      items?: Schema;
      values?: Schema;
      size?: number;
    };

const SYNC_BYTES = 16;

/** Records of an Avro file by the schema in its header (avro.apache.org/docs/1.11.1/specification), for manifests of Iceberg. */
export function avroRecords(bytes: Buffer): Record<string, unknown>[] {
  const file = new AvroBytes(bytes);
  file.take(4);
  const header = file.value({ type: 'map', values: 'bytes' }) as Record<string, Buffer>;
  file.take(SYNC_BYTES);
  const schema: Schema = JSON.parse(header['avro.schema']!.toString());
  const isDeflated = header['avro.codec']?.toString() === 'deflate';
  const records: Record<string, unknown>[] = [];
  while (!file.isAtEnd) {
    const count = file.long();
    const block = file.take(file.long());
    const values = new AvroBytes(isDeflated ? inflateRawSync(block) : block);
    for (let index = 0; index < count; index++) records.push(values.value(schema) as Record<string, unknown>);
    file.take(SYNC_BYTES);
  }
  return records;
}

class AvroBytes {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  take(count: number): Buffer {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** Zigzag, seven bits a byte, the lowest first. */
  long(): number {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const [byte = 0] = this.take(1);
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
  }

  value(schema: Schema): unknown {
    if (Array.isArray(schema)) return this.value(schema[this.long()]!);
    if (typeof schema !== 'string' && typeof schema.type !== 'string') return this.value(schema.type);
    const type = typeof schema === 'string' ? schema : schema.type;
    const of = typeof schema === 'string' ? undefined : schema;
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return this.take(1)[0] === 1;
      case 'int':
      case 'long':
        return this.long();
      case 'float':
        return this.take(4).readFloatLE();
      case 'double':
        return this.take(8).readDoubleLE();
      case 'bytes':
        return this.take(this.long());
      case 'string':
        return this.take(this.long()).toString();
      case 'fixed':
        return this.take(of?.size ?? 0);
      case 'record':
        return Object.fromEntries((of?.fields ?? []).map((field) => [field.name, this.value(field.type)]));
      case 'array':
        return this.blocks(() => this.value(of?.items ?? 'null'));
      case 'map':
        return Object.fromEntries(
          this.blocks(() => [this.take(this.long()).toString(), this.value(of?.values ?? 'null')]),
        );
      default:
        throw new Error(`Avro type ${type}`);
    }
  }

  private blocks<T>(one: () => T): T[] {
    const all: T[] = [];
    for (let count = this.long(); count !== 0; count = this.long()) {
      if (count < 0) this.long();
      for (let index = 0; index < Math.abs(count); index++) all.push(one());
    }
    return all;
  }
}
