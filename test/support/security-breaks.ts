import type { Break } from './permission-breaks.ts';

/** What shuts out people of a directory and services, or lets in everybody. */
const ACCESS: readonly Break[] = [
  [
    'people who need no second factor',
    (r) => delete r.DataAnalystRole.Properties.AssumeRolePolicyDocument.Statement[0].Condition,
    /DataAnalystRole: .*without a second factor/,
  ],
  [
    'a directory that is shut out',
    (r) => r.BusinessUserRole.Properties.AssumeRolePolicyDocument.Statement.pop(),
    /BusinessUserRole: shuts out people of a directory/,
  ],
  [
    'tables that get what the account gives',
    (r) => delete r.GlueDatabase.Properties.DatabaseInput.CreateTableDefaultPermissions,
    /GlueDatabase: leaves the rights of new tables/,
  ],
  [
    'a table that a deployment would write over',
    (r) =>
      (r.ContractsTable.Properties.TableInput.StorageDescriptor.Columns = [{ Name: 'n', Type: 'bigint' }]),
    /ContractsTable: says more than the name and the place of a table/,
  ],
  [
    'tables that are opened before they are there',
    (r) => r.LakeTables.DependsOn.shift(),
    /LakeTables: does not wait for every table/,
  ],
  [
    'Macie without the key',
    (r) => (r.MacieSession = { Type: 'AWS::Macie::Session', Properties: {} }),
    /MacieSession: cannot read the ledger/,
  ],
  [
    'QuickSight without a role of its own',
    (r) => (r.QuickSightSource = { Type: 'AWS::QuickSight::DataSource', Properties: { Type: 'ATHENA' } }),
    /QuickSightSource: queries with the account's role/,
  ],
];

export const SECURITY: readonly Break[] = [
  ...ACCESS,
  [
    'a bucket in the open',
    (r) => delete r.RawBucket.Properties.PublicAccessBlockConfiguration,
    /public access is not blocked/,
  ],
  [
    'a bucket without its key',
    (r) => delete r.ProcessedBucket.Properties.BucketEncryption,
    /ProcessedBucket: is not encrypted/,
  ],
  [
    'a bucket without TLS',
    (r) => delete r.ProcessedBucketPolicy,
    /ProcessedBucket: takes requests without TLS/,
  ],
  [
    'runs that expire though a file waits in them for its day',
    (r) => (r.ProcessedBucket.Properties.LifecycleConfiguration.Rules[1].ExpirationInDays = 15),
    /lets objects expire/,
  ],
  [
    'tables archived where Athena does not see them',
    (r) =>
      (r.ProcessedBucket.Properties.LifecycleConfiguration.Rules[0].Transitions[1].StorageClass = 'GLACIER'),
    /leaves them out without an error/,
  ],
  [
    'a bucket that goes with the stack',
    (r) => delete r.RawBucket.DeletionPolicy,
    /would be deleted with the stack/,
  ],
  [
    'a bucket that blocks the next try if its creation fails',
    (r) => (r.RawBucket.DeletionPolicy = 'Retain'),
    /RawBucket: is kept after a creation that failed/,
  ],
  [
    'a bucket that is deleted when it is replaced',
    (r) => delete r.RawBucket.UpdateReplacePolicy,
    /RawBucket: would be deleted when it is replaced/,
  ],
  ['a key that goes with the stack', (r) => (r.DataKey.DeletionPolicy = 'Delete'), /DataKey: is deleted/],
  [
    'a key that is not rotated',
    (r) => (r.DataKey.Properties.EnableKeyRotation = false),
    /DataKey: is not rotated/,
  ],
  [
    'a topic in the clear',
    (r) => delete r.FailureTopic.Properties.KmsMasterKeyId,
    /FailureTopic: is not encrypted/,
  ],
  [
    'a queue in the clear',
    (r) => delete r.StarterDeadLetters.Properties.SqsManagedSseEnabled,
    /StarterDeadLetters: is not encrypted/,
  ],
  [
    'a secret in the open',
    (r) => (r.ParserLambdaFunction.Properties.Description = 'AKIAABCDEFGHIJKLMNOP'),
    /secret in the open/,
  ],
  [
    'a machine that logs nothing',
    (r) => (r.FilePipeline.Properties.LoggingConfiguration.Level = 'OFF'),
    /logs nothing/,
  ],
];
