import type { Kernel } from '../kernel/kernel.ts';
import {
  CODING_BIG_ENDIAN,
  CODING_DIGITS,
  CODING_LITTLE_ENDIAN,
  CODING_PACKED,
  MAX_RECORDS,
  READ_MARGIN_BYTES,
} from '../kernel/shapes.ts';
import type { Layout, RecordFormat } from '../layout/layout.ts';
import type { ChainShape, LengthCoding, LengthShape } from '../ranges/record-chain.ts';
import { chainShapeOf, longestRecordBytes } from './chain-shape.ts';
import type { RecordBlock } from './record-block.ts';

/**
 * Cuts a stream of bytes into records, a block at a time, in one fixed buffer of the kernel's memory.
 *
 *     ┌ block ───────────────────────────────┬ unfinished record ┐ ┌ padded copies ┐
 *     │ record ⏎ record ⏎ short ⏎ record ⏎   │ reco              │ │ short········ │
 *     └──────────────────────────────────────┴───────────────────┘ └───────────────┘
 *
 * Every record of outcome `RECORD_OK` has its full length at `starts[i]`: lines that are shorter are copied and padded with
 * spaces behind the block. Behind both lies a record's length more, so that fields of any record can be read within the buffer.
 */
export interface RecordShape {
  format: RecordFormat;
  /** Without terminator; of records that vary, the longest that is decoded. */
  lengthBytes: number;
  /** 0, 1 (LF) or 2 (CR LF). Lines end at their line end whatever this says. */
  terminatorBytes: number;
  short: 'pad' | 'reject';
  lineEndByte: number;
  spaceByte: number;
  /** Of records that say their lengths. */
  chain?: ChainShape | undefined;
}

/** The shape of a layout's records, once it is known what ends them. */
export function recordShape(record: Layout['record'], terminatorBytes: number): RecordShape {
  const { format, lengthBytes, short, lineEndByte, spaceByte } = record;
  return {
    format,
    lengthBytes,
    terminatorBytes,
    short,
    lineEndByte,
    spaceByte,
    chain: chainShapeOf(record),
  };
}

/** As the kernel reads it (kernel/shapes.ts, CHAIN_…). */
function lengthShapeBytes(shape: LengthShape): Uint8Array {
  const numbers = Int32Array.of(
    CODINGS[shape.coding],
    shape.fieldAtBytes,
    shape.fieldBytes,
    shape.zeroAtBytes,
    shape.extendable ? 1 : 0,
    shape.addedBytes,
    shape.headBytes,
    shape.minimumBytes,
    shape.maximumBytes,
  );
  return new Uint8Array(numbers.buffer);
}

const CODINGS: Record<LengthCoding, number> = {
  'big-endian': CODING_BIG_ENDIAN,
  'little-endian': CODING_LITTLE_ENDIAN,
  digits: CODING_DIGITS,
  packed: CODING_PACKED,
};

/** Reasons of the rejects dataset, by outcome (see kernel/shapes.ts). */
export const OUTCOME_REASONS = [
  '',
  'unknown-record-type',
  'record-too-long',
  'record-too-short',
  'blank-record',
  'terminator-missing',
  'parent-missing',
] as const;

/** A block and what is decoded of it stay in the processor's second cache. */
const BLOCK_BYTES = 512 * 1024;
/** A line that does not fit into a block cannot be held, and so not even rejected. */
export const MAX_LINE_BYTES = BLOCK_BYTES;
const PADDED_BYTES = 128 * 1024;

export class RecordExtractor implements RecordBlock {
  /** Most records a call of `extract` finds. */
  readonly capacityRecords: number;
  /** Addresses of what is known of each record: */
  /** where it can be decoded, 4 bytes; */
  readonly starts: number;
  /** where it stands as in the file, 4 bytes; */
  readonly rawStarts: number;
  /** its length in the file, without terminator, 4 bytes; */
  readonly rawLengths: number;
  /** its outcome, 1 byte; */
  readonly outcomes: number;
  /** where it ends, of blocks in which some are padded, 4 bytes. */
  readonly ends: number;
  /** Whether a record of the block is padded. */
  hasPadded = false;
  /** The chain of lengths does not go on: the file is not what the splitter saw. */
  isBroken = false;
  recordCount = 0;
  /** Offset in the file of the block's first byte. */
  blockStartByte: number;
  /** Address of the block's first byte. */
  readonly blockAddress: number;

  private readonly kernel: Kernel;
  private readonly shape: RecordShape;
  private readonly blockBytes: number;
  private readonly paddedAddress: number;
  private readonly paddedBytes: number;
  private filled = 0;
  private consumed = 0;
  /** Addresses of how records and blocks say their lengths; 0 where they do not. */
  private readonly chain: number;
  private readonly block: number;
  private blockLeft = 0;

  /** `startByte` is where in the file the first pushed byte stands. A block has at most `mostRecords`. */
  constructor(kernel: Kernel, shape: RecordShape, startByte: number, mostRecords = MAX_RECORDS) {
    const { lengthBytes, chain } = shape;
    this.kernel = kernel;
    this.shape = shape;
    this.blockStartByte = startByte;
    this.blockBytes = Math.max(BLOCK_BYTES, longestRecordBytes(chain, lengthBytes) * 2);
    this.paddedBytes = Math.max(PADDED_BYTES, lengthBytes);
    // A quarter more than fit: lines may be shorter. Where there are more still, the block is extracted in turns.
    this.capacityRecords = Math.min(mostRecords, 4 + Math.ceil((this.blockBytes / lengthBytes) * 1.25));
    const bufferBytes = this.blockBytes + this.paddedBytes + lengthBytes;
    this.blockAddress = kernel.allocate(bufferBytes + 2 * READ_MARGIN_BYTES) + READ_MARGIN_BYTES;
    this.paddedAddress = this.blockAddress + this.blockBytes;
    this.starts = kernel.allocate(this.capacityRecords * 4);
    this.rawStarts = kernel.allocate(this.capacityRecords * 4);
    this.rawLengths = kernel.allocate(this.capacityRecords * 4);
    this.outcomes = kernel.allocate(this.capacityRecords);
    this.ends = kernel.allocate(this.capacityRecords * 4);
    this.chain = chain ? kernel.place(lengthShapeBytes(chain.record)) : 0;
    this.block = chain?.block ? kernel.place(lengthShapeBytes(chain.block)) : 0;
  }

  /** Copies as much of `chunk` from `from` on as fits, and returns how many bytes that was. */
  push(chunk: Uint8Array, from: number): number {
    const count = Math.min(chunk.length - from, this.blockBytes - this.filled);
    this.kernel.bytes.set(
      from === 0 && count === chunk.length ? chunk : chunk.subarray(from, from + count),
      this.pushAddress,
    );
    this.filled += count;
    return count;
  }

  /** Address at which the next pushed byte will stand. */
  get pushAddress(): number {
    return this.blockAddress + this.filled;
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

  get spaceByte(): number {
    return this.shape.spaceByte;
  }

  /** Address at which record `index` can be decoded. */
  startOf(index: number): number {
    return this.kernel.view.getUint32(this.starts + index * 4, true);
  }

  outcomeOf(index: number): number {
    return this.kernel.bytes[this.outcomes + index]!;
  }

  /** Offset in the file of record `index`. */
  byteOffsetOf(index: number): number {
    const address = this.kernel.view.getUint32(this.rawStarts + index * 4, true);
    return this.blockStartByte + address - this.blockAddress;
  }

  rawLengthOf(index: number): number {
    return this.kernel.view.getInt32(this.rawLengths + index * 4, true);
  }

  /** A copy of record `index` as it stands in the file, without terminator. */
  rawBytesOf(index: number): Uint8Array {
    const address = this.kernel.view.getUint32(this.rawStarts + index * 4, true);
    return this.kernel.bytes.slice(address, address + this.rawLengthOf(index));
  }

  /**
   * Finds the records of the bytes pushed so far and returns how many; call it until it returns 0.
   * `atEnd`: no more bytes will come, so the last record may lack its terminator.
   */
  extract(atEnd: boolean): number {
    this.compact();
    const { call, view } = this.kernel;
    const { format } = this.shape;
    this.recordCount =
      format === 'lines'
        ? this.findLines(atEnd)
        : format === 'fixed'
          ? this.findFixed(atEnd)
          : this.findChained();
    const result = call.resultAddress();
    this.consumed = view.getUint32(result, true) - this.blockAddress;
    this.hasPadded = format !== 'fixed' && view.getUint32(result + 4, true) > this.paddedAddress;
    if (this.hasPadded) call.recordEnds(this.starts, this.rawLengths, this.recordCount, this.ends);
    return this.recordCount;
  }

  private findLines(atEnd: boolean): number {
    const { lengthBytes, terminatorBytes, lineEndByte, short, spaceByte } = this.shape;
    return this.kernel.call.findLines(
      this.blockAddress,
      this.blockAddress + this.filled,
      atEnd ? 1 : 0,
      lengthBytes,
      terminatorBytes === 2 ? 1 : 0,
      lineEndByte,
      short === 'pad' ? 1 : 0,
      spaceByte,
      this.paddedAddress,
      this.paddedAddress + this.paddedBytes,
      this.capacityRecords,
      this.starts,
      this.rawStarts,
      this.rawLengths,
      this.outcomes,
    );
  }

  private findFixed(atEnd: boolean): number {
    const { lengthBytes, terminatorBytes } = this.shape;
    return this.kernel.call.findFixed(
      this.blockAddress,
      this.blockAddress + this.filled,
      atEnd ? 1 : 0,
      lengthBytes,
      terminatorBytes,
      this.capacityRecords,
      this.starts,
      this.rawStarts,
      this.rawLengths,
      this.outcomes,
    );
  }

  private findChained(): number {
    const { call, view } = this.kernel;
    const { chain, lengthBytes, short, spaceByte } = this.shape;
    const count = call.findChained(
      this.blockAddress,
      this.blockAddress + this.filled,
      this.chain,
      this.block,
      this.blockLeft,
      chain!.recordPrefixBytes,
      lengthBytes,
      short === 'pad' ? 1 : 0,
      spaceByte,
      this.paddedAddress,
      this.paddedAddress + this.paddedBytes,
      this.capacityRecords,
      this.starts,
      this.rawStarts,
      this.rawLengths,
      this.outcomes,
    );
    const result = call.resultAddress();
    this.blockLeft = view.getInt32(result + 8, true);
    this.isBroken = view.getInt32(result + 12, true) !== 0;
    return count;
  }

  /** Index of the record whose bytes lie between two offsets of the file, or -1. */
  indexOfRecordIn(startByte: number, endByte: number): number {
    for (let index = 0; index < this.recordCount; index++) {
      const offset = this.byteOffsetOf(index);
      if (offset >= startByte && offset < endByte) return index;
    }
    return -1;
  }

  /** Takes a record out of those just found: a header or trailer that stands among them. */
  remove(index: number): void {
    const { bytes } = this.kernel;
    const last = --this.recordCount;
    for (const address of [this.starts, this.rawStarts, this.rawLengths, this.ends]) {
      bytes.copyWithin(address + index * 4, address + (index + 1) * 4, address + (last + 1) * 4);
    }
    bytes.copyWithin(this.outcomes + index, this.outcomes + index + 1, this.outcomes + last + 1);
  }

  /** Drops the records of the last block and moves the unfinished one to the front. */
  private compact(): void {
    if (this.consumed === 0) return;
    const { blockAddress, consumed, filled } = this;
    this.kernel.bytes.copyWithin(blockAddress, blockAddress + consumed, blockAddress + filled);
    this.blockStartByte += consumed;
    this.filled -= consumed;
    this.consumed = 0;
  }
}
