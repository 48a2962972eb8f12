import { mappingFor, namedQueries } from '../../local/serve/query-catalog.ts';
import { latestQuery } from '../../shared/ask/latest-query.ts';
import {
  DASHBOARDS,
  type Dashboard,
  type DashboardPart,
  type FigureKind,
  type ShownColumn,
} from '../../shared/dashboard/dashboards.ts';
import { daysDataset } from '../../shared/keys/lake-keys.ts';
import { datasetsOf, type Layout } from '../../shared/layout/layout.ts';
import { logicalName } from './project-layouts.ts';

const PRINCIPAL = '${self:custom.stage.modules.quicksight.principalArn}';
const ACCOUNT = { Ref: 'AWS::AccountId' };
const BI_TYPES: Record<FigureKind, string> = {
  count: 'INTEGER',
  money: 'DECIMAL',
  share: 'DECIMAL',
  number: 'DECIMAL',
  text: 'STRING',
  date: 'DATETIME',
  month: 'DATETIME',
};

type Resources = Record<string, unknown>;

/**
 * The five dashboards for the table that has a mapping: a dataset in SPICE for each query, which its publication and, whatever happens, a
 * schedule refresh. Nothing if no layout has a table that a mapping names.
 */
export async function quickSightDashboards(layouts: readonly Layout[]): Promise<Resources> {
  // The table of days has the name of its layout, and a mapping knows its table alone.
  const tables = layouts.flatMap((layout) => datasetsOf(layout).filter(({ name }) => name === layout.name));
  const mapping = await mappingFor(
    undefined,
    tables.map(({ name }) => name),
  );
  if (!mapping) return {};
  const queries = await namedQueries();
  const parts = DASHBOARDS.flatMap((dashboard) => dashboard.parts);
  const resources: Resources = {};
  for (const part of parts) {
    const query = queries.get(part.query);
    if (!query)
      throw new Error(`a dashboard names the query '${part.query}', which analytics/queries does not have`);
    resources[dataSetId(part)] = dataSet(part, latestQuery(query, mapping).text);
    resources[`${dataSetId(part)}Refresh`] = refreshSchedule(part);
  }
  for (const dashboard of DASHBOARDS)
    resources[`QuickSight${logicalName(dashboard.name)}Dashboard`] = dashboardOf(dashboard);
  const ids = parts.map(({ query }) => spiceId(query));
  resources.QuickSightRefreshFunction = {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Environment: {
        Variables: {
          DATASETS: ids.join(','),
          ACCOUNT,
          READS: `${mapping.table} ${daysDataset(mapping.table)}`,
        },
      },
    },
  };
  return resources;
}

function dataSetId({ query }: DashboardPart): string {
  return `QuickSight${logicalName(query)}Answer`;
}

function spiceId(query: string): string {
  return `positional-lake-\${sls:stage}-answer-${query}`;
}

function permissions(...actions: string[]): unknown {
  return [{ Principal: PRINCIPAL, Actions: actions.map((action) => `quicksight:${action}`) }];
}

function dataSet(part: DashboardPart, sql: string): unknown {
  const names = part.columns.map(({ column }) => column).join(', ');
  return {
    Type: 'AWS::QuickSight::DataSet',
    DependsOn: 'LakeTables',
    Properties: {
      AwsAccountId: ACCOUNT,
      DataSetId: spiceId(part.query),
      Name: part.en.slice(0, 128),
      ImportMode: 'SPICE',
      PhysicalTableMap: {
        answer: {
          CustomSql: {
            DataSourceArn: { 'Fn::GetAtt': ['QuickSightSource', 'Arn'] },
            Name: part.query,
            SqlQuery: `SELECT ${names} FROM (${sql}) AS answer`,
            Columns: part.columns.map(({ column, kind }) => ({ Name: column, Type: BI_TYPES[kind] })),
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

/** After the deadline of the night, for what was published without a message, as a rollback is. */
function refreshSchedule(part: DashboardPart): unknown {
  return {
    Type: 'AWS::QuickSight::RefreshSchedule',
    DependsOn: dataSetId(part),
    Properties: {
      AwsAccountId: ACCOUNT,
      DataSetId: spiceId(part.query),
      Schedule: {
        ScheduleId: 'after-the-deadline',
        RefreshType: 'FULL_REFRESH',
        ScheduleFrequency: {
          Interval: 'DAILY',
          TimeOfTheDay: '${self:custom.stage.times.deadline}',
          TimeZone: '${self:custom.stage.timeZone}',
        },
      },
    },
  };
}

function dashboardOf(dashboard: Dashboard): unknown {
  return {
    Type: 'AWS::QuickSight::Dashboard',
    Properties: {
      AwsAccountId: ACCOUNT,
      DashboardId: `positional-lake-\${sls:stage}-${dashboard.name}`,
      Name: `${dashboard.en} / ${dashboard.pt}`,
      Permissions: permissions('DescribeDashboard', 'ListDashboardVersions', 'QueryDashboard'),
      Definition: {
        DataSetIdentifierDeclarations: dashboard.parts.map((part) => ({
          Identifier: part.query,
          DataSetArn: { 'Fn::GetAtt': [dataSetId(part), 'Arn'] },
        })),
        Sheets: [
          {
            SheetId: dashboard.name,
            Name: dashboard.en,
            Visuals: dashboard.parts.flatMap((part) => [...chartOf(part), tableOf(part)]),
          },
        ],
      },
    },
  };
}

const titled = (PlainText: string) => ({ Visibility: 'VISIBLE', FormatText: { PlainText } });

function columnOf(part: DashboardPart, name: string): ShownColumn {
  const found = part.columns.find(({ column }) => column === name);
  if (found) return found;
  throw new Error(`the chart of ${part.query} draws ${name}, which its table does not show`);
}

const reference = (part: DashboardPart, ColumnName: string) => ({
  DataSetIdentifier: part.query,
  ColumnName,
});

function chartOf(part: DashboardPart): unknown[] {
  const { chart } = part;
  if (!chart) return [];
  const measure = {
    NumericalMeasureField: {
      FieldId: `${part.query}-${chart.value}`,
      Column: reference(part, chart.value),
      AggregationFunction: { SimpleNumericalAggregation: 'SUM' },
    },
  };
  const field = { FieldId: `${part.query}-${chart.label}`, Column: reference(part, chart.label) };
  return [
    {
      BarChartVisual: {
        VisualId: `${part.query}-chart`,
        Title: titled(part.en),
        ChartConfiguration: {
          Orientation: chart.form === 'bars' ? 'HORIZONTAL' : 'VERTICAL',
          FieldWells: {
            BarChartAggregatedFieldWells: {
              Category: [dimension(columnOf(part, chart.label).kind, field)],
              Values: [measure],
            },
          },
        },
      },
    },
  ];
}

function dimension(kind: FigureKind, field: { FieldId: string; Column: object }): unknown {
  if (kind === 'date') return { DateDimensionField: { ...field, DateGranularity: 'DAY' } };
  if (kind === 'month') return { DateDimensionField: { ...field, DateGranularity: 'MONTH' } };
  return kind === 'text' ? { CategoricalDimensionField: field } : { NumericalDimensionField: field };
}

function tableOf(part: DashboardPart): unknown {
  return {
    TableVisual: {
      VisualId: `${part.query}-table`,
      Title: titled(part.en),
      ChartConfiguration: {
        FieldWells: {
          TableUnaggregatedFieldWells: {
            Values: part.columns.map(({ column }) => ({
              FieldId: `${part.query}-table-${column}`,
              Column: reference(part, column),
            })),
          },
        },
        FieldOptions: {
          SelectedFieldOptions: part.columns.map(({ column, en }) => ({
            FieldId: `${part.query}-table-${column}`,
            CustomLabel: en,
          })),
        },
      },
    },
  };
}
