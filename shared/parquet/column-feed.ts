import { FieldVector, vectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { STATE_NULL, STATE_VALUE, WRITE_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';

const BATCH_ROWS = 4096;

/** A text as its bytes in UTF-8, binary as it is; integers, decimals and timestamps unscaled; dates in days. */
export type FeedValue = Uint8Array | bigint | number | boolean | null;

interface FedColumn {
  vector: FieldVector;
  /** Memory for the texts of a batch. */
  texts: { address: number; capacityBytes: number };
}

/** Brings rows that do not come from records, such as rejects, into the kernel. */
export class ColumnFeed {
  private readonly kernel: Kernel;
  private readonly columns: FedColumn[];
  /** Address of the indexes 0, 1, 2 … */
  private readonly members: number;

  constructor(kernel: Kernel, schema: ColumnSchema[]) {
    this.kernel = kernel;
    this.columns = schema.map(({ type }) => ({
      vector: new FieldVector(kernel, vectorKind(type), BATCH_ROWS),
      texts: { address: 0, capacityBytes: 0 },
    }));
    this.members = kernel.place(
      new Uint8Array(Uint16Array.from({ length: BATCH_ROWS }, (_, index) => index).buffer),
    );
  }

  /** Appends rows: the same number of values for each column of the schema. */
  append(values: FeedValue[][], rows: RowGroupBuilder): void {
    const rowCount = values[0]?.length ?? 0;
    const vectors = this.columns.map(({ vector }) => vector);
    for (let first = 0; first < rowCount; first += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rowCount - first);
      for (const [index, column] of this.columns.entries()) {
        this.fill(column, values[index]!.slice(first, first + count));
      }
      rows.append(vectors, this.members, count);
    }
  }

  private fill(column: FedColumn, batch: FeedValue[]): void {
    const { kind, states, values } = column.vector;
    if (kind === 'bytes') this.reserveTexts(column, batch);
    const { bytes, view } = this.kernel;
    let textAt = column.texts.address;
    for (const [row, value] of batch.entries()) {
      bytes[states + row] = value === null ? STATE_NULL : STATE_VALUE;
      if (value === null) continue;
      if (kind === 'int32' && typeof value === 'number') view.setInt32(values + row * 4, value, true);
      else if (kind === 'int64' && typeof value === 'bigint') {
        view.setBigInt64(values + row * 8, value, true);
      } else if (kind === 'int128' && typeof value === 'bigint') {
        view.setBigInt64(values + row * 16, value >> 64n);
        view.setBigUint64(values + row * 16 + 8, BigInt.asUintN(64, value));
      } else if (kind === 'double' && typeof value === 'number') {
        view.setFloat64(values + row * 8, value, true);
      } else if (kind === 'boolean' && typeof value === 'boolean') {
        bytes[values + row] = value ? 1 : 0;
      } else if (kind === 'bytes' && value instanceof Uint8Array) {
        bytes.set(value, textAt);
        view.setUint32(values + row * 8, textAt, true);
        view.setUint32(values + row * 8 + 4, value.length, true);
        textAt += value.length;
      } else throw new TypeError(`a value of type ${typeof value} in a column of ${kind}`);
    }
  }

  /** Makes room for the texts of a batch. */
  private reserveTexts({ vector, texts }: FedColumn, batch: FeedValue[]): void {
    const byteCount = batch.reduce<number>(
      (sum, value) => sum + (value instanceof Uint8Array ? value.length : 0),
      0,
    );
    vector.mostTextBytes = byteCount + 4 * batch.length;
    if (byteCount <= texts.capacityBytes && texts.address !== 0) return;
    if (texts.address !== 0) this.kernel.release(texts.address, texts.capacityBytes + WRITE_MARGIN_BYTES);
    texts.capacityBytes = byteCount;
    texts.address = this.kernel.allocate(byteCount + WRITE_MARGIN_BYTES);
  }
}
