import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GeneratedFile } from '../../generator/night-file.ts';
import type { ExecutionResult } from '../../local/state-machine/run-execution.ts';
import { PackagedStage, totalsOf } from '../support/packaged-stage.ts';
import { MOTO, motoCloud } from './moto-cloud.ts';

describe('a night through the bundles that ship, on moto', () => {
  const stage = new PackagedStage();
  const [sfn, cloudWatch] = [new SFNClient(MOTO), new CloudWatchClient(MOTO)];
  let night: GeneratedFile[];
  let outcomes: ExecutionResult[];

  beforeAll(async () => {
    await stage.start(motoCloud);
    ({ night, outcomes } = await stage.runNight(startedExecutions));
  });
  afterAll(async () => {
    await stage.stop();
    for (const client of [sfn, cloudWatch]) client.destroy();
  });

  /** moto keeps executions and does not run them: our runner does, by the packaged definition. */
  async function startedExecutions(): Promise<{ name: string; input: string }[]> {
    const stateMachineArn = stage.cloud.references.FilePipeline;
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    return Promise.all(
      executions.map(async ({ name, executionArn }) => {
        const { input } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return { name: name!, input: input! };
      }),
    );
  }

  async function filesOf(table: string): Promise<string[]> {
    const { GlueDatabase = '', ProcessedBucket } = stage.cloud.references;
    return (await stage.seen(ProcessedBucket, GlueDatabase, table))?.files ?? [];
  }

  it('starts each file once, and both succeed', () => {
    expect(outcomes.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  it('publishes the rows that were generated, to the centavo, and then the day', async () => {
    expect(await stage.publishedTotals(await filesOf('contracts'))).toEqual([totalsOf(night)]);
    expect(await filesOf('contracts_days')).toHaveLength(1);
  });

  it('keeps the metrics of the night', async () => {
    const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ MetricName: 'SlaMet' }));
    expect(Metrics[0]?.Dimensions?.map(({ Name }) => Name).sort()).toEqual(['dataset', 'stage']);
  });
});
