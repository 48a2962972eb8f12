import type { FieldVector } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Compression, PageForm } from '../layout/layout.ts';
import type { PageCompressor } from './page-compressor.ts';
import { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';

const ROW_GROUP_ROWS = 1_000_000;
const LEAST_BYTES = 16 * 1024 * 1024;
/** An open page and what goes with it. */
const BYTES_PER_COLUMN = 256 * 1024;
const MOST_BYTES = 160 * 1024 * 1024;

/** A partition of one of the datasets. */
export interface DatasetPartition {
  dataset: number;
  partition: number;
}

/**
 * Rows of all partitions that wait for their row groups, in bounded memory. Open pages take their share before any is finished, so
 * that many columns in many partitions may hold more: with less, each row group would be a few thousand rows.
 */
export class RowGroupBuffer {
  private readonly kernel: Kernel;
  private readonly schemas: ColumnSchema[][];
  private readonly codec: Compression;
  private readonly compressor: PageCompressor;
  private readonly form: PageForm | undefined;
  /** By dataset and partition index; a partition whose records were all rejected has none. */
  private readonly builders: Map<number, RowGroupBuilder>[];

  /** `schemas` are those of the datasets. */
  constructor(
    kernel: Kernel,
    schemas: ColumnSchema[][],
    codec: Compression,
    compressor: PageCompressor,
    form?: PageForm,
  ) {
    this.kernel = kernel;
    this.schemas = schemas;
    this.builders = schemas.map(() => new Map());
    this.codec = codec;
    this.compressor = compressor;
    this.form = form;
  }

  /** Appends `count` rows of a partition: indexes into the vectors, one a column, 2 bytes each from `members` on. */
  append(
    { dataset, partition }: DatasetPartition,
    vectors: FieldVector[],
    members: number,
    count: number,
  ): void {
    const builders = this.builders[dataset]!;
    let builder = builders.get(partition);
    if (!builder) {
      builder = new RowGroupBuilder(
        this.kernel,
        this.schemas[dataset]!,
        this.codec,
        this.compressor,
        this.form,
      );
      builders.set(partition, builder);
    }
    builder.append(vectors, members, count);
  }

  /** The partition to be written before more is appended: one with enough rows, or the largest where all hold too much. */
  nextFull(): DatasetPartition | undefined {
    let total = 0;
    let largest: DatasetPartition | undefined;
    let largestBytes = 0;
    let openPages = 0;
    for (const [dataset, builders] of this.builders.entries()) {
      openPages += builders.size * this.schemas[dataset]!.length;
      for (const [partition, { rowCount, bufferedBytes }] of builders) {
        if (rowCount === 0) continue;
        if (rowCount >= ROW_GROUP_ROWS) return { dataset, partition };
        total += bufferedBytes;
        if (bufferedBytes <= largestBytes) continue;
        largest = { dataset, partition };
        largestBytes = bufferedBytes;
      }
    }
    return total > Math.min(LEAST_BYTES + openPages * BYTES_PER_COLUMN, MOST_BYTES) ? largest : undefined;
  }

  /** The partition's rows, where it has some. */
  rowsOf({ dataset, partition }: DatasetPartition): RowGroupBuilder | undefined {
    const builder = this.builders[dataset]!.get(partition);
    return builder && builder.rowCount > 0 ? builder : undefined;
  }
}
