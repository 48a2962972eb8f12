import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import type { PipelinePorts } from '../ports/pipeline-ports.ts';
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
      client: new CloudWatchClient({}),
      namespace: need('METRICS_NAMESPACE'),
      stage: need('STAGE'),
    }),
  );
  const notifier = once(() =>
    createSnsNotifier({
      client: new SNSClient({}),
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
      return ports.settings;
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
