import type { Column, GlueClient, StorageDescriptor, Table } from '@aws-sdk/client-glue';
import { CreateTableCommand, GetTableCommand, UpdateTableCommand } from '@aws-sdk/client-glue';
import { planTableChange } from '../catalog/table-change.ts';
import { OutputUnwritable, PipelineError, RunInconsistent } from '../errors.ts';
import type { CatalogColumn, DayPublication, TableColumns } from '../ports/catalog.ts';
import { errorName, isPassing, nameAndMessage, unavailable } from './s3-error.ts';

/**
 * How Athena treats a file whose column is narrower than that of its partition. Its engine 3 is derived from Trino, which reads the
 * values correctly (trinodb/trino#2823), but compares the unscaled minimum and maximum of the file with a filter as if they had the scale of
 * the table, and expects them in the table's stored form (TupleDomainParquetPredicate): a filter would leave out rows, or fail. So the scale
 * and the stored form must stay. Integers were read as unscaled decimals until trinodb/trino#22546, 5 as 0.05.
 */
export const ATHENA = { castsNumbers: false, renames: false };

/** A dataset's table. It is made if it is missing, and given columns that it lacks and wider types; nothing else of it is changed. */
export class GlueTable {
  readonly id: { DatabaseName: string; TableName: string };
  /** For errors: `glue:<database>.<table>`. */
  readonly where: string;
  private readonly client: GlueClient;
  private readonly location: string;
  private readonly day: DayPublication;

  constructor(client: GlueClient, database: string, location: string, day: DayPublication) {
    this.client = client;
    this.location = location;
    this.day = day;
    this.id = { DatabaseName: database, TableName: day.dataset };
    this.where = `glue:${database}.${day.dataset}`;
  }

  /** Makes sure that the table exists and has the day's columns. Answers with all columns that it then has. */
  async ensure(): Promise<Column[]> {
    try {
      const table = await this.get();
      return table ? await this.addColumns(table) : await this.create();
    } catch (error) {
      throw glueError(error, this.where);
    }
  }

  private async get(): Promise<Table | undefined> {
    try {
      const { DatabaseName, TableName } = this.id;
      return (await this.client.send(new GetTableCommand({ DatabaseName, Name: TableName }))).Table;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private async create(): Promise<Column[]> {
    const columns = glueColumns(this.day.columns);
    try {
      await this.client.send(
        new CreateTableCommand({
          DatabaseName: this.id.DatabaseName,
          TableInput: {
            Name: this.id.TableName,
            TableType: 'EXTERNAL_TABLE',
            Parameters: { EXTERNAL: 'TRUE', classification: this.day.format ?? 'parquet' },
            PartitionKeys: glueColumns(this.day.partitionKeys),
            StorageDescriptor: storageOf(this.day.format, this.location, columns),
          },
        }),
      );
      return columns;
    } catch (error) {
      if (errorName(error) !== 'AlreadyExistsException') throw error;
      // Another day of the dataset made it first.
      const table = await this.get();
      if (!table) throw error;
      return this.addColumns(table);
    }
  }

  private async addColumns(table: Table): Promise<Column[]> {
    const standing = table.StorageDescriptor?.Columns ?? [];
    const change = planTableChange(tableColumns(table), this.day, ATHENA);
    if (change.problems.length > 0) throw this.incompatible(change.problems.join('; '));
    const columns = change.columns.map(({ name, type }) => ({
      ...standing.find(({ Name }) => Name === name),
      Name: name,
      Type: type,
    }));
    if (columns.length === standing.length && change.widened.length === 0) return columns;
    const { Name, Description, Owner, Retention, PartitionKeys, TableType, Parameters } = table;
    await this.client.send(
      new UpdateTableCommand({
        DatabaseName: this.id.DatabaseName,
        // The call fails if somebody has changed the table since, so that no column is lost.
        VersionId: table.VersionId,
        TableInput: {
          Name,
          Description,
          Owner,
          Retention,
          PartitionKeys,
          TableType,
          Parameters,
          StorageDescriptor: { ...table.StorageDescriptor, Columns: columns },
        },
      }),
    );
    return columns;
  }

  private incompatible(why: string): RunInconsistent {
    return new RunInconsistent({
      what: 'the layout does not fit what is published under its name',
      where: this.where,
      why,
      next: 'Give the changed layout another name, or drop the table and publish its days again.',
    });
  }
}

/** The settings that tell Hive, Athena and Spark the format of a folder: Parquet, or text with a JSON object on each line. */
export function storageOf(
  format: DayPublication['format'],
  location: string,
  columns: Column[],
): StorageDescriptor {
  const described = { Columns: columns, Location: location };
  if (format === 'json') {
    return {
      ...described,
      InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
    };
  }
  return {
    ...described,
    InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    SerdeInfo: {
      SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
      Parameters: { 'serialization.format': '1' },
    },
  };
}

/** Columns as Glue describes them. */
export function glueColumns(columns: CatalogColumn[]): Column[] {
  return columns.map(({ name, type }) => ({ Name: name, Type: type }));
}

/** The columns and partition keys of a table, or of a partition, in our words. */
export function tableColumns({
  StorageDescriptor,
  PartitionKeys,
}: Pick<Table, 'StorageDescriptor' | 'PartitionKeys'>): TableColumns {
  return {
    columns: catalogColumns(StorageDescriptor?.Columns),
    partitionKeys: catalogColumns(PartitionKeys),
  };
}

function catalogColumns(columns: Column[] = []): CatalogColumn[] {
  return columns.map(({ Name: name = '', Type: type = '' }) => ({ name, type }));
}

/** True if Glue has no such database, table or partition. */
export function isMissing(error: unknown): boolean {
  return errorName(error) === 'EntityNotFoundException';
}

/** The typed error of a Glue call that failed; errors that are not Glue's come back as they are. */
export function glueError(error: unknown, where: string): unknown {
  if (error instanceof PipelineError) return error;
  if (isPassing(error)) return unavailable(error, where);
  if (errorName(error) !== 'AccessDeniedException' && !isMissing(error)) return error;
  return new OutputUnwritable({
    what: 'the catalog cannot be written',
    where,
    why: nameAndMessage(error),
    next: 'Check that the database exists and that this role may read and write its tables and partitions (Glue, and Lake Formation if it is on).',
    cause: error,
  });
}
