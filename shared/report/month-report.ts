import { type Decimal, decimalText, storedDecimal, sumByName } from '../decimal.ts';
import type { DayFacts } from './night-facts.ts';
import { type NightVerdict, nightVerdict, type VerdictFacts } from './night-verdict.ts';

/** What a lake knows of the days of a month. */
export interface MonthFacts {
  dataset: string;
  /** yyyy-MM */
  month: string;
  readAt: string;
  lake: string;
  timeZone: string;
  region: string;
  /** Days of which the ledger knows something, in their order. */
  days: MonthDayFacts[];
}

interface MonthDayFacts extends VerdictFacts {
  businessDate: string;
  /** As readers see it. */
  seen?: DayFacts | undefined;
  commits: number;
}

/** The report of a month, as data: what its page shows, and holds as JSON. */
export interface MonthReport extends Omit<MonthFacts, 'days'> {
  format: 1;
  days: MonthDay[];
  published: number;
  late: number;
  /** Of the published days. */
  total: Pick<DayFacts, 'rows' | 'records' | 'rejected' | 'bytes' | 'sums'> & { usd: number };
}

export interface MonthDay {
  businessDate: string;
  verdict: NightVerdict;
  seen?: DayFacts;
  commits: number;
  /** Files that are loaded, and those that are expected if that is known. */
  loaded: number;
  expected?: number;
  waitingFor?: string;
}

/** Adds up the days of a month and judges each. */
export function monthReport({ days, ...facts }: MonthFacts): MonthReport {
  const judged = days.map(monthDay);
  const seen = judged.flatMap((day) => (day.seen ? [day.seen] : []));
  const sum = (of: (day: DayFacts) => number) => seen.reduce((all, day) => all + of(day), 0);
  const amounts = seen.flatMap(({ sums }) =>
    Object.entries(sums).map(([name, amount]): [string, Decimal] => [name, storedDecimal(amount)]),
  );
  return {
    ...{ format: 1, ...facts, days: judged, published: seen.length },
    late: judged.filter(({ verdict }) => verdict.state === 'late').length,
    total: {
      rows: sum(({ rows }) => rows),
      records: sum(({ records }) => records),
      rejected: sum(({ rejected }) => rejected),
      bytes: sum(({ bytes }) => bytes),
      sums: Object.fromEntries([...sumByName(amounts)].map(([name, amount]) => [name, decimalText(amount)])),
      usd: sum(({ usd = 0 }) => usd),
    },
  };
}

function monthDay({ businessDate, seen, commits, ...facts }: MonthDayFacts): MonthDay {
  const { counts, expectation, waitingFor } = facts.status;
  const { files } = expectation;
  const expected = typeof files === 'number' ? files : files?.length;
  return {
    ...{ businessDate, commits, verdict: nightVerdict(facts), loaded: counts.loaded },
    ...(seen && { seen }),
    ...(expected !== undefined && { expected }),
    ...(waitingFor !== undefined && { waitingFor }),
  };
}
