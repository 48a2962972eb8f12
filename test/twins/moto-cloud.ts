import { CreateDatabaseCommand, CreateTableCommand, GlueClient, type TableInput } from '@aws-sdk/client-glue';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { resourcesOf, type Template } from '../../tools/check-deploy/template.ts';
import { type StageCloud, TOPICS } from '../support/packaged-stage.ts';
import { settingsOf } from './twin-client.ts';

/** The region of the functions. */
export const MOTO = { ...settingsOf('moto'), region: 'sa-east-1' };

/** A stage's resources in moto, as its template names them. */
export async function motoCloud(template: Template): Promise<StageCloud> {
  const s3 = new S3Client({ ...MOTO, forcePathStyle: true });
  const [glue, sns, sfn] = [new GlueClient(MOTO), new SNSClient(MOTO), new SFNClient(MOTO)];
  const references = {
    RawBucket: 'night-raw',
    ProcessedBucket: 'night-lake',
    ResultsBucket: 'night-results',
    GlueDatabase: 'positional_lake_dev',
    FilePipeline: '',
  } as StageCloud['references'];
  for (const Bucket of [references.RawBucket, references.ProcessedBucket]) {
    const CreateBucketConfiguration = { LocationConstraint: 'sa-east-1' } as const;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
  }
  const DatabaseName = references.GlueDatabase;
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DatabaseName } }));
  for (const [, { Properties }] of resourcesOf(template, 'AWS::Glue::Table')) {
    const TableInput = resolved(Properties?.TableInput, references) as TableInput;
    await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
  }
  for (const Name of TOPICS) references[Name] = (await sns.send(new CreateTopicCommand({ Name }))).TopicArn!;
  const { Definition } = template.Resources.FilePipeline?.Properties ?? {};
  const created = await sfn.send(
    new CreateStateMachineCommand({
      name: 'file-pipeline-dev',
      roleArn: 'arn:aws:iam::123456789012:role/pipeline',
      definition: JSON.stringify(Definition),
    }),
  );
  references.FilePipeline = created.stateMachineArn!;
  for (const client of [s3, glue, sns, sfn]) client.destroy();
  return { endpoint: MOTO.endpoint, s3Endpoint: MOTO.endpoint, references, stop: async () => undefined };
}

/** A part of a template with its references and substitutions filled in. */
function resolved(value: unknown, references: Record<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, references));
  if (typeof value !== 'object' || value === null) return value;
  const { Ref, 'Fn::Sub': text } = value as Record<string, unknown>;
  if (typeof Ref === 'string') return references[Ref] ?? Ref;
  if (typeof text === 'string')
    return text.replace(/\$\{(\w+)\}/g, (_, name: string) => references[name] ?? name);
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, resolved(held, references)]));
}
