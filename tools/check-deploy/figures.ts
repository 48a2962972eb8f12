import { didYouMean } from '../../shared/layout/did-you-mean.ts';
import { METRIC_DIMENSIONS, METRICS } from '../../shared/operations/metrics-table.ts';
import {
  type Check,
  type DeployContext,
  listOf,
  type Problem,
  resourcesOf,
  substitutionsOf,
} from './template.ts';

/** Metrics of AWS itself that we draw, with the one dimension that they have. */
const PLATFORM_METRICS: Record<string, { dimension: string; names: string[] }> = {
  'AWS/States': {
    dimension: 'StateMachineArn',
    names: [
      'ExecutionsStarted',
      'ExecutionsSucceeded',
      'ExecutionsFailed',
      'ExecutionsTimedOut',
      'ExecutionsAborted',
      'ExecutionThrottled',
      'ExecutionTime',
    ],
  },
  'AWS/Lambda': {
    dimension: 'FunctionName',
    names: ['Invocations', 'Errors', 'Throttles', 'Duration', 'ConcurrentExecutions', 'DeadLetterErrors'],
  },
  'AWS/SQS': {
    dimension: 'QueueName',
    names: ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage'],
  },
};
const GRID_COLUMNS = 24;

interface Drawn {
  where: string;
  namespace: string;
  name: string;
  dimensions: [name: string, value: unknown][];
}

/** Every figure that an alarm watches or the dashboard draws is emitted, with the same dimensions. */
export const figures: Check = {
  name: 'alarms and dashboard',
  run(context) {
    const problems: Problem[] = [];
    const drawn = [...alarmFigures(context, problems), ...dashboardFigures(context, problems)];
    for (const figure of drawn) problems.push(...figureProblems(figure, context));
    return { looked: drawn.length, problems };
  },
};

function* alarmFigures({ template }: DeployContext, problems: Problem[]): Generator<Drawn> {
  const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm');
  const topics = resourcesOf(template, 'AWS::SNS::Topic').map(([id]) => id);
  for (const [id, { Properties = {} }] of alarms) {
    const actions = listOf<{ Ref?: string }>(Properties.AlarmActions);
    if (actions.length === 0 || actions.some(({ Ref = '' }) => !topics.includes(Ref)))
      problems.push({ where: id, what: 'notifies no topic of the template' });
    // A refused file ends in a Fail state; `files-refused` says so, and two alarms for one file teach people to look at neither.
    if (Properties.Namespace === 'AWS/States' && Properties.MetricName === 'ExecutionsFailed')
      problems.push({ where: id, what: 'goes off for refused files too, which have an alarm of their own' });
    if (!Properties.AlarmDescription)
      problems.push({ where: id, what: 'does not say what it means and what to do' });
    if (Properties.TreatMissingData !== 'notBreaching')
      problems.push({ where: id, what: 'goes off if there is nothing to count, as on a holiday' });
    yield {
      where: id,
      namespace: Properties.Namespace,
      name: Properties.MetricName,
      dimensions: listOf(Properties.Dimensions).map(({ Name, Value }) => [Name, Value]),
    };
  }
}

interface DashboardWidget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { title?: string; metrics?: unknown[][]; alarms?: string[] };
}

function* dashboardFigures({ template }: DeployContext, problems: Problem[]): Generator<Drawn> {
  const dashboards = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
  if (dashboards.length === 0) problems.push({ where: 'Resources', what: 'there is no dashboard' });
  for (const [dashboard, { Properties = {} }] of dashboards) {
    const text = Properties.DashboardBody?.['Fn::Sub'] ?? Properties.DashboardBody;
    let widgets: DashboardWidget[];
    try {
      ({ widgets } = JSON.parse(text));
    } catch (error) {
      problems.push({ where: dashboard, what: `its body is not JSON: ${error}` });
      continue;
    }
    problems.push(...placeProblems(dashboard, widgets));
    for (const { type, properties } of widgets) {
      const where = `${dashboard} '${properties.title ?? type}'`;
      for (const alarm of properties.alarms ?? []) {
        const [target = ''] = substitutionsOf(alarm);
        const [id = ''] = target.split('.');
        if (template.Resources[id]?.Type !== 'AWS::CloudWatch::Alarm')
          problems.push({ where, what: `shows ${alarm}, which is not an alarm of the template` });
      }
      for (const line of properties.metrics ?? []) {
        const [namespace, name, ...pairs] = line.filter((word) => typeof word === 'string');
        // An expression draws what other lines fetch.
        if (namespace === undefined || name === undefined) continue;
        const dimensions: Drawn['dimensions'] = [];
        for (let at = 0; at < pairs.length; at += 2) {
          dimensions.push([pairs[at] ?? '', asIntrinsic(pairs[at + 1] ?? '')]);
        }
        yield { where, namespace, name, dimensions };
      }
    }
  }
}

/** `${ParserLambdaFunction}` in a body with substitutions, as the intrinsic function that it is. */
function asIntrinsic(text: string): unknown {
  const [target] = substitutionsOf(text);
  return target ? { 'Fn::Sub': text } : text;
}

function figureProblems(
  { where, namespace, name, dimensions }: Drawn,
  { stage, template }: DeployContext,
): Problem[] {
  const known = PLATFORM_METRICS[namespace];
  if (known) {
    const [[dimension, value] = ['', '']] = dimensions;
    if (!known.names.includes(name))
      return [{ where, what: `${namespace} has no ${name}${didYouMean(name, known.names)}` }];
    const isOurs = typeof value === 'object' && value !== null;
    return dimension === known.dimension && isOurs && dimensions.length === 1
      ? []
      : [
          {
            where,
            what: `${namespace} ${name} must have ${known.dimension} alone, of a resource of the template`,
          },
        ];
  }
  const namespaces = new Set(
    resourcesOf(template, 'AWS::Lambda::Function').flatMap(
      ([, { Properties }]) => Properties?.Environment?.Variables?.METRICS_NAMESPACE ?? [],
    ),
  );
  if (!namespaces.has(namespace)) return [{ where, what: `no function emits to namespace ${namespace}` }];
  if (!Object.hasOwn(METRICS, name)) {
    return [{ where, what: `no function emits ${name}${didYouMean(name, Object.keys(METRICS))}` }];
  }
  const names = dimensions.map(([dimension]) => dimension);
  const isRight = names.join() === METRIC_DIMENSIONS.join() && dimensions[0]?.[1] === stage;
  return isRight
    ? []
    : [
        {
          where,
          what: `${name} is emitted with ${METRIC_DIMENSIONS.join(' and ')} (stage ${stage}), and asked for with ${JSON.stringify(dimensions)}`,
        },
      ];
}

/** Widgets that do not fit on the grid, or that overlap. */
function placeProblems(id: string, widgets: DashboardWidget[]): Problem[] {
  const problems: Problem[] = [];
  const taken = new Map<string, number>();
  for (const [index, { x, y, width, height }] of widgets.entries()) {
    if (x < 0 || width < 1 || height < 1 || x + width > GRID_COLUMNS)
      problems.push({ where: `${id} widget ${index}`, what: `does not fit on ${GRID_COLUMNS} columns` });
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        const cell = `${column},${row}`;
        if (taken.has(cell)) {
          problems.push({ where: `${id} widget ${index}`, what: `overlaps widget ${taken.get(cell)}` });
          return problems;
        }
        taken.set(cell, index);
      }
    }
  }
  return problems;
}
