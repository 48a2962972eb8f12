import { readFile } from 'node:fs/promises';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { GlueClient } from '@aws-sdk/client-glue';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { LayoutInvalid, UsageError } from '../errors.ts';
import type { PipelinePorts } from '../pipeline/pipeline-ports.ts';
import type { LayoutSource } from '../ports/layout-source.ts';
import { createCloudWatchMetrics } from './cloudwatch-metrics.ts';
import { createGlueCatalog } from './glue-catalog.ts';
import { createS3ObjectStore } from './s3-object-store.ts';
import { createSnsNotifier } from './sns-notifier.ts';

const DEFAULT_RANGE_BYTES = 128 * 1024 * 1024;
/** What Athena wants of a file. */
const WHOLE_PART_BYTES = 128 * 1024 * 1024;

/** The ports of a deployed function, from its environment variables. Clients live as long as the environment does. */
export function createAwsPorts(environment: NodeJS.ProcessEnv): PipelinePorts {
  const need = (name: string): string => {
    const value = environment[name];
    if (!value)
      throw new UsageError({
        what: `the environment variable ${name} is not set`,
        next: 'Deploy the stack again.',
      });
    return value;
  };
  const s3 = new S3Client({ maxAttempts: 5 });
  const processedBucket = need('PROCESSED_BUCKET');
  const expected = environment.EXPECTED_FILES;
  return {
    raw: createS3ObjectStore({ client: s3, bucket: need('RAW_BUCKET') }),
    lake: createS3ObjectStore({ client: s3, bucket: processedBucket }),
    publishedPrefix: '',
    catalog: createGlueCatalog({
      client: new GlueClient({}),
      database: need('GLUE_DATABASE'),
      bucket: processedBucket,
    }),
    layouts: bundledLayouts(),
    metrics: createCloudWatchMetrics({
      client: new CloudWatchClient({}),
      namespace: need('METRICS_NAMESPACE'),
      stage: need('STAGE'),
    }),
    notifier: createSnsNotifier({
      client: new SNSClient({}),
      topicArns: {
        success: need('SUCCESS_TOPIC_ARN'),
        warning: need('WARNING_TOPIC_ARN'),
        failure: need('FAILURE_TOPIC_ARN'),
      },
    }),
    clock: { now: () => new Date() },
    settings: {
      rangeSizeBytes: Number(environment.RANGE_SIZE_BYTES ?? DEFAULT_RANGE_BYTES),
      wholePartBytes: WHOLE_PART_BYTES,
      expectedFiles: expected === undefined ? undefined : expectedFiles(expected),
    },
  };
}

function expectedFiles(text: string): number | string[] {
  return /^\d+$/.test(text) ? Number(text) : text.split(',');
}

/** Layout files that the bundle carries beside the code. */
function bundledLayouts(): LayoutSource {
  return {
    async load(name) {
      const file = `layouts/${name.replaceAll('_', '-')}.json`;
      try {
        if (!/^[a-z0-9_-]+$/.test(name)) throw new Error('a layout name has letters, digits, _ and - only');
        return { file, text: await readFile(new URL(`./${file}`, import.meta.url), 'utf8') };
      } catch (cause) {
        throw new LayoutInvalid({
          what: `there is no layout '${name}'`,
          where: file,
          why: (cause as Error).message,
          next: 'Add it to layouts/ and deploy, or name one that is there.',
          cause,
        });
      }
    },
    async loadBeside(layoutFile, name) {
      const file = `layouts/${name}`;
      try {
        if (!/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(name)) throw new Error('it must stand in layouts/ itself');
        return { file, text: await readFile(new URL(`./${file}`, import.meta.url), 'utf8') };
      } catch (cause) {
        throw new LayoutInvalid({
          what: `there is no copybook '${name}'`,
          where: layoutFile,
          why: (cause as Error).message,
          next: 'Add it to layouts/ and deploy, or name one that is there.',
          cause,
        });
      }
    },
  };
}
