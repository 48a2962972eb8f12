import listPrices from '../../shared/cost/prices/us-east-1.json' with { type: 'json' };
import { FUNCTION_NAMES, METRICS } from '../../shared/operations/metrics-table.ts';
import { alarmIds } from './alarms.ts';
import {
  figure,
  type MetricLine,
  nights,
  placed,
  series,
  text,
  tonight,
  type Widget,
  type WidgetProperties,
  type WidgetRow,
} from './dashboard-widget.ts';
import { logicalName } from './project-layouts.ts';

interface DashboardOptions {
  stage: string;
  namespace: string;
  datasets: string[];
  parserMemoryMb: number;
  otherMemoryMb: number;
}

type Figure = (name: keyof typeof METRICS, label: string) => MetricLine;

/** From the question that is asked first to the one that is asked last. */
export function nightWidgets(options: DashboardOptions): Widget[] {
  const { stage, namespace, datasets } = options;
  const rows = datasets.flatMap((dataset) => {
    const metric: Figure = (name, label) => [
      ...[namespace, name, 'stage', stage, 'dataset', dataset],
      { label, stat: METRICS[name].statistic },
    ];
    return [
      { height: 2, widgets: [text(heading(dataset, stage))] },
      tonightRow(metric),
      filesRow(metric),
      lastNightsRow(metric),
    ];
  });
  return placed([...rows, ...machineRows(options)]);
}

function heading(dataset: string, stage: string): string {
  return `# ${dataset}, ${stage}\nIs tonight on time? Margin below 0 is late. The checks at 03:30, 07:30, 08:30 and 09:00 bring the figures of the night up to date.`;
}

function tonightRow(metric: Figure): WidgetRow {
  return {
    height: 4,
    widgets: [
      figure(4, tonight('Minutes of margin', metric('SlaMarginMinutes', 'to the deadline'))),
      figure(4, tonight('Percent done', metric('NightPercentDone', '100 is published'))),
      figure(
        6,
        tonight(
          'Files',
          metric('NightFilesLoaded', 'loaded'),
          metric('NightFilesArrived', 'arrived'),
          metric('NightFilesExpected', 'expected'),
        ),
      ),
      figure(5, tonight('Rows', metric('NightRows', 'loaded tonight'))),
      figure(5, tonight('Rejected', metric('NightRejectPercent', '% of details'))),
    ],
  };
}

function filesRow(metric: Figure): WidgetRow {
  return {
    height: 6,
    widgets: [
      figure(
        8,
        series(
          'Files as they are loaded',
          'stacked',
          metric('FilesLoaded', 'loaded'),
          metric('FilesRefused', 'refused'),
          metric('FilesFailed', 'failed'),
        ),
      ),
      figure(
        8,
        series(
          'Stages of a file, longest',
          'lines',
          metric('SplitDurationMs', 'split'),
          metric('ParseDurationMs', 'parse'),
          metric('ReconcileDurationMs', 'reconcile'),
          metric('MergeDurationMs', 'merge'),
        ),
      ),
      figure(8, series('Bytes', 'lines', metric('InputBytes', 'read'), metric('OutputBytes', 'written'))),
    ],
  };
}

function lastNightsRow(metric: Figure): WidgetRow {
  const deadline = { value: 0, label: 'deadline', color: '#d13212' };
  return {
    height: 6,
    widgets: [
      figure(8, {
        ...nights('Margin of the last 30 nights', metric('SlaMarginMinutes', 'minutes')),
        annotations: { horizontal: [deadline] },
      }),
      figure(8, nights('Rows of the last 30 nights', metric('NightRows', 'rows'))),
      figure(
        8,
        nights('Nights met', metric('SlaMet', 'met by the deadline'), metric('SlaAtRisk', 'at risk')),
      ),
    ],
  };
}

function machineRows(options: DashboardOptions): WidgetRow[] {
  const alarms = alarmIds(options.datasets).map((id) => `\${${id}.Arn}`);
  const explained =
    '## The machine\nExecutions, one per file, and the functions that work for them. What each alarm means: docs/operations.md.';
  return [
    { height: 2, widgets: [text(explained)] },
    { height: 4, widgets: [{ width: 24, type: 'alarm', properties: { title: 'Alarms', alarms } }] },
    {
      height: 6,
      widgets: [
        figure(8, series('Executions', 'lines', ...EXECUTIONS.map(executions))),
        figure(
          8,
          series(
            'Parsers at work',
            'lines',
            lambda('ConcurrentExecutions', 'parser', 'at work', 'Maximum'),
            lambda('Throttles', 'parser', 'throttled', 'Sum'),
          ),
        ),
        figure(
          8,
          series(
            'Errors of functions',
            'stacked',
            ...FUNCTION_NAMES.map((name) => lambda('Errors', name, name, 'Sum')),
          ),
        ),
      ],
    },
    { height: 4, widgets: [figure(12, cost(options)), figure(12, deadLetters())] },
  ];
}

const EXECUTIONS = ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut'];

function executions(name: string): MetricLine {
  const label = name.slice('Executions'.length).toLowerCase();
  return ['AWS/States', name, 'StateMachineArn', '${FilePipeline}', { label, stat: 'Sum' }];
}

function lambda(metric: string, functionName: string, label: string, stat: string): MetricLine {
  return [...lambdaFigure(metric, functionName), { label, stat }];
}

function lambdaFigure(metric: string, functionName: string): string[] {
  return ['AWS/Lambda', metric, 'FunctionName', `\${${logicalName(functionName)}LambdaFunction}`];
}

/** Lambda's share, which is most of it: GB-seconds and requests of the last twelve hours. */
function cost({ parserMemoryMb, otherMemoryMb }: DashboardOptions): WidgetProperties {
  const { lambdaGbSecond, lambdaRequest } = listPrices.prices;
  const parts = FUNCTION_NAMES.map((name) => {
    const gigabytes = (name === 'parser' ? parserMemoryMb : otherMemoryMb) / 1024;
    return `${name}Ms*${(gigabytes / 1000) * lambdaGbSecond}+${name}Calls*${lambdaRequest}`;
  });
  const sources = FUNCTION_NAMES.flatMap((name): MetricLine[] => [
    [...lambdaFigure('Duration', name), { id: `${name}Ms`, stat: 'Sum', visible: false }],
    [...lambdaFigure('Invocations', name), { id: `${name}Calls`, stat: 'Sum', visible: false }],
  ]);
  return tonight(
    'US dollars of Lambda tonight (list price, us-east-1)',
    [{ expression: parts.join('+'), label: 'USD', id: 'usd' }],
    ...sources,
  );
}

function deadLetters(): WidgetProperties {
  const metrics = ['starter', 'watchdog'].map((label): MetricLine => {
    const queue = `\${${logicalName(label)}DeadLetters.QueueName}`;
    return ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', queue, { label }];
  });
  return { title: 'Dead letters', view: 'singleValue', stat: 'Maximum', period: 300, metrics };
}
