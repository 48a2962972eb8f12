import type { RateLimit } from './settings.ts';

/** Bytes a second that may be sent at a time of day (`HH:mm`); undefined: no limit. Hours may go over midnight. */
export function rateAt(limits: readonly RateLimit[], timeOfDay: string): number | undefined {
  const found = limits.find(({ from, to }) =>
    from <= to ? timeOfDay >= from && timeOfDay < to : timeOfDay >= from || timeOfDay < to,
  );
  return found && found.megabytesPerSecond * 1e6;
}

/** `02:45` in the time zone. */
export function timeOfDay(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hour12: false })
    .format(now)
    .replace(/^24/, '00');
}

/** yyyy-MM-dd in the time zone. */
export function dateIn(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone }).format(now);
}
