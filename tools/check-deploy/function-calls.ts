import type { FunctionName } from '../../shared/operations/metrics-table.ts';

/** A call to AWS that a function's code makes, as IAM sees it. */
interface FunctionCall {
  action: string;
  /** In the notation of `role-grants.ts`. */
  resource: string;
  /** When the call is made, if an ordinary night does not make it. */
  rare?: string;
}

const call = (resource: string, ...actions: string[]): FunctionCall[] =>
  actions.map((action) => ({ action, resource }));
const rarely = (rare: string, calls: FunctionCall[]): FunctionCall[] =>
  calls.map((made) => ({ ...made, rare }));

/** Reads name the version that they began with; the test's store keeps no versions. */
const pinned = (resource: string) =>
  rarely('objects of a versioned bucket', call(resource, 's3:GetObjectVersion'));
const MISSING = 'S3 answers that a key does not exist, and not 403';
const ledger = 'ProcessedBucket/ledger/';
const runs = 'ProcessedBucket/runs/';
const executions = 'ProcessedBucket/runs/executions/';
const published = 'ProcessedBucket/contracts/year=2025/';
const aborts = (resource: string) =>
  rarely('an upload that breaks is taken back', call(resource, 's3:AbortMultipartUpload'));
const glue = (...actions: string[]) =>
  ['glue:catalog', 'glue:database', 'glue:table'].flatMap((resource) => call(resource, ...actions));
const metadata = 'ProcessedBucket/contracts/metadata/';
const PUBLISHES = [
  ...glue('glue:GetTable', 'glue:UpdateTable'),
  ...call(metadata, 's3:GetObject', 's3:PutObject'),
  ...rarely('a dataset that the template does not know yet', glue('glue:CreateTable')),
  ...rarely('a table of an earlier version, which may have partitions', glue('glue:GetPartitions')),
];

/**
 * The calls that each function's code makes. A test plays a night through the bundles, under the roles of the template, and compares
 * the calls that were made with this table; the check compares the roles with it.
 */
export const FUNCTION_CALLS: Readonly<Record<FunctionName, FunctionCall[]>> = {
  starter: [
    ...call('RawBucket/', 's3:GetObject'),
    ...rarely('an event of an older version', call('RawBucket/', 's3:GetObjectVersion')),
    ...rarely('a control file arrived, or a whole day is run again', call('RawBucket', 's3:ListBucket')),
    ...call('FilePipeline', 'states:StartExecution'),
    ...rarely('no layout fits a key', call('WarningTopic', 'sns:Publish')),
  ],
  splitter: [
    ...call('RawBucket/', 's3:GetObject'),
    ...pinned('RawBucket/'),
    ...call(ledger, 's3:GetObject', 's3:PutObject'),
    ...call(runs, 's3:PutObject'),
    ...call(executions, 's3:GetObject'),
    ...rarely('the claim of a day is looked for', call('ProcessedBucket', 's3:ListBucket')),
    ...rarely('a control file is looked for', call('RawBucket', 's3:ListBucket')),
    ...glue('glue:GetTable'),
    ...call(metadata, 's3:GetObject'),
    ...rarely('a table of an earlier version, which may have partitions', glue('glue:GetPartitions')),
  ],
  parser: [
    ...call('RawBucket/', 's3:GetObject'),
    ...pinned('RawBucket/'),
    ...call(runs, 's3:GetObject', 's3:PutObject'),
    ...aborts(runs),
    ...rarely(MISSING, call('ProcessedBucket', 's3:ListBucket')),
  ],
  reconciler: [
    ...call(ledger, 's3:GetObject', 's3:PutObject'),
    ...call(runs, 's3:GetObject', 's3:PutObject'),
    ...rarely(MISSING, call('ProcessedBucket', 's3:ListBucket')),
  ],
  merger: [
    ...call(runs, 's3:GetObject', 's3:PutObject'),
    ...aborts(runs),
    ...rarely(MISSING, call('ProcessedBucket', 's3:ListBucket')),
  ],
  finalizer: [
    ...call(ledger, 's3:GetObject', 's3:PutObject'),
    ...call(runs, 's3:GetObject'),
    ...call(published, 's3:GetObject', 's3:PutObject'),
    ...aborts(published),
    ...rarely('a file is refused: its parts are deleted', call(runs, 's3:DeleteObject')),
    ...call('ProcessedBucket', 's3:ListBucket'),
    ...PUBLISHES,
    ...call('*', 'cloudwatch:PutMetricData'),
    ...call('SuccessTopic', 'sns:Publish'),
    ...rarely('a day is published in part or looks unusual', call('WarningTopic', 'sns:Publish')),
    ...rarely('a file is refused', call('FailureTopic', 'sns:Publish')),
  ],
  watchdog: [
    ...call('RawBucket', 's3:ListBucket'),
    ...call(ledger, 's3:GetObject', 's3:PutObject'),
    ...rarely('an execution failed', [...call(runs, 's3:GetObject'), ...call(executions, 's3:PutObject')]),
    ...rarely('a catalog lags, and is brought up to date', call(published, 's3:GetObject', 's3:PutObject')),
    ...aborts(published),
    ...call('ProcessedBucket', 's3:ListBucket'),
    ...PUBLISHES.map((made) => ({ rare: 'a catalog lags, and is brought up to date', ...made })),
    ...call('*', 'cloudwatch:PutMetricData'),
    ...call('SuccessTopic', 'sns:Publish'),
    ...rarely('something is late', call('WarningTopic', 'sns:Publish')),
    ...rarely('a file went silent', call('states:execution', 'states:DescribeExecution')),
    ...rarely('a failure is reported', call('FailureTopic', 'sns:Publish')),
  ],
  operator: rarely('a person asks for something', [
    ...call('RawBucket/', 's3:GetObject', 's3:GetObjectVersion'),
    ...call('RawBucket', 's3:ListBucket'),
    ...call(ledger, 's3:GetObject', 's3:PutObject'),
    ...call('ProcessedBucket/ledger/_tables/', 's3:DeleteObject'),
    ...call(runs, 's3:GetObject', 's3:DeleteObject'),
    ...call(published, 's3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload'),
    ...call('ProcessedBucket/contracts/year=2025/month=08/day=12/gen=00001/', 's3:DeleteObject'),
    ...call('ProcessedBucket', 's3:ListBucket'),
    ...call(metadata, 's3:DeleteObject'),
    ...PUBLISHES,
    ...call('*', 'cloudwatch:PutMetricData'),
    ...['SuccessTopic', 'WarningTopic', 'FailureTopic'].flatMap((topic) => call(topic, 'sns:Publish')),
    ...call('FilePipeline', 'states:StartExecution'),
    ...call('states:execution', 'states:DescribeExecution'),
    ...['StarterDeadLetters', 'WatchdogDeadLetters', 'OperatorDeadLetters'].flatMap((queue) =>
      call(queue, 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'),
    ),
  ]),
  query: rarely('somebody asks the query service', [
    ...glue('glue:GetTable', 'glue:GetTables', 'glue:GetPartitions'),
    ...['glue:catalog', 'glue:database'].flatMap((resource) => call(resource, 'glue:GetDatabase')),
    ...call(metadata, 's3:GetObject'),
    ...call(published, 's3:GetObject'),
    ...call('ProcessedBucket', 's3:ListBucket', 's3:GetBucketLocation'),
    ...call(
      'athena:workgroup',
      'athena:StartQueryExecution',
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
    ),
    ...call('athena:workgroup', 'athena:StopQueryExecution', 'athena:GetWorkGroup'),
    ...['answers/', 'athena/query-service/'].flatMap((folder) =>
      call(`ResultsBucket/${folder}`, 's3:GetObject', 's3:PutObject'),
    ),
    ...call('ResultsBucket/athena/query-service/', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'),
    ...call('ResultsBucket', 's3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'),
  ]),
};
