import type { Kernel } from '../kernel/kernel.ts';
import type { KernelBytes } from './page-compressor.ts';

const FIRST_PIECE_BYTES = 8 * 1024;
const LARGEST_PIECE_BYTES = 512 * 1024;

interface Piece extends KernelBytes {
  capacity: number;
}

/** Finished pages of a column chunk, waiting for their row group in pieces of the kernel's memory. */
export class ChunkOutput {
  length = 0;
  private readonly kernel: Kernel;
  private readonly pieces: Piece[] = [];

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** Appends a page: its header, and its body from the kernel's memory. */
  append(header: Uint8Array, body: KernelBytes): void {
    const byteCount = header.length + body.length;
    let piece = this.pieces.at(-1);
    if (!piece || piece.capacity - piece.length < byteCount) piece = this.addPiece(byteCount);
    const { bytes } = this.kernel;
    const at = piece.address + piece.length;
    bytes.set(header, at);
    bytes.copyWithin(at + header.length, body.address, body.address + body.length);
    piece.length += byteCount;
    this.length += byteCount;
  }

  /** The bytes in their order. */
  *views(): Generator<Uint8Array> {
    for (const { address, length } of this.pieces)
      yield this.kernel.bytes.subarray(address, address + length);
  }

  clear(): void {
    for (const { address, capacity } of this.pieces) this.kernel.release(address, capacity);
    this.pieces.length = 0;
    this.length = 0;
  }

  /** Pieces double with what is there, so that small chunks take little and large ones need no copying. */
  private addPiece(byteCount: number): Piece {
    const wanted = Math.min(Math.max(FIRST_PIECE_BYTES, this.length), LARGEST_PIECE_BYTES);
    const capacity = Math.max(wanted, byteCount);
    const piece = { address: this.kernel.allocate(capacity), length: 0, capacity };
    this.pieces.push(piece);
    return piece;
  }
}
