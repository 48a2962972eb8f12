import { nightCosts, total } from '../cost/night-costs.ts';
import { type FileOfNight, workOfNight } from '../cost/night-work.ts';
import { findPriceTable } from '../cost/price-table.ts';
import { sumsOf } from '../day/day-change.ts';
import type { DayCommit } from '../day/day-commit.ts';
import { decimalText } from '../decimal.ts';
import type { DayFacts } from './night-facts.ts';
import { marginMinutes } from './night-verdict.ts';

/** As the splitter cuts files by default. */
const RANGE_BYTES = 128 * 1024 * 1024;

/** A published day in figures, from its commits in their order; undefined if it has none. */
export function dayFacts(
  commits: DayCommit[],
  seen: DayCommit | undefined,
  region: string,
  deadline: string | undefined,
): DayFacts | undefined {
  const last = seen ?? commits.at(-1);
  if (!last) return undefined;
  const whole = commits.find(({ partial }) => partial === undefined);
  const publishedAt = (whole ?? commits[0] ?? last).committedAt;
  const margin = deadline === undefined || !whole ? undefined : marginMinutes(publishedAt, deadline);
  const usd = costOfCommit(last, region);
  const sum = (of: (file: DayCommit['files'][number]) => number) =>
    last.files.reduce((all, file) => all + of(file), 0);
  return {
    businessDate: last.businessDate,
    rows: sum(({ rows }) => rows),
    records: sum(({ recordsRead }) => recordsRead),
    rejected: sum(({ rejectedRows }) => rejectedRows),
    bytes: sum(({ inputBytes }) => inputBytes),
    sums: Object.fromEntries([...sumsOf(last)].map(([name, amount]) => [name, decimalText(amount)])),
    ...{ publishedAt, isPartial: last.partial !== undefined },
    ...(margin !== undefined && { marginMinutes: margin }),
    ...(usd !== undefined && { usd }),
  };
}

function costOfCommit({ files, tables }: DayCommit, region: string): number | undefined {
  const prices = findPriceTable(region)?.prices;
  if (!prices) return undefined;
  const objects = tables.flatMap(({ partitions }) => partitions.flatMap((partition) => partition.objects));
  const work = files.map(({ runId, inputBytes }): FileOfNight => {
    const own = objects.filter((object) => object.runId === runId);
    const ranges = Math.max(1, Math.ceil(inputBytes / RANGE_BYTES));
    return {
      ...{ inputBytes, ranges, claims: 1, isLoaded: true, outputs: own.length },
      merges: ranges === 1 ? 0 : own.length,
      outputBytes: own.reduce((all, { bytes }) => all + bytes, 0),
    };
  });
  return total(nightCosts(workOfNight(work), prices, 1)).perNight;
}
