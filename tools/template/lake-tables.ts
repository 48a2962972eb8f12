import type { Column } from '@aws-sdk/client-glue';
import { glueColumns, storageOf } from '../../shared/aws/glue-table.ts';
import { daysDataset, rejectsDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import { DAY_ROW_COLUMNS } from '../../shared/pipeline/publish/day-row.ts';
import { DAY_KEYS, tableSchemas } from '../../shared/pipeline/store/table-schemas.ts';
import type { CatalogColumn } from '../../shared/ports/catalog.ts';
import { LEDGER_DOCUMENT_COLUMNS, ledgerView } from './ledger-view.ts';
import { maskedView } from './masked-view.ts';
import { logicalName, projectLayouts, type VariableContext } from './project-layouts.ts';

export type TemplateSlice = { Resources: Record<string, unknown> };

/** Tables and views of every layout. The functions find them in the catalog, and register the partitions. */
export async function tables({ resolveVariable }: VariableContext): Promise<TemplateSlice> {
  const database = String(await resolveVariable('self:custom.names.database'));
  const layouts = (await projectLayouts()).map(({ layout }) => layout);
  return { Resources: tableResources(layouts, database) };
}

function tableResources(layouts: Layout[], database: string): Record<string, unknown> {
  const resources: Record<string, unknown> = {};
  for (const layout of layouts) {
    const { rows, rejects } = tableSchemas(layout);
    for (const { dataset, columns, partitionKeys } of [...rows, rejects]) {
      const described =
        dataset === rejectsDataset(layout.name)
          ? `What could not be decoded of the files of ${layout.name}: where, why, raw bytes`
          : `Rows of the files that layout ${layout.name} reads`;
      resources[`${logicalName(dataset)}Table`] = lakeTable(dataset, described, columns, partitionKeys);
    }
    const days = daysDataset(layout.name);
    resources[`${logicalName(days)}Table`] = lakeTable(
      days,
      `A row for each day of ${layout.name} that is published, whole`,
      DAY_ROW_COLUMNS,
      DAY_KEYS,
      'json',
    );
    for (const { name, columns, partitionBy } of datasetsOf(layout)) {
      const view = maskedView(name, [...columns, ...partitionBy], database);
      if (view)
        resources[`${logicalName(name)}MaskedView`] = { ...view, DependsOn: `${logicalName(name)}Table` };
    }
  }
  resources.LedgerDocumentsTable = ledgerDocuments(layouts.map(({ name }) => name));
  resources.LedgerView = { ...ledgerView(database), DependsOn: 'LedgerDocumentsTable' };
  return resources;
}

function lakeTable(
  name: string,
  description: string,
  columns: CatalogColumn[],
  partitionKeys: CatalogColumn[],
  format: 'parquet' | 'json' = 'parquet',
): Record<string, unknown> {
  return glueTable({
    Name: name,
    Description: description,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', classification: format },
    PartitionKeys: glueColumns(partitionKeys),
    StorageDescriptor: storage(format, `${name}/`, glueColumns(columns)),
  });
}

/**
 * The ledger as it is written, a JSON object for each source file. Its folders are projected, not registered, so that an entry can be
 * read as soon as it is written. Entries of files without a business date (`undated/`) are not in the table.
 */
function ledgerDocuments(layoutNames: string[]): Record<string, unknown> {
  const digits = (name: string, range: string, count: number) => ({
    [`projection.${name}.type`]: 'integer',
    [`projection.${name}.range`]: range,
    [`projection.${name}.digits`]: String(count),
  });
  return glueTable({
    Name: 'ledger_documents',
    Description: 'Entries of the ledger as they are written; query the view ledger',
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      EXTERNAL: 'TRUE',
      classification: 'json',
      'projection.enabled': 'true',
      'projection.dataset.type': 'enum',
      'projection.dataset.values': layoutNames.join(','),
      ...digits('year', '2020,2050', 4),
      ...digits('month', '1,12', 2),
      ...digits('day', '1,31', 2),
      'storage.location.template': {
        'Fn::Sub': 's3://${ProcessedBucket}/ledger/${!dataset}/year=${!year}/month=${!month}/day=${!day}/',
      },
    },
    PartitionKeys: glueColumns([{ name: 'dataset', type: 'string' }, ...DAY_KEYS]),
    StorageDescriptor: storage('json', 'ledger/', glueColumns(LEDGER_DOCUMENT_COLUMNS)),
  });
}

function storage(format: 'parquet' | 'json', prefix: string, columns: Column[]): unknown {
  return { ...storageOf(format, '', columns), Location: { 'Fn::Sub': `s3://\${ProcessedBucket}/${prefix}` } };
}

function glueTable(TableInput: Record<string, unknown>): Record<string, unknown> {
  return {
    Type: 'AWS::Glue::Table',
    Properties: {
      CatalogId: { Ref: 'AWS::AccountId' },
      DatabaseName: { Ref: 'GlueDatabase' },
      TableInput,
    },
  };
}
