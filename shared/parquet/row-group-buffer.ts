import type { FieldVector } from '../decode/field-vector.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Compression, PageForm } from '../layout/layout.ts';
import type { PageCompressor } from './page-compressor.ts';
import { RowGroupBuilder } from './row-group-builder.ts';
import type { ColumnSchema } from './schema.ts';

/** A row group is full once it has this many rows. */
const ROW_GROUP_ROWS = 1_000_000;
/** The least that is buffered, and what is added for each open page. */
const LEAST_BYTES = 16 * 1024 * 1024;
const OPEN_PAGE_BYTES = 256 * 1024;
const MOST_BYTES = 160 * 1024 * 1024;

/** A partition of one of the datasets, both by their index. */
export interface DatasetPartition {
  dataset: number;
  partition: number;
}

interface BufferedDataset {
  schema: ColumnSchema[];
  /** By partition index; a partition whose records were all rejected has none. */
  builders: (RowGroupBuilder | undefined)[];
  /** Partitions that have a builder. */
  builderCount: number;
}

/**
 * Rows of all partitions until their row groups are written, in bounded memory. The bound grows with the number of open
 * pages: with many columns in many partitions, a fixed one would make row groups of a few thousand rows.
 */
export class RowGroupBuffer {
  private readonly kernel: Kernel;
  private readonly compression: Compression;
  private readonly compressor: PageCompressor;
  private readonly form: PageForm | undefined;
  private readonly batchCount: number | undefined;
  private readonly datasets: BufferedDataset[];

  /** `schemas` are those of the datasets; `batchCount` says about how many batches of rows will come, if they are few. */
  constructor(
    kernel: Kernel,
    schemas: ColumnSchema[][],
    compression: Compression,
    compressor: PageCompressor,
    form?: PageForm,
    batchCount?: number,
  ) {
    this.kernel = kernel;
    this.batchCount = batchCount;
    this.datasets = schemas.map((schema) => ({ schema, builders: [], builderCount: 0 }));
    this.compression = compression;
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
    const buffered = this.datasets[dataset]!;
    let builder = buffered.builders[partition];
    if (!builder) {
      builder = new RowGroupBuilder(
        this.kernel,
        buffered.schema,
        this.compression,
        this.compressor,
        this.form,
        this.batchCount,
      );
      buffered.builders[partition] = builder;
      buffered.builderCount++;
    }
    builder.append(vectors, members, count);
  }

  /** The partition to write before more is appended: one with enough rows, or the largest if all together hold too much. */
  nextFull(): DatasetPartition | undefined {
    let total = 0;
    let largest: DatasetPartition | undefined;
    let largestBytes = 0;
    let openPages = 0;
    // Asked after every batch: without iterators, which were a third of all young objects.
    for (let dataset = 0; dataset < this.datasets.length; dataset++) {
      const { schema, builders, builderCount } = this.datasets[dataset]!;
      openPages += builderCount * schema.length;
      for (let partition = 0; partition < builders.length; partition++) {
        const builder = builders[partition];
        if (!builder || builder.rowCount === 0) continue;
        if (builder.rowCount >= ROW_GROUP_ROWS) return { dataset, partition };
        const { bufferedBytes } = builder;
        total += bufferedBytes;
        if (bufferedBytes <= largestBytes) continue;
        largest = { dataset, partition };
        largestBytes = bufferedBytes;
      }
    }
    return total > Math.min(LEAST_BYTES + openPages * OPEN_PAGE_BYTES, MOST_BYTES) ? largest : undefined;
  }

  /** Partitions of a dataset that got a row. */
  partitionCount(dataset: number): number {
    return this.datasets[dataset]?.builderCount ?? 0;
  }

  /** The rows of a partition, if it has any. */
  rowsOf({ dataset, partition }: DatasetPartition): RowGroupBuilder | undefined {
    const builder = this.datasets[dataset]?.builders[partition];
    return builder && builder.rowCount > 0 ? builder : undefined;
  }
}
