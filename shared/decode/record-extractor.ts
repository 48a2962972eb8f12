import type { Kernel } from '../kernel/kernel.ts';
import { CHARACTER_SLOT_BYTES, MAX_RECORDS, READ_MARGIN_BYTES } from '../kernel/shapes.ts';
import { lengthShapeBytes, longestRecordBytes } from './chain-shape.ts';
import { beginNarrowing } from './narrowed-area.ts';
import type { RecordBatch } from './record-batch.ts';
import type { RecordShape } from './record-shape.ts';

/** Small enough that a batch and its decoded values stay in the processor's second-level cache. */
const BATCH_BYTES = 512 * 1024;
/** A longer line does not fit into a batch, so it cannot even be rejected. */
export const MAX_LINE_BYTES = BATCH_BYTES;
const PADDED_BYTES = 128 * 1024;
/** Of positions in characters, every line may be copied. */
const NARROWED_BYTES = 256 * 1024;

/**
 * Cuts a stream of bytes into records, a batch at a time, in one fixed buffer of the kernel's memory.
 *
 *     ┌ batch ───────────────────────────────┬ unfinished record ┐ ┌ padded copies ┐
 *     │ record ⏎ record ⏎ short ⏎ record ⏎   │ reco              │ │ short········ │
 *     └──────────────────────────────────────┴───────────────────┘ └───────────────┘
 *
 * A batch (of memory) has nothing to do with the blocks of a VB file, which may begin and end anywhere in it.
 *
 * Every record of outcome `RECORD_OK` has its full length at `starts[i]`: shorter lines are copied after the batch and padded
 * with spaces. If positions are characters, lines that are not ASCII are copied there too, a byte for each character, and all
 * that reads records by position reads these copies (kernel/assemblyscript/character-page.ts). The buffer ends a record's length after these copies, so that fields of any record are read within it.
 */
export class RecordExtractor implements RecordBatch {
  /** The most records that a call of `extract` finds. */
  readonly capacityRecords: number;
  readonly starts: number;
  /** Address of the address of each record as it is in the file, 4 bytes each. */
  readonly rawStarts: number;
  /** Address of the length of each record in the file, without terminator, 4 bytes each. */
  readonly rawLengths: number;
  /** Address of the length of each record in the unit of positions, 4 bytes each. */
  readonly lengths: number;
  readonly outcomes: number;
  readonly ends: number;
  hasPadded = false;
  shortestBytes = 0;
  /** The chain of lengths breaks off: the file is not what the splitter saw. */
  isBroken = false;
  recordCount = 0;
  /** Offset in the file of the batch's first byte. */
  batchStartByte: number;
  /** Address of the batch's first byte. */
  readonly batchAddress: number;

  private readonly kernel: Kernel;
  private readonly shape: RecordShape;
  /** Bytes of records in a full batch. */
  readonly batchBytes: number;
  private readonly paddedAddress: number;
  private readonly paddedBytes: number;
  /** Records of earlier calls, without those that were removed. */
  private recordsBefore = 0;
  private filled = 0;
  private consumed = 0;
  /** Address of the `LengthShape` of records that say their lengths, else 0. */
  private readonly recordLengthShape: number;
  /** Address of the `LengthShape` of VB blocks, else 0. */
  private readonly blockLengthShape: number;
  /** Bytes of the current VB block that are not yet extracted. */
  private bytesLeftInBlock = 0;

  /** `startByte` is the offset in the file of the first pushed byte. A batch has at most `mostRecords`. */
  constructor(kernel: Kernel, shape: RecordShape, startByte: number, mostRecords = MAX_RECORDS) {
    const { lengthBytes, positions, chain } = shape;
    const counted = positions === 'characters';
    const longestBytes = counted ? lengthBytes * CHARACTER_SLOT_BYTES : lengthBytes;
    this.kernel = kernel;
    this.shape = shape;
    this.batchStartByte = startByte;
    this.batchBytes = Math.max(BATCH_BYTES, longestRecordBytes(chain, longestBytes) * 2);
    this.paddedBytes = Math.max(counted ? NARROWED_BYTES : PADDED_BYTES, lengthBytes);
    // A quarter more than fit, since lines may be shorter. If there are still more, the batch is extracted in several calls.
    this.capacityRecords = Math.min(mostRecords, 4 + Math.ceil((this.batchBytes / lengthBytes) * 1.25));
    const bufferBytes = this.batchBytes + this.paddedBytes + lengthBytes + 2 * READ_MARGIN_BYTES;
    this.batchAddress = kernel.allocate(bufferBytes) + READ_MARGIN_BYTES;
    this.paddedAddress = this.batchAddress + this.batchBytes;
    this.starts = kernel.allocate(this.capacityRecords * 4);
    this.rawStarts = kernel.allocate(this.capacityRecords * 4);
    this.rawLengths = kernel.allocate(this.capacityRecords * 4);
    this.lengths = counted ? kernel.allocate(this.capacityRecords * 4) : this.rawLengths;
    this.outcomes = kernel.allocate(this.capacityRecords);
    this.ends = kernel.allocate(this.capacityRecords * 4);
    this.recordLengthShape = chain ? kernel.place(lengthShapeBytes(chain.record)) : 0;
    this.blockLengthShape = chain?.block ? kernel.place(lengthShapeBytes(chain.block)) : 0;
    if (counted) beginNarrowing(kernel, this.paddedAddress, this.paddedBytes);
  }

  /** Copies as much of `chunk`, from `from` on, as fits, unless it was read into `room`; returns the number of bytes. */
  push(chunk: Uint8Array, from: number): number {
    const { bytes } = this.kernel;
    const count = Math.min(chunk.length - from, this.batchBytes - this.filled);
    if (chunk.buffer !== bytes.buffer) bytes.set(chunk.subarray(from, from + count), this.pushAddress);
    this.filled += count;
    return count;
  }

  /** The memory of the next bytes, for who can write them there; valid until memory is allocated. */
  room(): Uint8Array {
    return this.kernel.bytes.subarray(this.pushAddress, this.batchAddress + this.batchBytes);
  }

  /** Address of the next byte to be pushed. */
  get pushAddress(): number {
    return this.batchAddress + this.filled;
  }

  get isFull(): boolean {
    return this.filled === this.batchBytes;
  }

  /** Bytes that were pushed and are not yet part of a record. */
  get unfinishedBytes(): number {
    return this.filled - this.consumed;
  }

  /** Offset in the file after the last byte that belongs to a record or its terminator. */
  get consumedEndByte(): number {
    return this.batchStartByte + this.consumed;
  }

  get spaceByte(): number {
    return this.shape.spaceByte;
  }

  startOf(index: number): number {
    return this.kernel.view.getUint32(this.starts + index * 4, true);
  }

  outcomeOf(index: number): number {
    return this.kernel.bytes[this.outcomes + index]!;
  }

  recordIndexOf(index: number): number {
    return this.recordsBefore + index;
  }

  byteOffsetOf(index: number): number {
    const address = this.kernel.view.getUint32(this.rawStarts + index * 4, true);
    return this.batchStartByte + address - this.batchAddress;
  }

  lengthOf(index: number): number {
    return this.kernel.view.getInt32(this.lengths + index * 4, true);
  }

  rawLengthOf(index: number): number {
    return this.kernel.view.getInt32(this.rawLengths + index * 4, true);
  }

  rawBytesOf(index: number): Uint8Array {
    const address = this.kernel.view.getUint32(this.rawStarts + index * 4, true);
    return this.kernel.bytes.slice(address, address + this.rawLengthOf(index));
  }

  /**
   * Finds records in the bytes pushed so far and returns how many; call it until it returns 0.
   * `atEnd`: no more bytes follow, so the last record may lack its terminator.
   */
  extract(atEnd: boolean): number {
    this.compact();
    this.recordsBefore += this.recordCount;
    const { call, view } = this.kernel;
    const { format, chain } = this.shape;
    if (chain) this.recordCount = this.findChained(chain.recordPrefixBytes);
    else this.recordCount = format === 'lines' ? this.findLines(atEnd) : this.findFixed(atEnd);
    const result = call.resultAddress();
    this.consumed = view.getUint32(result, true) - this.batchAddress;
    this.hasPadded = format !== 'fixed' && view.getUint32(result + 4, true) > this.paddedAddress;
    if (this.shape.positions === 'characters') this.narrow();
    if (this.hasPadded)
      this.shortestBytes = call.findRecordEnds(this.starts, this.lengths, this.recordCount, this.ends);
    return this.recordCount;
  }

  /** Turns the lines just found into records of one byte a character; leaves out those that there is no room for. */
  private narrow(): void {
    const { call, view } = this.kernel;
    const { lengthBytes, short, spaceByte } = this.shape;
    this.recordCount = call.narrowLines(
      this.batchAddress,
      this.batchAddress + this.consumed,
      this.recordCount,
      lengthBytes,
      short === 'pad' ? 1 : 0,
      spaceByte,
      this.paddedAddress,
      this.paddedAddress + this.paddedBytes,
      this.starts,
      this.rawStarts,
      this.rawLengths,
      this.lengths,
      this.outcomes,
    );
    const result = call.resultAddress();
    const leftOut = view.getUint32(result, true);
    if (leftOut !== 0) this.consumed = leftOut - this.batchAddress;
    this.hasPadded = view.getInt32(result + 4, true) !== 0;
  }

  private findLines(atEnd: boolean): number {
    const { lengthBytes, positions, terminatorBytes, lineEndByte, short, spaceByte } = this.shape;
    // Lines are filled up once their characters are counted.
    const fillsUp = short === 'pad' && positions === 'bytes';
    return this.kernel.call.findLines(
      this.batchAddress,
      this.batchAddress + this.filled,
      atEnd ? 1 : 0,
      lengthBytes,
      terminatorBytes === 2 ? 1 : 0,
      lineEndByte,
      fillsUp ? 1 : 0,
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
      this.batchAddress,
      this.batchAddress + this.filled,
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

  private findChained(recordPrefixBytes: number): number {
    const { call, view } = this.kernel;
    const { lengthBytes, short, spaceByte } = this.shape;
    const count = call.findChained(
      this.batchAddress,
      this.batchAddress + this.filled,
      this.recordLengthShape,
      this.blockLengthShape,
      this.bytesLeftInBlock,
      recordPrefixBytes,
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
    this.bytesLeftInBlock = view.getInt32(result + 8, true);
    this.isBroken = view.getInt32(result + 12, true) !== 0;
    return count;
  }

  /** Index of the first record that begins between two offsets of the file, or -1. */
  indexOfRecordIn(startByte: number, endByte: number): number {
    for (let index = 0; index < this.recordCount; index++) {
      const offset = this.byteOffsetOf(index);
      if (offset >= startByte && offset < endByte) return index;
    }
    return -1;
  }

  /** Takes a header or trailer out of the records just found. */
  remove(index: number): void {
    const { bytes } = this.kernel;
    const last = --this.recordCount;
    for (const address of new Set([this.starts, this.rawStarts, this.rawLengths, this.lengths, this.ends])) {
      bytes.copyWithin(address + index * 4, address + (index + 1) * 4, address + (last + 1) * 4);
    }
    bytes.copyWithin(this.outcomes + index, this.outcomes + index + 1, this.outcomes + last + 1);
  }

  /** Drops the records of the last batch and moves the unfinished one to the front. */
  private compact(): void {
    if (this.consumed === 0) return;
    const from = this.batchAddress + this.consumed;
    this.kernel.bytes.copyWithin(this.batchAddress, from, this.batchAddress + this.filled);
    this.batchStartByte += this.consumed;
    this.filled -= this.consumed;
    this.consumed = 0;
  }
}
