import { UsageError } from '../errors.ts';
import SA_EAST_1 from './prices/sa-east-1.json' with { type: 'json' };
import US_EAST_1 from './prices/us-east-1.json' with { type: 'json' };

/** Prices in US dollars, each of one unit: shared/cost/prices/<region>.json. */
export type Prices = (typeof SA_EAST_1)['prices'];

export interface PriceTable {
  region: string;
  /** yyyy-MM-dd on which they were looked up. */
  date: string;
  note: string;
  prices: Prices;
}

const TABLES: Record<string, PriceTable> = { 'sa-east-1': SA_EAST_1, 'us-east-1': US_EAST_1 };

/** The prices of a region, if it has a table. */
export function findPriceTable(region: string): PriceTable | undefined {
  return Object.hasOwn(TABLES, region) ? TABLES[region] : undefined;
}

/** The prices of a region. Fails with `UsageError` for one without a table. */
export function priceTable(region: string): PriceTable {
  const table = findPriceTable(region);
  if (table) return table;
  throw new UsageError({
    what: `there is no price table of region '${region}'`,
    next: `Use ${Object.keys(TABLES).join(' or ')}, or add shared/cost/prices/<region>.json.`,
  });
}
