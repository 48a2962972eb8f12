import type { Column, GlueClient, StorageDescriptor, Table, TableInput } from '@aws-sdk/client-glue';
import {
  CreateTableCommand,
  GetPartitionsCommand,
  GetTableCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-glue';
import type { TablePointer } from '../catalog/metadata-catalog.ts';
import type { PointedTable } from '../catalog/metadata-file.ts';
import type { TableField } from '../catalog/table-state.ts';
import { ObjectDamaged, OutputUnwritable, PipelineError, PreconditionFailed } from '../errors.ts';
import type { CatalogColumn } from '../ports/catalog.ts';
import { errorName, isPassing, nameAndMessage, unavailable } from './s3-error.ts';

/**
 * The pointer to the metadata of an Iceberg table: parameters of its table in the Data Catalog, by the names that Athena, Spark and
 * Trino know (org.apache.iceberg.aws.glue.GlueTableOperations; https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg.html).
 */
export class GluePointer implements TablePointer<Table> {
  /** For errors: `glue:<database>.<table>`. */
  readonly where: string;
  private readonly client: GlueClient;
  private readonly id: { DatabaseName: string; Name: string };

  constructor(client: GlueClient, database: string, table: string) {
    this.client = client;
    this.id = { DatabaseName: database, Name: table };
    this.where = `glue:${database}.${table}`;
  }

  async read(): Promise<{ standing: Table; metadataUri: string | undefined } | undefined> {
    try {
      const { Table: standing } = await this.client.send(new GetTableCommand(this.id));
      return standing && { standing, metadataUri: metadataOf(standing) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw glueError(error, this.where);
    }
  }

  async requireEmpty({ PartitionKeys = [] }: Table): Promise<void> {
    if (PartitionKeys.length === 0) return;
    const { DatabaseName, Name: TableName } = this.id;
    try {
      const input = { DatabaseName, TableName, MaxResults: 1 };
      const { Partitions = [] } = await this.client.send(new GetPartitionsCommand(input));
      if (Partitions.length === 0) return;
    } catch (error) {
      throw glueError(error, this.where);
    }
    throw new ObjectDamaged({
      what: 'the table has the partitions of an earlier version, and is not taken over yet',
      where: this.where,
      next: 'Nothing was changed for readers. Send the operator { "action": "adopt" }: it lists the published files in the table, and rewrites none.',
    });
  }

  /**
   * Glue takes an update only of the version that it names, and would else let the last writer win
   * (https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html: VersionId, ConcurrentModificationException). Without SkipArchive
   * each update would keep another version of the table, of which there may be 100,000
   * (https://docs.aws.amazon.com/general/latest/gr/glue.html).
   */
  async point(standing: Table | undefined, to: PointedTable): Promise<void> {
    const { DatabaseName } = this.id;
    const TableInput = this.input(standing ?? { Name: this.id.Name }, to);
    try {
      if (!standing) {
        await this.client.send(new CreateTableCommand({ DatabaseName, TableInput }));
        return;
      }
      const { VersionId } = standing;
      if (VersionId === undefined) throw this.unversioned();
      await this.client.send(
        new UpdateTableCommand({ DatabaseName, VersionId, SkipArchive: true, TableInput }),
      );
    } catch (error) {
      if (!TAKEN.has(errorName(error) ?? '')) throw glueError(error, this.where);
      throw new PreconditionFailed({
        what: 'somebody else has changed the table',
        where: this.where,
        next: 'It is read again, and the change is made to what is there now.',
        cause: error,
      });
    }
  }

  /** A table as Iceberg's own catalog writes it. What people noted of it stays. */
  private input(standing: Table, { metadataUri, location, fields }: PointedTable): TableInput {
    const { Description, Owner, Retention, StorageDescriptor } = standing;
    const { classification: _ofFolders, ...kept } = standing.Parameters ?? {};
    const before = metadataOf(standing);
    return {
      Name: this.id.Name,
      ...(Description !== undefined && { Description }),
      ...(Owner !== undefined && { Owner }),
      ...(Retention !== undefined && { Retention }),
      TableType: 'EXTERNAL_TABLE',
      Parameters: {
        ...kept,
        EXTERNAL: 'TRUE',
        table_type: 'ICEBERG',
        metadata_location: metadataUri,
        ...(before !== undefined && { previous_metadata_location: before }),
      },
      // The partitions of Iceberg are in its metadata.
      PartitionKeys: [],
      StorageDescriptor: {
        Columns: fields.map((field) => pointedColumn(field, StorageDescriptor?.Columns)),
        Location: location,
      },
    };
  }

  private unversioned(): OutputUnwritable {
    return new OutputUnwritable({
      what: 'Glue names no version of the table, so that a change of somebody else could be overwritten',
      where: this.where,
      next: 'Check that the endpoint is that of the AWS Glue Data Catalog.',
    });
  }
}

function metadataOf({ Parameters = {} }: Table): string | undefined {
  return Parameters.table_type?.toUpperCase() === 'ICEBERG' ? Parameters.metadata_location : undefined;
}

/** What Glue answers if another writer was faster. */
const TAKEN = new Set(['ConcurrentModificationException', 'AlreadyExistsException']);

/** A column as Athena and the console show it (IcebergToGlueConverter). A comment that somebody gave it stays. */
function pointedColumn({ id, name, type }: TableField, standing: Column[] = []): Column {
  const Parameters = {
    'iceberg.field.id': String(id),
    'iceberg.field.optional': 'true',
    'iceberg.field.current': 'true',
  };
  const { Comment } = standing.find(({ Name }) => Name === name) ?? {};
  return { Name: name, Type: type, ...(Comment !== undefined && { Comment }), Parameters };
}

/** The settings that tell Athena and Spark to read a JSON object from each line of what is in a folder. */
export function jsonStorage(location: string, columns: CatalogColumn[]): StorageDescriptor {
  return {
    Columns: glueColumns(columns),
    Location: location,
    InputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    OutputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
  };
}

/** Columns as Glue describes them. */
export function glueColumns(columns: CatalogColumn[]): Column[] {
  return columns.map(({ name, type }) => ({ Name: name, Type: type }));
}

/** True if Glue has no such database or table. */
function isMissing(error: unknown): boolean {
  return errorName(error) === 'EntityNotFoundException';
}

/** The typed error of a Glue call that failed; errors that are not Glue's come back as they are. */
function glueError(error: unknown, where: string): unknown {
  if (error instanceof PipelineError) return error;
  if (isPassing(error)) return unavailable(error, where);
  if (errorName(error) !== 'AccessDeniedException' && !isMissing(error)) return error;
  return new OutputUnwritable({
    what: 'the catalog cannot be written',
    where,
    why: nameAndMessage(error),
    next: 'Check that the database exists and that this role may read and write its tables (Glue, and Lake Formation if it is on).',
    cause: error,
  });
}
