import { createHash } from 'node:crypto';
import { glueColumns, jsonStorage } from '../../shared/aws/glue-pointer.ts';
import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import { DAY_KEYS, tableSchemas } from '../../shared/pipeline/store/table-schemas.ts';
import { LEDGER_DOCUMENT_COLUMNS, ledgerView } from './ledger-view.ts';
import { maskedView } from './masked-view.ts';
import { logicalName, projectLayouts, type VariableContext } from './project-layouts.ts';

export type TemplateSlice = { Resources: Record<string, unknown> };

/** Tables and views of every layout. The functions find the tables in the catalog, and point them to their metadata. */
export async function tables({ resolveVariable }: VariableContext): Promise<TemplateSlice> {
  const database = String(await resolveVariable('self:custom.names.database'));
  const isGoverned = (await resolveVariable('self:custom.stage.accessControl')) === 'lake-formation';
  const layouts = (await projectLayouts()).map(({ layout }) => layout);
  return { Resources: tableResources(layouts, database, isGoverned ? OPERATOR_MAY : []) };
}

/** What Lake Formation must have granted before the operator opens tables (resources/access-lake-formation.yml). */
const OPERATOR_MAY = ['OperatorMakesTables', 'OperatorPublishes', 'OperatorLocation'];

function tableResources(layouts: Layout[], database: string, operatorMay: string[]): Record<string, unknown> {
  const resources: Record<string, unknown> = {};
  for (const layout of layouts) {
    const { rows, rejects } = tableSchemas(layout);
    for (const dataset of [...[...rows, rejects].map((table) => table.dataset), daysDataset(layout.name)])
      resources[`${logicalName(dataset)}Table`] = lakeTable(dataset);
    for (const { name, columns, partitionBy } of datasetsOf(layout)) {
      const view = maskedView(name, [...columns, ...partitionBy], database);
      if (view)
        resources[`${logicalName(name)}MaskedView`] = { ...view, DependsOn: `${logicalName(name)}Table` };
    }
  }
  const made = Object.keys(resources).filter((id) => id.endsWith('Table'));
  resources.LakeTables = openedTables(layouts, [...made, ...operatorMay]);
  resources.LedgerDocumentsTable = ledgerDocuments(layouts.map(({ name }) => name));
  resources.LedgerView = { ...ledgerView(database), DependsOn: 'LedgerDocumentsTable' };
  return resources;
}

/**
 * The name and the place of a table, and nothing that may ever change: an update of it by CloudFormation writes the whole table, and its
 * readers would lose the metadata that the functions point it to
 * (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2495). Columns come with that metadata.
 */
function lakeTable(name: string): Record<string, unknown> {
  return glueTable({
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE' },
    StorageDescriptor: { Columns: [], Location: { 'Fn::Sub': `s3://\${ProcessedBucket}/${name}` } },
  });
}

/**
 * Has the operator open the tables, and adopt those of an earlier version, whenever they or their layouts change. A deployment for which that
 * fails is rolled back.
 */
function openedTables(layouts: Layout[], waitsFor: string[]): Record<string, unknown> {
  const schemas = layouts.map((layout) => tableSchemas(layout));
  const hash = createHash('sha256').update(JSON.stringify([schemas, lakeTable('')]));
  return {
    Type: 'Custom::LakeTables',
    DependsOn: waitsFor,
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['OperatorLambdaFunction', 'Arn'] },
      ServiceTimeout: 900,
      Tables: hash.digest('hex').slice(0, 16),
    },
  };
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
    StorageDescriptor: {
      ...jsonStorage('', LEDGER_DOCUMENT_COLUMNS),
      Location: { 'Fn::Sub': 's3://${ProcessedBucket}/ledger/' },
    },
  });
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
