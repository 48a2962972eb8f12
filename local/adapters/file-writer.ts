import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectWriter } from '../../shared/ports/object-store.ts';
import { unwritable } from './file-error.ts';
import type { FileModes } from './file-modes.ts';
import { giveBackBuffer, takeBuffer } from './transfer-buffers.ts';

/**
 * Writes a file piece by piece under a temporary name, and moves it to its place when it is closed. Bytes are copied and written
 * while the caller goes on; a call waits only for the piece before.
 */
export class FileWriter implements ObjectWriter {
  private readonly incoming: string;
  private readonly path: string;
  private readonly move: (incoming: string) => Promise<void>;
  private readonly sync: boolean;
  private readonly modes: FileModes;
  private handle: fs.FileHandle | undefined;
  private writing: Promise<void> | undefined;
  private done = false;

  constructor(file: {
    incoming: string;
    path: string;
    move: (incoming: string) => Promise<void>;
    sync: boolean;
    modes: FileModes;
  }) {
    this.incoming = file.incoming;
    this.path = file.path;
    this.move = file.move;
    this.sync = file.sync;
    this.modes = file.modes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const handle = await this.open();
    for (let at = 0; at < bytes.length; ) {
      const buffer = takeBuffer(bytes.length - at);
      const piece = bytes.subarray(at, at + buffer.length);
      buffer.set(piece);
      await this.settled();
      this.writing = writeAll(handle, buffer.subarray(0, piece.length)).finally(() => giveBackBuffer(buffer));
      // The next call throws if it failed.
      this.writing.catch(() => undefined);
      at += piece.length;
    }
  }

  async close(): Promise<void> {
    const handle = await this.open();
    await this.settled();
    // A name must never lead to fewer bytes than were written, also after a loss of power.
    if (this.sync) await this.synced(handle);
    await handle.close();
    this.done = true;
    await this.move(this.incoming);
  }

  async abort(): Promise<void> {
    await this.writing?.catch(() => undefined);
    if (!this.done) await this.handle?.close().catch(() => undefined);
    await fs.rm(this.incoming, { force: true });
  }

  private async synced(handle: fs.FileHandle): Promise<void> {
    await handle.sync().catch((error) => {
      throw unwritable(error, this.path);
    });
  }

  private async settled(): Promise<void> {
    const { writing } = this;
    this.writing = undefined;
    await writing?.catch((error) => {
      throw unwritable(error, this.path);
    });
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
