/** Records of a block, in the kernel's memory: all of an extractor's, or those of one type. */
export interface RecordBlock {
  readonly recordCount: number;
  /** Address of where each record can be decoded, 4 bytes. */
  readonly starts: number;
  /** Address of the outcome of each record, 1 byte (see kernel/shapes.ts). */
  readonly outcomes: number;
  /** Whether some records are shorter than their layout and filled up. */
  readonly hasPadded: boolean;
  /** What they are filled up with: the blank of the file's code page. */
  readonly spaceByte: number;
  /** Address of where each record ends in truth, 4 bytes; only where some are padded. */
  readonly ends: number;
  /** Address at which record `index` can be decoded. */
  startOf(index: number): number;
  outcomeOf(index: number): number;
  /** Offset in the file. */
  byteOffsetOf(index: number): number;
  /** Without terminator. */
  rawLengthOf(index: number): number;
  /** A copy of the record as it stands in the file, without terminator. */
  rawBytesOf(index: number): Uint8Array;
}
