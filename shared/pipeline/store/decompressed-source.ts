import { createGunzip, createZstdDecompress } from 'node:zlib';
import { SourceChanged } from '../../errors.ts';
import type { ObjectInfo, ReadOptions, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { type Refusal, refuse, refuseEmpty } from '../../refusal.ts';

export type FileCompression = 'gzip' | 'zstd';

/** By suffix of the key, and the bytes that such a file begins with. */
const KINDS: { suffix: string; compression: FileCompression; magic: number[] }[] = [
  { suffix: '.gz', compression: 'gzip', magic: [0x1f, 0x8b] },
  { suffix: '.zst', compression: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
];

/** Kept of both ends while a file is read through, so that its header and trailer need no other pass. */
const KEPT_BYTES = 1024 * 1024;
const OUTPUT_BYTES = 256 * 1024;
/** In the byte behind the magic number (RFC 8878, 3.1.1.1.1.5). */
const ZSTD_CHECKSUM_FLAG = 0x04;

/** How the file is compressed, by its name; undefined where it is not. */
export function compressionOf(key: string): FileCompression | undefined {
  return KINDS.find(({ suffix }) => key.toLowerCase().endsWith(suffix))?.compression;
}

/**
 * A compressed file as if it were not: offsets and sizes are those of what comes out. It can be read only from its start on, so
 * every range costs reading all before it; what a splitter needs of both ends is kept.
 */
export class DecompressedSource implements SourceStore {
  private readonly raw: SourceStore;
  private readonly compression: FileCompression;
  /** Does the stream hold a checksum of its content, so that a damaged byte cannot go unnoticed? Known once it is open. */
  isChecked = true;
  private whole: { info: ObjectInfo; head: Uint8Array; tail: Uint8Array } | undefined;

  constructor(raw: SourceStore, compression: FileCompression) {
    this.raw = raw;
    this.compression = compression;
  }

  /**
   * Reads the file through once, in bounded memory, and returns what it is when decompressed; a refusal where it is cut off, damaged,
   * followed by something else or not compressed at all.
   */
  async open(stored: ObjectInfo): Promise<ObjectInfo | Refusal> {
    if (stored.sizeBytes === 0) return refuseEmpty(stored.key, 'the file is empty');
    const { magic } = KINDS.find(({ compression }) => compression === this.compression)!;
    const begin = { startByte: 0, endByte: Math.min(stored.sizeBytes, magic.length + 1) };
    const first = await this.raw.readRange(stored.key, begin, { pin: stored.pin });
    if (!magic.every((byte, index) => first[index] === byte)) {
      return refuse('compression-broken', {
        where: stored.key,
        what: `it is named as a ${this.compression} file and does not begin as one`,
        next: 'Give it the name it should have, or ask for it to be sent again, in binary.',
      });
    }
    this.isChecked = this.compression === 'gzip' || ((first[magic.length] ?? 0) & ZSTD_CHECKSUM_FLAG) !== 0;
    const ends = new BothEnds();
    const counted = { bytes: 0 };
    try {
      for await (const chunk of this.decompressed(stored.key, { pin: stored.pin }, counted)) ends.add(chunk);
    } catch (error) {
      if (!isZlibError(error)) throw error;
      return refuse('compression-broken', {
        where: stored.key,
        what: `its ${this.compression} stream is damaged or cut off behind ${ends.sizeBytes} decompressed bytes, or something else follows it (${error.code})`,
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
    this.whole = { info, head: ends.head, tail: ends.tail() };
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
      what: 'a compressed file ends before the range that is asked of it',
      where: `${key}, decompressed bytes ${range.startByte} to ${range.endByte}`,
      why: 'the file is not what the splitter saw',
      next: 'Run it again once whoever writes the file is done; nothing of this run was published.',
    });
  }

  /** What comes out, piece by piece; `counted` learns how many bytes of the file the stream took. */
  private async *decompressed(
    key: string,
    options: ReadOptions,
    counted: { bytes: number } = { bytes: 0 },
  ): AsyncIterable<Uint8Array> {
    const engine =
      this.compression === 'gzip'
        ? createGunzip({ chunkSize: OUTPUT_BYTES })
        : createZstdDecompress({ chunkSize: OUTPUT_BYTES });
    // A stream that ends or fails before its input does never says that it took the rest.
    const stop = Promise.withResolvers<'stopped'>();
    const feed = async () => {
      for await (const chunk of this.raw.streamRange(key, undefined, options)) {
        // Each piece is taken in before the next is asked for: the store may reuse its memory then.
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
      engine.destroy();
      await feeding;
    }
  }
}

/** The first and last bytes of a stream, and how many there were. */
class BothEnds {
  sizeBytes = 0;
  head: Uint8Array = new Uint8Array();
  private last: Uint8Array[] = [];
  private lastBytes = 0;

  add(chunk: Uint8Array): void {
    if (this.head.length < KEPT_BYTES) {
      this.head = new Uint8Array(
        Buffer.concat([this.head, chunk.subarray(0, KEPT_BYTES - this.head.length)]),
      );
    }
    this.last.push(chunk.slice());
    this.lastBytes += chunk.length;
    while (this.lastBytes - this.last[0]!.length >= KEPT_BYTES) this.lastBytes -= this.last.shift()!.length;
    this.sizeBytes += chunk.length;
  }

  tail(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.last)).slice(-KEPT_BYTES);
  }
}

/** Codes of zlib's and zstd's own errors: bad data, not a store that failed. */
function isZlibError(error: unknown): error is Error & { code: string } {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^(Z_|ZSTD_)/.test(code);
}
