import type { FieldVector } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Compression, PageForm } from '../layout/layout.ts';
import { ColumnChunkBuilder, type FinishedChunk } from './column-chunk.ts';
import type { PageCompressor } from './page-compressor.ts';
import type { ColumnSchema } from './schema.ts';

/** One row group on its way: all columns of one partition. */
export class RowGroupBuilder {
  rowCount = 0;
  private readonly kernel: Kernel;
  private readonly columns: ColumnChunkBuilder[];
  private bytesUsed = 0;

  constructor(
    kernel: Kernel,
    schema: ColumnSchema[],
    compression: Compression,
    compressor: PageCompressor,
    form?: PageForm,
  ) {
    this.kernel = kernel;
    this.columns = this.counted(() =>
      schema.map((column) => new ColumnChunkBuilder(kernel, column, compression, compressor, form)),
    );
  }

  /** Bytes of the kernel's memory that it holds. */
  get bufferedBytes(): number {
    return this.bytesUsed;
  }

  /** Appends `count` rows: indexes into the vectors, one a column, 2 bytes each from `members` on. */
  append(vectors: FieldVector[], members: number, count: number): void {
    this.counted(() => {
      for (const [index, column] of this.columns.entries()) column.append(vectors[index]!, members, count);
    });
    this.rowCount += count;
  }

  /** The builder of one column, for values or pages that come column by column; `addRows` must follow. */
  column(index: number): ColumnChunkBuilder {
    return this.columns[index]!;
  }

  addRows(count: number): void {
    this.rowCount += count;
  }

  /** Completes the row group; it must be written before `clear`. */
  finish(): FinishedChunk[] {
    return this.counted(() => this.columns.map((column) => column.finish()));
  }

  /** Empties it for the next row group. */
  clear(): void {
    this.counted(() => {
      for (const column of this.columns) column.clear();
    });
    this.rowCount = 0;
  }

  private counted<T>(act: () => T): T {
    const before = this.kernel.usedBytes;
    const result = act();
    this.bytesUsed += this.kernel.usedBytes - before;
    return result;
  }
}
