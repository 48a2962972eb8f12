import type { FigureKind } from './dashboards.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const [SUNDAY, SATURDAY] = [0, 6];

/** The weekdays, or the months, between the first and the last label that have no row: a chart draws its columns side by side without them. */
export function gapsOf(labels: readonly unknown[], kind: FigureKind): string[] {
  if (kind === 'date') return missing(labels.map(String), nextDay, isWeekday);
  if (kind === 'month')
    return missing(
      labels.map((label) => `${String(label).slice(0, 7)}-01`),
      nextMonth,
      () => true,
    ).map((day) => day.slice(0, 7));
  return [];
}

const MOST_STEPS = 4_000;

function missing(
  labels: string[],
  next: (day: string) => string,
  isWanted: (day: string) => boolean,
): string[] {
  const there = new Set(labels);
  const sorted = labels.filter((label) => !Number.isNaN(Date.parse(label))).sort();
  const [first, last] = [sorted[0], sorted.at(-1)];
  const found: string[] = [];
  if (first === undefined || last === undefined) return found;
  for (let [day, steps] = [next(first), 0]; day < last && steps < MOST_STEPS; day = next(day), steps++) {
    if (!there.has(day) && isWanted(day)) found.push(day);
  }
  return found;
}

function nextDay(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

function nextMonth(day: string): string {
  const [year, month] = [Number(day.slice(0, 4)), Number(day.slice(5, 7))];
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
}

function isWeekday(day: string): boolean {
  return ![SUNDAY, SATURDAY].includes(new Date(day).getUTCDay());
}
