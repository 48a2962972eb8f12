import type { Kernel } from '../kernel/kernel.ts';
import type { KernelBytes } from './page-compressor.ts';

/** Pieces grow with the chunk, so that small chunks take little memory and large ones waste little. */
const FIRST_PIECE_BYTES = 4 * 1024;
const LARGEST_PIECE_BYTES = 64 * 1024;

/** For pages whose bytes include their header, and for the rest of a page. */
export const NO_HEADER = new Uint8Array();

interface Piece extends KernelBytes {
  capacity: number;
}

/** The bytes of finished pages, kept in pieces of the kernel's memory until their row group is written. */
export class ChunkOutput {
  length = 0;
  private readonly kernel: Kernel;
  private readonly pieces: Piece[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Appends a page: its header, and its body from the kernel's memory. */
  append(header: Uint8Array, body: KernelBytes): void {
    for (let from = 0; from < header.length; ) {
      const { at, count } = this.room(header.length - from);
      this.kernel.bytes.set(header.subarray(from, from + count), at);
      from += count;
    }
    for (let from = 0; from < body.length; ) {
      const { at, count } = this.room(body.length - from);
      this.kernel.bytes.copyWithin(at, body.address + from, body.address + from + count);
      from += count;
    }
  }

  /** Reserves room for `wanted` bytes, or for fewer if the last piece has less. */
  private room(wanted: number): { at: number; count: number } {
    let piece = this.pieces.at(-1);
    if (!piece || piece.length === piece.capacity) {
      const capacity = Math.min(Math.max(FIRST_PIECE_BYTES, this.length), LARGEST_PIECE_BYTES);
      piece = { address: this.kernel.allocate(capacity), length: 0, capacity };
      this.pieces.push(piece);
    }
    const at = piece.address + piece.length;
    const count = Math.min(wanted, piece.capacity - piece.length);
    piece.length += count;
    this.length += count;
    return { at, count };
  }

  get pieceCount(): number {
    return this.pieces.length;
  }

  /** One piece of the bytes in their order; valid until the kernel's memory grows. */
  piece(index: number): Uint8Array {
    const { address, length } = this.pieces[index]!;
    return this.kernel.bytes.subarray(address, address + length);
  }

  clear(): void {
    for (const { address, capacity } of this.pieces) this.kernel.release(address, capacity);
    this.pieces.length = 0;
    this.length = 0;
  }
}
