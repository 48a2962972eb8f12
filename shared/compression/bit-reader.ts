/** Reads bits from the highest of each byte on, as bzip2 packs them. Fails with `CompressedDataBad` at the end of the bytes. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;
  private held = 0;
  private heldBits = 0;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** Up to 24 bits as a number. */
  bits(count: number): number {
    while (this.heldBits < count) {
      if (this.at >= this.bytes.length) throw new CompressedDataBad('it is cut off');
      this.held = ((this.held & 0xffffff) << 8) | this.bytes[this.at++]!;
      this.heldBits += 8;
    }
    this.heldBits -= count;
    return (this.held >>> this.heldBits) & ((1 << count) - 1);
  }

  /** 32 bits as an unsigned number. */
  word(): number {
    const high = this.bits(16);
    return high * 0x10000 + this.bits(16);
  }

  /** Bits that were read, from the start of the bytes. */
  get bitOffset(): number {
    return this.at * 8 - this.heldBits;
  }
}

/** Bytes that are not what a compressed stream holds; the message is a clause that says why. */
export class CompressedDataBad extends Error {}
