/** A growing byte array for pages and footers; kept and reset between pages so that memory settles. */
export class ByteSink {
  bytes: Uint8Array;
  length = 0;

  constructor(capacityBytes = 64 * 1024) {
    this.bytes = new Uint8Array(capacityBytes);
  }

  /** Makes room and returns the position to write at; the caller then adds to `length`. */
  reserve(byteCount: number): number {
    const needed = this.length + byteCount;
    if (needed > this.bytes.length) {
      let capacity = this.bytes.length;
      while (capacity < needed) capacity *= 2;
      const larger = new Uint8Array(capacity);
      larger.set(this.bytes.subarray(0, this.length));
      this.bytes = larger;
    }
    return this.length;
  }

  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    this.length += bytes.length;
  }

  appendByte(byte: number): void {
    this.bytes[this.reserve(1)] = byte;
    this.length++;
  }

  appendUint32(value: number): void {
    const at = this.reserve(4);
    this.bytes[at] = value & 0xff;
    this.bytes[at + 1] = (value >>> 8) & 0xff;
    this.bytes[at + 2] = (value >>> 16) & 0xff;
    this.bytes[at + 3] = value >>> 24;
    this.length += 4;
  }

  appendVarint(value: number): void {
    let rest = value >>> 0;
    while (rest > 0x7f) {
      this.appendByte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.appendByte(rest);
  }

  /** What was written so far; valid until the next write. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}
