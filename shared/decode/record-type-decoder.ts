import type { Kernel } from '../kernel/kernel.ts';
import {
  RECORD_BLANK,
  RECORD_HEADER_INSIDE,
  RECORD_ILL_FORMED,
  RECORD_OK,
  RECORD_TOO_SHORT,
  RECORD_TRAILER_INSIDE,
  RECORD_UNKNOWN_TYPE,
} from '../kernel/shapes.ts';
import type { Field, Occurs } from '../layout/field.ts';
import { fieldPath } from '../layout/field.ts';
import type { Layout, RecordType } from '../layout/layout.ts';
import { neededBytes } from '../layout/number-notation.ts';
import type { SummedField } from '../layout/summed-fields.ts';
import type { RecordFault } from './column-values.ts';
import type { ForeignRecords } from './dataset-columns.ts';
import { DatasetDecoder, type PartitionRows } from './dataset-decoder.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldSum } from './field-sum.ts';
import type { FieldVector } from './field-vector.ts';
import { decodeAt } from './narrowed-value.ts';
import { MOST_EXAMPLE_BYTES, NulledValues } from './nulled-values.ts';
import type { Occurrences } from './occurrences.ts';
import type { PartitionValues } from './partition-router.ts';
import { endsBefore, OUTCOME_REASONS, type RecordBatch } from './record-batch.ts';
import { beyondEnd } from './record-end.ts';
import { TableLengths } from './table-lengths.ts';

/** Records of a batch that belong to one group, and the sums that they are added to, by `SummedField.key`. */
export interface SumSpan {
  first: number;
  count: number;
  sums: Map<string, bigint>;
}

/** Outcomes of records that are no details at all, so that no control total counts a value of theirs. */
const NO_DETAIL: ReadonlySet<number> = new Set([
  RECORD_UNKNOWN_TYPE,
  RECORD_BLANK,
  RECORD_HEADER_INSIDE,
  RECORD_TRAILER_INSIDE,
]);

/** A record that does not become a row. */
export interface Reject {
  /** Offset of its first byte in the file. */
  byteOffset: number;
  /** Number of details before it in the range. */
  recordIndex: number;
  /** Without terminator. */
  recordLengthBytes: number;
  reason: string;
  /** Null if the record as a whole is rejected. */
  field: string | null;
  raw: Uint8Array;
}

/** Rows of one partition of one dataset within the batch. */
export interface BatchRows extends PartitionRows {
  /** Index of the dataset among those of the decoder: of one record type, or of the whole layout. */
  dataset: number;
  vectors: FieldVector[];
}

/**
 * Turns the records of one type into the rows of its datasets, its rejects and its share of the control totals. If any field of
 * any row of a record rejects it, the whole record is left out.
 */
export class RecordTypeDecoder {
  readonly type: RecordType;
  /** Records so far: accepted and rejected. */
  recordCount = 0;
  rejectedCount = 0;
  /** Accepted records that end before their last field. */
  shortCount = 0;
  readonly datasets: DatasetDecoder[];
  readonly sums: FieldSum[];
  /** What became of the values of the fields whose invalid values become null. */
  readonly settled = new NulledValues();

  private readonly kernel: Kernel;
  /** Decoders of fields that are summed and are not columns. */
  private readonly others: FieldDecoder[];
  private readonly onReject: (reject: Reject) => void;
  /** Address of a byte a record: 1 if control totals count it. */
  private readonly counted: number;
  private readonly tables: TableLengths;
  /** Offset after the last field that a record of the type can have, besides those that have a rule. */
  private readonly lastByte: number;
  /** By index of the record in the batch: what rejects it first. */
  private readonly faults = new Map<number, RecordFault>();

  constructor(
    kernel: Kernel,
    type: RecordType,
    record: Layout['record'],
    summed: SummedField[],
    capacityRecords: number,
    onReject: (reject: Reject) => void,
  ) {
    this.kernel = kernel;
    this.type = type;
    this.onReject = onReject;
    this.datasets = type.datasets.map((dataset) => new DatasetDecoder(kernel, dataset, capacityRecords));
    const [own] = this.datasets;
    const others = new Map<Field, FieldDecoder>();
    const decoderOf = (field: Field): FieldDecoder => {
      const known = own?.columns.decoderOf(field) ?? others.get(field);
      if (known) return known;
      const decoder = new FieldDecoder(kernel, field, capacityRecords);
      others.set(field, decoder);
      return decoder;
    };
    this.sums = summed.map((one) => new FieldSum(kernel, one, one.field && decoderOf(one.field)));
    this.others = [...others.values()];
    this.counted = kernel.allocate(capacityRecords);
    this.tables = new TableLengths(type, record);
    this.lastByte = this.tables.mostBytes;
  }

  /** Every partition of a dataset so far. */
  partitionsOf(dataset: number): PartitionValues[] {
    return this.datasets[dataset]?.router.partitions ?? [];
  }

  /**
   * Decodes the records of `batch`, all of this type; `spans` are all of them, or none if the file has no groups.
   * Returns the rows of each partition that has any.
   */
  decode(batch: RecordBatch, foreign: ForeignRecords, spans: readonly SumSpan[] = []): BatchRows[] {
    const { recordCount } = batch;
    const { faults, kernel } = this;
    faults.clear();
    const allOk = kernel.call.countNotOk(batch.outcomes, recordCount) === 0;
    const onFault = (record: number, fault: RecordFault) => {
      if (!faults.has(record)) faults.set(record, fault);
    };
    const nulled: { record: number; fields: Field[]; address: number }[] = [];
    for (const { columns } of this.datasets) columns.decode(batch, foreign, onFault);
    if (this.tables.hasTables)
      this.tables.judge(kernel, batch, (table) => this.occurrencesOf(table), onFault);
    for (const other of this.others) {
      other.decode(batch.starts, recordCount);
      if (endsBefore(batch, neededBytes(other.field)))
        other.leaveOutBeyond(batch.starts, batch.ends, recordCount, batch.spaceByte);
    }
    this.addSums(batch, allOk, spans);
    for (const dataset of this.datasets) {
      dataset.route(batch, foreign, onFault, (record, fields, address) =>
        nulled.push({ record, fields, address }),
      );
    }
    for (const { columns } of this.datasets) columns.settle(batch, onFault);
    if (faults.size > 0)
      for (const dataset of this.datasets) dataset.leaveOut((record) => faults.has(record));
    const simple = allOk && faults.size === 0;
    for (const { record, fields, address } of nulled) {
      if (faults.has(record)) continue;
      for (const field of fields) this.countValues(batch, field, 0, 1, { record, address });
    }
    for (const dataset of this.datasets) {
      if (simple && !dataset.dataset.occurs) dataset.expectedRows += recordCount;
      else dataset.expectRows(batch, (record) => faults.has(record));
    }
    this.recordCount += recordCount;
    if (endsBefore(batch, this.lastByte)) this.shortCount += this.countShort(batch);
    if (!allOk || faults.size > 0) this.reportRejects(batch);
    return this.datasets.flatMap((dataset, index) => {
      const groups = dataset.group();
      dataset.countValues(simple, groups, (field, valid, count, first) =>
        this.countValues(batch, field, valid, count, first),
      );
      return groups.map((rows) => ({ dataset: index, vectors: dataset.columns.vectors, ...rows }));
    });
  }

  /**
   * Adds all records, including rejected ones. In a line of the wrong length, the bytes at the field's positions count: if they
   * are wrong, the total shows it. A line too short to hold the field counts as undecodable, and so does one whose characters
   * cannot be counted up to its end.
   */
  private addSums(batch: RecordBatch, allOk: boolean, spans: readonly SumSpan[]): void {
    const { recordCount } = batch;
    const { bytes } = this.kernel;
    for (const sum of this.sums) {
      const isAll = allOk && !sum.isConditional;
      if (!isAll) bytes.fill(1, this.counted, this.counted + recordCount);
      if (!allOk) {
        for (let record = 0; record < recordCount; record++) {
          const outcome = batch.outcomeOf(record);
          const noDetail = NO_DETAIL.has(outcome);
          const ends = outcome === RECORD_TOO_SHORT || outcome === RECORD_ILL_FORMED;
          const cut = ends && batch.lengthOf(record) < sum.leastBytes;
          if (cut) sum.undecodableCount++;
          if (noDetail || cut) bytes[this.counted + record] = 0;
        }
      }
      sum.select(batch, this.counted);
      const counted = isAll ? 0 : this.counted;
      if (spans.length === 0) sum.add(0, recordCount, counted);
      for (const { first, count, sums } of spans) {
        const { key } = sum.summed;
        sums.set(key, (sums.get(key) ?? 0n) + sum.add(first, count, counted));
      }
    }
  }

  private countValues(
    batch: RecordBatch,
    field: Field,
    valid: number,
    nulled: number,
    first: { record: number; address: number } | undefined,
  ): void {
    const settled = this.settled.add(field, valid, nulled);
    if (!first || settled.example) return;
    const from = first.address + field.startByte;
    const bytes = this.kernel.bytes.subarray(from, first.address + field.endByte);
    const hex = Buffer.from(bytes.subarray(0, MOST_EXAMPLE_BYTES)).toString('hex');
    settled.example = { hex, byteOffset: batch.byteOffsetOf(first.record) };
  }

  private occurrencesOf(table: Occurs): Occurrences {
    for (const { columns } of this.datasets) {
      const occurrences = columns.occurrencesOf(table);
      if (occurrences) return occurrences;
    }
    throw new Error(`the table ${table.name} is not of this record type`);
  }

  private countShort(batch: RecordBatch): number {
    if (this.tables.hasTables) {
      const isFailed = (record: number) => this.faults.has(record);
      return this.tables.countShort(this.kernel, batch, (table) => this.occurrencesOf(table), isFailed);
    }
    const { starts, ends, outcomes, recordCount } = batch;
    let short = this.kernel.call.countShorter(starts, ends, outcomes, recordCount, this.lastByte);
    for (const record of this.faults.keys()) if (batch.lengthOf(record) < this.lastByte) short--;
    return short;
  }

  private reportRejects(batch: RecordBatch): void {
    for (let record = 0; record < batch.recordCount; record++) {
      const outcome = batch.outcomeOf(record);
      const fault = outcome === RECORD_OK ? this.faults.get(record) : undefined;
      if (outcome === RECORD_OK && !fault) continue;
      this.rejectedCount++;
      this.onReject(rejectOf(batch, record, fault && this.reasonOf(fault, batch.spaceByte), fault?.field));
    }
  }

  private reasonOf({ field, address, heldBytes, reason }: RecordFault, spaceByte: number): string {
    const cut = beyondEnd(field, heldBytes, spaceByte);
    if (reason !== undefined && cut?.state !== 'invalid') return reason;
    const decoded = cut ?? decodeAt(this.kernel, address, field);
    return decoded.state === 'invalid' ? decoded.reason : 'required-blank';
  }
}

/** The reject of a record. Without a `reason` from a field, the record's outcome is the reason. */
export function rejectOf(batch: RecordBatch, record: number, reason?: string, field?: Field): Reject {
  return {
    byteOffset: batch.byteOffsetOf(record),
    recordIndex: batch.recordIndexOf(record),
    recordLengthBytes: batch.rawLengthOf(record),
    reason: reason ?? OUTCOME_REASONS[batch.outcomeOf(record)]!,
    field: field ? fieldPath(field) : null,
    raw: batch.rawBytesOf(record),
  };
}
