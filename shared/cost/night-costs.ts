import type { Prices } from './price-table.ts';

export interface CostLine {
  service: string;
  perNight: number;
  perMonth: number;
}

const GIGABYTE = 1e9;
const LOG_BYTES_PER_INVOCATION = 1500;
/** X-Ray records one request a second, and 5 % of the others. */
const TRACED = 0.05;

/** What a night's work is billed for. */
export interface BilledNight {
  functions: { invocations: number; billedSeconds: number; memoryMb: number }[];
  stateTransitions: number;
  expressRequests: number;
  expressGbSeconds: number;
  s3Puts: number;
  s3Gets: number;
}
/** The cost of a night's work, service by service. */
export function nightCosts(night: BilledNight, prices: Prices, nightsPerMonth: number): CostLine[] {
  const invocations = night.functions.reduce((sum, one) => sum + one.invocations, 0);
  const gbSeconds = night.functions.reduce((sum, one) => sum + (one.billedSeconds * one.memoryMb) / 1024, 0);
  const perNight: Record<string, number> = {
    Lambda: gbSeconds * prices.lambdaGbSecond + invocations * prices.lambdaRequest,
    'Step Functions':
      night.stateTransitions * prices.stateTransition +
      night.expressRequests * prices.expressRequest +
      night.expressGbSeconds * prices.expressGbSecond,
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

export function total(lines: CostLine[]): { perNight: number; perMonth: number } {
  return {
    perNight: lines.reduce((sum, line) => sum + line.perNight, 0),
    perMonth: lines.reduce((sum, line) => sum + line.perMonth, 0),
  };
}
