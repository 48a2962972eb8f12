import { type CostLine, nightCosts, total } from '../cost/night-costs.ts';
import { type FileOfNight, workOfNight } from '../cost/night-work.ts';
import { findPriceTable } from '../cost/price-table.ts';
import type { FileFacts, NightFacts } from './night-facts.ts';

/** What the night costs on AWS at list prices: of measured times where they were measured there, else by the model of `estimate`. */
export interface NightCost {
  region: string;
  /** Of the price table, yyyy-MM-dd. */
  pricesOf: string;
  isMeasured: boolean;
  lines: { service: string; usd: number }[];
  usd: number;
}

/** Undefined for a region without prices. */
export function nightCost({ files, billing }: Pick<NightFacts, 'files' | 'billing'>): NightCost | undefined {
  const table = findPriceTable(billing.region);
  if (!table) return undefined;
  const costs: CostLine[] = nightCosts(
    workOfNight(files.map((file) => fileOfNight(file, billing.isMeasured))),
    table.prices,
    1,
  );
  return {
    ...{ region: table.region, pricesOf: table.date, isMeasured: billing.isMeasured },
    lines: costs.map(({ service, perNight }) => ({ service, usd: perNight })),
    usd: total(costs).perNight,
  };
}

function fileOfNight({ entry, plan, parts }: FileFacts, isMeasured: boolean): FileOfNight {
  const { loaded, history, inputBytes } = entry;
  const outputs = [...(loaded?.outputs ?? []), ...(loaded?.rejectOutputs ?? [])];
  const ranges = Math.max(1, plan?.rangeCount ?? parts.length);
  const times = parts.flatMap(({ work }) =>
    work ? [(Date.parse(work.endedAt) - Date.parse(work.startedAt)) / 1000] : [],
  );
  return {
    ...{ inputBytes, ranges },
    merges: ranges === 1 ? 0 : outputs.filter(({ mergedKey }) => mergedKey.includes('/merged/')).length,
    outputs: outputs.length,
    outputBytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    claims: Math.max(1, history.filter(({ state }) => state === 'splitting').length),
    isLoaded: loaded !== undefined,
    parserSeconds:
      isMeasured && times.length === ranges ? times.reduce((sum, seconds) => sum + seconds, 0) : undefined,
  };
}
