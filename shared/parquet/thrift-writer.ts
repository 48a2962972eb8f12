import { type ThriftFields, type ThriftOutput, type ThriftValue, WIRE } from './thrift-struct.ts';

/*
 * Thrift's compact protocol (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Every page has a header
 * in it, and every file of a small source has more bytes of structure than of rows: so numbers are written without a bigint.
 */
const { TRUE, FALSE, I32, I64, DOUBLE, BINARY, LIST, STRUCT } = WIRE;
const STOP = 0;
const FIELD = 'field_'.length;
/** A varint of 64 bits. */
const MOST_NUMBER_BYTES = 10;

const encoder = new TextEncoder();

/** Writes structures one after the other into a buffer of its own, which grows. */
export class ThriftWriter implements ThriftOutput {
  private buffer = new Uint8Array(16 * 1024);
  private view = new DataView(this.buffer.buffer);
  private at = 0;

  /** The bytes of what `put` gives to the writer; they are the caller's. */
  encode(put: (out: ThriftOutput) => void): Uint8Array {
    this.at = 0;
    put(this);
    return this.buffer.slice(0, this.at);
  }

  field(id: number, before: number, wire: number): void {
    if (id - before > 15) {
      this.byte(wire);
      this.varint(id * 2);
    } else this.byte(((id - before) << 4) | wire);
  }

  listOf(count: number, wire: number): void {
    if (count > 14) {
      this.byte(0xf0 | wire);
      this.varint(count);
    } else this.byte((count << 4) | wire);
  }

  i32(value: number): void {
    this.varint(((value << 1) ^ (value >> 31)) >>> 0);
  }

  /** −1 → 01, 1 → 02 */
  i64(value: number): void {
    // Twice as much is exact too.
    if (Math.abs(value) < 2 ** 51) this.varint(value < 0 ? -2 * value - 1 : 2 * value);
    else this.zigzag(BigInt(value));
  }

  /** A text in UTF-8, or bytes as they are. */
  bytes(value: string | Uint8Array): void {
    if (typeof value === 'string' && this.isShortAscii(value)) return;
    const bytes = typeof value === 'string' ? encoder.encode(value) : value;
    this.varint(bytes.length);
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Writes a text of at most 127 ASCII characters, such as the name of a column; false, and nothing is written, if it is another. */
  private isShortAscii(text: string): boolean {
    const { length } = text;
    if (length > 0x7f) return false;
    this.reserve(length + 1);
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      this.buffer[this.at + 1 + index] = code;
    }
    this.buffer[this.at] = length;
    this.at += length + 1;
    return true;
  }

  anyFields(fields: ThriftFields): void {
    let last = 0;
    for (const key in fields) {
      const value = fields[key as `field_${number}`];
      if (value === undefined) continue;
      const id = Number(key.slice(FIELD));
      const type = typeOf(value);
      this.field(id, last, type);
      last = id;
      this.value(type, value);
    }
    this.byte(STOP);
  }

  private value(type: number, value: ThriftValue): void {
    if (typeof value === 'number') {
      if (type === DOUBLE) this.double(value);
      else this.i32(value);
    } else if (typeof value === 'bigint') this.zigzag(value);
    else if (typeof value === 'string' || value instanceof Uint8Array) this.bytes(value);
    else if (Array.isArray(value)) this.list(value);
    // The type of a field says whether it is true.
    else if (typeof value === 'object') this.anyFields(value);
  }

  private list(values: ThriftValue[]): void {
    const type = elementType(values);
    this.listOf(values.length, type);
    for (const value of values) {
      if (type === FALSE) this.byte(value ? 1 : 0);
      else this.value(type, value);
    }
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.at++] = value;
  }

  private double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  /** 300 → AC 02 */
  private varint(value: number): void {
    this.reserve(MOST_NUMBER_BYTES);
    let left = value;
    while (left > 0x7f) {
      this.buffer[this.at++] = (left & 0x7f) | 0x80;
      left = left > 0xffff_ffff ? Math.floor(left / 128) : left >>> 7;
    }
    this.buffer[this.at++] = left;
  }

  private zigzag(value: bigint): void {
    const number = Number(value);
    if (Math.abs(number) < 2 ** 51) {
      this.i64(number);
      return;
    }
    this.reserve(MOST_NUMBER_BYTES);
    let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    for (; left > 0x7fn; left >>= 7n) this.buffer[this.at++] = Number(left & 0x7fn) | 0x80;
    this.buffer[this.at++] = Number(left);
  }

  private reserve(count: number): void {
    if (this.at + count <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(this.buffer.length * 2, this.at + count));
    grown.set(this.buffer.subarray(0, this.at));
    this.buffer = grown;
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
