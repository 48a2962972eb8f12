import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_VALUE, INVALID_COUNT_UNIT, MAX_ENTRIES } from '../kernel/shapes.ts';
import type { Field, Occurs } from '../layout/field.ts';
import { neededBytes } from '../layout/number-notation.ts';
import { FieldDecoder } from './field-decoder.ts';
import type { FieldVector } from './field-vector.ts';
import { endsBefore, type RecordBatch } from './record-batch.ts';
import type { SelectionMasks } from './selection-masks.ts';

/** The entries of one table over all records of a batch (drawn in kernel/assemblyscript/occurrences.ts), in the kernel's memory. */
export class Occurrences {
  entryCount = 0;
  /** Address of the index of the first entry of each record, 4 bytes each, followed by the number of all entries. */
  readonly offsets: number;
  /** Address of the address at which each entry can be decoded, 4 bytes each. */
  readonly addresses: number;
  /** Address of the index of the record of each entry, 4 bytes each. */
  readonly recordIndexes: number;
  /** Address of a byte an entry: 1 if it is not the first of its record. */
  readonly repeats: number;
  private readonly kinds: number;
  private readonly kernel: Kernel;
  private readonly occurs: Occurs;
  private readonly isList: boolean;
  private readonly counter: FieldDecoder | undefined;
  private readonly counts: number;
  /** Addresses of a byte a record of this batch: 1 if it has the list, or the counter; 0 if all have it. */
  private masks: readonly [list: number, counter: number] = [0, 0];

  constructor(kernel: Kernel, occurs: Occurs, isList: boolean, capacityRecords: number) {
    const entries = Math.min(capacityRecords * occurs.count, MAX_ENTRIES);
    this.kernel = kernel;
    this.occurs = occurs;
    this.isList = isList;
    this.offsets = kernel.allocate((capacityRecords + 1) * 4);
    this.addresses = kernel.allocate(entries * 4);
    this.recordIndexes = kernel.allocate(entries * 4);
    this.kinds = kernel.allocate(entries);
    this.repeats = kernel.allocate(entries);
    this.counter = occurs.dependingOn && new FieldDecoder(kernel, occurs.dependingOn, capacityRecords);
    this.counts = this.counter ? kernel.allocate(capacityRecords * 4) : 0;
  }

  /**
   * Lays out the entries of a batch. `present` is the address of a byte a record, 1 if the record has the list; 0 if all have it.
   * `masks` are those of records. Calls `onWrong` for each record with the list whose count is out of range.
   */
  place(
    batch: RecordBatch,
    present: number,
    masks: SelectionMasks,
    onWrong: (record: number, counter: Field) => void,
  ): void {
    const { call } = this.kernel;
    const { recordCount, starts, outcomes } = batch;
    const { count, least, strideBytes } = this.occurs;
    this.masks = [present, 0];
    if (this.counter) {
      this.counter.decode(starts, recordCount);
      if (endsBefore(batch, neededBytes(this.counter.field)))
        this.counter.leaveOutBeyond(starts, batch.ends, recordCount, batch.spaceByte);
      const { when } = this.counter.field;
      if (when) {
        masks.apply(when, starts, recordCount, this.counter.vector);
        this.masks = [present, masks.maskOf(when, starts, recordCount)];
      }
      const { states, values } = this.counter.vector;
      const wrong = call.countOccurrences(states, values, outcomes, recordCount, least, count, this.counts);
      const { bytes, view } = this.kernel;
      for (let record = 0; wrong > 0 && record < recordCount; record++) {
        if (present !== 0 && bytes[present + record] === 0) continue;
        if (view.getInt32(this.counts + record * 4, true) < 0) onWrong(record, this.counter.field);
      }
    }
    this.entryCount = call.placeOccurrences(
      starts,
      outcomes,
      recordCount,
      strideBytes,
      this.counts,
      count,
      this.isList ? 1 : 0,
      present,
      this.offsets,
      this.addresses,
      this.recordIndexes,
      this.kinds,
      this.repeats,
    );
  }

  /** Fills `vector` with the number of each entry in its record, from 1. */
  number(vector: FieldVector): void {
    const { states, values } = vector;
    this.kernel.call.numberOccurrences(this.offsets, this.recordIndexes, this.entryCount, states, values);
    vector.hasNulls = false;
  }

  /** How often the table occurs in a record. */
  timesIn(record: number): number {
    const { view } = this.kernel;
    const at = this.offsets + record * 4;
    return view.getUint32(at + 4, true) - view.getUint32(at, true);
  }

  /** What the counter of a record says; less than 0 if it has no list or no counter, or the counter is out of range. */
  saidIn(record: number): number {
    const { bytes, view } = this.kernel;
    const [list, counter] = this.masks;
    if ((list !== 0 && bytes[list + record] === 0) || (counter !== 0 && bytes[counter + record] === 0))
      return -1;
    return view.getInt32(this.counts + record * 4, true);
  }

  /** Offset in the record after the last byte of a field in the last occurrence there can be. */
  lastByteOf(field: Field): number {
    return neededBytes(field) + (this.occurs.count - 1) * this.occurs.strideBytes;
  }

  recordOfEntry(entry: number): number {
    return this.kernel.view.getUint32(this.recordIndexes + entry * 4, true);
  }

  isOccurrence(entry: number): boolean {
    return this.kernel.bytes[this.kinds + entry] === ENTRY_VALUE;
  }

  /** Drops what was decoded for lists without elements; returns how many of those values were invalid. */
  settle(vector: FieldVector): number {
    const result = this.kernel.call.settleEntries(this.kinds, this.entryCount, vector.states);
    vector.hasNulls = true;
    return Math.floor(result / INVALID_COUNT_UNIT);
  }
}
