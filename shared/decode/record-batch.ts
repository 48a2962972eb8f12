/** Records that are decoded at once, in the kernel's memory: all that an extractor found, or those of one type. */
export interface RecordBatch {
  readonly recordCount: number;
  /** Address of the address at which each record can be decoded, 4 bytes each. */
  readonly starts: number;
  /** Address of the outcome of each record, 1 byte each (see kernel/shapes.ts). */
  readonly outcomes: number;
  /** Is a record of the batch shorter than its layout, and filled up? */
  readonly hasPadded: boolean;
  /** If so: no record has fewer bytes, except empty ones. */
  readonly shortestBytes: number;
  /** The byte they are filled up with: the blank of the file's code page. */
  readonly spaceByte: number;
  /** Address of the true end of each record, 4 bytes each; valid only if some are padded. */
  readonly ends: number;
  /** Address at which record `index` can be decoded. */
  startOf(index: number): number;
  outcomeOf(index: number): number;
  /** Number of details before it in the range. */
  recordIndexOf(index: number): number;
  /** Offset in the file. */
  byteOffsetOf(index: number): number;
  /** Without terminator, in the unit of the layout's positions; of an ill-formed record, what is well-formed before. */
  lengthOf(index: number): number;
  /** In bytes, without terminator. */
  rawLengthOf(index: number): number;
  /** A copy of the record as it is in the file, without terminator. */
  rawBytesOf(index: number): Uint8Array;
}

export const HEADER_INSIDE_REASON = 'header-in-the-middle';
export const TRAILER_INSIDE_REASON = 'trailer-in-the-middle';
/** Does a record of the batch end before this byte of it? */
export function endsBefore({ hasPadded, shortestBytes }: RecordBatch, endByte: number): boolean {
  return hasPadded && shortestBytes < endByte;
}

/** Reasons of the rejects dataset, by outcome (see kernel/shapes.ts). */
export const OUTCOME_REASONS = [
  '',
  'unknown-record-type',
  'record-too-long',
  'record-too-short',
  'blank-record',
  'terminator-missing',
  'parent-missing',
  HEADER_INSIDE_REASON,
  TRAILER_INSIDE_REASON,
  'invalid-utf-8',
] as const;
