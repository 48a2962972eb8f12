import type { Kernel } from '../kernel/kernel.ts';
import { RECORD_BLANK, RECORD_OK, RECORD_TOO_SHORT, RECORD_UNKNOWN_TYPE } from '../kernel/shapes.ts';
import type { Field, RecordType, SummedField } from '../layout/layout.ts';
import { fieldPath } from '../layout/layout.ts';
import type { ForeignRecords, RecordFault } from './dataset-columns.ts';
import { DatasetDecoder } from './dataset-decoder.ts';
import { decodeValue } from './decode-value.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldSum } from './field-sum.ts';
import type { PartitionValues } from './partition-router.ts';
import { OUTCOME_REASONS, type RecordBatch } from './record-batch.ts';

/** A record that is not to become a row. */
export interface Reject {
  /** Offset of its first byte in the file. */
  byteOffset: number;
  /** Without terminator. */
  recordLengthBytes: number;
  reason: string;
  /** Null where the record as a whole is to blame. */
  field: string | null;
  raw: Uint8Array;
}

/** Rows of one partition within the batch: `count` indexes into the vectors, 2 bytes each from `address` on. */
export interface Members {
  /** Index into the record type's datasets. */
  dataset: number;
  partition: number;
  address: number;
  count: number;
}

/**
 * Turns the records of one type into the rows of its datasets, its rejects and its share of the control totals. A record that
 * any field of any of its rows rejects is left out as a whole.
 */
export class RecordTypeDecoder {
  readonly type: RecordType;
  /** Records seen: accepted and rejected. */
  recordCount = 0;
  rejectedCount = 0;
  readonly datasets: DatasetDecoder[];
  readonly sums: FieldSum[];
  /** Values replaced by null, by field. */
  readonly nulled = new Map<string, number>();

  private readonly kernel: Kernel;
  /** Fields that are summed and no columns. */
  private readonly others: FieldDecoder[];
  private readonly onReject: (reject: Reject) => void;
  private readonly counted: number;
  /** By record of the batch: what rejects it first. */
  private readonly faults = new Map<number, RecordFault>();

  constructor(
    kernel: Kernel,
    type: RecordType,
    summed: SummedField[],
    capacityRecords: number,
    onReject: (reject: Reject) => void,
  ) {
    this.kernel = kernel;
    this.type = type;
    this.onReject = onReject;
    this.datasets = type.datasets.map((dataset) => new DatasetDecoder(kernel, dataset, capacityRecords));
    const own = this.datasets[0]!.columns;
    const others = new Set(summed.map(({ field }) => field).filter((field) => !own.decoderOf(field)));
    this.others = [...others].map((field) => new FieldDecoder(kernel, field, capacityRecords));
    this.sums = summed.map(({ field, kind }) => {
      const other = this.others.find((decoder) => decoder.field === field);
      return new FieldSum(kernel, own.decoderOf(field) ?? other!, kind);
    });
    this.counted = kernel.allocate(capacityRecords);
  }

  /** Every partition of a dataset met so far. */
  partitionsOf(dataset: number): PartitionValues[] {
    return this.datasets[dataset]!.router.partitions;
  }

  /** Decodes the records of `batch`, all of this type; returns the rows of each partition that has some. */
  decode(batch: RecordBatch, foreign: ForeignRecords): Members[] {
    const { recordCount } = batch;
    const { faults, kernel } = this;
    faults.clear();
    const allOk = kernel.call.countNotOk(batch.outcomes, recordCount) === 0;
    const onFault = (record: number, fault: RecordFault) => {
      if (!faults.has(record)) faults.set(record, fault);
    };
    const nulled: { record: number; fields: Field[] }[] = [];
    for (const { columns } of this.datasets) columns.decode(batch, foreign, onFault);
    for (const other of this.others) {
      other.decode(batch.starts, recordCount);
      if (batch.hasPadded) other.leaveOutBeyond(batch.starts, batch.ends, recordCount, batch.spaceByte);
    }
    this.addSums(batch, allOk);
    for (const dataset of this.datasets) {
      dataset.route(batch, foreign, onFault, (record, fields) => nulled.push({ record, fields }));
    }
    for (const { columns } of this.datasets) columns.settle(batch, onFault);
    if (faults.size > 0)
      for (const dataset of this.datasets) dataset.leaveOut((record) => faults.has(record));
    for (const { record, fields } of nulled) {
      if (!faults.has(record)) for (const field of fields) this.countNulled(field, 1);
    }
    for (const dataset of this.datasets) {
      dataset.countInvalids((field, count) => this.countNulled(field, count));
    }
    const simple = allOk && faults.size === 0;
    for (const dataset of this.datasets) {
      if (simple && !dataset.dataset.occurs) dataset.expectedRows += recordCount;
      else dataset.expectRows(batch, (record) => faults.has(record));
    }
    this.recordCount += recordCount;
    if (!allOk || faults.size > 0) this.reportRejects(batch);
    return this.datasets.flatMap((dataset, index) =>
      dataset.group().map((rows) => ({ dataset: index, ...rows })),
    );
  }

  /**
   * Over all records, rejected ones included: whatever stands at the field's positions of a line of the wrong length counts, since
   * a wrong sum then shows in the total. A line too short to hold the field counts as undecodable.
   */
  private addSums(batch: RecordBatch, allOk: boolean): void {
    const { recordCount } = batch;
    for (const sum of this.sums) {
      if (!allOk) {
        for (let record = 0; record < recordCount; record++) {
          const outcome = batch.outcomeOf(record);
          const noDetail = outcome === RECORD_UNKNOWN_TYPE || outcome === RECORD_BLANK;
          const cut = outcome === RECORD_TOO_SHORT && batch.rawLengthOf(record) < sum.decoder.field.endByte;
          if (cut) sum.undecodableCount++;
          this.kernel.bytes[this.counted + record] = noDetail || cut ? 0 : 1;
        }
      }
      sum.add(recordCount, allOk ? 0 : this.counted);
    }
  }

  private countNulled(field: Field, count: number): void {
    const path = fieldPath(field);
    this.nulled.set(path, (this.nulled.get(path) ?? 0) + count);
  }

  private reportRejects(batch: RecordBatch): void {
    for (let record = 0; record < batch.recordCount; record++) {
      const outcome = batch.outcomeOf(record);
      const fault = outcome === RECORD_OK ? this.faults.get(record) : undefined;
      if (outcome === RECORD_OK && !fault) continue;
      this.rejectedCount++;
      this.onReject(rejectOf(batch, record, fault && this.reasonOf(fault), fault?.field));
    }
  }

  private reasonOf({ field, address, reason }: RecordFault): string {
    if (reason !== undefined) return reason;
    const decoded = decodeValue(this.kernel.bytes, address, field);
    if (decoded.state === 'invalid') return decoded.reason;
    // What is a value only because the record was filled up.
    return decoded.state === 'value' ? 'cut-by-record-end' : 'required-blank';
  }
}

/** The reject of a record; without a reason of a field it is its outcome that says why. */
export function rejectOf(batch: RecordBatch, record: number, reason?: string, field?: Field): Reject {
  return {
    byteOffset: batch.byteOffsetOf(record),
    recordLengthBytes: batch.rawLengthOf(record),
    reason: reason ?? OUTCOME_REASONS[batch.outcomeOf(record)]!,
    field: field ? fieldPath(field) : null,
    raw: batch.rawBytesOf(record),
  };
}
