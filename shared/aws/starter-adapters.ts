import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import type { StarterPorts } from '../ports/starter-ports.ts';
import { bundledLayouts } from './bundled-layouts.ts';
import { patient } from './client-patience.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { createSfnExecutions } from './sfn-executions.ts';
import { createSnsNotifier } from './sns-notifier.ts';

/** The starter's ports: it reads the raw bucket, starts executions and warns, and may do nothing else. */
export function createStarterPorts({ need }: FunctionVariables): StarterPorts {
  const topicArn = need('WARNING_TOPIC_ARN');
  return {
    raw: createS3ObjectStore({
      client: new S3Client({ maxAttempts: 5, ...patient() }),
      bucket: need('RAW_BUCKET'),
    }),
    layouts: bundledLayouts(),
    executions: createSfnExecutions({
      client: new SFNClient(patient()),
      stateMachineArn: need('STATE_MACHINE_ARN'),
    }),
    notifier: createSnsNotifier({
      client: new SNSClient(patient()),
      topicArns: { success: topicArn, warning: topicArn, failure: topicArn },
    }),
  };
}
