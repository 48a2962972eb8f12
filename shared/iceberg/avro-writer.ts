import { type AvroType, type AvroValue, ENCODED_REST, isUnion } from './avro-type.ts';

const encoder = new TextEncoder();
const FIRST_BYTES = 4096;
/** Numbers below it are coded without bigints, which are some ten times slower. */
const SMALL = 2 ** 30;

/**
 * Values in Avro's binary form. Numbers are zigzag coded, seven bits a byte, the lowest first:
 *
 *     1 → 02    -1 → 01    64 → 80 01    "ab" → 04 61 62    [7] → 02 0e 00
 */
export class AvroWriter {
  private buffer = new Uint8Array(FIRST_BYTES);
  private length = 0;

  /** Begins again; what `bytes` answered stays. */
  clear(): void {
    this.length = 0;
  }

  /** The bytes so far. */
  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Fails with a `TypeError` if the value is not of the type: our own mistake. */
  value(type: AvroType, value: AvroValue): void {
    if (isUnion(type)) {
      this.long(value === null ? 0 : 1);
      if (value !== null) this.value(type[1], value);
      return;
    }
    if (typeof type === 'string') {
      this.primitive(type, value);
      return;
    }
    switch (type.type) {
      case 'int':
      case 'long':
        this.primitive(type.type, value);
        break;
      case 'fixed':
        if (!(value instanceof Uint8Array) || value.length !== type.size) throw wrong(type.name);
        this.raw(value);
        break;
      case 'array':
        this.array(type.items, value);
        break;
      case 'record':
        if (!isRecord(value)) throw wrong(type.name);
        for (const field of type.fields) {
          const part = value[field.name];
          if (part === undefined) {
            const rest = value[ENCODED_REST];
            if (!(rest instanceof Uint8Array)) throw wrong(`${type.name}.${field.name}`);
            this.raw(rest);
            return;
          }
          this.value(field.type, part);
        }
    }
  }

  private primitive(type: Extract<AvroType, string>, value: AvroValue): void {
    if (type === 'string' && typeof value === 'string') this.sized(encoder.encode(value));
    else if (type === 'bytes' && value instanceof Uint8Array) this.sized(value);
    else if (type === 'boolean' && typeof value === 'boolean') this.byte(value ? 1 : 0);
    else if ((type === 'int' || type === 'long') && isWhole(value)) this.long(value);
    else throw wrong(type);
  }

  /** One block of all elements, then the empty one. */
  private array(items: AvroType, value: AvroValue): void {
    if (!Array.isArray(value)) throw wrong('array');
    if (value.length > 0) {
      this.long(value.length);
      for (const element of value) this.value(items, element);
    }
    this.long(0);
  }

  long(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value < SMALL) {
      let rest = value * 2;
      for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
      this.byte(rest);
      return;
    }
    const signed = BigInt(value);
    let rest = BigInt.asUintN(64, (signed << 1n) ^ (signed >> 63n));
    for (; rest > 0x7fn; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  sized(bytes: Uint8Array): void {
    this.long(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  private byte(byte: number): void {
    this.reserve(1);
    this.buffer[this.length++] = byte;
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const larger = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}

function isWhole(value: AvroValue): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value);
}

function isRecord(value: AvroValue): value is { [field: string]: AvroValue } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function wrong(where: string): TypeError {
  return new TypeError(`a value that is to be written as Avro does not fit its type: ${where}`);
}
