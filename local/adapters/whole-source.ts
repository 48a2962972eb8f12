import type { ObjectStore, ReadOptions } from '../../shared/ports/object-store.ts';
import type { ByteRange } from '../../shared/ranges/byte-range.ts';

/** Files up to this size are read whole; of a larger one each range is read when it is asked for. */
const MOST_WHOLE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a small file once, as one piece, however often its ranges are asked for: to look at a file of a megabyte takes longer to open it
 * ten times than to read it. Only reads that name the version of the file are answered from memory.
 */
export function wholeSource(store: ObjectStore): ObjectStore {
  let known: { key: string; pin: string; bytes: Uint8Array | undefined } | undefined;
  const bytesOf = async (key: string, { pin }: ReadOptions): Promise<Uint8Array | undefined> => {
    if (pin === undefined) return undefined;
    if (known?.key === key && known.pin === pin) return known.bytes;
    const info = await store.head(key);
    const isSmall = info !== undefined && info.pin === pin && info.sizeBytes <= MOST_WHOLE_BYTES;
    const range = { startByte: 0, endByte: info?.sizeBytes ?? 0 };
    known = { key, pin, bytes: isSmall ? await store.readRange(key, range, { pin }) : undefined };
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
