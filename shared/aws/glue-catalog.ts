import {
  BatchCreatePartitionCommand,
  BatchDeletePartitionCommand,
  BatchUpdatePartitionCommand,
  type Column,
  type GlueClient,
  type PartitionInput,
  paginateGetPartitions,
} from '@aws-sdk/client-glue';
import { StoreUnavailable } from '../errors.ts';
import { dayPartition } from '../keys/business-date.ts';
import { HIVE_DEFAULT_PARTITION } from '../keys/partition-path.ts';
import type { Catalog, CatalogDifference, CatalogPartition, DayPublication } from '../ports/catalog.ts';
import { GlueReader } from './glue-reader.ts';
import { ATHENA, GlueTable, glueError, isMissing, storageOf } from './glue-table.ts';

interface GlueCatalogOptions {
  client: GlueClient;
  database: string;
  /** Bucket of the published objects. */
  bucket: string;
}

/** The most partitions that a batch call of Glue takes. */
const BATCH = 100;
/** BatchDeletePartition takes fewer. */
const DELETE_BATCH = 25;

/** The Glue Data Catalog: a table for each dataset, a partition for each generation folder. Partitions switch one by one. */
export function createGlueCatalog(options: GlueCatalogOptions): Catalog {
  return {
    switchesAtOnce: false,
    listsFiles: false,
    ...ATHENA,
    tableOf: (dataset) => new GlueReader(options, dataset).columns(),
    fieldIdsOf: async () => undefined,
    snapshots: async () => [],
    daysOfSnapshot: async () => undefined,
    retire: async () => ({ snapshots: [], needed: new Map(), unneeded: [] }),
    publishDay: (day) => new GlueDay(options, day).publish(),
    standsAt: (day) => new GlueDay(options, day).stands(),
    shownDay: (table, businessDate) => new GlueReader(options, table).shownDay(businessDate),
    async differences(_table, days) {
      const found: CatalogDifference[] = [];
      for (const day of days) {
        const { businessDate, commit } = day;
        if (await new GlueDay(options, day).stands()) continue;
        found.push({
          kind: 'behind',
          businessDate,
          what: `it does not show commit ${commit} of ${businessDate}`,
        });
      }
      return found;
    },
    async restore(_table, days) {
      for (const day of days) await new GlueDay(options, day).publish();
    },
    show: async () => undefined,
    nameOf: (table) => `glue:${options.database}.${table}`,
  };
}

class GlueDay {
  private readonly options: GlueCatalogOptions;
  private readonly day: DayPublication;

  constructor(options: GlueCatalogOptions, day: DayPublication) {
    this.options = options;
    this.day = day;
  }

  async publish(): Promise<boolean> {
    try {
      return await this.switchPartitions();
    } catch (error) {
      throw glueError(error, `glue:${this.options.database}.${this.day.dataset}`);
    }
  }

  async stands(): Promise<boolean> {
    try {
      const standing = await this.standingPartitions();
      if ([...standing.values()].some((commit) => commit > this.day.commit)) return true;
      const wanted = this.day.partitions.map((partition) => this.nameOf(partition));
      return (
        wanted.length === standing.size && wanted.every((name) => standing.get(name) === this.day.commit)
      );
    } catch (error) {
      throw glueError(error, `glue:${this.options.database}.${this.day.dataset}`);
    }
  }

  private async switchPartitions(): Promise<boolean> {
    const standing = await this.standingPartitions();
    const commits = [...standing.values()];
    if (commits.some((commit) => commit > this.day.commit)) return false;
    // After the check: an older commit must not touch the table either.
    const { client, database, bucket } = this.options;
    const location = `s3://${bucket}/${this.day.dataset}/`;
    // All columns of the table, and not only the day's: a partition may hold files of several layouts, and no file has a wider type.
    const columns = await new GlueTable(client, database, location, this.day).ensure();
    const wanted = new Map(this.day.partitions.map((partition) => [this.nameOf(partition), partition]));
    const created = [...wanted].filter(([name]) => !standing.has(name)).map(([, partition]) => partition);
    const updated = [...wanted]
      .filter(([name]) => (standing.get(name) ?? this.day.commit) < this.day.commit)
      .map(([, partition]) => partition);
    const removed = [...standing.keys()].filter((name) => !wanted.has(name));
    await this.create(created, columns);
    await this.update(updated, columns);
    await this.remove(removed);
    return true;
  }

  private get table() {
    return { DatabaseName: this.options.database, TableName: this.day.dataset };
  }

  /** The commit of each registered partition of the day, by the partition's values. */
  private async standingPartitions(): Promise<Map<string, number>> {
    const { year, month, day } = dayPartition(this.day.businessDate);
    const Expression = `year='${year}' AND month='${month}' AND day='${day}'`;
    const found = new Map<string, number>();
    const pages = paginateGetPartitions({ client: this.options.client }, { ...this.table, Expression });
    try {
      for await (const { Partitions = [] } of pages) {
        for (const { Values = [], Parameters = {} } of Partitions) {
          found.set(JSON.stringify(Values), Number(Parameters.commit ?? 0));
        }
      }
    } catch (error) {
      // There is no table yet.
      if (!isMissing(error)) throw error;
    }
    return found;
  }

  private async create(partitions: CatalogPartition[], columns: Column[]): Promise<void> {
    for (const batch of batches(partitions, BATCH)) {
      const PartitionInputList = batch.map((partition) => this.input(partition, columns));
      const { Errors = [] } = await this.options.client.send(
        new BatchCreatePartitionCommand({ ...this.table, PartitionInputList }),
      );
      // A partition that exists by now may be of another commit; the next try reads it.
      this.check(Errors.map((error) => [error.PartitionValues, error.ErrorDetail?.ErrorMessage]));
    }
  }

  private async update(partitions: CatalogPartition[], columns: Column[]): Promise<void> {
    for (const batch of batches(partitions, BATCH)) {
      const Entries = batch.map((partition) => ({
        PartitionValueList: this.valuesOf(partition),
        PartitionInput: this.input(partition, columns),
      }));
      const { Errors = [] } = await this.options.client.send(
        new BatchUpdatePartitionCommand({ ...this.table, Entries }),
      );
      this.check(Errors.map((error) => [error.PartitionValueList, error.ErrorDetail?.ErrorMessage]));
    }
  }

  private async remove(names: string[]): Promise<void> {
    for (const batch of batches(names, DELETE_BATCH)) {
      const PartitionsToDelete = batch.map((name) => ({ Values: JSON.parse(name) }));
      const { Errors = [] } = await this.options.client.send(
        new BatchDeletePartitionCommand({ ...this.table, PartitionsToDelete }),
      );
      const failed = Errors.filter(({ ErrorDetail }) => ErrorDetail?.ErrorCode !== 'EntityNotFoundException');
      this.check(failed.map((error) => [error.PartitionValues, error.ErrorDetail?.ErrorMessage]));
    }
  }

  private check(failures: [values: string[] | undefined, message: string | undefined][]): void {
    const [first] = failures;
    if (!first) return;
    throw new StoreUnavailable({
      what: `Glue refused ${failures.length} partitions`,
      where: `${this.options.database}.${this.day.dataset} (${first[0]?.join(', ')})`,
      why: first[1],
      next: 'The publication is retried; partitions that Glue took stay.',
    });
  }

  private input(partition: CatalogPartition, columns: Column[]): PartitionInput {
    return {
      Values: this.valuesOf(partition),
      Parameters: { commit: String(this.day.commit) },
      StorageDescriptor: storageOf(
        this.day.format,
        `s3://${this.options.bucket}/${partition.location}`,
        columns,
      ),
    };
  }

  private valuesOf(partition: CatalogPartition): string[] {
    return this.day.partitionKeys.map(({ name }) => partition.values[name] || HIVE_DEFAULT_PARTITION);
  }

  private nameOf(partition: CatalogPartition): string {
    return JSON.stringify(this.valuesOf(partition));
  }
}

function* batches<T>(items: T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
