import { readFileSync, statSync } from 'node:fs';
import { ObjectNotFound } from '../../shared/errors.ts';
import { Kernel } from '../../shared/kernel/kernel.ts';
import { StreamChecksum } from '../../shared/kernel/stream-checksum.ts';
import { SHORT_BYTES } from '../../shared/pipeline/parse/part-sum.ts';
import type { ObjectPiece, ObjectStore, ObjectWriter } from '../../shared/ports/object-store.ts';
import { crc64nvme, crc64ToBase64 } from '../../shared/ranges/crc64nvme.ts';
import { damaged } from './file-error.ts';
import { streamFile } from './file-reader.ts';
import { LAKE_OBJECT } from './file-version.ts';

/** One for each thread: sums of several files take turns in it. */
let kernel: Kernel | undefined;

/** Sums bytes as they pass; the kernel is several times as fast as the same in JavaScript. */
function beginChecksum(): StreamChecksum {
  kernel ??= new Kernel();
  return new StreamChecksum(kernel);
}

/** Answers the CRC-64/NVME of a file, or undefined if there is none. */
export type ChecksumOfFile = (path: string) => Promise<string | undefined>;

/** CRC-64/NVME of a file, or undefined if there is none. */
export async function fileChecksum(path: string): Promise<string | undefined> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() && stats.size <= SHORT_BYTES) return crc64ToBase64(crc64nvme(readFileSync(path)));
  const sum = beginChecksum();
  try {
    for await (const chunk of streamFile(path, undefined, {}, LAKE_OBJECT.pin)) sum.add(chunk);
  } catch (error) {
    sum.finish();
    if (error instanceof ObjectNotFound) return undefined;
    throw error;
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
  const sum = crc64nvme === undefined ? undefined : beginChecksum();
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
