import type { Field } from '../../shared/layout/field.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { maskedName } from './masked-view.ts';
import { type ShownColumn, saysWhatIsPersonal, shownColumns } from './personal-columns.ts';
import { logicalName, projectLayouts } from './project-layouts.ts';
import { quickSightDashboards } from './quicksight-dashboards.ts';

const PRINCIPAL = '${self:custom.stage.modules.quicksight.principalArn}';
const ACCOUNT = { Ref: 'AWS::AccountId' };

/** A dataset of QuickSight. */
interface BiDataset {
  name: string;
  table: string;
  waitsFor: string;
  columns: BiColumn[];
}

interface BiColumn {
  Name: string;
  Type: string;
}

/** A dataset for each table whose layout says what is personal, and the dashboards of the table that has a mapping. */
export async function quickSightDatasets(): Promise<TemplateSlice> {
  const layouts = (await projectLayouts()).map(({ layout }) => layout);
  const Resources: Record<string, unknown> = await quickSightDashboards(layouts);
  for (const dataset of layouts.flatMap(biDatasets)) Resources[dataSetId(dataset)] = dataSet(dataset);
  return { Resources };
}

function biDatasets(layout: Layout): BiDataset[] {
  return datasetsOf(layout).flatMap(({ name, columns, partitionBy }) => {
    const all: readonly Field[] = [...columns, ...partitionBy];
    if (!saysWhatIsPersonal(all)) return [];
    const shown = shownColumns(all);
    const isMasked = shown.some((column) => column.shown !== 'whole');
    const seen = shown.filter((column) => column.shown !== 'left-out').flatMap(biColumn);
    return [
      {
        name,
        table: isMasked ? maskedName(name) : name,
        waitsFor: isMasked ? `${logicalName(name)}MaskedView` : 'LakeTables',
        columns: seen,
      },
    ];
  });
}

/** A column as QuickSight takes it; lists and bytes, which it does not know, are left out. */
function biColumn({ name, type }: ShownColumn): BiColumn[] {
  const [kind = ''] = type.split('(');
  const Type = BI_TYPES[kind];
  return Type === undefined ? [] : [{ Name: name, Type }];
}

const BI_TYPES: Record<string, string> = {
  string: 'STRING',
  bigint: 'INTEGER',
  int: 'INTEGER',
  decimal: 'DECIMAL',
  double: 'DECIMAL',
  date: 'DATETIME',
  timestamp: 'DATETIME',
  boolean: 'BIT',
};

function dataSetId({ name }: BiDataset): string {
  return `QuickSight${logicalName(name)}`;
}

function dataSet(dataset: BiDataset): unknown {
  const { name, table, waitsFor, columns } = dataset;
  return {
    Type: 'AWS::QuickSight::DataSet',
    DependsOn: waitsFor,
    Properties: {
      AwsAccountId: ACCOUNT,
      DataSetId: `positional-lake-\${sls:stage}-${name}`,
      Name: `${name} without personal data`,
      ImportMode: 'DIRECT_QUERY',
      PhysicalTableMap: {
        [logicalName(name)]: {
          RelationalTable: {
            DataSourceArn: { 'Fn::GetAtt': ['QuickSightSource', 'Arn'] },
            Schema: { Ref: 'GlueDatabase' },
            Name: table,
            InputColumns: columns,
          },
        },
      },
      Permissions: permissions(
        'DescribeDataSet',
        'DescribeDataSetPermissions',
        'PassDataSet',
        'DescribeIngestion',
        'ListIngestions',
      ),
    },
  };
}

function permissions(...actions: string[]): unknown {
  return [{ Principal: PRINCIPAL, Actions: actions.map((action) => `quicksight:${action}`) }];
}
