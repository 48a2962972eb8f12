import { intrinsicOf, listOf, resourcesOf, type Template } from './template.ts';

/** An account to resolve references in. */
const ACCOUNT = '111122223333';
const REGION = 'sa-east-1';
const PSEUDO: Record<string, string> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Region': REGION,
  'AWS::Partition': 'aws',
};

interface NamedPolicy {
  name: string;
  policy: unknown;
}

/** The policies of a template as IAM would have them: every reference is the name or ARN that a deployment gives. */
export class ResolvedPolicies {
  readonly account = ACCOUNT;
  private readonly template: Template;
  constructor(template: Template) {
    this.template = template;
  }

  /** All policies of a role: its own, and the managed ones that it names or that name it. */
  ofRole(role: string): NamedPolicy[] {
    const { Policies, ManagedPolicyArns } = this.template.Resources[role]?.Properties ?? {};
    const named = listOf<{ Ref?: string }>(ManagedPolicyArns).map(({ Ref }) => Ref);
    const own = listOf(Policies).map(({ PolicyName, PolicyDocument }) => ({
      name: String(PolicyName),
      policy: this.value(PolicyDocument),
    }));
    const managed = resourcesOf(this.template, 'AWS::IAM::ManagedPolicy').filter(
      ([id, { Properties }]) =>
        named.includes(id) || listOf<{ Ref?: string }>(Properties?.Roles).some(({ Ref }) => Ref === role),
    );
    return [
      ...own,
      ...managed.map(([name, { Properties }]) => ({ name, policy: this.value(Properties?.PolicyDocument) })),
    ];
  }

  /** The policy of the key of all data. */
  ofKey(): unknown {
    return this.value(this.template.Resources.DataKey?.Properties?.KeyPolicy);
  }

  /** A value with its references resolved. */
  value(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.value(item));
    if (typeof value !== 'object' || value === null) return value;
    const intrinsic = intrinsicOf(value);
    if (!intrinsic)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, this.value(inner)]));
    const { name, argument } = intrinsic;
    if (name === 'Ref') return this.reference(String(argument));
    if (name === 'Fn::GetAtt') return this.attribute(listOf(argument).join('.'));
    return this.text(String(listOf(argument)[0]));
  }

  /** `${RawBucket.Arn}/*` → `arn:aws:s3:::…/*` */
  text(text: string): string {
    return text.replace(/\$\{([^!}]+)\}/g, (_found, name: string) =>
      name.includes('.') ? this.attribute(name) : this.reference(name),
    );
  }

  private reference(id: string): string {
    const type = this.template.Resources[id]?.Type ?? '';
    if (PSEUDO[id] !== undefined) return PSEUDO[id];
    return REF_IS_ARN.includes(type) ? this.arn(id) : this.name(id);
  }

  private attribute(path: string): string {
    const [id = '', attribute] = path.split('.');
    return attribute === 'Arn' ? this.arn(id) : this.name(id);
  }

  private name(id: string): string {
    const { Properties = {} } = this.template.Resources[id] ?? {};
    const given = NAME_PROPERTIES.map((name) => Properties[name]).find((value) => value !== undefined);
    const name = given ?? Properties.DatabaseInput?.Name;
    return name === undefined
      ? id
      : String(this.value(name)).replaceAll(/\$\{[^}]*\}/g, (sub) => this.text(sub));
  }

  private arn(id: string): string {
    const type = this.template.Resources[id]?.Type ?? '';
    const name = this.name(id);
    if (type === 'AWS::S3::Bucket') return `arn:aws:s3:::${name}`;
    if (type === 'AWS::IAM::Role') return `arn:aws:iam::${ACCOUNT}:role/${name}`;
    if (type === 'AWS::KMS::Key') return `arn:aws:kms:${REGION}:${ACCOUNT}:key/${KEY_ID}`;
    const within = ARN_PARTS[type];
    return within ? `arn:aws:${within[0]}:${REGION}:${ACCOUNT}:${within[1]}${name}` : `arn:aws:none:::${id}`;
  }
}

const KEY_ID = '00000000-0000-0000-0000-000000000000';
const REF_IS_ARN = ['AWS::StepFunctions::StateMachine', 'AWS::SNS::Topic'];
const NAME_PROPERTIES = [
  'BucketName',
  'RoleName',
  'FunctionName',
  'StateMachineName',
  'QueueName',
  'TopicName',
  'LogGroupName',
  'Name',
];
const ARN_PARTS: Record<string, [service: string, before: string]> = {
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::StepFunctions::StateMachine': ['states', 'stateMachine:'],
  'AWS::SNS::Topic': ['sns', ''],
  'AWS::SQS::Queue': ['sqs', ''],
  'AWS::Logs::LogGroup': ['logs', 'log-group:'],
  'AWS::Athena::WorkGroup': ['athena', 'workgroup/'],
};
