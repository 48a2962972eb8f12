import { UsageError } from '../../errors.ts';
import type { ObjectInfo, SourceStore } from '../../ports/object-store.ts';
import type { ByteRange } from '../../ranges/byte-range.ts';
import { type ChainMarks, markByte, placeMarks } from '../../ranges/chain-marks.ts';
import {
  advanceSegment,
  type ChainSegment,
  findCuts,
  reachedMark,
  startSegment,
  takeOver,
} from '../../ranges/chain-segment.ts';
import { countCuts, MAX_RANGES, rangesBetween } from '../../ranges/plan-ranges.ts';
import type { ChainShape } from '../../ranges/record-chain.ts';
import { guessLink } from '../../ranges/record-chain-search.ts';
import type { ChainProblem } from '../../ranges/record-chain-walk.ts';
import { inParallel } from '../store/in-parallel.ts';

/** Where a chain was cut, and what following it told. */
export interface ChainRanges {
  /** Each starts at a record or block; together they are the whole chain. */
  ranges: ByteRange[];
  recordCount: number;
  /** Start of the last record, which may be a trailer; -1 where there is none. */
  lastRecordByte: number;
  /** Places in the middle of the file that readers started from. */
  guessCount: number;
  /** Those that the chain from the start of the file did not come to; what followed them was read again until it did. */
  wrongGuessCount: number;
  /** All that was read, searches and repairs included. */
  bytesRead: number;
}

export interface ChainReading {
  /** Readers at once; by default one, and one more for every 64 MiB up to eight. */
  readerCount?: number;
  /** Bytes of a read. */
  readBytes?: number;
  /** Bytes in which the chain is looked for where a reader starts; eight times as many are tried where it is not found. */
  searchBytes?: number;
  /** How far apart a chain is compared with one from a guess, and so how much of a wrong one is read again at least. */
  markBytes?: number;
}

const MIB = 1024 * 1024;
const READER_SPAN_BYTES = 64 * MIB;
const MAX_READERS = 8;
/** What a read to a mark takes beyond it, since the link there starts a little behind. */
const SLACK_BYTES = 64 * 1024;
/** Links in a row that hold before a chain is thought to be one; a block brings the proof of its records along. */
const RECORDS_HELD = 4;
const BLOCKS_HELD = 2;
/** The tables of a search are five times what it reads. */
const SEARCHES_AT_ONCE = 2;

/**
 * Cuts the records of `span`, which can only be followed from the first on, into ranges of about `rangeSizeBytes`.
 *
 *     reader 1 ├────────────────────►╪     walks from the start, so its chain is exact
 *     reader 2        search ├──────►┼───────────►╪   walks from a guess: taken over where the exact chain comes to a link of it,
 *     reader 3                             search ├─────────►   else the exact chain walks on until it does
 *
 * What comes out is what one reader alone finds, however wrong a guess. Memory does not grow with the file, but for one number a
 * mark. Fails as the store does, and with `UsageError` where there would be too many ranges; a chain that breaks is a value.
 */
export async function chainRanges(
  raw: SourceStore,
  source: ObjectInfo,
  shape: ChainShape,
  span: ByteRange,
  rangeSizeBytes: number,
  reading: ChainReading = {},
): Promise<ChainRanges | ChainProblem> {
  if (countCuts(span, rangeSizeBytes) >= MAX_RANGES) {
    throw new UsageError({
      what: `a range size of ${rangeSizeBytes} bytes cuts the file into more than ${MAX_RANGES} ranges`,
      where: source.key,
      next: `Use at least ${Math.ceil((span.endByte - span.startByte) / MAX_RANGES)} bytes; 128MiB suits most files.`,
    });
  }
  const marks = placeMarks(span, rangeSizeBytes, reading.markBytes ?? MIB);
  const follower = new ChainFollower(raw, source, shape, marks, reading);
  const guesses = await follower.guess();
  const segments = [startSegment(span.startByte, marks), ...guesses];
  await inParallel(segments, segments.length, (segment, index) =>
    // Up to the first mark of the next segment, and that included, to compare.
    follower.walkUntil(segment, segments[index + 1]?.firstMark ?? marks.lastMark),
  );
  const exact = segments[0]!;
  await joinSegments(follower, exact, guesses, marks);
  if (exact.walk.problem) return exact.walk.problem;
  const wrong = guesses.filter(({ firstMark, links }) => exact.links[firstMark]?.byte !== links[0]?.byte);
  return {
    ranges: rangesBetween(span, findCuts(exact, marks)),
    recordCount: exact.walk.recordCount,
    lastRecordByte: exact.walk.lastRecordByte,
    guessCount: guesses.length,
    wrongGuessCount: wrong.length,
    bytesRead: follower.bytesRead,
  };
}

/** Makes `exact` reach the end of the file, by what readers found from guesses where it meets them, else by walking on. */
async function joinSegments(
  follower: ChainFollower,
  exact: ChainSegment,
  guesses: ChainSegment[],
  marks: ChainMarks,
): Promise<void> {
  let next = 0;
  let stepMarks = 1;
  while (!exact.walk.problem && reachedMark(exact) < marks.lastMark) {
    // What the exact chain has walked through already is of no more use.
    while (next < guesses.length && reachedMark(guesses[next]!) < reachedMark(exact)) next++;
    const guessed = guesses[next];
    if (guessed && takeOver(exact, guessed)) {
      next++;
      stepMarks = 1;
      continue;
    }
    // Short steps where the chains meet soon, longer ones where they do not; never beyond where the next guess can be met.
    const bound =
      guesses.find(({ firstMark }) => firstMark > reachedMark(exact))?.firstMark ?? marks.lastMark;
    const untilMark = Math.min(bound, reachedMark(exact) + stepMarks);
    await follower.walkUntil(exact, untilMark);
    stepMarks = untilMark === bound ? 1 : stepMarks * 2;
  }
}

/** Reads pieces of one file and follows the chain in them. */
class ChainFollower {
  bytesRead = 0;
  /** Once one reader fails, others need not read on. */
  private failed = false;
  private readonly raw: SourceStore;
  private readonly source: ObjectInfo;
  private readonly shape: ChainShape;
  private readonly marks: ChainMarks;
  private readonly reading: ChainReading;

  constructor(
    raw: SourceStore,
    source: ObjectInfo,
    shape: ChainShape,
    marks: ChainMarks,
    reading: ChainReading,
  ) {
    this.raw = raw;
    this.source = source;
    this.shape = shape;
    this.marks = marks;
    this.reading = reading;
  }

  /** Segments that start in the middle of the file, in order, each at a later mark than the one before. */
  async guess(): Promise<ChainSegment[]> {
    const { startByte, endByte } = this.marks.span;
    const sizeBytes = endByte - startByte;
    const readerCount =
      this.reading.readerCount ?? Math.min(MAX_READERS, 1 + Math.floor(sizeBytes / READER_SPAN_BYTES));
    const wanted = Array.from({ length: readerCount - 1 }, (_, index) =>
      Math.floor(startByte + (sizeBytes * (index + 1)) / readerCount),
    );
    const links = await inParallel(wanted, SEARCHES_AT_ONCE, (byte) => this.searchFrom(byte));
    const segments: ChainSegment[] = [];
    for (const link of links) {
      if (link === undefined || link >= endByte) continue;
      const segment = startSegment(link, this.marks);
      const before = segments.at(-1)?.firstMark ?? 0;
      if (segment.firstMark > before && segment.firstMark < this.marks.lastMark) segments.push(segment);
    }
    return segments;
  }

  private async searchFrom(byte: number): Promise<number | undefined> {
    const { endByte } = this.marks.span;
    const searchBytes = this.reading.searchBytes ?? MIB;
    for (const length of [searchBytes, searchBytes * 8]) {
      const range = { startByte: byte, endByte: Math.min(endByte, byte + length) };
      const window = await this.raw.readRange(this.source.key, range, { pin: this.source.pin });
      this.bytesRead += window.length;
      const guess = guessLink(window, this.shape, this.shape.block ? BLOCKS_HELD : RECORDS_HELD);
      if (guess) return byte + guess.offset;
    }
    return undefined;
  }

  /** Walks on to a mark, or to where the chain breaks. */
  async walkUntil(segment: ChainSegment, untilMark: number): Promise<void> {
    const { endByte } = this.marks.span;
    const readBytes = this.reading.readBytes ?? 16 * MIB;
    const { record, block } = this.shape;
    const headBytes = Math.max(record.headBytes, block?.headBytes ?? 0);
    const slackBytes = Math.max(SLACK_BYTES, headBytes);
    // A mark that the link before it lies behind already needs no bytes.
    let done = advanceSegment(segment, NO_BYTES, segment.walk.atByte, this.shape, this.marks, untilMark);
    while (!done && !this.failed) {
      const startByte = segment.walk.atByte;
      const enoughByte = Math.max(startByte, markByte(this.marks, untilMark)) + slackBytes;
      const pieceEnd = Math.min(endByte, enoughByte, startByte + Math.max(readBytes, headBytes));
      const piece = { startByte, endByte: pieceEnd };
      done = await this.walkPiece(segment, piece, untilMark, headBytes).catch((error) => {
        this.failed = true;
        throw error;
      });
    }
  }

  /** Walks through one read. It is taken to its end, since the store checks only then that the file is still the same. */
  private async walkPiece(
    segment: ChainSegment,
    piece: ByteRange,
    untilMark: number,
    headBytes: number,
  ): Promise<boolean> {
    const { walk } = segment;
    const advance = (window: Uint8Array, startByte: number) =>
      advanceSegment(segment, window, startByte, this.shape, this.marks, untilMark);
    let done = false;
    let chunkStart = piece.startByte;
    /** Bytes before the chunk that are the beginning of a head. */
    let begun = NO_BYTES;
    for await (const chunk of this.raw.streamRange(this.source.key, piece, { pin: this.source.pin })) {
      const chunkEnd = chunkStart + chunk.length;
      this.bytesRead += chunk.length;
      if (!done && begun.length > 0) {
        const seam = new Uint8Array(Buffer.concat([begun, chunk.subarray(0, headBytes)]));
        done = advance(seam, chunkStart - begun.length);
        // Only a chunk shorter than a head leaves it unfinished, and is then all in the seam.
        begun = walk.atByte < chunkStart ? seam : NO_BYTES;
      }
      if (!done && begun.length === 0 && walk.atByte < chunkEnd) {
        done = advance(chunk, chunkStart);
        if (walk.atByte < chunkEnd) begun = chunk.slice(walk.atByte - chunkStart);
      }
      chunkStart = chunkEnd;
    }
    return done;
  }
}

const NO_BYTES = new Uint8Array(0);
