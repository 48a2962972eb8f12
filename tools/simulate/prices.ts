import { readFile } from 'node:fs/promises';
import { UsageError } from '../../shared/errors.ts';

/** Prices in US dollars, each of one unit: tools/simulate/prices/<region>.json. */
export interface Prices {
  lambdaGbSecond: number;
  lambdaRequest: number;
  stateTransition: number;
  expressRequest: number;
  expressGbSecond: number;
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

export interface PriceTable {
  date: string;
  note: string;
  prices: Prices;
}

export async function priceTable(region: string): Promise<PriceTable> {
  try {
    return JSON.parse(await readFile(new URL(`./prices/${region}.json`, import.meta.url), 'utf8'));
  } catch (cause) {
    throw new UsageError({
      what: `there is no price table of region '${region}'`,
      next: 'Use sa-east-1 or us-east-1, or add tools/simulate/prices/<region>.json.',
      cause,
    });
  }
}
