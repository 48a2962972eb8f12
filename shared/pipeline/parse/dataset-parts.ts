import { runKeys } from '../../keys/run-keys.ts';
import type { Dataset } from '../../layout/layout.ts';
import type { KernelMemory } from '../../parquet/kernel-memory.ts';
import { type ColumnSchema, columnSchemas } from '../../parquet/schema.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { FilePlan, PlannedRange } from '../../run/file-plan.ts';
import type { ClosingParts } from './closing-parts.ts';
import { PartWriter } from './part-writer.ts';

/** The parts that one range makes of one dataset: one for each partition, from its first row group on. */
export class DatasetParts {
  readonly schema: ColumnSchema[];
  private readonly dataset: Dataset;
  private readonly plan: FilePlan;
  private readonly range: PlannedRange;
  private readonly lake: ObjectStore;
  private readonly memory: KernelMemory;
  /** By the index of the partition. */
  private readonly writers = new Map<number, PartWriter>();

  constructor(
    dataset: Dataset,
    plan: FilePlan,
    range: PlannedRange,
    lake: ObjectStore,
    memory: KernelMemory,
  ) {
    this.schema = columnSchemas(dataset.columns, plan.fieldIds?.[dataset.name]);
    this.dataset = dataset;
    this.plan = plan;
    this.range = range;
    this.lake = lake;
    this.memory = memory;
  }

  /** The writer of a partition. `values` are those of the dataset's partition columns. */
  writerOf(partition: number, values: (string | null)[]): PartWriter {
    const open = this.writers.get(partition);
    if (open) return open;
    const { name } = this.dataset;
    const folder = name === this.plan.dataset ? undefined : name;
    const key = runKeys(this.plan.runId).part(this.range.rangeIndex, this.named(values), folder);
    const writer = new PartWriter(this.lake, key, this.schema, this.memory);
    this.writers.set(partition, writer);
    return writer;
  }

  /** Ends the part of a partition, if a row of it was written, and gives it to those that are being closed. */
  async finish(partition: number, values: (string | null)[], closing: ClosingParts): Promise<void> {
    const writer = this.writers.get(partition);
    if (!writer) return;
    const file = await writer.end();
    const output = { dataset: this.dataset.name, partition: this.named(values), ...file };
    await closing.add(async () => {
      await writer.close();
      return output;
    });
  }

  async abort(): Promise<void> {
    for (const writer of this.writers.values()) await writer.abort();
  }

  private named(values: (string | null)[]): Record<string, string | null> {
    return Object.fromEntries(this.dataset.partitionBy.map(({ name }, index) => [name, values[index]!]));
  }
}
