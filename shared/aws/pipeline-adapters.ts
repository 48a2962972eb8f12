import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GlueClient } from '@aws-sdk/client-glue';
import { SNSClient } from '@aws-sdk/client-sns';
import type { PipelinePorts } from '../ports/pipeline-ports.ts';
import { bundledLayouts } from './bundled-layouts.ts';
import { createCloudWatchMetrics } from './cloudwatch-metrics.ts';
import type { FunctionVariables } from './function-variables.ts';
import { createGlueCatalog } from './glue-catalog.ts';
import { createSnsNotifier } from './sns-notifier.ts';
import { createStorePorts, once } from './store-adapters.ts';

const DEFAULT_RANGE_BYTES = 128 * 1024 * 1024;
/** The file size that Athena reads best. */
const WHOLE_PART_BYTES = 128 * 1024 * 1024;

/**
 * The ports of a deployed function. Each is made when it is first used: a function has the variables and permissions only of those
 * that it uses. Clients live as long as the environment does.
 */
export function createAwsPorts(environment: Pick<FunctionVariables, 'need' | 'optional'>): PipelinePorts {
  const { need } = environment;
  const stores = createStorePorts(environment);
  const catalog = once(() =>
    createGlueCatalog({
      client: new GlueClient({}),
      database: need('GLUE_DATABASE'),
      bucket: need('PROCESSED_BUCKET'),
    }),
  );
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
  return {
    get raw() {
      return stores.raw;
    },
    get lake() {
      return stores.lake;
    },
    get catalog() {
      return catalog();
    },
    get metrics() {
      return metrics();
    },
    get notifier() {
      return notifier();
    },
    get settings() {
      const expected = environment.optional('EXPECTED_FILES');
      return {
        rangeSizeBytes: Number(environment.optional('RANGE_SIZE_BYTES') ?? DEFAULT_RANGE_BYTES),
        wholePartBytes: WHOLE_PART_BYTES,
        expectedFiles: expected === undefined ? undefined : expectedFiles(expected),
      };
    },
    publishedPrefix: '',
    layouts: bundledLayouts(),
    clock: { now: () => new Date() },
  };
}

function expectedFiles(text: string): number | string[] {
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((name) => name.trim());
}
