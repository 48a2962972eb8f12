import { FieldVector, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { STATE_NULL, STATE_VALUE, WRITE_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';

const BATCH_ROWS = 4096;

/** Bytes of a text in UTF-8 or as they are; integers, decimals and timestamps unscaled; dates in days. */
export type FeedValue = Uint8Array | bigint | number | boolean | null;

/** Brings rows that do not come from records, such as rejects, into the kernel. */
export class ColumnFeed {
  private readonly kernel: Kernel;
  private readonly vectors: FieldVector[];
  /** Indexes 0, 1, 2 … */
  private readonly members: number;
  /** Texts of the batch, by column. */
  private readonly texts: { address: number; capacity: number }[];

  constructor(kernel: Kernel, schema: ColumnSchema[]) {
    this.kernel = kernel;
    this.vectors = schema.map(({ type }) => new FieldVector(kernel, vectorKind(type), BATCH_ROWS));
    this.texts = schema.map(() => ({ address: 0, capacity: 0 }));
    this.members = kernel.place(
      new Uint8Array(Uint16Array.from({ length: BATCH_ROWS }, (_, index) => index).buffer),
    );
  }

  /** Appends rows: of each column as many values. */
  append(columns: FeedValue[][], rows: RowGroupBuilder): void {
    const rowCount = columns[0]!.length;
    for (let first = 0; first < rowCount; first += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rowCount - first);
      for (const [index, column] of columns.entries()) this.fill(index, column.slice(first, first + count));
      rows.append(this.vectors, this.members, count);
    }
  }

  private fill(index: number, batch: FeedValue[]): void {
    const vector = this.vectors[index]!;
    if (vector.kind === 'bytes') this.reserveTexts(index, batch as (Uint8Array | null)[]);
    const { bytes, view } = this.kernel;
    const { kind, states, values } = vector;
    let textAt = this.texts[index]!.address;
    for (const [row, value] of batch.entries()) {
      bytes[states + row] = value === null ? STATE_NULL : STATE_VALUE;
      if (value === null) continue;
      switch (kind) {
        case 'int32':
          view.setInt32(values + row * 4, value as number, true);
          break;
        case 'int64':
          view.setBigInt64(values + row * 8, value as bigint, true);
          break;
        case 'int128':
          view.setBigInt64(values + row * 16, (value as bigint) >> 64n);
          view.setBigUint64(values + row * 16 + 8, BigInt.asUintN(64, value as bigint));
          break;
        case 'double':
          view.setFloat64(values + row * 8, value as number, true);
          break;
        case 'boolean':
          bytes[values + row] = value ? 1 : 0;
          break;
        case 'bytes': {
          const text = value as Uint8Array;
          bytes.set(text, textAt);
          view.setUint32(values + row * 8, textAt, true);
          view.setUint32(values + row * 8 + 4, text.length, true);
          textAt += text.length;
        }
      }
    }
  }

  /** Makes room for the texts of a batch. */
  private reserveTexts(index: number, batch: (Uint8Array | null)[]): void {
    const byteCount = batch.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    this.vectors[index]!.mostTextBytes = byteCount + 4 * batch.length;
    const texts = this.texts[index]!;
    if (byteCount <= texts.capacity && texts.address !== 0) return;
    if (texts.address !== 0) this.kernel.release(texts.address, texts.capacity + WRITE_MARGIN_BYTES);
    texts.capacity = byteCount;
    texts.address = this.kernel.allocate(byteCount + WRITE_MARGIN_BYTES);
  }
}
