import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ReadOptions } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { changed, isCode, NOT_THERE, notFound, unreadable, wentAway } from './file-error.ts';
import type { FileIdentity } from './file-version.ts';
import { giveBackBuffer, takeBuffer } from './transfer-buffers.ts';

/**
 * The bytes of a file, or of a range of it, chunk by chunk; a chunk is valid until the next one is asked for. Fails with
 * `ObjectNotFound`, and with `SourceChanged` if the file is shorter than the range or is not the one that was pinned.
 */
export async function* streamFile(
  path: string,
  range: ByteRange | undefined,
  options: ReadOptions,
  identity: FileIdentity,
): AsyncIterable<Uint8Array> {
  const handle = await openFile(path, options, identity);
  try {
    const sizeBytes = await requirePin(handle, path, range, options, identity);
    const read = options.into ? readDirectly : readAhead;
    yield* read(handle, path, range ?? { startByte: 0, endByte: sizeBytes }, options);
    await requireStill(handle, path, options, identity);
  } catch (error) {
    throw isCode(error, 'EISDIR') ? notFound(path, error) : error;
  } finally {
    await handle.close();
  }
}

/** Fills `buffer` with a range of a file, as `streamFile` reads it: without a copy, for ranges that fit memory. */
export async function readFileInto(
  path: string,
  range: ByteRange,
  buffer: Uint8Array,
  options: ReadOptions,
  identity: FileIdentity,
): Promise<void> {
  const handle = await openFile(path, options, identity);
  try {
    // Nobody sees a byte before the end, so one look at the end is enough. Without a pin it must be a file at least.
    if (options.pin === undefined) await requirePin(handle, path, range, options, identity);
    const lengthBytes = range.endByte - range.startByte;
    for (let at = 0; at < lengthBytes; ) {
      const { bytesRead } = await handle.read(buffer, at, lengthBytes - at, range.startByte + at);
      if (bytesRead === 0) throw changed(path);
      at += bytesRead;
    }
    await requireStill(handle, path, options, identity);
  } catch (error) {
    throw isCode(error, 'EISDIR') ? notFound(path, error) : error;
  } finally {
    await handle.close();
  }
}

async function openFile(path: string, options: ReadOptions, identity: FileIdentity): Promise<fs.FileHandle> {
  return fs.open(path, 'r').catch((error) => {
    throw cannotOpen(error, path, options, identity);
  });
}

function cannotOpen(error: unknown, path: string, { pin }: ReadOptions, { isSource }: FileIdentity): unknown {
  if (isCode(error, ...NOT_THERE) && isSource && pin !== undefined) return wentAway(path, error);
  return isCode(error, ...NOT_THERE, 'EISDIR') ? notFound(path, error) : unreadable(error, path);
}

/** The size of the file, if it is the one that was pinned, and holds the range. */
async function requirePin(
  handle: fs.FileHandle,
  path: string,
  range: ByteRange | undefined,
  { pin }: ReadOptions,
  identity: FileIdentity,
): Promise<number> {
  const stats = await handle.stat({ bigint: true });
  if (!stats.isFile()) throw notFound(path);
  if (pin !== undefined && identity.pin(stats) !== pin) throw changed(path);
  const sizeBytes = Number(stats.size);
  if (range && range.endByte > sizeBytes) throw changed(path);
  return sizeBytes;
}

/** The open file must not have been written to, and its path must still lead to it. */
async function requireStill(
  handle: fs.FileHandle,
  path: string,
  { pin }: ReadOptions,
  identity: FileIdentity,
): Promise<void> {
  if (pin === undefined) return;
  const opened = identity.pin(await handle.stat({ bigint: true }));
  const named = await fs.stat(path, { bigint: true }).catch(() => undefined);
  if (!named && identity.isSource) throw wentAway(path);
  if (opened !== pin || !named || identity.pin(named) !== pin) throw changed(path);
}

/** The bytes of all chunks in one piece. */
export async function gathered(chunks: AsyncIterable<Uint8Array>, sizeBytes: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Reads of so few bytes do not wait for another thread: the way there and back takes longer. */
export const QUICK_READ_BYTES = 2 * 1024 * 1024;

/** The same of a small range, at once; `into` is as long as the range. */
export function readFilePiece(
  path: string,
  { startByte, endByte }: ByteRange,
  options: ReadOptions,
  identity: FileIdentity,
  into?: Uint8Array,
): Uint8Array {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    throw cannotOpen(error, path, options, identity);
  }
  try {
    const { pin } = options;
    const stats = fstatSync(handle, { bigint: true });
    if (!stats.isFile()) throw notFound(path);
    if ((pin !== undefined && identity.pin(stats) !== pin) || endByte > Number(stats.size))
      throw changed(path);
    const bytes = into ?? new Uint8Array(endByte - startByte);
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(handle, bytes, at, bytes.length - at, startByte + at);
      if (count === 0) throw changed(path);
      at += count;
    }
    if (pin !== undefined) {
      const named = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (identity.pin(fstatSync(handle, { bigint: true })) !== pin || !named || identity.pin(named) !== pin)
        throw changed(path);
    }
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** Bytes in the page cache are read faster than this; a slower read waited for the disk or for another process. */
const MEMORY_BYTES_PER_MS = 1_500_000;
/** One slow read says little; after these in a row, so many bytes are read ahead. */
const SLOW_READS = 2;
const AHEAD_BYTES = 32 * 1024 * 1024;
/** After so many bytes whatever else this thread has to do gets its turn. */
const TURN_BYTES = 2 * 1024 * 1024;

/**
 * Reads straight into the consumer's memory, at once: to hand bytes that the system has in memory from one thread to another takes longer
 * than to copy them. While they come from the disk, they are read ahead.
 */
async function* readDirectly(
  handle: fs.FileHandle,
  path: string,
  { startByte, endByte }: ByteRange,
  options: ReadOptions,
): AsyncIterable<Uint8Array> {
  const { signal, into } = options;
  let slowReads = 0;
  let turnBytes = 0;
  for (let at = startByte; at < endByte; ) {
    const room = slowReads < SLOW_READS ? into?.() : undefined;
    if (!room) {
      const end = Math.min(endByte, at + AHEAD_BYTES);
      yield* readAhead(handle, path, { startByte: at, endByte: end }, options);
      slowReads = 0;
      at = end;
      continue;
    }
    signal?.throwIfAborted();
    const startedAt = performance.now();
    const count = readSync(handle.fd, room, 0, Math.min(room.length, endByte - at), at);
    if (count === 0) throw changed(path);
    slowReads = (performance.now() - startedAt) * MEMORY_BYTES_PER_MS > count ? slowReads + 1 : 0;
    at += count;
    yield room.subarray(0, count);
    turnBytes += count;
    if (turnBytes < TURN_BYTES) continue;
    turnBytes = 0;
    await nextTurn();
  }
}

/** Two buffers in turn: the next chunk is read while the consumer works on the last one. */
async function* readAhead(
  handle: fs.FileHandle,
  path: string,
  { startByte, endByte }: ByteRange,
  { signal }: ReadOptions,
): AsyncIterable<Uint8Array> {
  const free: Uint8Array[] = [];
  const taken: Uint8Array[] = [];
  let at = startByte;
  let ahead: Promise<{ bytesRead: number; buffer: Uint8Array }> | undefined;
  const readNext = () => {
    let buffer = free.shift();
    if (!buffer) {
      buffer = takeBuffer(endByte - at);
      taken.push(buffer);
    }
    ahead = handle.read(buffer, 0, Math.min(buffer.length, endByte - at), at);
    // A failure is thrown when it is this chunk's turn.
    ahead.catch(() => undefined);
  };
  try {
    if (at < endByte) readNext();
    while (ahead) {
      signal?.throwIfAborted();
      const { bytesRead, buffer } = await ahead;
      ahead = undefined;
      if (bytesRead === 0) throw changed(path);
      at += bytesRead;
      if (at < endByte) readNext();
      yield buffer.subarray(0, bytesRead);
      free.push(buffer);
    }
  } finally {
    await ahead?.catch(() => undefined);
    for (const buffer of taken) giveBackBuffer(buffer);
  }
}
