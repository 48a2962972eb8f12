import type { Kernel } from '../kernel/kernel.ts';
import {
  RECORD_BLANK,
  RECORD_OK,
  RECORD_TOO_SHORT,
  RECORD_UNKNOWN_TYPE,
  STATE_INVALID,
  STATE_VALUE,
} from '../kernel/shapes.ts';
import { type Field, type Layout, summedFieldIndexes } from '../layout/layout.ts';
import { decodeValue } from './decode-value.ts';
import { FieldDecoder } from './field-decoder.ts';
import { FieldSum } from './field-sum.ts';
import type { FieldVector } from './field-vector.ts';
import { PartitionRouter, type PartitionValues } from './partition-router.ts';
import { OUTCOME_REASONS, type RecordExtractor } from './record-extractor.ts';

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

/** Rows of one partition within the block: `count` indexes into the vectors, 2 bytes each from `address` on. */
export interface Members {
  partition: number;
  address: number;
  count: number;
}

/**
 * Turns a block of records into column vectors, and its rows by partition, its rejects and its share of the control totals. Each field
 * is decoded for all records at once; then a record that any field rejects is left out as a whole.
 */
export class BlockDecoder {
  /** Detail records seen: accepted and rejected. */
  detailCount = 0;
  rejectedCount = 0;
  readonly sums: FieldSum[];
  /** Values replaced by null, by index into `layout.fields`. */
  readonly nulledCounts: Float64Array;
  /** Columns of the block last decoded, in the layout's order without the partition columns. */
  readonly vectors: FieldVector[];

  private readonly kernel: Kernel;
  private readonly layout: Layout;
  private readonly columns: FieldDecoder[];
  /** Fields that are summed and no columns. */
  private readonly others: FieldDecoder[];
  private readonly router: PartitionRouter;
  private readonly onReject: (reject: Reject) => void;
  private readonly counted: number;
  private readonly members: number;
  private memberEnds = 0;
  private memberEndsCapacity = 0;
  /** By record of the block: the first field that rejects it. */
  private readonly failed = new Map<number, number>();

  /** Blocks have at most `capacityRecords` records. */
  constructor(kernel: Kernel, layout: Layout, capacityRecords: number, onReject: (reject: Reject) => void) {
    const decoder = (field: Field) => new FieldDecoder(kernel, field, capacityRecords);
    this.kernel = kernel;
    this.layout = layout;
    this.onReject = onReject;
    this.columns = layout.columns.map(decoder);
    this.vectors = this.columns.map(({ vector }) => vector);
    const summed = summedFieldIndexes(layout).map((index) => layout.fields[index]!);
    this.others = summed.filter((field) => !layout.columns.includes(field)).map(decoder);
    this.sums = summed.map(
      (field) => new FieldSum(kernel, [...this.columns, ...this.others].find((one) => one.field === field)!),
    );
    this.nulledCounts = new Float64Array(layout.fields.length);
    this.router = new PartitionRouter(kernel, layout, capacityRecords);
    this.counted = kernel.allocate(capacityRecords);
    this.members = kernel.allocate(capacityRecords * 2);
  }

  /** Every partition met so far. */
  get partitions(): PartitionValues[] {
    return this.router.partitions;
  }

  /** Decodes the records the extractor just found; returns the rows of each partition that has some. */
  decode(block: RecordExtractor): Members[] {
    const { call } = this.kernel;
    const { recordCount, starts, outcomes } = block;
    this.failed.clear();
    this.matchDetails(block);
    const allOk = call.countNotOk(outcomes, recordCount) === 0;
    for (const column of this.columns) column.decode(starts, recordCount);
    for (const other of this.others) other.decode(starts, recordCount);
    this.addSums(block, allOk);
    const nulled: { record: number; fields: number[] }[] = [];
    this.router.route(block, (record, failedField, fields) => {
      if (failedField >= 0) this.failed.set(record, failedField);
      else nulled.push({ record, fields });
    });
    for (const column of this.columns) this.settle(column, block);
    if (this.failed.size > 0) this.leaveOutFailed();
    for (const { record, fields } of nulled) {
      if (!this.failed.has(record)) for (const field of fields) this.countNulled(field, 1);
    }
    for (const column of this.columns) this.countInvalids(column, recordCount);
    this.detailCount += recordCount;
    if (!allOk || this.failed.size > 0) this.reportRejects(block);
    return this.group(recordCount);
  }

  /** Records that are no detail become rejects of their own kind. */
  private matchDetails(block: RecordExtractor): void {
    const match = this.layout.detail;
    if (!match) return;
    const pattern = this.kernel.place(match.bytes);
    const { starts, outcomes, recordCount } = block;
    this.kernel.call.matchDetails(
      starts,
      outcomes,
      recordCount,
      match.startByte,
      pattern,
      match.bytes.length,
    );
    this.kernel.release(pattern, match.bytes.length);
  }

  /**
   * Over all details, rejected ones included: whatever stands at the field's positions of a line of the wrong length
   * counts, since a wrong sum then shows in the total. A line too short to hold the field counts as undecodable.
   */
  private addSums(block: RecordExtractor, allOk: boolean): void {
    const { recordCount } = block;
    for (const sum of this.sums) {
      if (!allOk) {
        for (let record = 0; record < recordCount; record++) {
          const outcome = block.outcomeOf(record);
          const noDetail = outcome === RECORD_UNKNOWN_TYPE || outcome === RECORD_BLANK;
          const cut = outcome === RECORD_TOO_SHORT && block.rawLengthOf(record) < sum.decoder.field.endByte;
          if (cut) sum.undecodableCount++;
          this.kernel.bytes[this.counted + record] = noDetail || cut ? 0 : 1;
        }
      }
      sum.add(recordCount, allOk ? 0 : this.counted);
    }
  }

  /** Marks the records that a column rejects. */
  private settle({ field, vector, invalidCount }: FieldDecoder, block: RecordExtractor): void {
    const rejects = field.required ? vector.hasNulls : invalidCount > 0 && field.onInvalid === 'reject';
    if (!rejects) return;
    const { bytes } = this.kernel;
    const fieldIndex = this.layout.fields.indexOf(field);
    for (let record = 0; record < block.recordCount; record++) {
      const state = bytes[vector.states + record]!;
      if (field.required ? state === STATE_VALUE : state !== STATE_INVALID) continue;
      if (block.outcomeOf(record) === RECORD_OK && !this.failed.has(record)) {
        this.failed.set(record, fieldIndex);
      }
    }
  }

  private leaveOutFailed(): void {
    for (const record of this.failed.keys()) {
      this.kernel.view.setInt32(this.router.partitionOf + record * 4, -1, true);
    }
  }

  /** Counts the invalid values of accepted records that become null. */
  private countInvalids({ field, vector, invalidCount }: FieldDecoder, recordCount: number): void {
    if (invalidCount === 0 || field.required || field.onInvalid === 'reject') return;
    const { bytes, view } = this.kernel;
    let count = 0;
    for (let record = 0; record < recordCount; record++) {
      if (bytes[vector.states + record] !== STATE_INVALID) continue;
      if (view.getInt32(this.router.partitionOf + record * 4, true) >= 0) count++;
    }
    this.countNulled(this.layout.fields.indexOf(field), count);
  }

  private countNulled(fieldIndex: number, count: number): void {
    this.nulledCounts[fieldIndex] = this.nulledCounts[fieldIndex]! + count;
  }

  private group(recordCount: number): Members[] {
    const partitionCount = this.partitions.length;
    if (partitionCount > this.memberEndsCapacity) {
      if (this.memberEnds !== 0) this.kernel.release(this.memberEnds, this.memberEndsCapacity * 4);
      this.memberEndsCapacity = partitionCount * 2;
      this.memberEnds = this.kernel.allocate(this.memberEndsCapacity * 4);
    }
    const { call, view } = this.kernel;
    call.groupByPartition(
      this.router.partitionOf,
      recordCount,
      partitionCount,
      this.memberEnds,
      this.members,
    );
    const found: Members[] = [];
    let start = 0;
    for (let partition = 0; partition < partitionCount; partition++) {
      const end = view.getInt32(this.memberEnds + partition * 4, true);
      if (end > start) found.push({ partition, address: this.members + start * 2, count: end - start });
      start = end;
    }
    return found;
  }

  private reportRejects(block: RecordExtractor): void {
    for (let record = 0; record < block.recordCount; record++) {
      const outcome = block.outcomeOf(record);
      const fieldIndex = this.failed.get(record);
      if (outcome === RECORD_OK && fieldIndex === undefined) continue;
      this.rejectedCount++;
      const field = outcome === RECORD_OK ? this.layout.fields[fieldIndex!]! : undefined;
      this.onReject({
        byteOffset: block.byteOffsetOf(record),
        recordLengthBytes: block.rawLengthOf(record),
        reason: field ? this.reasonOf(field, block.startOf(record)) : OUTCOME_REASONS[outcome]!,
        field: field?.name ?? null,
        raw: block.rawBytesOf(record),
      });
    }
  }

  private reasonOf(field: Field, record: number): string {
    const decoded = decodeValue(this.kernel.bytes, record, field);
    return decoded.state === 'invalid' ? decoded.reason : 'required-blank';
  }
}
