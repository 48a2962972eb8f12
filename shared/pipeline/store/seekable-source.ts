import { createZstdDecompress } from 'node:zlib';
import { CompressedDataBad } from '../../compression/bit-reader.ts';
import {
  framesOf,
  readSeekTable,
  SEEK_FOOTER_BYTES,
  type SeekTable,
  seekFooter,
} from '../../compression/seek-table.ts';
import { SourceChanged } from '../../errors.ts';
import type { ObjectInfo, ReadOptions, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { type Consumed, isZlibError, through } from './decompress.ts';

const OUTPUT_BYTES = 256 * 1024;
/** A reader of records asks for small ranges one after the other, and gets them from one frame. */
const MOST_KEPT_BYTES = 8 * 1024 * 1024;
/** Frames without content are proved one by one when the file is opened. */
const MOST_EMPTY_FRAMES = 1_000;
/** A frame without content has a head and an empty block, and perhaps a checksum. */
const EMPTY_FRAME_BYTES = 64;
/** `184D2A5?`, the lowest byte first: programs pass over such a frame. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const SKIPPABLE_HEAD_BYTES = 8;

/**
 * A zstd file with a seek table, as if it were not compressed: offsets and sizes count decompressed bytes. A range costs reading the frames
 * that hold it. Each frame that is read to its end must be what its entry of the table says; fails with `CompressedDataBad` if not.
 */
export class SeekableSource implements SourceStore {
  private readonly raw: SourceStore;
  private readonly storedBytes: number;
  private table: Promise<SeekTable> | undefined;
  /** The frame that was read last for a small range. */
  private kept: { frame: number; bytes: Promise<Uint8Array> } | undefined;

  /** `storedBytes` is the size of the file as it is stored. */
  constructor(raw: SourceStore, storedBytes: number) {
    this.raw = raw;
    this.storedBytes = storedBytes;
  }

  /** The size of the content, or undefined if the file has no seek table. Reads the table, and what it says to be empty. */
  async contentBytes({ key, pin, sizeBytes }: ObjectInfo): Promise<number | undefined> {
    if (sizeBytes < SEEK_FOOTER_BYTES) return undefined;
    const range = { startByte: sizeBytes - SEEK_FOOTER_BYTES, endByte: sizeBytes };
    const footer = seekFooter(await this.raw.readRange(key, range, { pin }));
    if (!footer) return undefined;
    const table = await this.tableOf(key, { pin });
    await this.proveEmptyFrames(table, key, { pin });
    return table.contentStarts[table.frameCount]!;
  }

  async readRange(key: string, range: ByteRange, options: ReadOptions = {}): Promise<Uint8Array> {
    const { startByte, endByte } = range;
    if (startByte >= endByte) return new Uint8Array();
    const table = await this.tableOf(key, options);
    const { first, end } = framesOf(table, range);
    const frameStart = table.contentStarts[first]!;
    const frameBytes = table.contentStarts[end]! - frameStart;
    const isInside = endByte <= frameStart + frameBytes;
    if (end - first === 1 && isInside && frameBytes <= MOST_KEPT_BYTES) {
      const bytes = await this.wholeFrame(table, key, first, options);
      return bytes.slice(startByte - frameStart, endByte - frameStart);
    }
    const pieces: Uint8Array[] = [];
    for await (const chunk of this.streamRange(key, range, options)) pieces.push(chunk.slice());
    return new Uint8Array(Buffer.concat(pieces));
  }

  async *streamRange(key: string, range?: ByteRange, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    const table = await this.tableOf(key, options);
    const contentBytes = table.contentStarts[table.frameCount]!;
    const { startByte, endByte } = range ?? { startByte: 0, endByte: contentBytes };
    if (startByte >= endByte) return;
    if (endByte > contentBytes && endByte !== Number.POSITIVE_INFINITY)
      throw endsBefore(key, { startByte, endByte });
    const frames = framesOf(table, { startByte, endByte });
    const stored = {
      startByte: table.storedStarts[frames.first]!,
      endByte: table.storedStarts[frames.end]!,
    };
    const chunks = new Pieces(this.raw.streamRange(key, stored, options));
    try {
      for (let frame = frames.first; frame < frames.end; frame++) {
        let at = table.contentStarts[frame]!;
        const isLast = endByte < table.contentStarts[frame + 1]!;
        for await (const chunk of contentOf(table, frame, chunks)) {
          const from = Math.max(startByte - at, 0);
          const to = Math.min(endByte - at, chunk.length);
          if (from < to) yield chunk.subarray(from, to);
          at += chunk.length;
          if (isLast && at >= endByte) return;
        }
      }
    } finally {
      await chunks.close();
    }
  }

  private async wholeFrame(
    table: SeekTable,
    key: string,
    frame: number,
    options: ReadOptions,
  ): Promise<Uint8Array> {
    if (this.kept?.frame !== frame) {
      const range = { startByte: table.contentStarts[frame]!, endByte: table.contentStarts[frame + 1]! };
      const reading = async () => {
        const bytes = new Uint8Array(range.endByte - range.startByte);
        let at = 0;
        for await (const chunk of this.streamRange(key, range, options)) {
          bytes.set(chunk, at);
          at += chunk.length;
        }
        return bytes;
      };
      const kept = { frame, bytes: reading() };
      this.kept = kept;
      kept.bytes.catch(() => {
        if (this.kept === kept) this.kept = undefined;
      });
    }
    return this.kept!.bytes;
  }

  private tableOf(key: string, options: ReadOptions): Promise<SeekTable> {
    if (this.table === undefined) {
      this.table = this.readTable(key, options);
      // The next call reads it again: a store that was away may be back.
      this.table.catch(() => {
        this.table = undefined;
      });
    }
    return this.table;
  }

  private async readTable(key: string, options: ReadOptions): Promise<SeekTable> {
    const endByte = this.storedBytes;
    const read = (startByte: number) => this.raw.readRange(key, { startByte, endByte }, options);
    const footer = seekFooter(await read(endByte - SEEK_FOOTER_BYTES));
    if (!footer) throw new CompressedDataBad('it has no seek table');
    if (footer.tableBytes > endByte)
      throw new CompressedDataBad(
        `its seek table says that it has ${footer.frameCount} frames, which is longer than the file`,
      );
    return readSeekTable(await read(endByte - footer.tableBytes), footer, endByte);
  }

  /** What a table says to be empty is never read for a range: records that are in it would be lost. */
  private async proveEmptyFrames(table: SeekTable, key: string, options: ReadOptions): Promise<void> {
    const starts = table.contentStarts;
    const empty = [...starts.keys()].filter((frame) => starts[frame] === starts[frame + 1]);
    if (empty.length > MOST_EMPTY_FRAMES)
      throw new CompressedDataBad(`its seek table has more than ${MOST_EMPTY_FRAMES} frames without content`);
    for (const frame of empty) {
      const [startByte, endByte] = [table.storedStarts[frame]!, table.storedStarts[frame + 1]!];
      const head = await this.raw.readRange(
        key,
        { startByte, endByte: Math.min(endByte, startByte + EMPTY_FRAME_BYTES) },
        options,
      );
      const isWhole = endByte - startByte <= EMPTY_FRAME_BYTES;
      if (isWhole) for await (const _ of contentOf(table, frame, new Pieces(oneChunk(head))));
      else if (!isSkippable(head, endByte - startByte)) throw lies(frame, 'it has content');
    }
  }
}

/** A frame's content, piece by piece. Its compressed bytes are taken from `chunks`, which stands at its first one. */
async function* contentOf(table: SeekTable, frame: number, chunks: Pieces): AsyncIterable<Uint8Array> {
  const storedBytes = table.storedStarts[frame + 1]! - table.storedStarts[frame]!;
  const contentBytes = table.contentStarts[frame + 1]! - table.contentStarts[frame]!;
  if (storedBytes === 0) {
    if (contentBytes > 0) throw lies(frame, 'it has no bytes');
    return;
  }
  const counted: Consumed = {};
  const engine = createZstdDecompress({ chunkSize: OUTPUT_BYTES });
  let readBytes = 0;
  try {
    for await (const chunk of through(engine, chunks.take(storedBytes), counted)) {
      readBytes += chunk.length;
      if (readBytes > contentBytes) throw lies(frame, `it holds more than ${contentBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw new CompressedDataBad(
      `frame ${frame + 1} of its seek table is damaged, or lies elsewhere (${error.code})`,
    );
  }
  if (counted.bytes !== storedBytes)
    throw lies(frame, `it ends after ${counted.bytes} of ${storedBytes} compressed bytes`);
  if (readBytes !== contentBytes) throw lies(frame, `it holds ${readBytes} bytes, and not ${contentBytes}`);
}

function lies(frame: number, what: string): CompressedDataBad {
  return new CompressedDataBad(`frame ${frame + 1} is not what its seek table says: ${what}`);
}

/** Is a frame that begins with `head` one that programs pass over? */
function isSkippable(head: Uint8Array, storedBytes: number): boolean {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const isMagic = (view.getUint32(0, true) & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC;
  return isMagic && view.getUint32(4, true) + SKIPPABLE_HEAD_BYTES === storedBytes;
}

/** A stream of chunks, taken in pieces of known lengths one after the other. */
class Pieces {
  private readonly chunks: AsyncIterator<Uint8Array>;
  private left: Uint8Array = new Uint8Array();

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next so many bytes. Fewer only if whoever reads them stops early, and then nothing more can be taken. */
  async *take(lengthBytes: number): AsyncIterable<Uint8Array> {
    for (let wanted = lengthBytes; wanted > 0; ) {
      if (this.left.length === 0) {
        const next = await this.chunks.next();
        if (next.done) return;
        this.left = next.value;
      }
      const piece = this.left.subarray(0, wanted);
      this.left = this.left.subarray(piece.length);
      wanted -= piece.length;
      yield piece;
    }
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function endsBefore(key: string, { startByte, endByte }: ByteRange): SourceChanged {
  return new SourceChanged({
    what: 'a compressed file ends before the range that is to be read',
    where: `${key}, decompressed bytes ${startByte} to ${endByte}`,
    why: 'The file is not what the splitter saw.',
    next: 'Run it again once the file is written completely; nothing of this run was published.',
  });
}
