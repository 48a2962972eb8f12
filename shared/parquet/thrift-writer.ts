import type { ThriftFields, ThriftValue } from './thrift-struct.ts';

/*
 * Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Every page has a header
 * in it, and every file of a small source has more bytes of structure than of rows: so numbers are written without a bigint.
 */
const [TRUE, FALSE, I32, I64, DOUBLE, BINARY, LIST, STRUCT] = [1, 2, 5, 6, 7, 8, 9, 12] as const;
const STOP = 0;
const FIELD = 'field_'.length;
/** A varint of 64 bits. */
const MOST_NUMBER_BYTES = 10;

const encoder = new TextEncoder();

/** Writes structures one after the other into a buffer of its own, which grows. */
export class ThriftWriter {
  private bytes = new Uint8Array(16 * 1024);
  private view = new DataView(this.bytes.buffer);
  private at = 0;

  /** The bytes of a structure; they are the caller's. */
  encode(fields: ThriftFields): Uint8Array {
    this.at = 0;
    this.struct(fields);
    return this.bytes.slice(0, this.at);
  }

  private struct(fields: ThriftFields): void {
    let last = 0;
    for (const key in fields) {
      const value = fields[key as `field_${number}`];
      if (value === undefined) continue;
      const id = Number(key.slice(FIELD));
      const type = typeOf(value);
      if (id - last > 15) {
        this.byte(type);
        this.varint(id * 2);
      } else this.byte(((id - last) << 4) | type);
      last = id;
      this.value(type, value);
    }
    this.byte(STOP);
  }

  private value(type: number, value: ThriftValue): void {
    if (typeof value === 'number') {
      if (type === DOUBLE) this.double(value);
      else this.varint(((value << 1) ^ (value >> 31)) >>> 0);
    } else if (typeof value === 'bigint') this.zigzag(value);
    else if (typeof value === 'string') this.binary(encoder.encode(value));
    else if (value instanceof Uint8Array) this.binary(value);
    else if (Array.isArray(value)) this.list(value);
    // The type of a field says whether it is true.
    else if (typeof value === 'object') this.struct(value);
  }

  private list(values: ThriftValue[]): void {
    const type = elementType(values);
    if (values.length > 14) {
      this.byte(0xf0 | type);
      this.varint(values.length);
    } else this.byte((values.length << 4) | type);
    for (const value of values) {
      if (type === FALSE) this.byte(value ? 1 : 0);
      else this.value(type, value);
    }
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  private double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  private binary(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** 300 → AC 02 */
  private varint(value: number): void {
    this.reserve(MOST_NUMBER_BYTES);
    let left = value;
    while (left > 0x7f) {
      this.bytes[this.at++] = (left & 0x7f) | 0x80;
      left = left > 0xffff_ffff ? Math.floor(left / 128) : left >>> 7;
    }
    this.bytes[this.at++] = left;
  }

  /** −1 → 01, 1 → 02 */
  private zigzag(value: bigint): void {
    const number = Number(value);
    // Twice as much is exact too.
    if (Math.abs(number) < 2 ** 51) {
      this.varint(number < 0 ? -2 * number - 1 : 2 * number);
      return;
    }
    this.reserve(MOST_NUMBER_BYTES);
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    for (; left > 0x7fn; left >>= 7n) this.bytes[this.at++] = Number(left & 0x7fn) | 0x80;
    this.bytes[this.at++] = Number(left);
  }

  private reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.at + count));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

function typeOf(value: ThriftValue): number {
  if (value === true) return TRUE;
  if (value === false) return FALSE;
  if (typeof value === 'number') return Number.isInteger(value) ? I32 : DOUBLE;
  if (typeof value === 'bigint') return I64;
  if (typeof value === 'string' || value instanceof Uint8Array) return BINARY;
  return Array.isArray(value) ? LIST : STRUCT;
}

/** All elements of a list have one type: numbers are doubles if one of them is not whole. */
function elementType(values: ThriftValue[]): number {
  const [first] = values;
  if (first === undefined) return 0;
  const type = typeOf(first);
  if (type === TRUE) return FALSE;
  return type === I32 && values.some((value) => typeOf(value) === DOUBLE) ? DOUBLE : type;
}
