import { statementsIn } from './permissions.ts';
import {
  type Check,
  listOf,
  type Problem,
  resourcesOf,
  type Template,
  type TemplateResource,
  targetOf,
} from './template.ts';

const SECRET_NAME = /password|passwd|secret|token|apikey|api_key|private_?key/i;
const SECRET_VALUE = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Something that must hold of a resource, and what is wrong if it does not. */
interface Demand {
  where: string;
  holds: unknown;
  otherwise: string;
}

type Properties = NonNullable<TemplateResource['Properties']>;
type Demands = Generator<Omit<Demand, 'where'>>;

/** Encryption, TLS, no public access, no secret in the open, traces and logs. */
export const security: Check = {
  name: 'security',
  run({ template }) {
    const demands = [...demandsOn(template), ...secretDemands(template)];
    const problems: Problem[] = demands
      .filter(({ holds }) => !holds)
      .map(({ where, otherwise }) => ({ where, what: otherwise }));
    return { looked: demands.length, problems };
  },
};

const DEMANDS_BY_TYPE: Record<string, (properties: Properties, id: string, template: Template) => Demands> = {
  'AWS::S3::Bucket': bucketDemands,
  'AWS::KMS::Key': keyDemands,
  'AWS::SNS::Topic': topicDemands,
  'AWS::SQS::Queue': queueDemands,
  'AWS::StepFunctions::StateMachine': stateMachineDemands,
  'AWS::Athena::WorkGroup': workgroupDemands,
};

function* demandsOn(template: Template): Generator<Demand> {
  for (const [type, demandsOf] of Object.entries(DEMANDS_BY_TYPE)) {
    for (const [where, { Properties = {} }] of resourcesOf(template, type)) {
      for (const demand of demandsOf(Properties, where, template)) yield { where, ...demand };
    }
  }
}

function* bucketDemands(properties: Properties, id: string, template: Template): Demands {
  const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
    properties.PublicAccessBlockConfiguration ?? {};
  yield {
    holds: BlockPublicAcls && BlockPublicPolicy && IgnorePublicAcls && RestrictPublicBuckets,
    otherwise: 'public access is not blocked',
  };
  yield { holds: refusesPlainHttp(template, id), otherwise: 'takes requests without TLS' };
  const [rule] = listOf(properties.BucketEncryption?.ServerSideEncryptionConfiguration);
  yield { holds: rule?.ServerSideEncryptionByDefault, otherwise: 'is not encrypted' };
  // The deploy tool's own bucket holds packages, no data.
  if (id === 'ServerlessDeploymentBucket') return;
  const key = targetOf(rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID);
  yield {
    holds: key && template.Resources[key]?.Type === 'AWS::KMS::Key',
    otherwise: 'is not encrypted with a key of the template',
  };
  yield {
    holds: rule?.BucketKeyEnabled,
    otherwise: 'has no bucket key: every object would cost a call of the key',
  };
  yield {
    holds: properties.VersioningConfiguration?.Status === 'Enabled',
    otherwise: 'is not versioned',
  };
  yield {
    holds: ['Retain', 'RetainExceptOnCreate'].includes(template.Resources[id]?.DeletionPolicy ?? ''),
    otherwise: 'would be deleted with the stack, data and all',
  };
  yield* retainedDemands(properties, template.Resources[id]);
  yield* lifecycleDemands(properties, id);
}

/** What is kept must not block the next try if its creation is rolled back, and must outlive a replacement too. */
function* retainedDemands(properties: Properties, resource: TemplateResource | undefined): Demands {
  yield {
    holds: resource?.DeletionPolicy !== 'Retain' || properties.BucketName === undefined,
    otherwise: 'is kept after a creation that failed, and its name then blocks the next try',
  };
  yield {
    holds: resource?.UpdateReplacePolicy === 'Retain',
    otherwise: 'would be deleted when it is replaced',
  };
}

function* lifecycleDemands(properties: Properties, id: string): Demands {
  const rules = listOf(properties.LifecycleConfiguration?.Rules);
  yield {
    holds: rules.some((rule) => rule.AbortIncompleteMultipartUpload),
    otherwise: 'keeps incomplete uploads',
  };
  const classes = rules.flatMap((rule) => listOf(rule.Transitions)).map(({ StorageClass }) => StorageClass);
  yield {
    holds: id !== 'ProcessedBucket' || !classes.some((name) => name === 'GLACIER' || name === 'DEEP_ARCHIVE'),
    otherwise: 'archives tables where Athena leaves them out without an error',
  };
  const expires = rules.some(
    (rule) => rule.ExpirationInDays !== undefined || rule.ExpirationDate !== undefined,
  );
  yield {
    holds: id !== 'ProcessedBucket' || !expires,
    otherwise:
      'lets objects expire that readers, or files that wait for their day, may need: only `clean` knows',
  };
}

function* keyDemands(properties: Properties, id: string, template: Template): Demands {
  yield { holds: properties.EnableKeyRotation === true, otherwise: 'is not rotated' };
  yield {
    holds: template.Resources[id]?.DeletionPolicy === 'RetainExceptOnCreate',
    otherwise: 'is deleted with the stack, or kept after a creation that failed',
  };
}

function* topicDemands(properties: Properties, id: string, template: Template): Demands {
  yield { holds: properties.KmsMasterKeyId, otherwise: 'is not encrypted' };
  yield { holds: refusesPlainHttp(template, id), otherwise: 'takes messages without TLS' };
}

function* queueDemands(properties: Properties, id: string, template: Template): Demands {
  yield {
    holds: properties.SqsManagedSseEnabled || properties.KmsMasterKeyId,
    otherwise: 'is not encrypted',
  };
  yield { holds: refusesPlainHttp(template, id), otherwise: 'takes messages without TLS' };
}

function* stateMachineDemands(properties: Properties): Demands {
  yield { holds: properties.TracingConfiguration?.Enabled, otherwise: 'is not traced' };
  yield {
    holds: ['ALL', 'ERROR', 'FATAL'].includes(properties.LoggingConfiguration?.Level),
    otherwise: 'logs nothing',
  };
}

function* workgroupDemands(properties: Properties): Demands {
  const { EnforceWorkGroupConfiguration, ResultConfiguration, BytesScannedCutoffPerQuery } =
    properties.WorkGroupConfiguration ?? {};
  yield { holds: EnforceWorkGroupConfiguration, otherwise: 'lets queries write their results anywhere' };
  yield { holds: ResultConfiguration?.EncryptionConfiguration, otherwise: 'leaves results unencrypted' };
  yield {
    holds: Number(BytesScannedCutoffPerQuery) >= 10_000_000,
    otherwise: 'has no limit on what a query scans',
  };
}

function* secretDemands(template: Template): Generator<Demand> {
  for (const [where, text] of textsIn(template.Resources, 'Resources')) {
    const name = where.slice(where.lastIndexOf('.') + 1);
    const isNamedSecret = SECRET_NAME.test(name) && !text.startsWith('{{resolve:');
    yield {
      where,
      holds: !SECRET_VALUE.test(text) && !isNamedSecret,
      otherwise: 'looks like a secret in the open',
    };
  }
}

/** True if a policy of the resource denies requests that are not made by TLS. */
function refusesPlainHttp(template: Template, id: string): boolean {
  return [...statementsIn(template)].some(
    ({ kind, statement }) =>
      kind === 'resource' &&
      statement.Effect === 'Deny' &&
      /"aws:SecureTransport":"?false/.test(JSON.stringify(statement.Condition ?? {})) &&
      listOf(statement.Resource).some((resource) =>
        [targetOf(resource), JSON.stringify(resource)].some(
          (text) => text === id || text?.includes(`"${id}"`),
        ),
      ),
  );
}

function* textsIn(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (typeof value === 'object' && value !== null) {
    for (const [key, child] of Object.entries(value)) yield* textsIn(child, `${path}.${key}`);
  }
}
