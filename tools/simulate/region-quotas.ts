import { UsageError } from '../../shared/errors.ts';
import type { BucketQuota } from './token-bucket.ts';

/**
 * What an account may do in a region before anybody asks for more.
 *
 * Step Functions: docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. Throttled state transitions wait; a throttled
 * StartExecution is an error; map runs above the limit wait (`ApproximateMapRunBacklogSize` in its list of metrics). Lambda:
 * docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html and gettingstarted-limits.html. S3:
 * docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html. EventBridge:
 * docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html, where invocations above the limit are late, not lost.
 */
export interface RegionQuotas {
  eventsPerSecond: number;
  startExecution: BucketQuota;
  stateTransition: BucketQuota;
  openMapRuns: number;
  /** Children of one map at once, whatever MaxConcurrency says. */
  childrenOfMap: number;
  /** Functions that run at once, in the whole account. */
  accountConcurrency: number;
  /** Environments that a function gets at once, and then each second. */
  environmentsPerFunction: BucketQuota;
  expressSeconds: number;
  /** Of one execution; it fails with more. */
  historyEvents: number;
  s3PutsPerSecond: number;
  s3GetsPerSecond: number;
}

const EVERYWHERE = {
  openMapRuns: 1000,
  childrenOfMap: 10_000,
  accountConcurrency: 1000,
  environmentsPerFunction: { bucketSize: 1000, refillPerSecond: 100 },
  expressSeconds: 300,
  historyEvents: 25_000,
  s3PutsPerSecond: 3500,
  s3GetsPerSecond: 5500,
};

const QUOTAS: Record<string, RegionQuotas> = {
  'sa-east-1': {
    ...EVERYWHERE,
    eventsPerSecond: 1100,
    startExecution: { bucketSize: 800, refillPerSecond: 150 },
    stateTransition: { bucketSize: 800, refillPerSecond: 500 },
  },
  'us-east-1': {
    ...EVERYWHERE,
    eventsPerSecond: 18_750,
    startExecution: { bucketSize: 1300, refillPerSecond: 300 },
    stateTransition: { bucketSize: 5000, refillPerSecond: 5000 },
  },
};

export function regionQuotas(region: string): RegionQuotas {
  const quotas = QUOTAS[region];
  if (quotas) return quotas;
  throw new UsageError({
    what: `the quotas of region '${region}' are not known`,
    next: `Use ${Object.keys(QUOTAS).join(' or ')}, or add them to tools/simulate/region-quotas.ts.`,
  });
}
