import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { ObjectNotFound } from '../../shared/errors.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { StreamChecksum } from '../../shared/kernel/stream-checksum.ts';
import type { ObjectPiece, ObjectStore, ObjectWriter } from '../../shared/ports/object-store.ts';
import { crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import { damaged, isCode, NOT_THERE, unreadable } from './file-error.ts';
import { streamFile } from './file-reader.ts';
import { LAKE_OBJECT } from './file-version.ts';

/** Fits a near cache, where the bytes are summed that were read there. */
const ROOM_BYTES = 256 * 1024;

let known: Kernel | undefined;

/** One for each thread: sums of several files take turns in it. It sums several times as fast as JavaScript does. */
function checksumKernel(): Kernel {
  known ??= new Kernel();
  return known;
}

/** Answers the CRC-64/NVME of a file, or undefined if there is none. */
export type ChecksumOfFile = (path: string) => Promise<string | undefined>;

/** CRC-64/NVME of a file, or undefined if there is none. */
export async function fileChecksum(path: string): Promise<string | undefined> {
  const kernel = checksumKernel();
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() && stats.size <= ROOM_BYTES) return smallChecksum(kernel, path);
  const sum = new StreamChecksum(kernel);
  const room = kernel.allocate(ROOM_BYTES);
  const into = () => kernel.bytes.subarray(room, room + ROOM_BYTES);
  try {
    for await (const chunk of streamFile(path, undefined, { into }, LAKE_OBJECT)) sum.add(chunk);
    return crc64ToBase64(sum.finish());
  } catch (error) {
    sum.finish();
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
  } finally {
    kernel.release(room, ROOM_BYTES);
  }
}

/** The same of a small file, at once and in the kernel's memory: a buffer for each of thousands of files would keep the collector busy. */
function smallChecksum(kernel: Kernel, path: string): string | undefined {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (error) {
    if (isCode(error, ...NOT_THERE)) return undefined;
    throw unreadable(error, path);
  }
  const sum = new StreamChecksum(kernel);
  const room = kernel.allocate(ROOM_BYTES);
  try {
    for (let count = 1; count > 0; ) {
      count = readSync(handle, kernel.bytes, room, ROOM_BYTES, null);
      sum.addAt(room, count);
    }
  } catch (error) {
    throw unreadable(error, path);
  } finally {
    closeSync(handle);
    kernel.release(room, ROOM_BYTES);
  }
  return crc64ToBase64(sum.finish());
}

/** Writes pieces one after the other. With `crc64nvme`, other bytes fail with `ObjectDamaged` before the writer is closed. */
export async function writePieces(
  store: Pick<ObjectStore, 'streamRange'>,
  { path, writer }: { path: string; writer: ObjectWriter },
  pieces: ObjectPiece[],
  crc64nvme: string | undefined,
): Promise<void> {
  const sum = crc64nvme === undefined ? undefined : new StreamChecksum(checksumKernel());
  const write = async (bytes: Uint8Array) => {
    sum?.add(bytes);
    await writer.write(bytes);
  };
  try {
    for (const piece of pieces) {
      if ('bytes' in piece) await write(piece.bytes);
      else for await (const chunk of store.streamRange(piece.key, piece.range)) await write(chunk);
    }
  } catch (error) {
    sum?.finish();
    throw error;
  }
  if (sum && crc64ToBase64(sum.finish()) !== crc64nvme) throw damaged(path);
}
