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
import { rangesBetween, refuseTooManyRanges } from '../../ranges/plan-ranges.ts';
import type { ChainShape } from '../../ranges/record-chain.ts';
import { guessLink } from '../../ranges/record-chain-search.ts';
import type { ChainProblem } from '../../ranges/record-chain-walk.ts';
import { inParallel } from '../store/in-parallel.ts';

/** The ranges of a chain, and what following it found. */
export interface ChainRanges {
  /** Each starts at a record or block; together they are the whole chain. */
  ranges: ByteRange[];
  /** Some places of the chain from which it can be followed, in order: one for about every `markBytes`. */
  links: number[];
  recordCount: number;
  /** The start of the last record, which may be a trailer; -1 if there is no record. */
  lastRecordByte: number;
  /** How many readers started from a guess in the middle of the file. */
  guessCount: number;
  /** How many of these guesses were not links of the chain; the bytes after them were read again. */
  wrongGuessCount: number;
  /** All bytes that were read, also for searches and after wrong guesses. */
  bytesRead: number;
}

export interface ChainReading {
  /** Readers at once. By default one, and one more for every 64 MiB, up to eight. */
  readerCount?: number;
  /** Bytes of a read. */
  readBytes?: number;
  /** Bytes that are searched for the chain where a reader starts. If it is not found, eight times as many are searched. */
  searchBytes?: number;
  /** Bytes between two marks, where the chain is compared with one from a guess. After a wrong guess at least so much is read again. */
  markBytes?: number;
}

const MIB = 1024 * 1024;
const READER_SPAN_BYTES = 64 * MIB;
const MAX_READERS = 8;
/** How far a read to a mark goes beyond it, because the link there starts a little later. */
const SLACK_BYTES = 64 * 1024;
/** Links in a row that must fit before a search believes in a chain. The records in a block are further proof of it. */
const RECORDS_HELD = 4;
const BLOCKS_HELD = 2;
/** The tables of a search are five times as large as what it reads. */
const SEARCHES_AT_ONCE = 2;

/**
 * Cuts the records of `span`, which can only be followed from the first one, into ranges of about `rangeSizeBytes`.
 *
 *     reader 1 ├────────────────────►╪     walks from the start, so its chain is exact
 *     reader 2        search ├──────►┼───────────►╪   walks from a guess: taken over if the exact chain comes to a link of it,
 *     reader 3                             search ├─────────►   else the exact chain walks on until it does
 *
 * The result is what one reader alone finds, however wrong a guess is. Memory does not grow with the file, except for two numbers
 * for each mark. Fails as the store does, and with `UsageError` if there would be too many ranges; a broken chain is a value.
 */
export async function chainRanges(
  raw: SourceStore,
  source: ObjectInfo,
  shape: ChainShape,
  span: ByteRange,
  rangeSizeBytes: number,
  reading: ChainReading = {},
): Promise<ChainRanges | ChainProblem> {
  refuseTooManyRanges(source.key, span, rangeSizeBytes);
  const marks = placeMarks(span, rangeSizeBytes, reading.markBytes ?? MIB);
  const follower = new ChainFollower(raw, source, shape, marks, reading);
  const guesses = await follower.guess();
  const exact = startSegment(span.startByte, marks);
  const segments = [exact, ...guesses];
  await inParallel(segments, segments.length, (segment, index) =>
    // Up to and including the first mark of the next segment, to compare there.
    follower.walkUntil(segment, segments[index + 1]?.firstMark ?? marks.lastMark),
  );
  await joinSegments(follower, exact, guesses, marks);
  if (exact.walk.problem) return exact.walk.problem;
  const wrong = guesses.filter(({ firstMark, links }) => exact.links[firstMark]?.byte !== links[0]?.byte);
  return {
    ranges: rangesBetween(span, findCuts(exact, marks)),
    links: exact.links.map(({ byte }) => byte),
    recordCount: exact.walk.recordCount,
    lastRecordByte: exact.walk.lastRecordByte,
    guessCount: guesses.length,
    wrongGuessCount: wrong.length,
    bytesRead: follower.bytesRead,
  };
}

/** Makes `exact` reach the end of the file: takes over what readers found from guesses if it meets them, or else walks on. */
async function joinSegments(
  follower: ChainFollower,
  exact: ChainSegment,
  guesses: ChainSegment[],
  marks: ChainMarks,
): Promise<void> {
  let stepMarks = 1;
  while (!exact.walk.problem && reachedMark(exact) < marks.lastMark) {
    // What the exact chain has passed tells it nothing.
    const guessed = guesses.find((guess) => reachedMark(guess) > reachedMark(exact));
    if (guessed && takeOver(exact, guessed)) {
      stepMarks = 1;
      continue;
    }
    // Steps are short at first, in case the chains meet soon, and never go past the mark where the next guess can be met.
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
  /** True once one reader failed, so that the others stop. */
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
      if (link === undefined) continue;
      const segment = startSegment(Math.min(link, endByte), this.marks);
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

  /** Walks on to a mark, or until the chain breaks. */
  async walkUntil(segment: ChainSegment, untilMark: number): Promise<void> {
    const { endByte } = this.marks.span;
    const readBytes = this.reading.readBytes ?? 16 * MIB;
    const { record, block } = this.shape;
    const headBytes = Math.max(record.headBytes, (block ?? record).headBytes);
    const slackBytes = Math.max(SLACK_BYTES, headBytes);
    // If the walk is past the mark already, no bytes are needed.
    let done = advanceSegment(segment, NO_BYTES, segment.walk.atByte, this.shape, this.marks, untilMark);
    while (!done && !this.failed) {
      const startByte = segment.walk.atByte;
      const enoughByte = Math.max(startByte, markByte(this.marks, untilMark)) + slackBytes;
      const pieceEnd = Math.min(endByte, enoughByte, startByte + Math.max(readBytes, headBytes));
      const piece = { startByte, endByte: pieceEnd };
      done = await this.walkPiece(segment, piece, untilMark).catch((error) => {
        this.failed = true;
        throw error;
      });
    }
  }

  /** Walks through one read. Always reads to its end, because only there does the store check that the file is still the same. */
  private async walkPiece(segment: ChainSegment, piece: ByteRange, untilMark: number): Promise<boolean> {
    const { walk } = segment;
    let done = false;
    let chunkStart = piece.startByte;
    /** The last bytes before the chunk, if a head begins in them. */
    let begun = NO_BYTES;
    for await (const chunk of this.raw.streamRange(this.source.key, piece, { pin: this.source.pin })) {
      this.bytesRead += chunk.length;
      if (!done) {
        const startByte = chunkStart - begun.length;
        const window = begun.length === 0 ? chunk : new Uint8Array(Buffer.concat([begun, chunk]));
        done = advanceSegment(segment, window, startByte, this.shape, this.marks, untilMark);
        begun = window.slice(walk.atByte - startByte);
      }
      chunkStart += chunk.length;
    }
    return done;
  }
}

const NO_BYTES = new Uint8Array(0);
