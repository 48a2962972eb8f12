import type { Kernel } from '../kernel/kernel.ts';
import { type FieldType, INT64_DIGITS } from '../layout/field-type.ts';

/** How the values of a column are held in memory; Parquet's physical types follow from it. */
export type VectorKind = 'int32' | 'int64' | 'int128' | 'double' | 'boolean' | 'bytes';

/** Bytes of one entry in `values`; the entry of a text is its address and its length. */
export const ENTRY_BYTES: Record<VectorKind, number> = {
  int32: 4,
  int64: 8,
  int128: 16,
  double: 8,
  boolean: 1,
  bytes: 8,
};

export function vectorKind(type: FieldType): VectorKind {
  switch (type.kind) {
    case 'string':
    case 'binary':
      return 'bytes';
    case 'integer':
    case 'timestamp':
      return 'int64';
    case 'decimal':
      return type.precision > INT64_DIGITS ? 'int128' : 'int64';
    case 'date':
      return 'int32';
    case 'boolean':
    case 'double':
      return type.kind;
  }
}

/** The entries of a list's vector that belong to each record (see kernel/assemblyscript/occurrences.ts). */
export interface EntryLayout {
  /** Address of the index of the first entry of each record, 4 bytes each. */
  offsets: number;
  /** Address of a byte an entry: 1 if it is not the first of its record. */
  repeats: number;
}

/** Decodes the records at `count` addresses, 4 bytes each from `records` on; returns nulls + invalids × INVALID_COUNT_UNIT. */
export type FillVector = (records: number, count: number) => number;

/** The values of one column over the records of a batch, in the kernel's memory (see kernel/shapes.ts). */
export class FieldVector {
  readonly kind: VectorKind;
  /** Address of the state of each record, 1 byte each. */
  readonly states: number;
  /** Address of the values, indexed like the states. */
  readonly values: number;
  /** The most bytes of one text in UTF-8; infinite if only `mostTextBytes` is known. */
  readonly maxTextBytes: number;
  /** The most bytes of all its texts together, with their lengths; infinite if only `maxTextBytes` is known. */
  mostTextBytes = Number.POSITIVE_INFINITY;
  /** May a record of the batch have no value? */
  hasNulls = true;
  /** Set for a list: states and values are those of entries, and this says which entries belong to each record. */
  entries: EntryLayout | undefined;

  constructor(
    kernel: Kernel,
    kind: VectorKind,
    capacityRecords: number,
    maxTextBytes = Number.POSITIVE_INFINITY,
  ) {
    this.kind = kind;
    this.maxTextBytes = maxTextBytes;
    this.states = kernel.allocate(capacityRecords);
    this.values = kernel.allocate(capacityRecords * ENTRY_BYTES[kind]);
  }

  /** The most bytes of `count` of its values in PLAIN form. */
  plainBytes(count: number): number {
    if (this.kind !== 'bytes') return count * ENTRY_BYTES[this.kind];
    return Math.min(count * (this.maxTextBytes + 4), this.mostTextBytes);
  }
}
