import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import type { KeptReports, PipelinePorts } from '../ports/pipeline-ports.ts';
import { patient } from './client-patience.ts';
import { createCloudWatchMetrics } from './cloudwatch-metrics.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createSnsNotifier } from './sns-notifier.ts';
import { createSplitPorts } from './split-adapters.ts';
import { once } from './store-adapters.ts';

/**
 * The ports of a deployed function. Each is made when it is first used: a function has the variables and permissions only of those
 * that it uses. Clients live as long as the environment does.
 */
export function createAwsPorts(environment: Pick<FunctionVariables, 'need' | 'optional'>): PipelinePorts {
  const { need } = environment;
  const metrics = once(() =>
    createCloudWatchMetrics({
      client: new CloudWatchClient(patient()),
      namespace: need('METRICS_NAMESPACE'),
      stage: need('STAGE'),
    }),
  );
  const notifier = once(() =>
    createSnsNotifier({
      client: new SNSClient(patient()),
      topicArns: {
        success: need('SUCCESS_TOPIC_ARN'),
        warning: need('WARNING_TOPIC_ARN'),
        failure: need('FAILURE_TOPIC_ARN'),
      },
    }),
  );
  const ports = createSplitPorts(environment);
  const { publishedPrefix, layouts, clock } = ports;
  return {
    get raw() {
      return ports.raw;
    },
    get lake() {
      return ports.lake;
    },
    get catalog() {
      return ports.catalog;
    },
    get settings() {
      const { settings } = ports;
      return { ...settings, reports: keptReports(environment) };
    },
    get metrics() {
      return metrics();
    },
    get notifier() {
      return notifier();
    },
    publishedPrefix,
    layouts,
    clock,
  };
}

/** Reports are in the language of the people whose clocks the stage has. Lambda sets AWS_REGION. */
function keptReports({ need, optional }: Pick<FunctionVariables, 'need' | 'optional'>): KeptReports {
  const timeZone = optional('SLA_TIME_ZONE') ?? 'America/Sao_Paulo';
  return {
    place: `s3://${need('PROCESSED_BUCKET')}/`,
    timeZone,
    deadline: optional('SLA_DEADLINE') ?? '09:00',
    businessDate: optional('SLA_BUSINESS_DATE') === 'same-day' ? 'same-day' : 'day-before',
    region: process.env.AWS_REGION ?? 'sa-east-1',
    language: timeZone === 'America/Sao_Paulo' ? 'pt' : 'en',
  };
}
