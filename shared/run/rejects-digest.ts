import { createHash } from 'node:crypto';

/*
 * Which records a file rejected, in 16 hexadecimal digits: the sum, modulo 2^64, of a hash of each record's place. A sum does not depend
 * on the order, and sums of ranges add up to that of the file, however it was cut.
 *
 *     SHA-256("161 20"), its first eight bytes, + SHA-256("182 20"), … → 5d0b1c52f0a34e19
 */

const DIGITS = 16;

/** Sums up the places of rejected records: the offset of the first byte in the (decompressed) file and the length. */
export class RejectsDigest {
  private sum = 0n;

  add(byteOffset: number, lengthBytes: number): void {
    const hash = createHash('sha256').update(`${byteOffset} ${lengthBytes}`).digest();
    this.sum = BigInt.asUintN(64, this.sum + hash.readBigUInt64BE());
  }

  toString(): string {
    return digestText(this.sum);
  }
}

/** The digest of a file from those of its ranges; undefined if one has none, as those of earlier versions. */
export function addRejectsDigests(digests: (string | undefined)[]): string | undefined {
  let sum = 0n;
  for (const digest of digests) {
    if (digest === undefined) return undefined;
    sum += BigInt(`0x${digest}`);
  }
  return digestText(BigInt.asUintN(64, sum));
}

function digestText(sum: bigint): string {
  return sum.toString(16).padStart(DIGITS, '0');
}
