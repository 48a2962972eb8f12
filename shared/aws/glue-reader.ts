import { GetPartitionsCommand, GetTableCommand, type GlueClient } from '@aws-sdk/client-glue';
import { widerType } from '../catalog/table-change.ts';
import type { TableColumns } from '../ports/catalog.ts';
import { ATHENA, glueError, isMissing, tableColumns } from './glue-table.ts';

/** Reads what a table of the Data Catalog says of its columns. */
export class GlueReader {
  private readonly options: { client: GlueClient; database: string };
  private readonly dataset: string;

  constructor(options: { client: GlueClient; database: string }, dataset: string) {
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
}
