import { CompressedDataBad } from '../../compression/bit-reader.ts';
import { SourceChanged } from '../../errors.ts';
import type { ObjectInfo, ReadOptions, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { type Refusal, refuse, refuseEmpty } from '../../refusal.ts';
import type { FileCompression } from '../../run/file-plan.ts';
import { type Consumed, decompress, isZlibError } from './decompress.ts';

/** The suffix of such a file's key, and the bytes that the file begins with. */
const FORMATS: Record<FileCompression, { suffix: string; magic: number[] }> = {
  gzip: { suffix: '.gz', magic: [0x1f, 0x8b] },
  zstd: { suffix: '.zst', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  bzip2: { suffix: '.bz2', magic: [0x42, 0x5a, 0x68] },
  // The first two bytes of a member, of an archive without members, and of one in parts.
  zip: { suffix: '.zip', magic: [0x50, 0x4b] },
};
const COMPRESSIONS = ['gzip', 'zstd', 'bzip2', 'zip'] as const satisfies FileCompression[];

/** How many bytes of each end are kept while a file is read through, so that its header and trailer need no second pass. */
export const KEPT_BYTES = 1024 * 1024;
/**
 * A file that becomes so many times larger holds one record again and again, or nothing but blanks: real files become 5 to 60 times
 * larger. Small files may, because their work is bounded anyway.
 */
const MOST_EXPANSION = 250;
const ANY_EXPANSION_BYTES = 16 * 1024 * 1024;
/** A bit of the byte after the magic number (RFC 8878, 3.1.1.1.1.5). */
const ZSTD_CHECKSUM_FLAG = 0x04;

/** The compression that the file's name tells; undefined if it is not compressed. */
export function compressionOf(key: string): FileCompression | undefined {
  const named = key.toLowerCase();
  return COMPRESSIONS.find((compression) => named.endsWith(FORMATS[compression].suffix));
}

/**
 * A compressed file as if it were not compressed: offsets and sizes count decompressed bytes. It can only be read from its start, so each
 * range costs reading everything before it; the two ends, which a splitter needs, are kept.
 */
export class DecompressedSource implements SourceStore {
  private readonly raw: SourceStore;
  private readonly compression: FileCompression;
  private whole: { info: ObjectInfo; head: Uint8Array; tail: Uint8Array } | undefined;

  private storedBytes: number;

  /** `storedBytes` is the size of the file as it is stored; `open` finds it out too. */
  constructor(raw: SourceStore, compression: FileCompression, storedBytes = 0) {
    this.raw = raw;
    this.compression = compression;
    this.storedBytes = storedBytes;
  }

  /**
   * Looks at the first bytes. `isChecked` if the stream has a checksum of its content, so that no damaged byte goes unnoticed. Refuses a file
   * that is empty or not compressed at all.
   */
  async begin(stored: ObjectInfo): Promise<{ isChecked: boolean } | Refusal> {
    if (stored.sizeBytes === 0) return refuseEmpty(stored.key, 'the file is empty');
    const { magic } = FORMATS[this.compression];
    const begin = { startByte: 0, endByte: Math.min(stored.sizeBytes, magic.length + 1) };
    const first = await this.raw.readRange(stored.key, begin, { pin: stored.pin });
    if (!magic.every((byte, index) => first[index] === byte)) {
      return refuse('compression-broken', {
        where: stored.key,
        what: `it is named like a ${this.compression} file and does not begin like one`,
        next: 'Correct its name, or ask for it to be sent again, in binary.',
      });
    }
    const isZstd = this.compression === 'zstd';
    return { isChecked: !isZstd || ((first[magic.length] ?? 0) & ZSTD_CHECKSUM_FLAG) !== 0 };
  }

  /**
   * Reads the file, which has begun as it should, through once, in bounded memory, and returns it with its decompressed size. Refuses a file
   * that is cut off, damaged or followed by something else.
   */
  async open(stored: ObjectInfo): Promise<ObjectInfo | Refusal> {
    this.storedBytes = stored.sizeBytes;
    const ends = new BothEnds();
    const counted: Consumed = {};
    try {
      for await (const chunk of this.decompressed(stored.key, { pin: stored.pin }, counted)) {
        ends.add(chunk);
        const tooLarge = expandsTooMuch(stored, ends.sizeBytes);
        if (tooLarge) return tooLarge;
      }
    } catch (error) {
      if (error instanceof CompressedDataBad) {
        const place = ends.sizeBytes > 0 ? `, after ${ends.sizeBytes} decompressed bytes` : '';
        return refuse('compression-broken', {
          where: stored.key,
          what: `it cannot be read as ${this.compression}${place}: ${error.message}`,
          next: 'Ask for it to be sent again, in binary, as one compressed file.',
        });
      }
      if (!isZlibError(error)) throw error;
      return refuse('compression-broken', {
        where: stored.key,
        what: `its ${this.compression} stream is damaged or cut off after ${ends.sizeBytes} decompressed bytes, or something else follows it (${error.code})`,
        next: 'Ask for it to be sent again, in binary.',
      });
    }
    if (counted.bytes !== stored.sizeBytes) {
      return refuse('compression-broken', {
        where: stored.key,
        what: `its ${this.compression} stream ends at byte ${counted.bytes} of ${stored.sizeBytes}, and something else follows`,
        next: 'Ask for it to be sent again.',
      });
    }
    const info = { ...stored, sizeBytes: ends.sizeBytes };
    this.whole = { info, head: ends.head(), tail: ends.tail() };
    return info;
  }

  async readRange(key: string, range: ByteRange, options: ReadOptions = {}): Promise<Uint8Array> {
    const { startByte, endByte } = range;
    const whole = this.whole;
    if (whole?.info.key === key) {
      if (endByte <= whole.head.length) return whole.head.slice(startByte, endByte);
      const tailStart = whole.info.sizeBytes - whole.tail.length;
      if (startByte >= tailStart) return whole.tail.slice(startByte - tailStart, endByte - tailStart);
    }
    const pieces: Uint8Array[] = [];
    for await (const chunk of this.streamRange(key, range, options)) pieces.push(chunk.slice());
    return new Uint8Array(Buffer.concat(pieces));
  }

  async *streamRange(
    key: string,
    range: ByteRange = { startByte: 0, endByte: Number.POSITIVE_INFINITY },
    options: ReadOptions = {},
  ): AsyncIterable<Uint8Array> {
    let at = 0;
    if (range.startByte >= range.endByte) return;
    for await (const chunk of this.decompressed(key, options)) {
      const from = Math.max(range.startByte - at, 0);
      const to = Math.min(range.endByte - at, chunk.length);
      if (from < to) yield chunk.subarray(from, to);
      at += chunk.length;
      if (at >= range.endByte) return;
    }
    if (range.endByte === Number.POSITIVE_INFINITY) return;
    throw new SourceChanged({
      what: 'a compressed file ends before the range that is to be read',
      where: `${key}, decompressed bytes ${range.startByte} to ${range.endByte}`,
      why: 'The file is not what the splitter saw.',
      next: 'Run it again once the file is written completely; nothing of this run was published.',
    });
  }

  /** The decompressed bytes, piece by piece. At the end `counted` has the number of compressed bytes that the stream consumed. */
  private async *decompressed(
    key: string,
    options: ReadOptions,
    counted: Consumed = {},
  ): AsyncIterable<Uint8Array> {
    const file = { raw: this.raw, key, sizeBytes: this.storedBytes };
    yield* decompress(file, this.compression, options, counted);
  }
}

/** Refuses a compressed file that becomes so large that nobody can have meant it. */
export function expandsTooMuch({ key, sizeBytes }: ObjectInfo, contentBytes: number): Refusal | undefined {
  if (contentBytes <= Math.max(ANY_EXPANSION_BYTES, sizeBytes * MOST_EXPANSION)) return undefined;
  return refuse('compression-broken', {
    where: key,
    what: `its ${sizeBytes} bytes of ${compressionOf(key)} become more than ${contentBytes - 1}, and the most is ${MOST_EXPANSION} times as many`,
    why: 'A few bytes that become so many would keep parsers busy for hours; real files become 5 to 60 times larger.',
    next: 'Ask whether the file is what was meant. If it is, decompress it and convert it as it is.',
  });
}

/** The first and last bytes of a stream, and how many there were, in memory that does not grow. */
class BothEnds {
  sizeBytes = 0;
  private readonly first = new Uint8Array(KEPT_BYTES);
  /** Byte n of the stream is at n modulo the length, until a later one takes its place. */
  private readonly ring = new Uint8Array(KEPT_BYTES);

  add(chunk: Uint8Array): void {
    const known = this.head().length;
    this.first.set(chunk.subarray(0, KEPT_BYTES - known), known);
    for (let rest = chunk; rest.length > 0; ) {
      const at = this.sizeBytes % KEPT_BYTES;
      const piece = rest.subarray(0, KEPT_BYTES - at);
      this.ring.set(piece, at);
      this.sizeBytes += piece.length;
      rest = rest.subarray(piece.length);
    }
  }

  head(): Uint8Array {
    return this.first.subarray(0, this.sizeBytes);
  }

  tail(): Uint8Array {
    const at = this.sizeBytes % KEPT_BYTES;
    const inOrder = Buffer.concat([this.ring.subarray(at), this.ring.subarray(0, at)]);
    return new Uint8Array(inOrder.subarray(KEPT_BYTES - this.head().length));
  }
}
