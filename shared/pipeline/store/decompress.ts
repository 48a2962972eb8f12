import type { Transform } from 'node:stream';
import { crc32, createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { CompressedDataBad } from '../../compression/bit-reader.ts';
import { bunzip2 } from '../../compression/bunzip2.ts';
import {
  checkAfterData,
  LOCAL_HEADER_BYTES,
  memberDataByte,
  onlyMember,
  ZIP_TAIL_BYTES,
  type ZipMember,
  zipDirectory,
} from '../../compression/zip-archive.ts';
import type { ReadOptions, SourceStore } from '../../ports/object-store.ts';
import type { FileCompression } from '../../run/file-plan.ts';

const OUTPUT_BYTES = 256 * 1024;

/** A file as it is stored. */
interface StoredFile {
  raw: SourceStore;
  key: string;
  sizeBytes: number;
}

/** How many compressed bytes a stream consumed; known once it has ended. */
export interface Consumed {
  bytes?: number;
}

/**
 * The decompressed bytes of a file, piece by piece, in bounded memory. At the end `counted` says how many compressed bytes were consumed.
 * Fails with an error of zlib or zstd, or with `CompressedDataBad`.
 */
export async function* decompress(
  file: StoredFile,
  compression: FileCompression,
  options: ReadOptions,
  counted: Consumed,
): AsyncIterable<Uint8Array> {
  const { raw, key, sizeBytes } = file;
  if (compression === 'zip') {
    yield* unzip(file, options);
    counted.bytes = sizeBytes;
    return;
  }
  const chunks = raw.streamRange(key, undefined, options);
  if (compression === 'bzip2') {
    yield* bunzip2(chunks);
    counted.bytes = sizeBytes;
    return;
  }
  const engine =
    compression === 'gzip'
      ? createGunzip({ chunkSize: OUTPUT_BYTES })
      : createZstdDecompress({ chunkSize: OUTPUT_BYTES });
  yield* through(engine, chunks, counted);
}

/** The bytes that `engine` makes of `chunks`. It is destroyed at the end, as every stream that was iterated. */
export async function* through(
  engine: Transform & { bytesWritten: number },
  chunks: AsyncIterable<Uint8Array>,
  counted: Consumed,
): AsyncIterable<Uint8Array> {
  // A stream that ends or fails before its input does never confirms the rest of the writes.
  const stop = Promise.withResolvers<'stopped'>();
  const feed = async () => {
    for await (const chunk of chunks) {
      // Wait until the stream has taken the piece: the store may reuse its memory for the next one.
      const taken = new Promise<'taken'>((resolve) => engine.write(chunk, () => resolve('taken')));
      if ((await Promise.race([taken, stop.promise])) === 'stopped') return;
    }
    engine.end();
  };
  const feeding = feed().catch((error) => void engine.destroy(error));
  try {
    yield* engine;
    counted.bytes = engine.bytesWritten;
  } finally {
    stop.resolve('stopped');
    await feeding;
  }
}

/** True if the error is from zlib or zstd, because of bad data, and not from the store. */
export function isZlibError(error: unknown): error is Error & { code: string } {
  if (!(error instanceof Error && 'code' in error)) return false;
  return typeof error.code === 'string' && /^(Z_|ZSTD_)/.test(error.code);
}

/** The only member of a zip archive, with its checksum proved. */
async function* unzip(file: StoredFile, options: ReadOptions): AsyncIterable<Uint8Array> {
  const { member, range } = await findMember(file, options);
  const counted: Consumed = {};
  const stored = file.raw.streamRange(file.key, range, options);
  const chunks = member.isDeflated
    ? through(createInflateRaw({ chunkSize: OUTPUT_BYTES }), stored, counted)
    : stored;
  let sum = 0;
  let sizeBytes = 0;
  if (range.endByte > range.startByte) {
    for await (const chunk of chunks) {
      sum = crc32(chunk, sum);
      sizeBytes += chunk.length;
      yield chunk;
    }
    if (member.isDeflated && counted.bytes !== member.compressedBytes) {
      throw new CompressedDataBad('something else follows the data of its member');
    }
  }
  if (sizeBytes !== member.sizeBytes || sum !== member.crc32) {
    throw new CompressedDataBad('the checksum of its member is another');
  }
}

async function findMember(
  { raw, key, sizeBytes }: StoredFile,
  options: ReadOptions,
): Promise<{ member: ZipMember; range: { startByte: number; endByte: number } }> {
  const read = (startByte: number, endByte: number) => raw.readRange(key, { startByte, endByte }, options);
  const directory = zipDirectory(await read(Math.max(0, sizeBytes - ZIP_TAIL_BYTES), sizeBytes), sizeBytes);
  const member = onlyMember(await read(directory.startByte, directory.endByte), directory);
  const header = await read(member.headerByte, member.headerByte + LOCAL_HEADER_BYTES);
  const startByte = memberDataByte(header, member);
  const endByte = startByte + member.compressedBytes;
  checkAfterData(member, endByte, directory);
  return { member, range: { startByte, endByte } };
}
