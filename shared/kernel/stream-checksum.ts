import type { Kernel } from './kernel.ts';
import { CHECKSUM_STATE_BYTES } from './shapes.ts';

/** Bytes from outside the kernel are copied in pieces of this size, and summed while they are in a near cache. */
const PIECE_BYTES = 32 * 1024;

/** CRC-64/NVME of a stream of bytes, computed in the kernel. */
export class StreamChecksum {
  private readonly kernel: Kernel;
  private readonly state: number;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.state = kernel.allocate(CHECKSUM_STATE_BYTES);
    kernel.call.beginChecksum(this.state);
  }

  /** Adds bytes of the kernel's memory. */
  addAt(address: number, length: number): void {
    this.kernel.call.addToChecksum(this.state, address, length);
  }

  add(bytes: Uint8Array): void {
    const { kernel } = this;
    if (bytes.buffer === kernel.bytes.buffer) {
      this.addAt(bytes.byteOffset, bytes.length);
      return;
    }
    // Released at once, since there are as many streams as open files.
    const address = kernel.allocate(PIECE_BYTES);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      kernel.bytes.set(piece, address);
      this.addAt(address, piece.length);
    }
    kernel.release(address, PIECE_BYTES);
  }

  /** Returns the checksum of all that was added. Nothing can be added after this. */
  finish(): bigint {
    const checksum = BigInt.asUintN(64, this.kernel.call.finishChecksum(this.state));
    this.kernel.release(this.state, CHECKSUM_STATE_BYTES);
    return checksum;
  }
}
