import { join } from 'node:path';
import type { ObjectStore, ReadOptions } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';
import { readFilePiece } from './file-reader.ts';
import { sourceIdentity } from './file-version.ts';

/** Files up to this size are read whole; of a larger one each range is read when it is asked for. */
const MOST_WHOLE_BYTES = 16 * 1024 * 1024;

/** One for each thread, for the file that is read just now: a new one of a megabyte would first be filled with zeros. */
let buffer = new Uint8Array(0);

/** A version of the file, as far as it was read. */
interface KnownVersion {
  pin: string;
  /** Undefined if it is too large, or another one by now. */
  bytes: Uint8Array | undefined;
}

/**
 * Reads a small file of a folder once, as one piece, however often its ranges are asked for: to look at a file of a megabyte takes longer to
 * open it ten times than to read it. Only reads that name the version of the file are answered from memory, and what they answer is good
 * until the next file is read so.
 */
export function wholeSource(
  store: ObjectStore,
  { rootDir, sourceKey, onRead }: { rootDir: string; sourceKey: string; onRead: (bytes: number) => void },
): ObjectStore {
  let known: KnownVersion | undefined;
  const bytesOf = async (key: string, { pin }: ReadOptions): Promise<Uint8Array | undefined> => {
    if (pin === undefined || key !== sourceKey) return undefined;
    if (known?.pin === pin) return known.bytes;
    known = { pin, bytes: undefined };
    const info = await store.head(key);
    if (info?.pin !== pin || info.sizeBytes > MOST_WHOLE_BYTES) return undefined;
    const range = { startByte: 0, endByte: info.sizeBytes };
    if (buffer.length < info.sizeBytes) buffer = new Uint8Array(info.sizeBytes);
    const into = buffer.subarray(0, info.sizeBytes);
    known.bytes = readFilePiece(join(rootDir, key), range, { pin }, sourceIdentity(true), into);
    onRead(info.sizeBytes);
    return known.bytes;
  };
  const pieceOf = async (key: string, range: ByteRange | undefined, options: ReadOptions) => {
    const bytes = await bytesOf(key, options);
    const { startByte, endByte } = range ?? { startByte: 0, endByte: bytes?.length ?? 0 };
    // A range that ends after the file is for the store to explain.
    return bytes && endByte <= bytes.length ? bytes.subarray(startByte, endByte) : undefined;
  };
  async function* streamRange(key: string, range?: ByteRange, options: ReadOptions = {}) {
    const piece = await pieceOf(key, range, options);
    if (piece) yield piece;
    else yield* store.streamRange(key, range, options);
  }
  async function readRange(key: string, range: ByteRange, options: ReadOptions = {}) {
    return (await pieceOf(key, range, options)) ?? (await store.readRange(key, range, options));
  }
  return new Proxy(store, {
    get(target, name) {
      if (name === 'streamRange') return streamRange;
      if (name === 'readRange') return readRange;
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
