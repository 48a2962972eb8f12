import type { Kernel } from '../kernel/kernel.ts';
import { ENTRY_VALUE, INVALID_COUNT_UNIT, MAX_ENTRIES } from '../kernel/shapes.ts';
import type { Occurs } from '../layout/layout.ts';
import { FieldDecoder } from './field-decoder.ts';
import type { FieldVector } from './field-vector.ts';
import type { RecordBatch } from './record-batch.ts';
import type { SelectionMasks } from './selection-masks.ts';

/** The entries of one table over all records of a batch (drawn in kernel/assembly/occurrences.ts), in the kernel's memory. */
export class Occurrences {
  entryCount = 0;
  /** Address of the first entry of each record, 4 bytes, and behind them that of the end. */
  readonly offsets: number;
  /** Address of where each entry can be decoded, 4 bytes. */
  readonly addresses: number;
  /** Address of the record of each entry, 4 bytes. */
  readonly recordOf: number;
  /** Address of a byte an entry, 1 where it is not the first of its record. */
  readonly repeats: number;
  private readonly kinds: number;
  private readonly kernel: Kernel;
  private readonly occurs: Occurs;
  private readonly isList: boolean;
  private readonly counter: FieldDecoder | undefined;
  private readonly counts: number;

  constructor(kernel: Kernel, occurs: Occurs, isList: boolean, capacityRecords: number) {
    const entries = Math.min(capacityRecords * occurs.count, MAX_ENTRIES);
    this.kernel = kernel;
    this.occurs = occurs;
    this.isList = isList;
    this.offsets = kernel.allocate((capacityRecords + 1) * 4);
    this.addresses = kernel.allocate(entries * 4);
    this.recordOf = kernel.allocate(entries * 4);
    this.kinds = kernel.allocate(entries);
    this.repeats = kernel.allocate(entries);
    this.counter = occurs.dependingOn && new FieldDecoder(kernel, occurs.dependingOn, capacityRecords);
    this.counts = this.counter ? kernel.allocate(capacityRecords * 4) : 0;
  }

  /**
   * Lays out the entries of a batch; `present` is 0, or the address of a byte a record that says whether the list is there.
   * `masks` are those of records.
   * `onWrong` is told of records that say of a table that is there what cannot be.
   */
  place(batch: RecordBatch, present: number, masks: SelectionMasks, onWrong: (record: number) => void): void {
    const { call } = this.kernel;
    const { recordCount, starts, outcomes } = batch;
    const { count, least, strideBytes } = this.occurs;
    if (this.counter) {
      this.counter.decode(starts, recordCount);
      if (batch.hasPadded) this.counter.leaveOutBeyond(starts, batch.ends, recordCount, batch.spaceByte);
      const { when } = this.counter.field;
      if (when) masks.apply(when, starts, recordCount, this.counter.vector);
      const { states, values } = this.counter.vector;
      const wrong = call.occurrenceCounts(states, values, outcomes, recordCount, least, count, this.counts);
      const { bytes, view } = this.kernel;
      for (let record = 0; wrong > 0 && record < recordCount; record++) {
        if (present !== 0 && bytes[present + record] === 0) continue;
        if (view.getInt32(this.counts + record * 4, true) < 0) onWrong(record);
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
      this.recordOf,
      this.kinds,
      this.repeats,
    );
  }

  /** How often the table occurs in a record. */
  timesIn(record: number): number {
    const { view } = this.kernel;
    const at = this.offsets + record * 4;
    return view.getUint32(at + 4, true) - view.getUint32(at, true);
  }

  recordOfEntry(entry: number): number {
    return this.kernel.view.getUint32(this.recordOf + entry * 4, true);
  }

  isOccurrence(entry: number): boolean {
    return this.kernel.bytes[this.kinds + entry] === ENTRY_VALUE;
  }

  /** Entries of lists without elements lose what was decoded in their place; returns how many of that were invalid. */
  settle(vector: FieldVector): number {
    const result = this.kernel.call.settleEntries(this.kinds, this.entryCount, vector.states);
    vector.hasNulls = true;
    return Math.floor(result / INVALID_COUNT_UNIT);
  }
}
