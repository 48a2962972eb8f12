import type { DeployContext, Findings, Problem, Template } from './template.ts';

/** Lambda's concurrent executions of an account by default, and how many must stay unreserved. */
const ACCOUNT_CONCURRENCY = 1000;
const MUST_STAY_UNRESERVED = 100;
/** Properties that name a resource, so that another stack of the account cannot have one of the same name. */
const NAMES = /^(?:\w*Name|AliasName|DashboardId|DataSetId|DataSourceId|Domain)$/;

/** Stages of one account: no name is taken twice, and together they do not reserve more than an account has. */
export function checkTogether(stages: readonly Pick<DeployContext, 'stage' | 'template'>[]): Findings {
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  for (const { stage, template } of stages) {
    for (const [name, where] of namesOf(template)) {
      const owner = owners.get(name);
      if (owner === undefined) owners.set(name, stage);
      else if (owner !== stage)
        problems.push({ where: `${stage} ${where}`, what: `has the name of ${owner}'s: ${name}` });
    }
  }
  const reserved = stages.map(({ stage, template }) => ({ stage, count: reservedOf(template) }));
  const sum = reserved.reduce((total, { count }) => total + count, 0);
  if (sum > ACCOUNT_CONCURRENCY - MUST_STAY_UNRESERVED) {
    problems.push({
      where: reserved.map(({ stage, count }) => `${stage} ${count}`).join(', '),
      what: `reserve ${sum} concurrent executions in one account, which has ${ACCOUNT_CONCURRENCY} and must keep ${MUST_STAY_UNRESERVED} unreserved`,
      next: 'Reserve in one stage only (reserveConcurrency), or use an account a stage.',
    });
  }
  return { looked: owners.size + stages.length, problems };
}

/** Type and name of each resource that is given one. */
function* namesOf(template: Template): Generator<[name: string, where: string]> {
  for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    // Tables, partitions and rules of a database or a bus are named within it, by a reference.
    if (['AWS::Glue::Table', 'AWS::Athena::NamedQuery', 'AWS::Scheduler::Schedule'].includes(Type)) continue;
    const found: [string, unknown][] = [
      ...Object.entries(Properties).filter(([key]) => NAMES.test(key)),
      ...Object.entries(Properties.DatabaseInput ?? {}).filter(([key]) => key === 'Name'),
    ];
    for (const [key, value] of found) {
      const text = typeof value === 'string' ? value : (value as { 'Fn::Sub'?: unknown } | null)?.['Fn::Sub'];
      if (typeof text === 'string' && isName(Type, key)) yield [`${Type} ${key} ${text}`, id];
    }
  }
}

function isName(type: string, key: string): boolean {
  return !NOT_ITS_NAME.some(([of, name]) => of.test(type) && name === key);
}

/** Properties that end in `Name` and name something else. */
const NOT_ITS_NAME: [RegExp, string][] = [
  [/^AWS::CloudWatch::Alarm/, 'MetricName'],
  [/^AWS::Lambda::(Permission|EventInvokeConfig)/, 'FunctionName'],
  [/^AWS::DataSync/, 'ServerHostname'],
  [/^AWS::EC2::VPCEndpoint/, 'ServiceName'],
  [/^AWS::Cognito::UserPoolIdentityProvider/, 'ProviderName'],
  [/^AWS::Cognito::UserPoolClient/, 'ClientName'],
  [/^AWS::CloudTrail/, 'S3BucketName'],
];

function reservedOf(template: Template): number {
  return Object.values(template.Resources).reduce(
    (sum, { Properties = {} }) => sum + Number(Properties.ReservedConcurrentExecutions ?? 0),
    0,
  );
}
