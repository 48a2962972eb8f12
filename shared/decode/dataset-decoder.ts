import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_OK } from '../kernel/shapes.ts';
import type { Field } from '../layout/field.ts';
import type { Dataset } from '../layout/layout.ts';
import type { CountValues, RecordFault } from './column-values.ts';
import { DatasetColumns, type ForeignRecords } from './dataset-columns.ts';
import { mayBeNulled } from './nulled-values.ts';
import { PartitionRouter, type RoutedRows } from './partition-router.ts';
import type { RecordBatch } from './record-batch.ts';
import { mayBeFilled } from './record-end.ts';

/** The rows of a batch that belong to one partition. */
export interface PartitionRows {
  partition: number;
  /** Address of `count` indexes into the vectors, 2 bytes each. */
  members: number;
  count: number;
}

/** The rows of one dataset of a batch, one a record or one an occurrence of a table: which are kept, and in which partition. */
export class DatasetDecoder {
  readonly dataset: Dataset;
  readonly columns: DatasetColumns;
  readonly router: PartitionRouter;
  /** Rows that the accepted records must make, counted from their tables and not from what is written. */
  expectedRows = 0;

  private readonly kernel: Kernel;
  private readonly outcomes: number;
  private readonly members: number;
  private memberEnds = 0;
  private memberEndsCapacity = 0;

  constructor(kernel: Kernel, dataset: Dataset, capacityRecords: number) {
    this.kernel = kernel;
    this.dataset = dataset;
    this.columns = new DatasetColumns(kernel, dataset, capacityRecords);
    const { capacityRows } = this.columns;
    this.router = new PartitionRouter(kernel, dataset.partitionBy, capacityRows);
    this.outcomes = dataset.occurs ? kernel.allocate(capacityRows) : 0;
    this.members = kernel.allocate(capacityRows * 2);
  }

  /** Finds the partition of each row, and reports rows whose partition fields reject them or become null. */
  route(
    batch: RecordBatch,
    foreign: ForeignRecords,
    onFault: (record: number, fault: RecordFault) => void,
    onNulled: (record: number, fields: Field[], address: number) => void,
  ): void {
    const rows = this.routedRows(batch, foreign);
    this.router.route(rows, (row, failed, nulledFields) => {
      const record = this.columns.recordOf(row);
      const { view } = this.kernel;
      const address = view.getUint32(rows.addresses + row * 4, true);
      if (!failed) onNulled(record, nulledFields, address);
      else {
        const end = rows.ends === 0 ? Number.POSITIVE_INFINITY : view.getUint32(rows.ends + row * 4, true);
        onFault(record, { ...failed, address, heldBytes: end - address });
      }
    });
  }

  private routedRows(batch: RecordBatch, foreign: ForeignRecords): RoutedRows {
    const { partitionBy } = this.dataset;
    const { rows, rowCount } = this.columns;
    const places = partitionBy.map((field) => this.columns.placesOf(field, batch, foreign));
    const addresses = places[0]?.starts ?? rows?.addresses ?? batch.starts;
    const { spaceByte } = batch;
    // All partition columns are read from the same record; 0 if each of them is whole in all records, or may be filled up.
    const ends =
      places.find((place, index) => place.ends !== 0 && !mayBeFilled(partitionBy[index]!, spaceByte))?.ends ??
      0;
    if (!rows) return { count: rowCount, addresses, outcomes: batch.outcomes, ends, spaceByte };
    // Only records that can be decoded have occurrences, so all rows can be decoded.
    this.kernel.bytes.fill(RECORD_OK, this.outcomes, this.outcomes + rowCount);
    return { count: rowCount, addresses, outcomes: this.outcomes, ends, spaceByte };
  }

  /** Takes the rows of failed records out of their partitions. */
  leaveOut(isFailed: (record: number) => boolean): void {
    const { view } = this.kernel;
    for (let row = 0; row < this.columns.rowCount; row++) {
      if (isFailed(this.columns.recordOf(row)))
        view.setInt32(this.router.partitionIndexes + row * 4, -1, true);
    }
  }

  /** Adds the rows of the accepted records to `expectedRows`. */
  expectRows(batch: RecordBatch, isFailed: (record: number) => boolean): void {
    for (let record = 0; record < batch.recordCount; record++) {
      if (batch.outcomeOf(record) !== RECORD_OK || isFailed(record)) continue;
      this.expectedRows += this.columns.rows?.timesIn(record) ?? 1;
    }
  }

  /**
   * Counts the values of the fields whose invalid values become null, in the rows that are kept: all of them (`isWhole`), or those with a
   * partition.
   */
  countValues(isWhole: boolean, groups: PartitionRows[], count: CountValues): void {
    this.columns.countValues(isWhole ? 0 : this.router.partitionIndexes, count);
    for (const [index, field] of this.dataset.partitionBy.entries()) {
      if (!mayBeNulled(field)) continue;
      const valid = groups.filter(({ partition }) => this.router.partitions[partition]?.[index] !== null);
      count(
        field,
        valid.reduce((sum, rows) => sum + rows.count, 0),
        0,
        undefined,
      );
    }
  }

  /** The rows of each partition that has any. */
  group(): PartitionRows[] {
    const partitionCount = this.router.partitions.length;
    if (partitionCount > this.memberEndsCapacity) {
      if (this.memberEnds !== 0) this.kernel.release(this.memberEnds, this.memberEndsCapacity * 4);
      this.memberEndsCapacity = partitionCount * 2;
      this.memberEnds = this.kernel.allocate(this.memberEndsCapacity * 4);
    }
    const { call, view } = this.kernel;
    const { partitionIndexes } = this.router;
    call.groupByPartition(
      partitionIndexes,
      this.columns.rowCount,
      partitionCount,
      this.memberEnds,
      this.members,
    );
    const found: PartitionRows[] = [];
    let start = 0;
    for (let partition = 0; partition < partitionCount; partition++) {
      const end = view.getInt32(this.memberEnds + partition * 4, true);
      if (end > start) found.push({ partition, members: this.members + start * 2, count: end - start });
      start = end;
    }
    return found;
  }
}
