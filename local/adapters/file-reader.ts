import * as fs from 'node:fs/promises';
import type { ReadOptions } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { changed, isCode, NOT_THERE, notFound, unreadable } from './file-error.ts';
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
  pinOf: FileIdentity['pin'],
): AsyncIterable<Uint8Array> {
  const handle = await fs.open(path, 'r').catch((error) => {
    throw isCode(error, ...NOT_THERE, 'EISDIR') ? notFound(path, error) : unreadable(error, path);
  });
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw notFound(path);
    if (options.pin !== undefined && pinOf(stats) !== options.pin) throw changed(path);
    const { startByte, endByte } = range ?? { startByte: 0, endByte: Number(stats.size) };
    if (endByte > Number(stats.size)) throw changed(path);
    yield* readAhead(handle, path, { startByte, endByte }, options.signal);
    if (options.pin !== undefined) {
      const opened = pinOf(await handle.stat({ bigint: true }));
      const named = await fs.stat(path, { bigint: true }).catch(() => undefined);
      // The open file must not have been written to, and its path must still lead to it.
      if (opened !== options.pin || !named || pinOf(named) !== options.pin) throw changed(path);
    }
  } catch (error) {
    throw isCode(error, 'EISDIR') ? notFound(path, error) : error;
  } finally {
    await handle.close();
  }
}

/** Two buffers in turn: the next chunk is read while the consumer works on the last one. */
async function* readAhead(
  handle: fs.FileHandle,
  path: string,
  { startByte, endByte }: ByteRange,
  signal: AbortSignal | undefined,
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
