import { setTimeout } from 'node:timers/promises';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { patient } from '../../shared/aws/client-patience.ts';
import { createGlueCatalog } from '../../shared/aws/glue-catalog.ts';
import { createS3ObjectStore } from '../../shared/aws/s3-object-store.ts';
import { UsageError } from '../../shared/errors.ts';
import type { SmokeStage } from './smoke-stage.ts';

/** Outputs of the stack that the smoke test needs; `ExpectedFiles` is optional. */
const STACK_OUTPUTS = [
  'RawBucketName',
  'ProcessedBucketName',
  'GlueDatabaseName',
  'AthenaWorkgroupName',
] as const;

/** A deployed stage, found by the outputs of its stack, with the credentials and region of the environment. */
export async function createAwsStage(stackName: string): Promise<SmokeStage> {
  const outputs = await stackOutputs(stackName);
  const s3 = new S3Client({ maxAttempts: 5, ...patient() });
  const bucket = outputs.ProcessedBucketName;
  const athena = new AthenaClient(patient());
  const lake = createS3ObjectStore({ client: s3, bucket });
  const expected = outputs.ExpectedFiles;
  return {
    name: `stack ${stackName}`,
    raw: createS3ObjectStore({ client: s3, bucket: outputs.RawBucketName }),
    lake,
    publishedPrefix: '',
    catalog: createGlueCatalog({
      client: new GlueClient(patient()),
      database: outputs.GlueDatabaseName,
      bucket,
      store: lake,
      now: () => new Date(),
    }),
    announce: async () => undefined,
    query: (sql) => askAthena(athena, sql, outputs.GlueDatabaseName, outputs.AthenaWorkgroupName),
    expectedFiles: expected
      ? /^\d+$/.test(expected)
        ? Number(expected)
        : expected.split(',').length
      : undefined,
    waitMs: (milliseconds) => setTimeout(milliseconds),
  };
}

type StackOutputs = Record<(typeof STACK_OUTPUTS)[number], string> & { ExpectedFiles?: string };

async function stackOutputs(stackName: string): Promise<StackOutputs> {
  const client = new CloudFormationClient(patient());
  const { Stacks = [] } = await client
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((cause: Error) => {
      // Before any request: the SDK found no region, or nobody who signs.
      if (!/region is missing|CredentialsProvider/i.test(`${cause.name} ${cause.message}`)) throw cause;
      throw new UsageError({
        what: 'the account of the stage cannot be asked',
        where: stackName,
        why: cause.message,
        next: 'Set AWS_REGION, and AWS_PROFILE or other credentials, and run it again; --stage local needs neither.',
        cause,
      });
    });
  const outputs = Object.fromEntries(
    (Stacks[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  const missing = STACK_OUTPUTS.filter((name) => !outputs[name]);
  if (missing.length === 0) return outputs as StackOutputs;
  throw new UsageError({
    what: `the stack has no output ${missing.join(', ')}`,
    where: stackName,
    next: 'Deploy this version of the stage first: npx serverless deploy --stage <stage>.',
  });
}

/** The rows of Athena's answer, without the heading that it puts first. */
async function askAthena(
  client: AthenaClient,
  sql: string,
  database: string,
  workgroup: string,
): Promise<(string | null)[][]> {
  const { QueryExecutionId } = await client.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: database },
      WorkGroup: workgroup,
    }),
  );
  for (;;) {
    const { QueryExecution } = await client.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') break;
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new UsageError({
        what: `Athena did not answer: ${StateChangeReason}`,
        where: QueryExecutionId,
        why: sql,
      });
    }
    await setTimeout(500);
  }
  const rows: (string | null)[][] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client }, { QueryExecutionId })) {
    for (const { Data = [] } of ResultSet?.Rows ?? [])
      rows.push(Data.map(({ VarCharValue }) => VarCharValue ?? null));
  }
  return rows.slice(1);
}
