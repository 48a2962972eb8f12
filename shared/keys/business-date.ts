/** Business dates are texts yyyy-MM-dd of days that exist. Only this file takes them apart. */

const EARLIEST_YEAR = 1990;
const LATEST_YEAR = 2100;

/** Is the text the yyyy-MM-dd of a day that exists? */
export function isBusinessDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match !== null && isDay(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** `…/year=2025/month=08/day=12/…` → 2025-08-12; of several such folders the first. */
export function businessDateOfKey(key: string): string | undefined {
  return businessDatesOfFolders(key)[0];
}

/** The days of all `year=/month=/day=` folders of a key, each once. */
export function businessDatesOfFolders(key: string): string[] {
  const folders = [...key.matchAll(/(?<=^|\/)year=(\d{4})\/month=(\d{2})\/day=(\d{2})(?=\/)/g)];
  return distinctDays(folders.map(([, year, month, day]) => `${year}${month}${day}`));
}

/**
 * The days that a name holds, each once: exactly eight digits that are a day as yyyyMMdd, as in `contratos_20250812_001.txt`, but not in
 * `D25062021`.
 */
export function businessDatesOfName(name: string): string[] {
  return distinctDays([...name.matchAll(/(?<!\d)\d{8}(?!\d)/g)].map(([digits]) => digits));
}

/** Every day that eight digits in a row, or yyyy-MM-dd, could mean in a text, also within a longer number. */
export function possibleDatesOf(text: string): string[] {
  const found = [...text.matchAll(/(?=(\d{4}-\d{2}-\d{2}|\d{8}))/g)];
  return distinctDays(found.map(([, date]) => date!.replaceAll('-', '')));
}

/** `20250812` → `2025-08-12`, without texts that are no day. */
function distinctDays(digits: string[]): string[] {
  const dates = digits.map((day) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`);
  return [...new Set(dates.filter(isBusinessDate))];
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

/** Days from one date to another: 2025-08-12 to 2025-08-31 is 19. */
export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000;
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
