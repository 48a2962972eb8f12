/**
 * Cuts a stream of bytes into records, a block at a time, in one fixed buffer.
 *
 *     ┌ block ───────────────────────────────┬ unfinished record ┐ ┌ padded copies ┐
 *     │ record ⏎ record ⏎ short ⏎ record ⏎   │ reco              │ │ short········ │
 *     └──────────────────────────────────────┴───────────────────┘ └───────────────┘
 *
 * Every record of outcome `RECORD_OK` has its full length at `starts[i]`, so that kernels never look beyond the
 * buffer: lines that are shorter are copied and padded with spaces behind the block.
 */
export interface RecordShape {
  format: 'lines' | 'fixed';
  /** Without terminator. */
  lengthBytes: number;
  /** 0, 1 (LF) or 2 (CR LF). Lines end at LF whatever this says. */
  terminatorBytes: number;
  short: 'pad' | 'reject';
}

export const RECORD_OK = 0;
export const RECORD_UNKNOWN_TYPE = 1;
export const RECORD_TOO_LONG = 2;
export const RECORD_TOO_SHORT = 3;
export const RECORD_BLANK = 4;
export const RECORD_TERMINATOR_MISSING = 5;

/** Reasons of the rejects dataset, by outcome. */
export const OUTCOME_REASONS = [
  '',
  'unknown-record-type',
  'record-too-long',
  'record-too-short',
  'blank-record',
  'terminator-missing',
] as const;

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const BLOCK_BYTES = 512 * 1024;
/** A line that does not fit into a block cannot be held, and so not even rejected. */
export const MAX_LINE_BYTES = BLOCK_BYTES;
const MAX_RECORDS = 16_384;

export class RecordExtractor {
  readonly bytes: Uint8Array;
  /** Offset in `bytes` at which record i can be decoded. */
  readonly starts = new Int32Array(MAX_RECORDS);
  /** Offset in `bytes` at which record i stands in the file. */
  readonly rawStarts = new Int32Array(MAX_RECORDS);
  /** Length as it stands in the file, without terminator. */
  readonly rawLengths = new Int32Array(MAX_RECORDS);
  readonly outcomes = new Uint8Array(MAX_RECORDS);
  recordCount = 0;
  /** Offset in the file of `bytes[0]`. */
  blockStartByte: number;

  private readonly shape: RecordShape;
  private readonly blockBytes: number;
  private filled = 0;
  private consumed = 0;
  private padded: number;

  /** `startByte` is where in the file the first pushed byte stands. */
  constructor(shape: RecordShape, startByte: number) {
    this.shape = shape;
    this.blockBytes = Math.max(BLOCK_BYTES, shape.lengthBytes * 2 + 2);
    const padBytes = Math.max(BLOCK_BYTES / 4, shape.lengthBytes);
    this.bytes = new Uint8Array(this.blockBytes + padBytes);
    this.padded = this.blockBytes;
    this.blockStartByte = startByte;
  }

  /** Copies as much of `chunk` from `from` on as fits, and returns how many bytes that was. */
  push(chunk: Uint8Array, from: number): number {
    const count = Math.min(chunk.length - from, this.blockBytes - this.filled);
    this.bytes.set(
      from === 0 && count === chunk.length ? chunk : chunk.subarray(from, from + count),
      this.filled,
    );
    this.filled += count;
    return count;
  }

  get isFull(): boolean {
    return this.filled === this.blockBytes;
  }

  /** Bytes pushed and not yet part of a record. */
  get unfinishedBytes(): number {
    return this.filled - this.consumed;
  }

  /** Offset in the file behind the last byte that belongs to a record or its terminator. */
  get consumedEndByte(): number {
    return this.blockStartByte + this.consumed;
  }

  /**
   * Finds the records of the bytes pushed so far and returns how many; call it until it returns 0.
   * `atEnd`: no more bytes will come, so the last record may lack its terminator.
   */
  extract(atEnd: boolean): number {
    this.compact();
    this.recordCount = 0;
    if (this.shape.format === 'lines') this.extractLines(atEnd);
    else this.extractFixed(atEnd);
    return this.recordCount;
  }

  /** Drops the records of the last block and moves the unfinished one to the front. */
  private compact(): void {
    this.padded = this.blockBytes;
    if (this.consumed === 0) return;
    this.bytes.copyWithin(0, this.consumed, this.filled);
    this.blockStartByte += this.consumed;
    this.filled -= this.consumed;
    this.consumed = 0;
  }

  private extractLines(atEnd: boolean): void {
    const { bytes, starts, rawStarts, rawLengths, outcomes, filled } = this;
    const { lengthBytes, terminatorBytes } = this.shape;
    let count = 0;
    let start = 0;
    while (start < filled && count < MAX_RECORDS) {
      let end = lineEnd(bytes, start, filled);
      let next = end + 1;
      if (end < 0) {
        if (!atEnd) break;
        end = filled;
        next = filled;
        // A CR LF cut in half at the end of the file.
        if (terminatorBytes === 2 && end > start && bytes[end - 1] === CR) end--;
      } else if (end > start && bytes[end - 1] === CR) end--;
      const length = end - start;
      let decodeAt = start;
      let outcome = RECORD_OK;
      if (length !== lengthBytes) {
        if (length > lengthBytes) outcome = RECORD_TOO_LONG;
        else if (length === 0) outcome = RECORD_BLANK;
        else if (this.shape.short === 'reject') outcome = RECORD_TOO_SHORT;
        else {
          decodeAt = this.pad(start, length);
          if (decodeAt < 0) break;
        }
      }
      starts[count] = decodeAt;
      rawStarts[count] = start;
      rawLengths[count] = length;
      outcomes[count] = outcome;
      count++;
      start = next;
    }
    this.recordCount = count;
    this.consumed = start;
  }

  /** Where the padded copy stands, or -1 where there is no room for it in this block. */
  private pad(start: number, length: number): number {
    const at = this.padded;
    if (at + this.shape.lengthBytes > this.bytes.length) return -1;
    this.bytes.copyWithin(at, start, start + length);
    this.bytes.fill(SPACE, at + length, at + this.shape.lengthBytes);
    this.padded += this.shape.lengthBytes;
    return at;
  }

  private extractFixed(atEnd: boolean): void {
    const { bytes, starts, rawStarts, rawLengths, outcomes, filled } = this;
    const { lengthBytes, terminatorBytes } = this.shape;
    const strideBytes = lengthBytes + terminatorBytes;
    let count = 0;
    let start = 0;
    while (start < filled && count < MAX_RECORDS) {
      let end = start + strideBytes;
      let outcome = RECORD_OK;
      if (end > filled) {
        // Only the last record of a file may end without its terminator; the splitter made sure of its length.
        if (!atEnd || filled - start < lengthBytes) break;
        end = filled;
      } else if (!isTerminator(bytes, start + lengthBytes, terminatorBytes))
        outcome = RECORD_TERMINATOR_MISSING;
      starts[count] = start;
      rawStarts[count] = start;
      rawLengths[count] = lengthBytes;
      outcomes[count] = outcome;
      count++;
      start = end;
    }
    this.recordCount = count;
    this.consumed = start;
  }
}

/** Offset of the next LF in `bytes[start, end)`, or -1. */
function lineEnd(bytes: Uint8Array, start: number, end: number): number {
  const at = bytes.indexOf(LF, start);
  return at < end ? at : -1;
}

function isTerminator(bytes: Uint8Array, at: number, terminatorBytes: number): boolean {
  if (terminatorBytes === 0) return true;
  if (terminatorBytes === 1) return bytes[at] === LF;
  return bytes[at] === CR && bytes[at + 1] === LF;
}
