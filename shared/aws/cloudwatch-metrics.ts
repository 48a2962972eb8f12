import { type CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { Metrics } from '../ports/metrics.ts';
import { isPassing, unavailable } from './s3-error.ts';

/** The night's figures as CloudWatch metrics, with the dimensions stage and dataset. */
export function createCloudWatchMetrics(options: {
  client: CloudWatchClient;
  namespace: string;
  stage: string;
}): Metrics {
  const { client, namespace, stage } = options;
  return {
    async record(dataset, figures) {
      const Dimensions = [
        { Name: 'stage', Value: stage },
        { Name: 'dataset', Value: dataset },
      ];
      const MetricData = figures.map(({ name, unit, value }) => ({
        MetricName: name,
        Unit: unit,
        Value: value,
        Dimensions,
      }));
      await client.send(new PutMetricDataCommand({ Namespace: namespace, MetricData })).catch((error) => {
        throw isPassing(error) ? unavailable(error, `metrics of ${namespace}`) : error;
      });
    },
  };
}
