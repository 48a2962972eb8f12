import type { ColumnBuffer } from '../decode/column-buffer.ts';
import { FieldVector, type VectorKind } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { STATE_NULL, STATE_VALUE, WRITE_MARGIN_BYTES } from '../kernel/shapes.ts';
import type { RowGroupBuilder } from './row-group-builder.ts';

const BATCH_ROWS = 4096;

const VECTOR_KINDS: Record<ColumnBuffer['kind'], VectorKind> = {
  int32: 'int32',
  int64: 'int64',
  decimal128: 'int128',
  double: 'double',
  boolean: 'boolean',
  bytes: 'bytes',
};

/** Brings rows that do not come from records (rejects, row groups that are joined) into the kernel, batch by batch. */
export class ColumnFeed {
  private readonly kernel: Kernel;
  private readonly vectors: FieldVector[];
  /** Indexes 0, 1, 2 … */
  private readonly members: number;
  /** Texts of the batch, by column. */
  private readonly texts: { address: number; capacity: number }[];

  constructor(kernel: Kernel, kinds: ColumnBuffer['kind'][]) {
    this.kernel = kernel;
    this.vectors = kinds.map(
      (kind) => new FieldVector(kernel, VECTOR_KINDS[kind], kind === 'bytes' ? 0xffffffff : 16, BATCH_ROWS),
    );
    this.texts = kinds.map(() => ({ address: 0, capacity: 0 }));
    this.members = kernel.allocate(BATCH_ROWS * 2);
    const indexes = Uint16Array.from({ length: BATCH_ROWS }, (_, index) => index);
    kernel.bytes.set(new Uint8Array(indexes.buffer), this.members);
  }

  /** Appends all rows of the columns, which are of equal count. */
  append(columns: ColumnBuffer[], rows: RowGroupBuilder): void {
    const rowCount = columns[0]!.rowCount;
    const firstValues = columns.map(() => 0);
    for (let firstRow = 0; firstRow < rowCount; firstRow += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, rowCount - firstRow);
      for (const [index, column] of columns.entries()) {
        firstValues[index] = this.fill(index, column, firstRow, count, firstValues[index]!);
      }
      rows.append(this.vectors, this.members, count);
    }
  }

  /** Fills a vector with `count` rows; values are dense in the buffer and by row in the vector. Returns the next value. */
  private fill(
    index: number,
    column: ColumnBuffer,
    firstRow: number,
    count: number,
    firstValue: number,
  ): number {
    const vector = this.vectors[index]!;
    const { states, values } = vector;
    let textsAt = 0;
    if (column.kind === 'bytes') {
      let lastValue = firstValue;
      for (let row = 0; row < count; row++) lastValue += column.present[firstRow + row]!;
      textsAt = this.placeTexts(index, column, firstValue, lastValue, vector);
    }
    const { bytes, view } = this.kernel;
    let value = firstValue;
    for (let row = 0; row < count; row++) {
      const present = column.present[firstRow + row] === 1;
      bytes[states + row] = present ? STATE_VALUE : STATE_NULL;
      if (!present) continue;
      switch (column.kind) {
        case 'int32':
          view.setInt32(values + row * 4, column.values[value]!, true);
          break;
        case 'int64':
          view.setInt32(values + row * 8, column.words[value * 2]!, true);
          view.setInt32(values + row * 8 + 4, column.words[value * 2 + 1]!, true);
          break;
        case 'decimal128':
          bytes.set(column.bytes.subarray(value * 16, value * 16 + 16), values + row * 16);
          break;
        case 'double':
          view.setFloat64(values + row * 8, column.values[value]!, true);
          break;
        case 'boolean':
          bytes[values + row] = column.values[value]!;
          break;
        case 'bytes': {
          const start = value === 0 ? 0 : column.ends[value - 1]!;
          view.setUint32(values + row * 8, textsAt + start, true);
          view.setUint32(values + row * 8 + 4, column.ends[value]! - start, true);
        }
      }
      value++;
    }
    return value;
  }

  /** Copies texts in; returns what is added to their positions in the buffer to get addresses. */
  private placeTexts(
    index: number,
    column: Extract<ColumnBuffer, { kind: 'bytes' }>,
    firstValue: number,
    lastValue: number,
    vector: FieldVector,
  ): number {
    const start = firstValue === 0 ? 0 : column.ends[firstValue - 1]!;
    const end = lastValue === 0 ? 0 : column.ends[lastValue - 1]!;
    const texts = this.texts[index]!;
    if (end - start > texts.capacity || texts.address === 0) {
      if (texts.address !== 0) this.kernel.release(texts.address, texts.capacity + WRITE_MARGIN_BYTES);
      texts.capacity = end - start;
      texts.address = this.kernel.allocate(texts.capacity + WRITE_MARGIN_BYTES);
    }
    this.kernel.bytes.set(column.data.subarray(start, end), texts.address);
    vector.mostTextBytes = end - start + 4 * (lastValue - firstValue);
    return texts.address - start;
  }
}
