import type { CostLine } from '../../shared/cost/night-costs.ts';
import type { Prices } from '../../shared/cost/price-table.ts';
import { alarmIds } from '../template/alarms.ts';

const GIGABYTE = 1e9;
/** Metrics of one dataset: about as many of shared/operations/metrics-table.ts as are billed in a month. */
const METRICS = 60;
const ALARMS = alarmIds(['contracts']).length;
/** Each query reads a tenth of a night's bytes: a third of the columns of some of the rows. */
const QUERIES_PER_NIGHT = 200;
const SHARE_OF_A_NIGHT_PER_QUERY = 0.1;

/** The cost of a month besides the work: storage, monitoring and queries. */
export function standingCosts(
  { inputBytes, outputBytes }: { inputBytes: number; outputBytes: number },
  nightsPerMonth: number,
  prices: Prices,
): CostLine[] {
  const raw = (inputBytes / GIGABYTE) * nightsPerMonth;
  const processed = (outputBytes / GIGABYTE) * nightsPerMonth;
  const scanned = ((outputBytes * SHARE_OF_A_NIGHT_PER_QUERY) / 1e12) * QUERIES_PER_NIGHT * nightsPerMonth;
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
