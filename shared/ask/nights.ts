import { UsageError } from '../errors.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The last of these nights (in order) at or before a date. With `orFirst`, the first one if all are later. Fails with `UsageError`. */
export function nightAtOrBefore(nights: readonly string[], date: string, orFirst: boolean): string {
  const found = nights.findLast((night) => night <= date) ?? (orFirst ? nights[0] : undefined);
  if (found !== undefined) return found;
  throw new UsageError({
    what: nights.length === 0 ? 'no night is published' : `no night is published at or before ${date}`,
    next: nights.length === 0 ? 'Publish one first.' : `The first one is ${nights[0]}.`,
  });
}

/** The night before this one, or this one if it is the first. */
export function nightBefore(nights: readonly string[], night: string): string {
  return nights.findLast((one) => one < night) ?? night;
}

/** 2025-03-01 and 1 → 2025-02-28 */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);
}
