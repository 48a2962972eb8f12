import { atOneScale, type Decimal, parseDecimal } from '../decimal.ts';
import { addDays } from '../keys/business-date.ts';
import type { DayFacts } from './night-facts.ts';

/** A figure of the day beside that of another day. */
interface Change {
  /** `rows`, `records`, `rejected`, `bytes` or the name of a control sum. */
  figure: string;
  isSum: boolean;
  now: string;
  before: string;
  /** In hundredths of a percent of `before`; undefined if that is 0. */
  basisPoints?: number;
}

/** The day beside an earlier one. */
export interface DayComparison {
  with: 'night-before' | 'same-weekday';
  businessDate: string;
  changes: Change[];
}

type Figures = Pick<DayFacts, 'rows' | 'records' | 'rejected' | 'bytes' | 'sums'>;

/** The day beside the last night before it, and beside the same weekday of the week before, as far as they were published. */
export function comparisons(businessDate: string, day: Figures, past: DayFacts[]): DayComparison[] {
  const before = past.findLast((one) => one.businessDate < businessDate);
  const weekday = past.find((one) => one.businessDate === addDays(businessDate, -7));
  return [
    ...(before ? [compared('night-before', day, before)] : []),
    ...(weekday && weekday !== before ? [compared('same-weekday', day, weekday)] : []),
  ];
}

function compared(kind: DayComparison['with'], day: Figures, then: DayFacts): DayComparison {
  const counts = (['rows', 'records', 'rejected', 'bytes'] as const).map((figure) =>
    change(figure, false, String(day[figure]), String(then[figure])),
  );
  const names = Object.keys(day.sums).filter((name) => then.sums[name] !== undefined);
  const sums = names.map((name) => change(name, true, day.sums[name]!, then.sums[name]!));
  return { with: kind, businessDate: then.businessDate, changes: [...counts, ...sums] };
}

function change(figure: string, isSum: boolean, now: string, then: string): Change {
  const [a, b] = [parseDecimal(now), parseDecimal(then)];
  const basisPoints = a && b && pointsOf(a, b);
  return { figure, isSum, now, before: then, ...(basisPoints !== undefined && { basisPoints }) };
}

/** Integers all the way: money is never a floating-point number here. */
function pointsOf(now: Decimal, then: Decimal): number | undefined {
  const { a, b } = atOneScale(now, then);
  if (b === 0n) return undefined;
  const size = b < 0n ? -b : b;
  return Number(((a - b) * 10_000n) / size);
}
