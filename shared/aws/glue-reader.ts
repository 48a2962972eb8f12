import {
  GetPartitionsCommand,
  GetTableCommand,
  type GlueClient,
  paginateGetPartitions,
} from '@aws-sdk/client-glue';
import { widerType } from '../catalog/table-change.ts';
import { dayPartition } from '../keys/business-date.ts';
import { HIVE_DEFAULT_PARTITION } from '../keys/partition-path.ts';
import type { ShownDay, TableColumns } from '../ports/catalog.ts';
import { ATHENA, glueError, isMissing, tableColumns } from './glue-table.ts';

/** Reads what a table of the Data Catalog says of its columns. */
export class GlueReader {
  private readonly options: { client: GlueClient; database: string; bucket: string };
  private readonly dataset: string;

  constructor(options: { client: GlueClient; database: string; bucket: string }, dataset: string) {
    this.options = options;
    this.dataset = dataset;
  }

  /**
   * The columns of the table, undefined if there is none. The stack makes the tables of its layouts, so a deployment gives a table the types
   * of a changed layout at once. Partitions keep those of their files: where a partition's type does not fit into the table's, it counts.
   */
  async columns(): Promise<TableColumns | undefined> {
    const { client, database } = this.options;
    try {
      const { Table = {} } = await client.send(
        new GetTableCommand({ DatabaseName: database, Name: this.dataset }),
      );
      const { Partitions: [partition] = [] } = await client.send(
        new GetPartitionsCommand({ DatabaseName: database, TableName: this.dataset, MaxResults: 1 }),
      );
      const table = tableColumns(Table);
      const files = tableColumns(partition ?? {}).columns;
      const columns = table.columns.map((column) => {
        const type = files.find(({ name }) => name === column.name)?.type ?? column.type;
        return { ...column, type: widerType(type, column.type, ATHENA) === column.type ? column.type : type };
      });
      return { ...table, columns };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw glueError(error, `glue:${database}.${this.dataset}`);
    }
  }

  /** The folders that readers see for a day, and the highest commit among its partitions. */
  async shownDay(businessDate: string): Promise<ShownDay | undefined> {
    const { client, database, bucket } = this.options;
    const keys = (await this.columns())?.partitionKeys;
    if (!keys) return undefined;
    const { year, month, day } = dayPartition(businessDate);
    const Expression = `year='${year}' AND month='${month}' AND day='${day}'`;
    const input = { DatabaseName: database, TableName: this.dataset, Expression };
    const shown: ShownDay = { commit: 0, partitions: [] };
    try {
      for await (const { Partitions = [] } of paginateGetPartitions({ client }, input)) {
        for (const { Values = [], Parameters = {}, StorageDescriptor = {} } of Partitions) {
          const pairs = keys.map(({ name }, index) => [name, storedValue(Values[index])] as const);
          const location = (StorageDescriptor.Location ?? '').slice(`s3://${bucket}/`.length);
          shown.commit = Math.max(shown.commit, Number(Parameters.commit ?? 0));
          shown.partitions.push({ values: Object.fromEntries(pairs), location, files: [] });
        }
      }
    } catch (error) {
      throw glueError(error, `glue:${database}.${this.dataset}`);
    }
    return shown.partitions.length > 0 ? shown : undefined;
  }
}

function storedValue(value: string | undefined): string | null {
  return value === undefined || value === HIVE_DEFAULT_PARTITION ? null : value;
}
