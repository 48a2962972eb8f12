import { statementsIn } from './permissions.ts';
import { type Check, listOf, type Problem, resourcesOf, type Template, targetOf } from './template.ts';

const SECRET_NAME = /password|passwd|secret|token|apikey|api_key|private_?key/i;
const SECRET_VALUE = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Encryption, TLS, no public access, no secret in the open, traces and logs. */
export const security: Check = {
  name: 'security',
  run({ template }) {
    const problems: Problem[] = [];
    let looked = 0;
    const must = (isRight: unknown, where: string, what: string) => {
      looked++;
      if (!isRight) problems.push({ where, what });
    };
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::S3::Bucket')) {
      // The deploy tool's own bucket holds packages, no data.
      const isOurs = id !== 'ServerlessDeploymentBucket';
      const { BlockPublicAcls, BlockPublicPolicy, IgnorePublicAcls, RestrictPublicBuckets } =
        Properties.PublicAccessBlockConfiguration ?? {};
      must(
        BlockPublicAcls && BlockPublicPolicy && IgnorePublicAcls && RestrictPublicBuckets,
        id,
        'public access is not blocked',
      );
      must(refusesPlainHttp(template, id), id, 'takes requests without TLS');
      const [rule] = listOf(Properties.BucketEncryption?.ServerSideEncryptionConfiguration);
      must(rule?.ServerSideEncryptionByDefault, id, 'is not encrypted');
      if (!isOurs) continue;
      const key = targetOf(rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID);
      must(
        key && template.Resources[key]?.Type === 'AWS::KMS::Key',
        id,
        'is not encrypted with a key of the template',
      );
      must(rule?.BucketKeyEnabled, id, 'has no bucket key: every object would cost a call of the key');
      must(Properties.VersioningConfiguration?.Status === 'Enabled', id, 'is not versioned');
      must(template.Resources[id]?.DeletionPolicy === 'Retain', id, 'would go with the stack, data and all');
      const rules = listOf(Properties.LifecycleConfiguration?.Rules);
      must(
        rules.some((found) => found.AbortIncompleteMultipartUpload),
        id,
        'keeps incomplete uploads',
      );
      const archive = rules
        .flatMap((found) => listOf(found.Transitions))
        .map((transition) => transition.StorageClass);
      must(
        id !== 'ProcessedBucket' || !archive.some((name) => name === 'GLACIER' || name === 'DEEP_ARCHIVE'),
        id,
        'archives tables where Athena leaves them out without an error',
      );
    }
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::KMS::Key')) {
      must(Properties.EnableKeyRotation === true, id, 'is not rotated');
    }
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::SNS::Topic')) {
      must(Properties.KmsMasterKeyId, id, 'is not encrypted');
      must(refusesPlainHttp(template, id), id, 'takes messages without TLS');
    }
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::SQS::Queue')) {
      must(Properties.SqsManagedSseEnabled || Properties.KmsMasterKeyId, id, 'is not encrypted');
      must(refusesPlainHttp(template, id), id, 'takes messages without TLS');
    }
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::StepFunctions::StateMachine')) {
      must(Properties.TracingConfiguration?.Enabled, id, 'is not traced');
      must(['ALL', 'ERROR', 'FATAL'].includes(Properties.LoggingConfiguration?.Level), id, 'logs nothing');
    }
    for (const [id, { Properties = {} }] of resourcesOf(template, 'AWS::Athena::WorkGroup')) {
      const { EnforceWorkGroupConfiguration, ResultConfiguration, BytesScannedCutoffPerQuery } =
        Properties.WorkGroupConfiguration ?? {};
      must(EnforceWorkGroupConfiguration, id, 'lets queries write their results anywhere');
      must(ResultConfiguration?.EncryptionConfiguration, id, 'leaves results unencrypted');
      must(Number(BytesScannedCutoffPerQuery) >= 10_000_000, id, 'has no limit on what a query scans');
    }
    for (const [path, text] of textsIn(template.Resources, 'Resources')) {
      const name = path.slice(path.lastIndexOf('.') + 1);
      must(
        !SECRET_VALUE.test(text) && !(SECRET_NAME.test(name) && !text.startsWith('{{resolve:')),
        path,
        'looks like a secret in the open',
      );
    }
    return { looked, problems };
  },
};

/** Does a policy of the resource deny what does not come by TLS? */
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
