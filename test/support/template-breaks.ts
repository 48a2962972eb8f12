import { type Break, PERMISSIONS, ROLES, SIZES, TASKS } from './permission-breaks.ts';
import { QUERY_ROLES } from './query-role-breaks.ts';
import { SECURITY } from './security-breaks.ts';
import { STATE_MACHINE } from './state-machine-breaks.ts';

// biome-ignore lint/suspicious/noExplicitAny: templates are plain data of any shape
type Broken = any;

const RESOURCES: readonly Break[] = [
  [
    'a type that does not exist',
    (r) => (r.RawBucket.Type = 'AWS::S3::Buckt'),
    /properties: RawBucket: .*no type/,
  ],
  [
    'a property misspelt',
    (r) => (r.RawBucket.Properties.Versioning = {}),
    /RawBucket\.Properties\.Versioning: there is no such/,
  ],
  [
    'a required property left out',
    (r) => delete r.ArrivalsCheck.Properties.FlexibleTimeWindow,
    /ArrivalsCheck.*FlexibleTimeWindow must be there/,
  ],
  [
    'a word where a number belongs',
    (r) => (r.ParserLambdaFunction.Properties.MemorySize = 'big'),
    /MemorySize: must be a number/,
  ],
  [
    'a value that is not one of those',
    (r) => (r.RawBucket.Properties.AccessControl = 'Public'),
    /AccessControl: must be one of/,
  ],
];

const REFERENCES: readonly Break[] = [
  [
    'a Ref to nothing',
    (r) => (r.RawBucketPolicy.Properties.Bucket = { Ref: 'RawBuckets' }),
    /references.*no resource RawBuckets/,
  ],
  [
    'an attribute that a type does not give',
    (r) => (r.FilesArrived.Properties.Targets[0].Arn = { 'Fn::GetAtt': ['StarterLambdaFunction', 'Name'] }),
    /AWS::Lambda::Function gives no Name/,
  ],
  [
    'a Sub of nothing',
    (r) => (r.GlueDatabase.Properties.DatabaseInput.LocationUri = { 'Fn::Sub': 's3://${Processed}/' }),
    /no resource Processed/,
  ],
  ['a condition that is not there', (r) => (r.WarningSms.Condition = 'HasFax'), /no condition HasFax/],
  ['resources that wait for each other', (r) => (r.DataKey.DependsOn = 'RawBucket'), /wait for each other/],
];

const FUNCTIONS: readonly Break[] = [
  [
    'another runtime',
    (r) => (r.MergerLambdaFunction.Properties.Runtime = 'nodejs20.x'),
    /but is made for nodejs24/,
  ],
  [
    'too much memory',
    (r) => (r.MergerLambdaFunction.Properties.MemorySize = 20_000),
    /Lambda allows 128 to 10240/,
  ],
  [
    'a variable that is not set',
    (r) => delete r.ParserLambdaFunction.Properties.Environment.Variables.RAW_BUCKET,
    /RAW_BUCKET is not set/,
  ],
  [
    'a variable that nobody reads',
    (r) => (r.ParserLambdaFunction.Properties.Environment.Variables.DEBUG = '1'),
    /nobody reads the variable DEBUG/,
  ],
  ['more reserved than an account has', (r) => reserve(r, 950), /950 reserved in all/],
  [
    'a function outside of the network of the others',
    (r) => (r.ParserLambdaFunction.Properties.VpcConfig = { SubnetIds: ['subnet-1'] }),
    /function starter: is outside of the network/,
  ],
  [
    'endpoints that take a service from their neighbours',
    (r) => {
      const SecurityGroupIds = [{ 'Fn::GetAtt': ['Group', 'GroupId'] }];
      r.Endpoint = {
        Type: 'AWS::EC2::VPCEndpoint',
        Properties: { PrivateDnsEnabled: true, SecurityGroupIds },
      };
      r.Group = { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress: [] } };
    },
    /Group: lets only some in/,
  ],
  ['logs for ever', (r) => delete r.ParserLogGroup.Properties.RetentionInDays, /keeps logs for ever/],
  [
    'a retention that CloudWatch does not take',
    (r) => (r.ParserLogGroup.Properties.RetentionInDays = 10),
    /keeps logs 10/,
  ],
];

const EVENTS: readonly Break[] = [
  [
    'keys that no longer start anything',
    (r) => r.FilesArrived.Properties.EventPattern.detail.object.key.pop(),
    /would start nothing/,
  ],
  [
    'matchers that mean OR',
    (r) => r.FilesArrived.Properties.EventPattern.detail.object.key.push({ prefix: 'year=' }),
    /matchers in one list mean OR/,
  ],
  [
    'everything starts the starter',
    (r) => (r.FilesArrived.Properties.EventPattern.detail.object.key = [{ wildcard: '*' }]),
    /no layout reads it/,
  ],
  [
    'no dead letters',
    (r) => delete r.FilesArrived.Properties.Targets[0].DeadLetterConfig,
    /no dead-letter queue/,
  ],
  [
    'no permission to call',
    (r) => delete r.FilesArrivedPermission,
    /has no permission to call StarterLambdaFunction/,
  ],
  [
    'nobody hears of stopped executions',
    (r) => r.ExecutionsEnded.Properties.EventPattern.detail.status.pop(),
    /nobody hears of executions that are ABORTED/,
  ],
  [
    'a bucket that keeps silent',
    (r) => delete r.RawBucket.Properties.NotificationConfiguration,
    /does not tell EventBridge about/,
  ],
];

const CLOCK: readonly Break[] = [
  [
    'a time that does not exist',
    (r) => (r.DeadlineCheck.Properties.ScheduleExpression = 'cron(0 25 * * ? *)'),
    /is not a daily time/,
  ],
  [
    'a time zone that does not exist',
    (r) => (r.DeadlineCheck.Properties.ScheduleExpressionTimezone = 'America/SaoPaulo'),
    /no time zone/,
  ],
  [
    'a check made twice',
    (r) => (r.AlarmCheck.Properties.Target.Input = r.DeadlineCheck.Properties.Target.Input),
    /'deadline' is made 2 times/,
  ],
  [
    'a cleaning that the operator refuses',
    (r) => (r.Cleaning.Properties.Target.Input = '{"action":"clean","runsOlderThanDays":7}'),
    /refuses: .*runsOlderThanDays/,
  ],
  [
    'a schedule that rolls back',
    (r) =>
      (r.Cleaning.Properties.Target.Input =
        '{"action":"rollback","dataset":"contracts","businessDate":"2025-08-12","reason":"none"}'),
    /to rollback, and nobody asked/,
  ],
  ['no cleaning', (r) => delete r.Cleaning, /clean 0 times a day/],
];

const ALARMS: readonly Break[] = [
  [
    'two alarms for a refused file',
    (r) =>
      Object.assign(r.ExecutionsFailedAlarm.Properties, {
        Namespace: 'AWS/States',
        MetricName: 'ExecutionsFailed',
        Dimensions: [{ Name: 'StateMachineArn', Value: { Ref: 'FilePipeline' } }],
      }),
    /goes off for refused files too/,
  ],
  [
    'an alarm on what nobody emits',
    (r) => (r.ContractsNoFileAlarm.Properties.MetricName = 'NightFilesArived'),
    /no function emits NightFilesArived.*NightFilesArrived/,
  ],
  [
    'an alarm with other dimensions',
    (r) => r.ContractsNoFileAlarm.Properties.Dimensions.pop(),
    /is emitted with stage and dataset/,
  ],
  [
    'an alarm that tells nobody',
    (r) => (r.ContractsNoFileAlarm.Properties.AlarmActions = []),
    /notifies no topic/,
  ],
  [
    'a dashboard that is not JSON',
    (r) => (r.Dashboard.Properties.DashboardBody['Fn::Sub'] = '{'),
    /its body is not JSON/,
  ],
  [
    'a dashboard that draws what nobody emits',
    (r) => redraw(r, '"NightRows"', '"NightRowCount"'),
    /no function emits NightRowCount/,
  ],
  ['widgets that overlap', (r) => redraw(r, '"x":4', '"x":3'), /overlaps widget/],
];

/** All breaks, by the name of the check that must find them. */
export const BREAKS: ReadonlyMap<string, readonly Break[]> = new Map([
  ['resources and properties', RESOURCES],
  ['references and cycles', REFERENCES],
  ['permissions', PERMISSIONS],
  ['roles and the calls of the code', ROLES],
  ['state machine', STATE_MACHINE],
  ['functions and their logs', FUNCTIONS],
  ['events and dead letters', EVENTS],
  ['clock of the night', CLOCK],
  ['alarms and dashboard', ALARMS],
  ['security', SECURITY],
  ['sizes of policies', SIZES],
  ['tasks of people, simulated', TASKS],
  ['roles of the query service', QUERY_ROLES],
]);

function reserve(resources: Broken, count: number): void {
  resources.ParserLambdaFunction.Properties.ReservedConcurrentExecutions = count;
}

function redraw(resources: Broken, from: string, to: string): void {
  const body = resources.Dashboard.Properties.DashboardBody;
  body['Fn::Sub'] = body['Fn::Sub'].replaceAll(from, to);
}
