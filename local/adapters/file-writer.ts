import { writeSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectWriter } from '../../shared/ports/object-store.ts';
import { unwritable } from './file-error.ts';
import type { FileModes } from './file-modes.ts';
import { giveBackBuffer, takeBuffer } from './transfer-buffers.ts';

/** After so many bytes the disk begins to write, while the caller works on: else it would wait for all of them at the end. */
const FLUSH_BYTES = 4 * 1024 * 1024;
/** A row group is many pieces at once. While no more than these of all files wait to be written, nobody waits for them. */
const MOST_WAITING_PIECES = 16;

/** A write into the system's memory takes no longer than this; a slower one waited for the disk, or for another process. */
const MEMORY_BYTES_PER_MS = 200_000;
const MEMORY_MS = 1;
/** One slow write says little; after these in a row, so many bytes are written by other threads. */
const SLOW_WRITES = 2;
const AWAY_BYTES = 32 * 1024 * 1024;

let waitingPieces = 0;
let slowWrites = 0;
/** What of `AWAY_BYTES` is left. */
let awayBytes = 0;

/**
 * Writes a file piece by piece under a temporary name, and moves it to its place when it is closed. Bytes are copied and written
 * one after the other while the caller goes on; if too many wait, a call waits for those before. With `writesAtOnce`, for a caller whose threads
 * have all cores, they are written by the thread that made them, in whose caches they are, as long as the disk does not hold it up.
 */
export class FileWriter implements ObjectWriter {
  private readonly incoming: string;
  private readonly path: string;
  private readonly move: (incoming: string) => Promise<void>;
  private readonly sync: boolean;
  private readonly writesAtOnce: boolean;
  private readonly modes: FileModes;
  private handle: fs.FileHandle | undefined;
  private writing: Promise<void> | undefined;
  private flushing: Promise<void> | undefined;
  /** A disk tells of a failure once. */
  private flushError: unknown;
  private unflushedBytes = 0;
  private writeError: unknown;
  private done = false;

  constructor(file: {
    incoming: string;
    path: string;
    move: (incoming: string) => Promise<void>;
    sync: boolean;
    writesAtOnce?: boolean | undefined;
    modes: FileModes;
  }) {
    this.incoming = file.incoming;
    this.path = file.path;
    this.move = file.move;
    this.sync = file.sync;
    this.writesAtOnce = file.writesAtOnce ?? false;
    this.modes = file.modes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const handle = await this.open();
    if (this.writesAtOnce && awayBytes <= 0) return this.writeAtOnce(handle, bytes);
    awayBytes -= bytes.length;
    for (let at = 0; at < bytes.length; ) {
      if (waitingPieces >= MOST_WAITING_PIECES || this.writeError) await this.settled();
      const buffer = takeBuffer(bytes.length - at);
      const piece = bytes.subarray(at, at + buffer.length);
      buffer.set(piece);
      this.begin(handle, buffer, piece.length);
      at += piece.length;
      this.flushAfter(handle, piece.length);
    }
  }

  private async writeAtOnce(handle: fs.FileHandle, bytes: Uint8Array): Promise<void> {
    if (this.writing || this.writeError) await this.settled();
    const startedAt = performance.now();
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle.fd, bytes, at, bytes.length - at);
    } catch (error) {
      this.writeError = error;
      throw unwritable(error, this.path);
    }
    const memoryMs = MEMORY_MS + bytes.length / MEMORY_BYTES_PER_MS;
    slowWrites = performance.now() - startedAt > memoryMs ? slowWrites + 1 : 0;
    if (slowWrites >= SLOW_WRITES) {
      slowWrites = 0;
      awayBytes = AWAY_BYTES;
    }
    this.flushAfter(handle, bytes.length);
  }

  /** Begins to write a buffer after those before it. If one fails, those after it are not written, and the next call throws. */
  private begin(handle: fs.FileHandle, buffer: Uint8Array, lengthBytes: number): void {
    waitingPieces++;
    const write = () => writeAll(handle, buffer.subarray(0, lengthBytes));
    this.writing = (this.writing ? this.writing.then(write) : write()).finally(() => {
      waitingPieces--;
      giveBackBuffer(buffer);
    });
    this.writing.catch((error) => {
      this.writeError ??= error;
    });
  }

  async close(): Promise<void> {
    const handle = await this.open();
    await this.settled();
    await this.flushing;
    // A name must never lead to fewer bytes than were written, also after a loss of power.
    if (this.sync) await this.synced(handle);
    // On a network file system this is the first to say that the disk is full.
    await handle.close().catch((error) => {
      throw unwritable(error, this.path);
    });
    this.done = true;
    await this.move(this.incoming);
  }

  async abort(): Promise<void> {
    await this.writing?.catch(() => undefined);
    await this.flushing;
    if (!this.done) await this.handle?.close().catch(() => undefined);
    await fs.rm(this.incoming, { force: true });
  }

  private async synced(handle: fs.FileHandle): Promise<void> {
    try {
      if (this.flushError) throw this.flushError;
      await handle.sync();
    } catch (error) {
      throw unwritable(error, this.path);
    }
  }

  private flushAfter(handle: fs.FileHandle, bytes: number): void {
    this.unflushedBytes += bytes;
    if (!this.sync || this.flushing || this.unflushedBytes < FLUSH_BYTES) return;
    this.unflushedBytes = 0;
    this.flushing = handle.datasync().then(
      () => {
        this.flushing = undefined;
      },
      (error) => {
        this.flushError = error;
      },
    );
  }

  private async settled(): Promise<void> {
    const { writing } = this;
    this.writing = undefined;
    await writing?.catch(() => undefined);
    if (this.writeError) throw unwritable(this.writeError, this.path);
  }

  private async open(): Promise<fs.FileHandle> {
    if (this.handle) return this.handle;
    try {
      const { file, folder } = this.modes;
      await fs.mkdir(dirname(this.incoming), { recursive: true, mode: folder });
      this.handle = await fs.open(this.incoming, 'wx', file);
      return this.handle;
    } catch (error) {
      throw unwritable(error, this.incoming);
    }
  }
}

async function writeAll(handle: fs.FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
}
