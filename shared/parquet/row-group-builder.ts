import type { FieldVector } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Compression, PageForm } from '../layout/layout.ts';
import type { FinishedChunk } from './chunk-pages.ts';
import { ColumnChunkBuilder } from './column-chunk.ts';
import type { PageCompressor } from './page-compressor.ts';
import type { ColumnSchema } from './schema.ts';

/** A complete row group, before its place in the file is known: one chunk a column. */
export interface FinishedRowGroup {
  rowCount: number;
  chunks: FinishedChunk[];
}

/** Builds one row group: all columns of one partition. */
export class RowGroupBuilder {
  rowCount = 0;
  private readonly kernel: Kernel;
  readonly columns: readonly ColumnChunkBuilder[];
  private bytesUsed = 0;

  constructor(
    kernel: Kernel,
    schema: ColumnSchema[],
    compression: Compression,
    compressor: PageCompressor,
    form?: PageForm,
    batchCount?: number,
  ) {
    this.kernel = kernel;
    this.columns = this.counted(() =>
      schema.map(
        (column) => new ColumnChunkBuilder(kernel, column, compression, compressor, form, batchCount),
      ),
    );
  }

  /** Bytes of the kernel's memory in use. */
  get bufferedBytes(): number {
    return this.bytesUsed;
  }

  /** Appends `count` rows: indexes into the vectors, one a column, 2 bytes each from `members` on. */
  append(vectors: FieldVector[], members: number, count: number): void {
    const before = this.kernel.usedBytes;
    // Without closures and iterators: thousands of them a second would keep the collector busy.
    for (let index = 0; index < this.columns.length; index++) {
      this.columns[index]!.append(vectors[index]!, members, count);
    }
    this.bytesUsed += this.kernel.usedBytes - before;
    this.rowCount += count;
  }

  /** Counts rows whose values or pages were appended to `columns` one by one. */
  addRows(count: number): void {
    this.rowCount += count;
  }

  /** Completes the row group. It must be written before `clear`. */
  finish(): FinishedRowGroup {
    return {
      rowCount: this.rowCount,
      chunks: this.counted(() => this.columns.map((column) => column.finish())),
    };
  }

  /** Forgets the rows, for the next row group. */
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
