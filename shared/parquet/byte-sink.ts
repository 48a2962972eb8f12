/** A growing buffer for bytes that will be written to a file. It is cleared and used again, not replaced. */
export class ByteSink {
  private bytes: Uint8Array;
  length = 0;

  constructor(capacityBytes = 64 * 1024) {
    this.bytes = new Uint8Array(capacityBytes);
  }

  append(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.bytes.length) {
      let capacity = this.bytes.length;
      while (capacity < needed) capacity *= 2;
      const larger = new Uint8Array(capacity);
      larger.set(this.view());
      this.bytes = larger;
    }
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The bytes so far; valid until the next `append`. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}
