import type { Reject } from '../../decode/record-type-decoder.ts';
import { rejectsDataset } from '../../keys/lake-keys.ts';
import { ColumnFeed, type FeedValue } from '../../parquet/column-feed.ts';
import type { KernelMemory } from '../../parquet/kernel-memory.ts';
import { REJECT_COLUMNS } from '../../parquet/reject-columns.ts';
import { RowGroupBuilder } from '../../parquet/row-group-builder.ts';
import { type ColumnSchema, withFieldIds } from '../../parquet/schema.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { FilePlan } from '../../run/file-plan.ts';
import type { FirstReject, PartFile, PartManifest } from '../../run/part-manifest.ts';
import { RejectsDigest } from '../../run/rejects-digest.ts';
import { PartWriter } from './part-writer.ts';

const encoder = new TextEncoder();

type RejectsPlan = Pick<FilePlan, 'dataset' | 'sourceKey' | 'fieldIds'>;

/** The columns of the rejects of a file, with the ids that its plan gives them. */
export function rejectColumns({ dataset, fieldIds }: Omit<RejectsPlan, 'sourceKey'>): ColumnSchema[] {
  return withFieldIds(REJECT_COLUMNS, fieldIds?.[rejectsDataset(dataset)]);
}

const ROW_GROUP_BYTES = 8 * 1024 * 1024;

/** Collects rejects and writes them as Parquet; writes nothing if there are none. */
export class RejectWriter {
  private readonly reasons: Record<string, number> = {};
  private readonly digest = new RejectsDigest();
  private first: FirstReject | undefined;
  private readonly store: ObjectStore;
  private readonly key: string;
  private readonly memory: KernelMemory;
  private readonly sourceKey: Uint8Array;
  private readonly schema: ColumnSchema[];
  /** Reasons and fields are few, and rejects may be millions. */
  private readonly texts = new Map<string, Uint8Array>();
  /** The rejects since the last drain, column by column. */
  private columns: FeedValue[][] = REJECT_COLUMNS.map(() => []);
  private output: { feed: ColumnFeed; rows: RowGroupBuilder; writer: PartWriter } | undefined;

  constructor(store: ObjectStore, key: string, plan: RejectsPlan, memory: KernelMemory) {
    this.store = store;
    this.key = key;
    this.memory = memory;
    this.sourceKey = encoder.encode(plan.sourceKey);
    this.schema = rejectColumns(plan);
  }

  add({ byteOffset, recordIndex, recordLengthBytes, reason, field, raw }: Reject): void {
    if (!this.first || byteOffset < this.first.byteOffset)
      this.first = { reason, field, byteOffset, recordIndex };
    const row = [
      this.sourceKey,
      BigInt(byteOffset),
      BigInt(recordLengthBytes),
      this.bytesOf(reason),
      field === null ? null : this.bytesOf(field),
      raw,
    ];
    for (const [index, value] of row.entries()) this.columns[index]!.push(value);
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    this.digest.add(byteOffset, recordLengthBytes);
  }

  /** What the part manifest says of the rejects: how many there are by reason, which records they are, and the first in the file. */
  get account(): Pick<PartManifest, 'reasons' | 'rejectsDigest' | 'firstReject'> {
    const { reasons, digest, first } = this;
    return { reasons, rejectsDigest: String(digest), ...(first && { firstReject: first }) };
  }

  private bytesOf(text: string): Uint8Array {
    const known = this.texts.get(text);
    if (known) return known;
    const bytes = encoder.encode(text);
    this.texts.set(text, bytes);
    return bytes;
  }

  /** Takes the collected rejects into the kernel, and writes a row group once they are large enough for one. */
  async drain(): Promise<void> {
    if (this.columns.every((column) => column.length === 0)) return;
    const { kernel, compressor } = this.memory;
    this.output ??= {
      feed: new ColumnFeed(kernel, REJECT_COLUMNS),
      rows: new RowGroupBuilder(kernel, REJECT_COLUMNS, 'snappy', compressor),
      writer: new PartWriter(this.store, this.key, this.schema, this.memory),
    };
    const { feed, rows, writer } = this.output;
    feed.append(this.columns, rows);
    this.columns = REJECT_COLUMNS.map(() => []);
    if (rows.bufferedBytes >= ROW_GROUP_BYTES) await writer.writeRowGroup(rows);
  }

  async finish(): Promise<PartFile | null> {
    await this.drain();
    if (!this.output) return null;
    const { rows, writer } = this.output;
    if (rows.rowCount > 0) await writer.writeRowGroup(rows);
    return writer.finish();
  }

  async abort(): Promise<void> {
    await this.output?.writer.abort();
  }
}
