import { alarmIds } from '../template/alarms.ts';
import type { NightEstimate, NightShape } from './night-model.ts';

/** Prices in US dollars, each of one unit: tools/estimate/prices/<region>.json. */
export interface Prices {
  lambdaGbSecond: number;
  lambdaRequest: number;
  stateTransition: number;
  s3Put: number;
  s3Get: number;
  s3StandardGbMonth: number;
  s3InfrequentGbMonth: number;
  s3GlacierInstantGbMonth: number;
  s3GlacierFlexibleGbMonth: number;
  kmsKeyMonth: number;
  kmsRequest: number;
  metricMonth: number;
  alarmMonth: number;
  dashboardMonth: number;
  logsGb: number;
  traceRecorded: number;
  athenaTerabyte: number;
  emrVcpuHour: number;
  emrGbHour: number;
}

export interface CostLine {
  service: string;
  perNight: number;
  perMonth: number;
}

const GIGABYTE = 1e9;
const LOG_BYTES_PER_INVOCATION = 1500;
/** X-Ray records one request a second, and 5 % of the others. */
const TRACED = 0.05;
/** Metrics of one dataset: about as many of shared/operations/metrics-table.ts as are billed in a month. */
const METRICS = 60;
const ALARMS = alarmIds(['contracts']).length;
/** Each query reads a tenth of a night's bytes: a third of the columns of some of the rows. */
const QUERIES_PER_NIGHT = 200;
const SHARE_OF_A_NIGHT_PER_QUERY = 0.1;

/** The cost of a night's work, service by service. */
export function nightCosts(night: NightEstimate, prices: Prices, nightsPerMonth: number): CostLine[] {
  const invocations = night.stages.reduce((sum, stage) => sum + stage.invocations, 0);
  const gbSeconds = night.stages.reduce(
    (sum, stage) => sum + (stage.billedSeconds * stage.memoryMb) / 1024,
    0,
  );
  const perNight: Record<string, number> = {
    Lambda: gbSeconds * prices.lambdaGbSecond + invocations * prices.lambdaRequest,
    'Step Functions': night.stateTransitions * prices.stateTransition,
    'S3 requests': night.s3Puts * prices.s3Put + night.s3Gets * prices.s3Get,
    // With bucket keys, KMS is called now and then for each role and bucket, not for each object.
    KMS: (invocations * 2 + 200) * prices.kmsRequest,
    'CloudWatch logs': ((invocations * LOG_BYTES_PER_INVOCATION) / GIGABYTE) * prices.logsGb,
    'X-Ray': invocations * TRACED * prices.traceRecorded,
  };
  return Object.entries(perNight).map(([service, cost]) => ({
    service,
    perNight: cost,
    perMonth: cost * nightsPerMonth,
  }));
}

/** The cost of a month besides the work: storage, monitoring and queries. */
export function standingCosts(shape: NightShape, night: NightEstimate, prices: Prices): CostLine[] {
  const { nightsPerMonth } = shape;
  const raw = (shape.inputBytes / GIGABYTE) * nightsPerMonth;
  const processed = (night.outputBytes / GIGABYTE) * nightsPerMonth;
  const scanned =
    ((night.outputBytes * SHARE_OF_A_NIGHT_PER_QUERY) / 1e12) * QUERIES_PER_NIGHT * nightsPerMonth;
  const perMonth: Record<string, number> = {
    // A month in Standard, then Glacier: after a year one month's files are in Standard and eleven months' in Glacier.
    'S3 raw, after a year': raw * prices.s3StandardGbMonth + raw * 11 * prices.s3GlacierFlexibleGbMonth,
    'S3 published, after a year': processed * 12 * prices.s3StandardGbMonth,
    'S3 scratch of 15 days': (processed / 2) * prices.s3StandardGbMonth,
    'KMS key': prices.kmsKeyMonth,
    'CloudWatch metrics, alarms, dashboard':
      METRICS * prices.metricMonth + ALARMS * prices.alarmMonth + prices.dashboardMonth,
    [`Athena, ${QUERIES_PER_NIGHT} questions a day`]: scanned * prices.athenaTerabyte,
  };
  return Object.entries(perMonth).map(([service, cost]) => ({
    service,
    perNight: cost / nightsPerMonth,
    perMonth: cost,
  }));
}

export function total(lines: CostLine[]): { perNight: number; perMonth: number } {
  return {
    perNight: lines.reduce((sum, line) => sum + line.perNight, 0),
    perMonth: lines.reduce((sum, line) => sum + line.perMonth, 0),
  };
}
