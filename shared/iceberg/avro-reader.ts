import { type AvroRecordValue, type AvroType, type AvroValue, isUnion } from './avro-type.ts';

// U+FEFF at the beginning is a character of a text like any other, which a decoder takes away unless it is told.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A 64-bit number has at most ten groups of seven bits. */
const MOST_GROUPS = 10n;

/** Reads what `AvroWriter` writes. Fails with a `RangeError` where the bytes are not of the type. */
export class AvroReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  value(type: AvroType): AvroValue {
    if (isUnion(type)) return this.count(1) === 0 ? null : this.value(type[1]);
    if (typeof type === 'string') return this.primitive(type);
    switch (type.type) {
      case 'int':
      case 'long':
        return this.long();
      case 'fixed':
        return this.raw(type.size);
      case 'array': {
        const elements: AvroValue[] = [];
        for (let left = this.blockLength(); left > 0; left = this.blockLength()) {
          for (; left > 0; left--) elements.push(this.value(type.items));
        }
        return elements;
      }
      case 'record': {
        const fields: AvroRecordValue = {};
        for (const { name, type: of } of type.fields) fields[name] = this.value(of);
        return fields;
      }
    }
  }

  private primitive(type: Extract<AvroType, string>): AvroValue {
    switch (type) {
      case 'null':
        return null;
      case 'boolean':
        return this.raw(1)[0] === 1;
      case 'int':
      case 'long':
        return this.long();
      case 'string':
        return this.text();
      case 'bytes':
        return this.sized();
    }
  }

  long(): number | bigint {
    // One byte holds most numbers.
    const first = this.bytes[this.at];
    if (first !== undefined && first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0n;
    for (let group = 0n; ; group++) {
      const byte = this.raw(1)[0]!;
      if (group >= MOST_GROUPS) throw new RangeError('a number is longer than 64 bits');
      value |= BigInt(byte & 0x7f) << (7n * group);
      if (byte < 0x80) break;
    }
    const signed = (value >> 1n) ^ -(value & 1n);
    const double = Number(signed);
    return Number.isSafeInteger(double) ? double : signed;
  }

  text(): string {
    return decoder.decode(this.sized());
  }

  sized(): Uint8Array {
    return this.raw(this.count(this.bytes.length));
  }

  raw(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('the bytes end within a value');
    const found = this.bytes.slice(this.at, end);
    this.at = end;
    return found;
  }

  /** Of a block of an array or a map; a negative one is followed by the block's size in bytes. */
  blockLength(): number {
    const length = Number(this.long());
    if (length >= 0) return length;
    this.long();
    return -length;
  }

  private count(most: number): number {
    const count = Number(this.long());
    if (count < 0 || count > most) throw new RangeError('a length is not possible');
    return count;
  }
}
