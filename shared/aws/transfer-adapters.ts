import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Notifier } from '../ports/notifier.ts';
import type { TransferTarget } from '../ports/transfer-target.ts';
import { patient } from './client-patience.ts';
import { isPassing, unavailable } from './s3-error.ts';
import { createS3TransferTarget } from './s3-transfer-target.ts';
import { createSnsNotifier } from './sns-notifier.ts';

/** Where and as whom AWS is called; what is not given comes from the environment, a profile's file, or the host's role. */
interface AwsAccess {
  region?: string | undefined;
  profile?: string | undefined;
  endpoint?: string | undefined;
}

interface BucketSettings extends AwsAccess {
  bucket: string;
  kmsKey?: string | undefined;
  tags?: Record<string, string> | undefined;
  storageClass?: 'STANDARD' | 'STANDARD_IA' | 'INTELLIGENT_TIERING' | undefined;
  /** Requests at once. */
  connections: number;
}

/** A bucket as the target of transfers. */
export function createBucketTarget({
  bucket,
  kmsKey,
  tags,
  storageClass,
  connections,
  ...access
}: BucketSettings): TransferTarget {
  const client = new S3Client({
    ...accessOf(access),
    // Endpoints of other makers have no name for each bucket.
    ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint, forcePathStyle: true }),
    maxAttempts: 5,
    // The wait for a 'continue' before each part would leave the connection idle; a part that is refused is small.
    expectContinueHeader: false,
    ...patient({ httpsAgent: { maxSockets: connections }, httpAgent: { maxSockets: connections } }),
  });
  if (isPrivate(access.endpoint)) signWithoutBody(client);
  return createS3TransferTarget({ client, bucket, kmsKey, tags, storageClass });
}

/** Nobody changes what goes over TLS, or stays on this host. */
function isPrivate(endpoint: string | undefined): boolean {
  return endpoint === undefined || /^https:|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(`${endpoint}/`);
}

/**
 * The body is not summed once more for the signature, which takes longer than reading it: its CRC-64/NVME is signed with the headers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (UNSIGNED-PAYLOAD)
 */
function signWithoutBody(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { headers = {} } = args.request as { headers?: Record<string, string> };
      if (headers['x-amz-checksum-crc64nvme'] !== undefined)
        headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'signWithoutBody' },
  );
}

/** Alarms as messages of one topic. */
export function createAlarmNotifier(topicArn: string, access: AwsAccess): Notifier {
  const client = new SNSClient(accessOf(access));
  return createSnsNotifier({
    client,
    topicArns: { success: topicArn, warning: topicArn, failure: topicArn },
  });
}

/** Figures of a connector in CloudWatch. Its own namespace: the dashboard of the stage has those of the pipeline. */
export function createConnectorMetrics(stage: string, connector: string, access: AwsAccess) {
  const client = new CloudWatchClient(accessOf(access));
  const Dimensions = [
    { Name: 'stage', Value: stage },
    { Name: 'connector', Value: connector },
  ];
  return async (figures: Record<string, number>): Promise<void> => {
    const MetricData = Object.entries(figures).map(([MetricName, Value]) => ({
      MetricName,
      Value,
      Dimensions,
    }));
    await client
      .send(new PutMetricDataCommand({ Namespace: 'PositionalLake/Connector', MetricData }))
      .catch((error) => {
        throw isPassing(error) ? unavailable(error, 'metrics of the connector') : error;
      });
  };
}

function accessOf({ region, profile }: AwsAccess) {
  return {
    ...patient(),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  };
}
