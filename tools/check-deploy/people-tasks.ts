/** Calls to AWS that a person's or a function's task makes, in the notation of `${Resource.Arn}/key`. */
interface Task {
  role: string;
  task: string;
  /** False: at least this must be refused, each call for itself. */
  may: boolean;
  calls: readonly (readonly [resource: string, ...actions: string[]])[];
  /** Condition keys of the requests. */
  context?: Readonly<Record<string, string>>;
}

const GLUE = 'arn:aws:glue:${AWS::Region}:${AWS::AccountId}';
const EXECUTION = 'arn:aws:states:${AWS::Region}:${AWS::AccountId}:execution:${MACHINE}';
const VIA_S3 = { 'kms:ViaService': 's3.sa-east-1.amazonaws.com' };

/** The calls of a query: the editor's lists, the database `default` that Athena always asks for, the table, its objects, the results. */
function query(workgroup: string, folder: string): Task['calls'] {
  return [
    ['*', 'athena:ListWorkGroups', 'athena:ListDataCatalogs'],
    [
      `arn:aws:athena:\${AWS::Region}:\${AWS::AccountId}:workgroup/\${${workgroup}}`,
      'athena:StartQueryExecution',
      'athena:GetQueryExecution',
      'athena:GetQueryResults',
      'athena:GetWorkGroup',
    ],
    [
      'arn:aws:athena:${AWS::Region}:${AWS::AccountId}:datacatalog/AwsDataCatalog',
      'athena:GetDataCatalog',
      'athena:ListDatabases',
      'athena:ListTableMetadata',
    ],
    [`${GLUE}:database/default`, 'glue:GetDatabase'],
    [`${GLUE}:catalog`, 'glue:GetDatabases'],
    [`\${ResultsBucket.Arn}/athena/${folder}/answer.csv`, 's3:PutObject', 's3:GetObject'],
    ['${ResultsBucket.Arn}', 's3:GetBucketLocation', 's3:ListBucket'],
    ['${DataKey.Arn}', 'kms:Decrypt', 'kms:GenerateDataKey'],
  ];
}

const readTable = (table: string): Task['calls'] => [
  [`${GLUE}:table/\${GlueDatabase}/${table}`, 'glue:GetTable', 'glue:GetPartitions'],
  [`\${ProcessedBucket.Arn}/${table}/year=2025/month=08/day=12/gen=00001/part.parquet`, 's3:GetObject'],
  [`\${ProcessedBucket.Arn}/${table}/metadata/00001-0f.metadata.json`, 's3:GetObject'],
];

/** Tasks of people and functions, on a table of the stage. What stands with `may: false` must be refused. */
export function tasksOn(table: string, isGoverned: boolean, hasConnector: boolean): Task[] {
  return [
    ...analystTasks(table, isGoverned),
    ...engineerTasks(table),
    ...businessTasks(table, isGoverned),
    ...functionTasks(table),
    ...(hasConnector ? connectorTasks() : []),
  ];
}

const role =
  (name: string) =>
  (task: string, may: boolean, calls: Task['calls'], context = {}): Task => ({
    ...{ role: `${name}Role`, task, may, calls, context },
  });
const OPERATE: Task['calls'] = [['${OperatorLambdaFunction.Arn}', 'lambda:InvokeFunction']];

function dayOf(table: string): string {
  return `\${ProcessedBucket.Arn}/ledger/${table}/year=2025/month=08/day=12`;
}

function analystTasks(table: string, isGoverned: boolean): Task[] {
  const analyst = role('DataAnalyst');
  return [
    analyst('queries', true, query('AthenaWorkgroup', 'analysts'), VIA_S3),
    ...(isGoverned ? [] : [analyst('reads a table', true, readTable(table), VIA_S3)]),
    // Lake Formation itself hides what it does not give, also from those whom IAM lets ask.
    analyst('reads rejects', false, readTable(`${table}_rejects`).slice(isGoverned ? 1 : 0)),
    analyst('reads scratch and raw files', false, [
      ['${ProcessedBucket.Arn}/runs/1/year=2025/part', 's3:GetObject'],
      ['${ProcessedBucket.Arn}/runs/1/metadata/part', 's3:GetObject'],
      ['${RawBucket.Arn}/file.txt', 's3:GetObject'],
    ]),
    analyst("reads an engineer's answers", false, [
      ['${ResultsBucket.Arn}/athena/engineers/answer.csv', 's3:GetObject'],
      [
        'arn:aws:athena:${AWS::Region}:${AWS::AccountId}:workgroup/${EngineersWorkgroup}',
        'athena:GetQueryResults',
        'athena:StartQueryExecution',
      ],
    ]),
    analyst('changes something', false, [
      ...OPERATE,
      [`${dayOf(table)}/entry.json`, 's3:PutObject'],
      [`\${ProcessedBucket.Arn}/${table}/year=2025/x`, 's3:PutObject', 's3:DeleteObject'],
    ]),
  ];
}

function engineerTasks(table: string): Task[] {
  const day = dayOf(table);
  const engineer = role('DataEngineer');
  return [
    engineer('queries', true, query('EngineersWorkgroup', 'engineers')),
    engineer('rolls back, publishes, cleans', true, OPERATE),
    engineer('looks at what is there', true, [
      [`${day}/entry.json`, 's3:GetObject'],
      ['${ProcessedBucket.Arn}/runs/1/plan.json', 's3:GetObject'],
      ['${RawBucket.Arn}/file.txt', 's3:GetObject', 's3:PutObject'],
      [`${EXECUTION}:one`, 'states:DescribeExecution', 'states:RedriveExecution', 'states:StopExecution'],
    ]),
    engineer('holds the rights of operations', false, [
      [`${day}/entry.json`, 's3:PutObject'],
      [`\${ProcessedBucket.Arn}/${table}/year=2025/x`, 's3:PutObject', 's3:DeleteObject'],
      [`${GLUE}:table/\${GlueDatabase}/${table}`, 'glue:UpdateTable'],
      ['${StarterDeadLetters.Arn}', 'sqs:DeleteMessage'],
    ]),
    engineer("reads an analyst's answers", false, [
      ['${ResultsBucket.Arn}/athena/analysts/answer.csv', 's3:GetObject'],
    ]),
  ];
}

function businessTasks(table: string, isGoverned: boolean): Task[] {
  const business = role('BusinessUser');
  return [
    business('looks at the night', true, [
      ['arn:aws:cloudwatch::${AWS::AccountId}:dashboard/positional-lake-${STAGE}', 'cloudwatch:GetDashboard'],
      ['*', 'cloudwatch:GetMetricData'],
    ]),
    business('reads tables past Lake Formation', false, [
      ...readTable(table).slice(1),
      [`${dayOf(table)}/entry.json`, 's3:GetObject'],
      ...OPERATE,
    ]),
    ...(isGoverned
      ? [business('queries', true, query('BusinessUsersWorkgroup', 'business-users'), VIA_S3)]
      : []),
  ];
}

function functionTasks(table: string): Task[] {
  const day = dayOf(table);
  const operator = role('Operator');
  const pipeline = role('FilePipeline');
  return [
    operator('commits', true, [[`${day}/_day/2.json`, 's3:PutObject']], { 's3:if-none-match': '*' }),
    operator('writes over a commit', false, [[`${day}/_day/2.json`, 's3:PutObject']]),
    operator('removes what was decided', false, [
      [`${day}/_day/2.json`, 's3:DeleteObject'],
      [`${day}/entry.json`, 's3:DeleteObject'],
    ]),
    operator('cleans', true, [
      ['${ProcessedBucket.Arn}/runs/1/plan.json', 's3:DeleteObject'],
      [
        `\${ProcessedBucket.Arn}/${table}/year=2025/month=08/day=12/gen=00001/part.parquet`,
        's3:DeleteObject',
      ],
      ['${ProcessedBucket.Arn}/ledger/_tables/t.json', 's3:DeleteObject'],
    ]),
    operator('replays', true, [['${WatchdogDeadLetters.Arn}', 'sqs:ReceiveMessage', 'sqs:DeleteMessage']]),
    pipeline('calls each version of its functions', true, [
      ...['Splitter', 'Parser', 'Reconciler', 'Merger', 'Finalizer'].map(
        (name) => [`\${${name}LambdaFunction.Arn}:7`, 'lambda:InvokeFunction'] as const,
      ),
    ]),
    pipeline('calls another function', false, [['${OperatorLambdaFunction.Arn}:7', 'lambda:InvokeFunction']]),
    pipeline('redrives', true, [
      [`${EXECUTION}:one`, 'states:RedriveExecution', 'states:DescribeExecution', 'states:StopExecution'],
      [`${EXECUTION}/ParseRanges:one`, 'states:RedriveExecution', 'states:DescribeExecution'],
    ]),
  ];
}

/** The calls of the connector, from outside of AWS: shared/aws/s3-transfer-target.ts, and the documents that it keeps. */
function connectorTasks(): Task[] {
  const connector = role('Connector');
  const file = '${RawBucket.Arn}/year=2025/month=08/day=12/contratos_20250812_001.txt';
  return [
    connector('sends a file and verifies it', true, [
      [
        file,
        's3:PutObject',
        's3:GetObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
        's3:PutObjectTagging',
      ],
      ['${RawBucket.Arn}', 's3:ListBucket'],
      ['${DataKey.Arn}', 'kms:GenerateDataKey', 'kms:Decrypt'],
    ]),
    connector('keeps records and journal', true, [
      [
        '${ConnectorBucket.Arn}/_connector/connector/transfers/2025-08-12/1.json',
        's3:PutObject',
        's3:GetObject',
      ],
      ['${ConnectorBucket.Arn}', 's3:ListBucket'],
    ]),
    connector('tells people', true, [['${WarningTopic}', 'sns:Publish']]),
    connector('sends figures', true, [['*', 'cloudwatch:PutMetricData']], {
      'cloudwatch:namespace': 'PositionalLake/Connector',
    }),
    connector('removes or reads what is not its own', false, [
      [file, 's3:DeleteObject', 's3:DeleteObjectVersion'],
      ['${RawBucket.Arn}/other/file.txt', 's3:PutObject', 's3:GetObject'],
      ['${ConnectorBucket.Arn}/_connector/connector/journal/date=2025-08-12/1.jsonl', 's3:DeleteObject'],
      ['${ProcessedBucket.Arn}/contracts/year=2025/x', 's3:GetObject', 's3:PutObject'],
    ]),
  ];
}
