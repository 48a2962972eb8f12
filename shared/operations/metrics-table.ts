/**
 * Every metric that the system emits, and dashboards and alarms may use. Dimensions are always `stage` and `dataset`, never the business
 * date: each new value of a dimension is a new paid metric.
 */
export const METRIC_DIMENSIONS = ['stage', 'dataset'] as const;

/** The value of `dataset` if it is not known: no layout fits a key, or an invocation failed too early. */
export const NO_DATASET = 'none';

export type MetricUnit = 'Count' | 'Bytes' | 'Milliseconds' | 'Percent' | 'None';

interface MetricDefinition {
  unit: MetricUnit;
  /** Functions that emit it. */
  from: readonly FunctionName[];
  /** `put`: PutMetricData, once per file or check. `emf`: a log line of each invocation that CloudWatch reads. */
  by: 'put' | 'emf';
  /** How several values become one. */
  statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average';
  meaning: string;
}

export const FUNCTION_NAMES = [
  'starter',
  'splitter',
  'parser',
  'reconciler',
  'merger',
  'finalizer',
  'watchdog',
  'operator',
  'query',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

type Row = readonly [MetricUnit, readonly FunctionName[], MetricDefinition['statistic'], string];

const PUT = {
  FilesLoaded: ['Count', ['finalizer'], 'Sum', 'files that balanced and were merged'],
  FilesRefused: ['Count', ['finalizer'], 'Sum', 'files that were refused'],
  FilesFailed: ['Count', ['watchdog'], 'Sum', 'executions that failed, timed out or were stopped'],
  InputBytes: ['Bytes', ['finalizer'], 'Sum', 'bytes of a loaded file'],
  OutputBytes: ['Bytes', ['finalizer'], 'Sum', 'bytes of its Parquet files'],
  RecordsRead: ['Count', ['finalizer'], 'Sum', 'records of a loaded file, headers and trailers too'],
  RecordsRejected: ['Count', ['finalizer'], 'Sum', 'rejected records of a loaded file'],
  RejectPercent: [
    'Percent',
    ['finalizer'],
    'Maximum',
    'rejected share of its details: the error rate of a file',
  ],
  RowsLoaded: ['Count', ['finalizer'], 'Sum', 'rows of a loaded file'],
  DurationMs: ['Milliseconds', ['finalizer'], 'Maximum', 'time of a file from its plan until it is loaded'],
  SplitDurationMs: ['Milliseconds', ['finalizer'], 'Maximum', 'time of a file in state splitting'],
  ParseDurationMs: ['Milliseconds', ['finalizer'], 'Maximum', 'time of a file in state parsing'],
  ReconcileDurationMs: ['Milliseconds', ['finalizer'], 'Maximum', 'time of a file in state reconciling'],
  MergeDurationMs: ['Milliseconds', ['finalizer'], 'Maximum', 'time of a file in state merging'],
  DaysPublished: ['Count', ['finalizer'], 'Sum', '1 if the file completed its day'],
  NightFilesExpected: ['Count', ['watchdog'], 'Maximum', 'files expected tonight, if their number is known'],
  NightFilesArrived: ['Count', ['watchdog'], 'Maximum', 'expected files that have arrived'],
  NightFilesMissing: ['Count', ['watchdog'], 'Maximum', 'expected files that have not arrived'],
  NightFilesLoaded: ['Count', ['watchdog'], 'Maximum', 'expected files that are loaded'],
  NightRecords: ['Count', ['watchdog'], 'Maximum', 'records of all files loaded tonight'],
  NightRows: ['Count', ['watchdog'], 'Maximum', 'rows of all files loaded tonight'],
  NightBytes: ['Bytes', ['watchdog'], 'Maximum', 'bytes of all files loaded tonight'],
  NightRejectPercent: ['Percent', ['watchdog'], 'Maximum', 'rejected share of the details loaded tonight'],
  NightPercentDone: [
    'Percent',
    ['watchdog'],
    'Maximum',
    'share of the expected bytes that is parsed; 100 is published',
  ],
  SlaMarginMinutes: [
    'None',
    ['watchdog'],
    'Minimum',
    'minutes from publication, or from its estimate, to the deadline; below 0 is late',
  ],
  SlaAtRisk: ['Count', ['watchdog'], 'Maximum', '1 if the day is not published at the warning, else 0'],
  SlaViolated: [
    'Count',
    ['watchdog'],
    'Maximum',
    '1 if the day is not published at the alarm or was not by the deadline, else 0',
  ],
  SlaMet: ['Count', ['watchdog'], 'Minimum', '1 if the day was published by the deadline, else 0'],
  CatalogDaysDriven: ['Count', ['watchdog'], 'Sum', 'days whose catalog lagged behind their last commit'],
} as const satisfies Record<string, Row>;

const EMF = {
  StarterMs: ['Milliseconds', ['starter'], 'Maximum', 'an invocation'],
  SplitterMs: ['Milliseconds', ['splitter'], 'Maximum', 'an invocation'],
  ParserMs: ['Milliseconds', ['parser'], 'Maximum', 'an invocation'],
  ReconcilerMs: ['Milliseconds', ['reconciler'], 'Maximum', 'an invocation'],
  MergerMs: ['Milliseconds', ['merger'], 'Maximum', 'an invocation'],
  FinalizerMs: ['Milliseconds', ['finalizer'], 'Maximum', 'an invocation'],
  WatchdogMs: ['Milliseconds', ['watchdog'], 'Maximum', 'an invocation'],
  OperatorMs: ['Milliseconds', ['operator'], 'Maximum', 'an invocation'],
  QueryMs: ['Milliseconds', ['query'], 'Maximum', 'an invocation'],
  AnswersKept: ['Count', ['query'], 'Sum', 'questions that were answered from what was kept'],
  ScannedBytes: ['Bytes', ['query'], 'Sum', 'bytes that Athena read for an answer'],
  ColdStarts: ['Count', FUNCTION_NAMES, 'Sum', 'first invocations of an environment'],
  InvocationsFailed: ['Count', FUNCTION_NAMES, 'Sum', 'invocations that threw; many are tried again'],
  ExecutionFaults: ['Count', ['watchdog'], 'Sum', 'executions that failed by a fault; a refusal is none'],
  ExecutionsStarted: ['Count', ['starter'], 'Sum', 'executions that an arrival started'],
  ArrivalsRepeated: ['Count', ['starter'], 'Sum', 'events of a file version that was started already'],
  ArrivalsRefused: ['Count', ['starter'], 'Sum', 'keys that no layout fits, or more than one'],
  RangesPlanned: ['Count', ['splitter'], 'Sum', 'byte ranges of a file'],
  RangesReused: ['Count', ['parser'], 'Sum', 'ranges that had a manifest already'],
  RangeBytes: ['Bytes', ['parser'], 'Sum', 'bytes of a parsed range'],
  RangeRows: ['Count', ['parser'], 'Sum', 'rows of a parsed range'],
  RangeRejects: ['Count', ['parser'], 'Sum', 'rejected records of a parsed range'],
  MergedRows: ['Count', ['merger'], 'Sum', 'rows of a merged file'],
  MergedBytes: ['Bytes', ['merger'], 'Sum', 'bytes of a merged file'],
} as const satisfies Record<string, Row>;

/** The night's figures, sent by PutMetricData. */
export type MetricName = keyof typeof PUT;
/** An invocation's figures, written as embedded metric format. */
export type InvocationMetricName = keyof typeof EMF;

/** All of them, by name. */
export const METRICS: Readonly<Record<MetricName | InvocationMetricName, MetricDefinition>> = {
  ...defined(PUT, 'put'),
  ...defined(EMF, 'emf'),
};

function defined<Name extends string>(
  rows: Record<Name, Row>,
  by: MetricDefinition['by'],
): Record<Name, MetricDefinition> {
  const entries = Object.entries<Row>(rows).map(([name, [unit, from, statistic, meaning]]) => {
    return [name, { unit, from, by, statistic, meaning }] as const;
  });
  return Object.fromEntries(entries) as Record<Name, MetricDefinition>;
}
