import { type Layout, summedFieldIndexes } from '../layout/layout.ts';
import type { ColumnBuffer } from './column-buffer.ts';
import { decodeValue } from './decode-value.ts';
import { createFieldKernel, type FieldKernel, REJECTED } from './field-kernel.ts';
import { FieldSum } from './field-sum.ts';
import { PartitionRouter, type PartitionValues } from './partition-router.ts';
import {
  OUTCOME_REASONS,
  RECORD_BLANK,
  RECORD_OK,
  RECORD_TOO_SHORT,
  RECORD_UNKNOWN_TYPE,
  type RecordExtractor,
} from './record-extractor.ts';

/** Rows of one partition that are not yet written. */
export interface PartitionRows {
  values: PartitionValues;
  columns: ColumnBuffer[];
  rowCount: number;
}

/** Where the columns of a partition come from. */
export type TakeColumns = (values: PartitionValues, make: () => ColumnBuffer[]) => ColumnBuffer[];

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

/**
 * Turns blocks of records into rows by partition, rejects and sums. Columns are decoded one after the other over
 * the records of one partition. A record is rejected as a whole: where any field says so, the partition's columns
 * go back to where they stood and the remaining records are decoded again, which costs only blocks that have rejects.
 */
export class BlockDecoder {
  /** Detail records seen: accepted and rejected. */
  detailCount = 0;
  rejectedCount = 0;
  readonly sums: FieldSum[];
  /** Values replaced by null, by index into `layout.fields`. */
  readonly nulledCounts: Float64Array;
  /** By partition index; a partition appears with its first row. */
  readonly partitions: PartitionRows[] = [];

  private readonly layout: Layout;
  private readonly kernels: FieldKernel[];
  private readonly router: PartitionRouter;
  private readonly onReject: (reject: Reject) => void;
  private readonly takeColumns: TakeColumns;
  private failed = new Int16Array(0);
  private partitionOf = new Int32Array(0);
  private members = new Int32Array(0);

  /** `takeColumns` may hand out emptied columns of an earlier range in place of new ones. */
  constructor(
    layout: Layout,
    onReject: (reject: Reject) => void,
    takeColumns: TakeColumns = (_, make) => make(),
  ) {
    this.layout = layout;
    this.onReject = onReject;
    this.takeColumns = takeColumns;
    this.kernels = layout.columns.map((field) =>
      createFieldKernel(field, layout.fields.indexOf(field), layout.encoding),
    );
    this.sums = summedFieldIndexes(layout).map((index) => new FieldSum(layout.fields[index]!));
    this.nulledCounts = new Float64Array(layout.fields.length);
    this.router = new PartitionRouter(layout);
  }

  /** How many partition values were met; the caller compares it with what the layout allows. */
  get partitionCount(): number {
    return this.router.partitions.length;
  }

  /** Decodes the records the extractor just found. */
  decode(block: RecordExtractor): void {
    const { recordCount } = block;
    this.reserve(recordCount);
    this.failed.fill(-1, 0, recordCount);
    this.matchDetails(block);
    this.addSums(block);
    this.routeRecords(block);
    const counts = this.groupByPartition(recordCount);
    let first = 0;
    for (let partition = 0; partition < counts.length; partition++) {
      const count = counts[partition]!;
      if (count > 0) this.decodePartition(block, partition, this.members.subarray(first, first + count));
      first += count;
    }
    this.detailCount += recordCount;
    this.reportRejects(block);
  }

  private reserve(recordCount: number): void {
    if (this.failed.length >= recordCount) return;
    this.failed = new Int16Array(recordCount);
    this.partitionOf = new Int32Array(recordCount);
    this.members = new Int32Array(recordCount);
  }

  /** Records that are no detail become rejects of their own kind. */
  private matchDetails(block: RecordExtractor): void {
    const match = this.layout.detail;
    if (!match) return;
    const { bytes, starts, outcomes, recordCount } = block;
    for (let record = 0; record < recordCount; record++) {
      if (outcomes[record] !== RECORD_OK) continue;
      const at = starts[record]! + match.startByte;
      for (let index = 0; index < match.bytes.length; index++) {
        if (bytes[at + index] !== match.bytes[index]) {
          outcomes[record] = RECORD_UNKNOWN_TYPE;
          break;
        }
      }
    }
  }

  /**
   * Over all details, rejected ones included: whatever stands at the field's positions of a line of the wrong length
   * counts, since a wrong sum then shows in the total. A line too short to hold the field counts as undecodable.
   */
  private addSums(block: RecordExtractor): void {
    const { bytes, starts, rawLengths, outcomes, recordCount } = block;
    for (const sum of this.sums) {
      let count = 0;
      for (let record = 0; record < recordCount; record++) {
        const outcome = outcomes[record]!;
        if (outcome === RECORD_UNKNOWN_TYPE || outcome === RECORD_BLANK) continue;
        if (outcome === RECORD_TOO_SHORT && rawLengths[record]! < sum.field.endByte) sum.undecodableCount++;
        else this.members[count++] = record;
      }
      sum.add(bytes, starts, this.members, count);
    }
  }

  private routeRecords(block: RecordExtractor): void {
    const { bytes, starts, outcomes, recordCount } = block;
    for (let record = 0; record < recordCount; record++) {
      this.partitionOf[record] =
        outcomes[record] === RECORD_OK
          ? this.router.route(bytes, starts[record]!, record, this.failed, this.nulledCounts)
          : -1;
    }
    for (let index = this.partitions.length; index < this.router.partitions.length; index++) {
      const values = this.router.partitions[index]!;
      const columns = this.takeColumns(values, () => this.kernels.map((kernel) => kernel.makeColumn()));
      this.partitions.push({ values, columns, rowCount: 0 });
    }
  }

  /** Counting sort: `members` holds the records of partition 0, then of 1, … in file order. */
  private groupByPartition(recordCount: number): Int32Array {
    const counts = new Int32Array(this.partitions.length);
    for (let record = 0; record < recordCount; record++) {
      const partition = this.partitionOf[record]!;
      if (partition >= 0) counts[partition] = counts[partition]! + 1;
    }
    const next = new Int32Array(counts.length);
    for (let partition = 1; partition < counts.length; partition++) {
      next[partition] = next[partition - 1]! + counts[partition - 1]!;
    }
    for (let record = 0; record < recordCount; record++) {
      const partition = this.partitionOf[record]!;
      if (partition < 0) continue;
      this.members[next[partition]!] = record;
      next[partition] = next[partition]! + 1;
    }
    return counts;
  }

  private decodePartition(block: RecordExtractor, partition: number, members: Int32Array): void {
    const rows = this.partitions[partition]!;
    const marks = rows.columns.map((column) => column.mark());
    const batch = {
      bytes: block.bytes,
      starts: block.starts,
      records: members,
      recordCount: members.length,
      failed: this.failed,
    };
    let results = this.appendAll(rows, batch);
    if (results.some((result) => result >= REJECTED)) {
      for (const [index, column] of rows.columns.entries()) column.rollback(marks[index]!);
      let kept = 0;
      for (const record of members) if (this.failed[record]! < 0) members[kept++] = record;
      batch.recordCount = kept;
      results = this.appendAll(rows, batch);
    }
    for (const [index, kernel] of this.kernels.entries()) {
      const field = this.layout.fields.indexOf(kernel.field);
      this.nulledCounts[field] = this.nulledCounts[field]! + results[index]!;
    }
    rows.rowCount += batch.recordCount;
  }

  private appendAll(rows: PartitionRows, batch: Parameters<FieldKernel['append']>[0]): number[] {
    return this.kernels.map((kernel, index) => kernel.append(batch, rows.columns[index]!));
  }

  private reportRejects(block: RecordExtractor): void {
    const { bytes, starts, rawStarts, rawLengths, outcomes, recordCount } = block;
    for (let record = 0; record < recordCount; record++) {
      const outcome = outcomes[record]!;
      const fieldIndex = this.failed[record]!;
      if (outcome === RECORD_OK && fieldIndex < 0) continue;
      this.rejectedCount++;
      const rawStart = rawStarts[record]!;
      const field = outcome === RECORD_OK ? this.layout.fields[fieldIndex]! : undefined;
      let reason: string = OUTCOME_REASONS[outcome]!;
      if (field) {
        const decoded = decodeValue(bytes, starts[record]!, field, this.layout.encoding);
        reason = decoded.state === 'invalid' ? decoded.reason : 'required-blank';
      }
      this.onReject({
        byteOffset: block.blockStartByte + rawStart,
        recordLengthBytes: rawLengths[record]!,
        reason,
        field: field?.name ?? null,
        raw: bytes.slice(rawStart, rawStart + rawLengths[record]!),
      });
    }
  }
}
