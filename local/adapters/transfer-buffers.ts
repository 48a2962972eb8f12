/** Buffers for reading and writing files are used again: new ones would pile up faster than they are collected. */
const BUFFER_BYTES = 1024 * 1024;
/** Smaller transfers get a new buffer of their own size. */
const SMALL_BYTES = 32 * 1024;
const MOST_FREE = 32;

const free: Uint8Array[] = [];

/** A buffer for a transfer of `lengthBytes`, or for as much of it as is moved at once. */
export function takeBuffer(lengthBytes: number): Uint8Array {
  if (lengthBytes < SMALL_BYTES) return new Uint8Array(lengthBytes);
  return free.pop() ?? new Uint8Array(BUFFER_BYTES);
}

export function giveBackBuffer(buffer: Uint8Array): void {
  if (buffer.length === BUFFER_BYTES && free.length < MOST_FREE) free.push(buffer);
}
