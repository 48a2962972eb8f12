// biome-ignore lint/suspicious/noExplicitAny: templates are plain data of any shape
type Broken = any;

/** A way to break a packaged template: what is broken, how, and the problem that must be reported. */
export type Break = [what: string, breakIt: (resources: Broken, context: Broken) => void, said: RegExp];

export const PERMISSIONS: readonly Break[] = [
  [
    'an action that does not exist',
    (r) => firstStatement(r.ParserRole).Action.push('s3:GetObjects'),
    /no action s3:GetObjects/,
  ],
  [
    'everything allowed on everything',
    (r) => (firstStatement(r.ParserRole).Action = ['s3:*']),
    /gives more than it names/,
  ],
  [
    'a bucket right on every bucket',
    (r) => (statement(r.ParserRole, 'ReadRawFiles').Resource = '*'),
    /can be limited to/,
  ],
  [
    'anybody let in',
    (r) => Object.assign(statementOf(r.RawBucketPolicy, 0), { Effect: 'Allow', Condition: undefined }),
    /lets anybody in/,
  ],
  [
    'a condition on a key that no request has',
    (r) => (statement(r.FinalizerRole, 'KeepDecisions').Condition = { Null: { 's3:if-non-match': 'true' } }),
    /no action of it has the condition key s3:if-non-match/,
  ],
];

export const ROLES: readonly Break[] = [
  [
    'a right that the code needs taken away',
    (r) => drop(r.MergerRole, 'TakeBackUploads'),
    /MergerRole: does not allow s3:AbortMultipartUpload/,
  ],
  [
    'a right that no code needs',
    (r) => statement(r.ParserRole, 'ReadRawFiles').Action.push('s3:DeleteObject'),
    /allows s3:DeleteObject on RawBucket.*nowhere/,
  ],
  [
    'a right on too many keys',
    (r) => statement(r.MergerRole, 'ReadLake').Resource.push({ 'Fn::Sub': '${RawBucket.Arn}/*' }),
    /MergerRole: allows s3:GetObject on RawBucket/,
  ],
  [
    'no right on the key',
    (r) => drop(r.ReconcilerRole, 'Keys'),
    /ReconcilerRole: does not allow kms:Decrypt/,
  ],
  [
    'commits that may be written over',
    (r) => drop(r.FinalizerRole, 'KeepDecisions'),
    /FinalizerRole: may write over .*_day\/1\.json/,
  ],
  [
    'commits that cannot be written',
    (r) => delete statement(r.WatchdogRole, 'KeepDecisions').Condition,
    /WatchdogRole: cannot add .*_day\/1\.json/,
  ],
  [
    'a ledger that may be removed',
    (r) => drop(r.SplitterRole, 'KeepLedger'),
    /SplitterRole: may be given s3:DeleteObject on/,
  ],
];

export const SIZES: readonly Break[] = [
  [
    'a policy that grows with each layout',
    (r) => {
      const tables = Array.from(
        { length: 80 },
        (_, index) => `\${ProcessedBucket.Arn}/loans_of_branch_${index}/*`,
      );
      statement(managed(r.PublishedDataPolicy), 'ReadTables').Resource = tables.map((arn) => ({
        'Fn::Sub': arn,
      }));
    },
    /PublishedDataPolicy: has \d+ characters, and IAM takes 6144/,
  ],
  [
    'a role with too many policies',
    (r) => (r.DataAnalystRole.Properties.ManagedPolicyArns = Array(9).fill('arn:aws:iam::aws:policy/X')),
    /DataAnalystRole: has 12 managed policies/,
  ],
];

export const TASKS: readonly Break[] = [
  [
    'SQL refused, since Athena asks for the database default',
    (r) => drop(managed(r.QueryPolicy), 'DefaultDatabase'),
    /DataAnalystRole queries: must be allowed glue:GetDatabase on .*database\/default/,
  ],
  [
    'answers of one role that another reads',
    (r) =>
      (statement(managed(r.QueryPolicy), 'KeepResults').Resource = {
        'Fn::Sub': '${ResultsBucket.Arn}/athena/*',
      }),
    /reads an engineer's answers: must not be allowed s3:GetObject/,
  ],
  [
    'rejects open to analysts',
    (r) => delete r.NoRejectsPolicy,
    /reads rejects: must not be allowed glue:GetTable/,
  ],
  [
    'operations that nobody may ask for',
    (r) => drop(managed(r.DataEngineerPolicy), 'Operate'),
    /rolls back, publishes, cleans: must be allowed lambda:InvokeFunction/,
  ],
  [
    'rights of operations in hands',
    (r) =>
      managed(r.DataEngineerPolicy).Properties.Policies[0].PolicyDocument.Statement.push({
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: { 'Fn::Sub': '${ProcessedBucket.Arn}/ledger/*' },
      }),
    /holds the rights of operations: must not be allowed s3:PutObject/,
  ],
  [
    'an operator that writes over commits',
    (r) => drop(r.OperatorRole, 'KeepDecisions'),
    /OperatorRole writes over a commit: must not/,
  ],
  [
    'a machine that redrives only the children of its maps',
    (r) => statement(r.FilePipelineRole, 'FollowChildren').Resource.shift(),
    /FilePipelineRole redrives: must be allowed states:RedriveExecution on .*:one/,
  ],
];

/** A managed policy in the form of a role with one policy. */
function managed(policy: Broken): Broken {
  return { Properties: { Policies: [{ PolicyDocument: policy.Properties.PolicyDocument }] } };
}

function statementOf(policy: Broken, index: number): Broken {
  return policy.Properties.PolicyDocument.Statement[index];
}

function statementsOf(role: Broken): Broken[] {
  return role.Properties.Policies[0].PolicyDocument.Statement;
}

function firstStatement(role: Broken): Broken {
  return statementsOf(role)[0];
}

function statement(role: Broken, sid: string): Broken {
  return statementsOf(role).find(({ Sid }) => Sid === sid);
}

function drop(role: Broken, sid: string): void {
  const statements = statementsOf(role);
  statements.splice(
    statements.findIndex(({ Sid }) => Sid === sid),
    1,
  );
}
