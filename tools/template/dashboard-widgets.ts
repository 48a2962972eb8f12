import { FUNCTION_NAMES, METRICS } from '../../shared/operations/metrics-table.ts';
import { logicalName } from './project-layouts.ts';

/** The parts of CloudWatch's dashboard body that we draw with. */
export interface Widget {
  type: 'metric' | 'text' | 'alarm';
  x: number;
  y: number;
  width: number;
  height: number;
  properties: WidgetProperties;
}

export interface WidgetProperties {
  title?: string;
  markdown?: string;
  view?: 'singleValue' | 'timeSeries' | 'bar';
  metrics?: MetricLine[];
  alarms?: string[];
  stat?: string;
  period?: number;
  start?: string;
  stacked?: boolean;
  region?: string;
  setPeriodToTimeRange?: boolean;
  yAxis?: { left?: { min?: number; max?: number; label?: string; showUnits?: boolean } };
  annotations?: { horizontal: { value: number; label: string; color?: string }[] };
}

export type MetricLine = (
  | string
  | { label?: string; expression?: string; id?: string; visible?: boolean; stat?: string }
)[];

export interface DashboardOptions {
  stage: string;
  namespace: string;
  datasets: string[];
  parserMemoryMb: number;
  otherMemoryMb: number;
}

const NIGHT = 43_200;
const DAY = 86_400;
/** US dollars of a GB-second on arm64 and of a million requests: docs/cost.md has the dated table. */
const GB_SECOND_USD = 0.0000133334;
const REQUEST_USD = 0.0000002;

type Name = keyof typeof METRICS;

/** From the question that is asked first to the one that is asked last. */
export function nightWidgets(options: DashboardOptions): Widget[] {
  const widgets: Widget[] = [];
  let y = 0;
  const row = (
    height: number,
    ...cells: [width: number, type: Widget['type'], properties: WidgetProperties][]
  ) => {
    let x = 0;
    for (const [width, type, properties] of cells) {
      const region = type === 'metric' ? { region: '${AWS::Region}' } : {};
      widgets.push({ type, x, y, width, height, properties: { ...properties, ...region } });
      x += width;
    }
    y += height;
  };
  for (const dataset of options.datasets) {
    const metric = (name: Name, label?: string): MetricLine => [
      options.namespace,
      name,
      'stage',
      options.stage,
      'dataset',
      dataset,
      { ...(label && { label }), stat: METRICS[name].statistic },
    ];
    row(2, [24, 'text', { markdown: heading(dataset, options.stage) }]);
    row(
      4,
      [4, 'metric', tonight('Minutes of margin', metric('SlaMarginMinutes', 'to the deadline'))],
      [4, 'metric', tonight('Percent done', metric('NightPercentDone', '100 is published'))],
      [
        6,
        'metric',
        tonight(
          'Files',
          metric('NightFilesLoaded', 'loaded'),
          metric('NightFilesArrived', 'arrived'),
          metric('NightFilesExpected', 'expected'),
        ),
      ],
      [5, 'metric', tonight('Rows', metric('NightRows', 'loaded tonight'))],
      [5, 'metric', tonight('Rejected', metric('NightRejectPercent', '% of details'))],
    );
    row(
      6,
      [
        8,
        'metric',
        series(
          'Files as they are loaded',
          'stacked',
          metric('FilesLoaded', 'loaded'),
          metric('FilesRefused', 'refused'),
          metric('FilesFailed', 'failed'),
        ),
      ],
      [
        8,
        'metric',
        series(
          'Stages of a file, longest',
          'lines',
          metric('SplitDurationMs', 'split'),
          metric('ParseDurationMs', 'parse'),
          metric('ReconcileDurationMs', 'reconcile'),
          metric('MergeDurationMs', 'merge'),
        ),
      ],
      [8, 'metric', series('Bytes', 'lines', metric('InputBytes', 'read'), metric('OutputBytes', 'written'))],
    );
    row(
      6,
      [
        8,
        'metric',
        {
          ...nights('Margin of the last 30 nights', metric('SlaMarginMinutes', 'minutes')),
          annotations: { horizontal: [{ value: 0, label: 'deadline', color: '#d13212' }] },
        },
      ],
      [8, 'metric', nights('Rows of the last 30 nights', metric('NightRows', 'rows'))],
      [
        8,
        'metric',
        nights('Nights met', metric('SlaMet', 'met by the deadline'), metric('SlaAtRisk', 'at risk')),
      ],
    );
  }
  row(2, [
    24,
    'text',
    {
      markdown:
        '## The machine\nExecutions, one a file, and the functions that work for them. What each alarm means: docs/operations.md.',
    },
  ]);
  row(4, [24, 'alarm', { title: 'Alarms', alarms: alarmArns(options.datasets) }]);
  row(
    6,
    [
      8,
      'metric',
      series(
        'Executions',
        'lines',
        ...(
          ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut'] as const
        ).map(
          (name): MetricLine => [
            'AWS/States',
            name,
            'StateMachineArn',
            '${FilePipeline}',
            { label: name.slice('Executions'.length).toLowerCase(), stat: 'Sum' },
          ],
        ),
      ),
    ],
    [
      8,
      'metric',
      series(
        'Parsers at work',
        'lines',
        lambda('ConcurrentExecutions', 'parser', 'at work', 'Maximum'),
        lambda('Throttles', 'parser', 'throttled', 'Sum'),
      ),
    ],
    [
      8,
      'metric',
      series(
        'Errors of functions',
        'stacked',
        ...FUNCTION_NAMES.map((name) => lambda('Errors', name, name, 'Sum')),
      ),
    ],
  );
  row(
    4,
    [12, 'metric', cost(options)],
    [
      12,
      'metric',
      {
        title: 'Dead letters',
        view: 'singleValue',
        stat: 'Maximum',
        period: 300,
        metrics: (['Starter', 'Watchdog'] as const).map(
          (name): MetricLine => [
            'AWS/SQS',
            'ApproximateNumberOfMessagesVisible',
            'QueueName',
            `\${${name}DeadLetters.QueueName}`,
            { label: name.toLowerCase() },
          ],
        ),
      },
    ],
  );
  return widgets;
}

function heading(dataset: string, stage: string): string {
  return `# ${dataset}, ${stage}\nIs tonight on time? Margin below 0 is late. The checks at 03:30, 07:30, 08:30 and 09:00 bring the figures of the night up to date.`;
}

/** The last figure of the last twelve hours. */
function tonight(title: string, ...metrics: MetricLine[]): WidgetProperties {
  return { title, view: 'singleValue', metrics, period: NIGHT, start: '-PT12H', setPeriodToTimeRange: true };
}

function series(title: string, how: 'lines' | 'stacked', ...metrics: MetricLine[]): WidgetProperties {
  return {
    title,
    view: 'timeSeries',
    stacked: how === 'stacked',
    metrics,
    period: 60,
    yAxis: { left: { min: 0 } },
  };
}

function nights(title: string, ...metrics: MetricLine[]): WidgetProperties {
  return { title, view: 'bar', metrics, period: DAY, start: '-P30D' };
}

function lambda(metric: string, functionName: string, label: string, stat: string): MetricLine {
  const name = functionName.slice(0, 1).toUpperCase() + functionName.slice(1);
  return ['AWS/Lambda', metric, 'FunctionName', `\${${name}LambdaFunction}`, { label, stat }];
}

/** Lambda's share, which is most of it: GB-seconds and requests of the last twelve hours. */
function cost({ parserMemoryMb, otherMemoryMb }: DashboardOptions): WidgetProperties {
  const parts = FUNCTION_NAMES.map((name) => {
    const gigabytes = (name === 'parser' ? parserMemoryMb : otherMemoryMb) / 1024;
    return `${name}Ms*${(gigabytes / 1000) * GB_SECOND_USD}+${name}Calls*${REQUEST_USD}`;
  });
  const sources = FUNCTION_NAMES.flatMap((name): MetricLine[] => [
    [...lambda('Duration', name, name, 'Sum').slice(0, -1), { id: `${name}Ms`, stat: 'Sum', visible: false }],
    [
      ...lambda('Invocations', name, name, 'Sum').slice(0, -1),
      { id: `${name}Calls`, stat: 'Sum', visible: false },
    ],
  ]);
  return {
    title: 'US dollars of Lambda tonight (list price, us-east-1)',
    view: 'singleValue',
    metrics: [[{ expression: parts.join('+'), label: 'USD', id: 'usd' }], ...sources],
    period: NIGHT,
    start: '-PT12H',
    setPeriodToTimeRange: true,
  };
}

/** Logical ids of the template: Fn::Sub puts their ARNs here. */
function alarmArns(datasets: string[]): string[] {
  const shared = [
    'ExecutionsFailed',
    'ExecutionsTimedOut',
    'ExecutionsThrottled',
    'ParserThrottled',
    'StarterDeadLetters',
    'WatchdogDeadLetters',
    'WatchdogFailed',
  ];
  const own = datasets.flatMap((dataset) => {
    const name = logicalName(dataset);
    return ['NoFile', 'FilesMissing', 'FilesRefused', 'Rejects', 'SlaAtRisk', 'SlaViolated'].map(
      (alarm) => `${name}${alarm}`,
    );
  });
  return [...own, ...shared].map((name) => `\${${name}Alarm.Arn}`);
}
