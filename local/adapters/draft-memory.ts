const PIECE_BYTES = 4 * 1024 * 1024;
/** Pieces kept for the next lot. Few lots need more, so the rest is freed. */
const MOST_PIECES = 8;

/**
 * Memory for the bytes of drafts, used again for the next lot: buffers of their own for thousands of files would keep the collector busy, and
 * each would first be filled with zeros.
 */
export class DraftMemory {
  private readonly pieces: Uint8Array[] = [];
  private piece = 0;
  private at = 0;

  /** A copy of `bytes`, which is valid until `reset`. */
  copied(bytes: Uint8Array): Uint8Array {
    if (bytes.length > PIECE_BYTES) return bytes.slice();
    if (this.at + bytes.length > PIECE_BYTES) {
      this.piece++;
      this.at = 0;
    }
    this.pieces[this.piece] ??= new Uint8Array(PIECE_BYTES);
    const copy = this.pieces[this.piece]!.subarray(this.at, this.at + bytes.length);
    copy.set(bytes);
    this.at += bytes.length;
    return copy;
  }

  reset(): void {
    this.pieces.splice(MOST_PIECES);
    this.piece = 0;
    this.at = 0;
  }
}

/** The bytes of all pieces: without a copy if each follows the one before in memory. */
export function joined(pieces: Uint8Array[]): Uint8Array {
  const [first, ...others] = pieces;
  if (!first) return new Uint8Array();
  let end = first.byteOffset + first.length;
  for (const piece of others) {
    if (piece.buffer !== first.buffer || piece.byteOffset !== end) return Buffer.concat(pieces);
    end += piece.length;
  }
  return new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
}

const free: DraftMemory[] = [];

/** Takes memory for one lot. If several are under way at once in a thread, each gets its own. */
export function takeDraftMemory(): DraftMemory {
  return free.pop() ?? new DraftMemory();
}

/** Nobody may look at a copy any more. */
export function giveBackDraftMemory(memory: DraftMemory): void {
  memory.reset();
  free.push(memory);
}
