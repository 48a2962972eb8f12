import type { PartFile } from '../control/part-manifest.ts';
import type { Reject } from '../decode/block-decoder.ts';
import { BytesColumn, Int64Column } from '../decode/column-buffer.ts';
import { ColumnFeed } from '../parquet/column-feed.ts';
import { RowGroupBuilder } from '../parquet/row-group-builder.ts';
import type { ColumnSchema } from '../parquet/schema.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { KernelMemory } from './kernel-memory.ts';
import { PartWriter } from './part-writer.ts';

/** Columns of every rejects dataset. `raw` is the record as it stands in the file, without terminator. */
export const REJECT_COLUMNS: ColumnSchema[] = [
  { name: 'source_key', type: { kind: 'string' } },
  { name: 'byte_offset', type: { kind: 'integer' } },
  { name: 'record_length_bytes', type: { kind: 'integer' } },
  { name: 'reason', type: { kind: 'string' } },
  { name: 'field', type: { kind: 'string' } },
  { name: 'raw', type: { kind: 'binary' } },
];

const ROW_GROUP_BYTES = 16 * 1024 * 1024;

/** Collects rejects and writes them as Parquet; nothing is written where there are none. */
export class RejectWriter {
  /** Rejected records by reason. */
  readonly reasons: Record<string, number> = {};
  private readonly store: ObjectStore;
  private readonly key: string;
  private readonly memory: KernelMemory;
  private readonly sourceKey: Uint8Array;
  private readonly texts = new TextEncoder();
  private readonly columns = {
    sourceKey: new BytesColumn(),
    byteOffset: new Int64Column(),
    recordLength: new Int64Column(),
    reason: new BytesColumn(),
    field: new BytesColumn(),
    raw: new BytesColumn(),
  };
  private writer: PartWriter | undefined;
  private feed: ColumnFeed | undefined;
  private rows: RowGroupBuilder | undefined;

  constructor(store: ObjectStore, key: string, sourceKey: string, memory: KernelMemory) {
    this.store = store;
    this.key = key;
    this.memory = memory;
    this.sourceKey = this.texts.encode(sourceKey);
  }

  add(reject: Reject): void {
    const { sourceKey, byteOffset, recordLength, reason, field, raw } = this.columns;
    appendBytes(sourceKey, this.sourceKey);
    appendInteger(byteOffset, reject.byteOffset);
    appendInteger(recordLength, reject.recordLengthBytes);
    appendBytes(reason, this.texts.encode(reject.reason));
    appendBytes(field, reject.field === null ? null : this.texts.encode(reject.field));
    appendBytes(raw, reject.raw);
    this.reasons[reject.reason] = (this.reasons[reject.reason] ?? 0) + 1;
  }

  /** Passes on what has gathered, once it is a row group's worth. */
  async drain(): Promise<void> {
    if (this.columns.raw.sizeBytes() >= ROW_GROUP_BYTES) await this.writeRowGroup();
  }

  async finish(): Promise<PartFile | null> {
    if (this.columns.raw.rowCount > 0) await this.writeRowGroup();
    return (await this.writer?.finish()) ?? null;
  }

  async abort(): Promise<void> {
    await this.writer?.abort();
  }

  private async writeRowGroup(): Promise<void> {
    const memory = this.memory;
    const columns = Object.values(this.columns);
    this.writer ??= new PartWriter(this.store, this.key, REJECT_COLUMNS, memory);
    this.feed ??= new ColumnFeed(
      memory.kernel,
      columns.map(({ kind }) => kind),
    );
    this.rows ??= new RowGroupBuilder(memory.kernel, REJECT_COLUMNS, 'snappy', memory.compressor);
    this.feed.append(columns, this.rows);
    for (const column of columns) column.clear();
    await this.writer.writeRowGroup(this.rows);
  }
}

function appendBytes(column: BytesColumn, value: Uint8Array | null): void {
  column.reserveRows(1);
  column.present[column.rowCount++] = value === null ? 0 : 1;
  if (value === null) return;
  column.reserveData(value.length);
  column.data.set(value, column.dataLength);
  column.dataLength += value.length;
  column.ends[column.valueCount++] = column.dataLength;
}

function appendInteger(column: Int64Column, value: number): void {
  column.reserveRows(1);
  column.present[column.rowCount++] = 1;
  column.words[column.valueCount * 2] = (value % 4294967296) | 0;
  column.words[column.valueCount * 2 + 1] = Math.floor(value / 4294967296);
  column.valueCount++;
}
