/** Business dates are texts yyyy-MM-dd of days that exist. Only this file takes them apart. */

const EARLIEST_YEAR = 1990;
const LATEST_YEAR = 2100;

/** Sources of a business date; the first that has one decides. */
type BusinessDateOrigin = 'command' | 'key' | 'name' | 'header';

interface BusinessDateSources {
  /** From the command or the execution's input, yyyy-MM-dd. */
  requested: string | undefined;
  sourceKey: string;
  /** From the header's field, yyyy-MM-dd. */
  header: string | undefined;
}

/** The file's business date with its source, or undefined if no source has one. */
export function resolveBusinessDate(
  sources: BusinessDateSources,
): { businessDate: string; origin: BusinessDateOrigin } | undefined {
  const { requested, sourceKey, header } = sources;
  if (requested !== undefined) return { businessDate: requested, origin: 'command' };
  const fromKey = businessDateOfKey(sourceKey);
  if (fromKey) return { businessDate: fromKey, origin: 'key' };
  const fromName = businessDateOfName(sourceKey.slice(sourceKey.lastIndexOf('/') + 1));
  if (fromName) return { businessDate: fromName, origin: 'name' };
  return header === undefined ? undefined : { businessDate: header, origin: 'header' };
}

/** Is the text the yyyy-MM-dd of a day that exists? */
export function isBusinessDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `…/year=2025/month=08/day=12/…` → 2025-08-12. */
export function businessDateOfKey(key: string): string | undefined {
  const match = /(?:^|\/)year=(\d{4})\/month=(\d{2})\/day=(\d{2})\//.exec(key);
  return match && isDay(Number(match[1]), Number(match[2]), Number(match[3]))
    ? `${match[1]}-${match[2]}-${match[3]}`
    : undefined;
}

/** Exactly eight digits that are a day as yyyyMMdd: `contratos_20250812_001.txt`, but not `D25062021`. */
function businessDateOfName(name: string): string | undefined {
  for (const [digits] of name.matchAll(/(?<!\d)\d{8}(?!\d)/g)) {
    const [year, month, day] = [digits.slice(0, 4), digits.slice(4, 6), digits.slice(6)];
    if (isDay(Number(year), Number(month), Number(day))) return `${year}-${month}-${day}`;
  }
  return undefined;
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < EARLIEST_YEAR || year > LATEST_YEAR) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `2025-08-31`, 1 → `2025-09-01` */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Partition columns of a day: `{ year: '2025', month: '08', day: '12' }`. */
export function dayPartition(businessDate: string): { year: string; month: string; day: string } {
  return { year: businessDate.slice(0, 4), month: businessDate.slice(5, 7), day: businessDate.slice(8) };
}

/** `year=2025/month=08/day=12` */
export function dayPath(businessDate: string): string {
  const { year, month, day } = dayPartition(businessDate);
  return `year=${year}/month=${month}/day=${day}`;
}
