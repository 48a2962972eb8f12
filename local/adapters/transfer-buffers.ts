/** Buffers on their way from and to files: new ones for each transfer would pile up faster than they are collected. */
const BUFFER_BYTES = 1024 * 1024;
/** Transfers below this get a buffer of their own; those of a whole part would pile up. */
const SMALL_BYTES = 32 * 1024;
const MOST_FREE = 32;

const free: Uint8Array[] = [];

/** A buffer for a transfer of `lengthBytes`, or for as much of it as goes at once. */
export function takeBuffer(lengthBytes: number): Uint8Array {
  if (lengthBytes < SMALL_BYTES) return new Uint8Array(lengthBytes);
  return free.pop() ?? new Uint8Array(BUFFER_BYTES);
}

export function giveBackBuffer(buffer: Uint8Array): void {
  if (buffer.length === BUFFER_BYTES && free.length < MOST_FREE) free.push(buffer);
}
