import type { Field } from '../../shared/layout/field.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import type { TemplateSlice } from './lake-tables.ts';
import { maskedName } from './masked-view.ts';
import { type ShownColumn, saysWhatIsPersonal, shownColumns } from './personal-columns.ts';
import { logicalName, projectLayouts } from './project-layouts.ts';

const PRINCIPAL = '${self:custom.stage.modules.quicksight.principalArn}';
const ACCOUNT = { Ref: 'AWS::AccountId' };
const VISIBLE = { Visibility: 'VISIBLE' };

/** A dataset of QuickSight, with what is drawn of it. */
interface BiDataset {
  name: string;
  table: string;
  waitsFor: string;
  columns: BiColumn[];
  /** What its rows are counted by: its first partition column, or the day. */
  category: string;
  /** The first amount that it has. */
  amount: string | undefined;
}

interface BiColumn {
  Name: string;
  Type: string;
}

/** A dataset for each table whose layout says what is personal, and a first dashboard: rows and amounts by partition. */
export async function quickSightDatasets(): Promise<TemplateSlice> {
  const datasets = (await projectLayouts()).flatMap(({ layout }) => biDatasets(layout));
  const Resources: Record<string, unknown> = {};
  for (const dataset of datasets) Resources[dataSetId(dataset)] = dataSet(dataset);
  if (datasets.length > 0) Resources.QuickSightDashboard = dashboard(datasets);
  return { Resources };
}

function biDatasets(layout: Layout): BiDataset[] {
  return datasetsOf(layout).flatMap(({ name, columns, partitionBy }) => {
    const all: readonly Field[] = [...columns, ...partitionBy];
    if (!saysWhatIsPersonal(all)) return [];
    const shown = shownColumns(all);
    const isMasked = shown.some((column) => column.shown !== 'whole');
    const seen = shown.filter((column) => column.shown !== 'left-out').flatMap(biColumn);
    const category = partitionBy.find((key) => seen.some(({ Name }) => Name === key.name))?.name ?? 'day';
    return [
      {
        name,
        table: isMasked ? maskedName(name) : name,
        waitsFor: isMasked ? `${logicalName(name)}MaskedView` : 'LakeTables',
        columns: seen,
        category,
        amount: seen.find(({ Type }) => Type === 'DECIMAL')?.Name,
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

function dashboard(datasets: readonly BiDataset[]): unknown {
  return {
    Type: 'AWS::QuickSight::Dashboard',
    Properties: {
      AwsAccountId: ACCOUNT,
      DashboardId: 'positional-lake-${sls:stage}',
      Name: 'What positional-lake published',
      Permissions: permissions('DescribeDashboard', 'ListDashboardVersions', 'QueryDashboard'),
      Definition: {
        DataSetIdentifierDeclarations: datasets.map((dataset) => ({
          Identifier: dataset.name,
          DataSetArn: { 'Fn::GetAtt': [dataSetId(dataset), 'Arn'] },
        })),
        Sheets: datasets.map((dataset) => ({
          SheetId: dataset.name,
          Name: dataset.name,
          Visuals: visuals(dataset),
        })),
      },
    },
  };
}

function visuals({ name, category, amount }: BiDataset): unknown[] {
  const column = (ColumnName: string) => ({ DataSetIdentifier: name, ColumnName });
  const by = [{ CategoricalDimensionField: { FieldId: 'by', Column: column(category) } }];
  const rows = {
    CategoricalMeasureField: { FieldId: 'rows', Column: column(category), AggregationFunction: 'COUNT' },
  };
  const titled = (title: string) => ({ ...VISIBLE, FormatText: { PlainText: title } });
  const table = {
    TableVisual: {
      VisualId: `${name}-rows`,
      Title: titled(`Rows by ${category}`),
      ChartConfiguration: { FieldWells: { TableAggregatedFieldWells: { GroupBy: by, Values: [rows] } } },
    },
  };
  if (amount === undefined) return [table];
  const sum = {
    NumericalMeasureField: {
      FieldId: 'sum',
      Column: column(amount),
      AggregationFunction: { SimpleNumericalAggregation: 'SUM' },
    },
  };
  const bars = {
    BarChartVisual: {
      VisualId: `${name}-amount`,
      Title: titled(`${amount} by ${category}`),
      ChartConfiguration: {
        FieldWells: { BarChartAggregatedFieldWells: { Category: by, Values: [sum] } },
      },
    },
  };
  return [bars, table];
}
