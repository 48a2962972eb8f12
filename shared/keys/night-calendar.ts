import { addDays, isBusinessDate } from './business-date.ts';

/** Says which business date a night belongs to, which dates bring files, and by when; all in one time zone. */
export interface NightCalendar {
  /** IANA name, e.g. America/Sao_Paulo. */
  timeZone: string;
  /** HH:mm of the morning on which the day must be published. */
  deadline: string;
  /** The night that ends on a morning belongs to the date before it, or to its own date. */
  businessDate: 'day-before' | 'same-day';
  /** Business dates without files, yyyy-MM-dd. */
  holidays: readonly string[];
  /** Saturdays and Sundays bring no files. */
  weekends: 'silent' | 'watched';
}

interface Night {
  /** yyyy-MM-dd */
  businessDate: string;
  deadline: Date;
  /** Why no files are expected. */
  silent?: 'holiday' | 'weekend';
}

const DAY_MS = 86_400_000;

/** The night that ends, or ended, on the morning of the local date of `at`. */
export function nightOf(at: Date, calendar: NightCalendar): Night {
  const morning = localDate(at, calendar.timeZone);
  const businessDate = calendar.businessDate === 'same-day' ? morning : addDays(morning, -1);
  const silent = silenceOf(businessDate, calendar);
  const deadline = instantOf(morning, calendar.deadline, calendar.timeZone);
  return { businessDate, deadline, ...(silent ? { silent } : {}) };
}

/** Why a business date brings no files, or undefined if it brings some. */
function silenceOf(businessDate: string, calendar: NightCalendar): Night['silent'] {
  if (calendar.holidays.includes(businessDate)) return 'holiday';
  const weekday = new Date(`${businessDate}T00:00:00Z`).getUTCDay();
  return calendar.weekends === 'silent' && (weekday === 0 || weekday === 6) ? 'weekend' : undefined;
}

/** yyyy-MM-dd that clocks of the zone show. */
export function localDate(at: Date, timeZone: string): string {
  const { year, month, day } = localParts(at, timeZone);
  return `${year}-${month}-${day}`;
}

/** HH:mm that clocks of the zone show. */
export function localTime(at: Date, timeZone: string): string {
  const { hour, minute } = localParts(at, timeZone);
  return `${hour}:${minute}`;
}

/**
 * The instant at which clocks of the zone show this date and time. If they show it twice (clocks go back), the first. If they never show
 * it (clocks go forward), the instant as long after the change as the time is after the last one shown.
 */
export function instantOf(date: string, time: string, timeZone: string): Date {
  const wallMs = Date.parse(`${date}T${time}:00Z`);
  // No zone changes its clocks twice in two days, so the offset of the day before or of the day after is right.
  const earlier = wallMs - offsetMs(wallMs - DAY_MS, timeZone);
  const later = wallMs - offsetMs(wallMs + DAY_MS, timeZone);
  const exact = [earlier, later].filter((instant) => instant + offsetMs(instant, timeZone) === wallMs);
  return new Date(exact.length > 0 ? Math.min(...exact) : earlier);
}

/** Problems of a calendar, each a clause. */
export function calendarProblems(calendar: NightCalendar): string[] {
  const { timeZone, deadline, holidays, businessDate, weekends } = calendar;
  return [
    ...(isTimeZone(timeZone) ? [] : [`'${timeZone}' is not a time zone (e.g. America/Sao_Paulo)`]),
    ...(/^([01]\d|2[0-3]):[0-5]\d$/.test(deadline)
      ? []
      : [`the deadline '${deadline}' is not a time as HH:mm`]),
    ...holidays.flatMap((day) =>
      isBusinessDate(day) ? [] : [`the holiday '${day}' is not a day as yyyy-MM-dd`],
    ),
    ...(['day-before', 'same-day'].includes(businessDate)
      ? []
      : [`the business date is '${businessDate}' and must be day-before or same-day`]),
    ...(['silent', 'watched'].includes(weekends)
      ? []
      : [`weekends are '${weekends}' and must be silent or watched`]),
  ];
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Local time minus UTC at an instant. */
function offsetMs(instantMs: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localParts(new Date(instantMs), timeZone);
  const wall = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return wall - Math.floor(instantMs / 1000) * 1000;
}

function localParts(at: Date, timeZone: string): Record<string, string> {
  const parts = formatOf(timeZone).formatToParts(at);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format is slow, and there are only one or two zones. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const two = '2-digit';
    format = new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone, hourCycle: 'h23', calendar: 'gregory', numberingSystem: 'latn' },
      ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
    });
    formats.set(timeZone, format);
  }
  return format;
}
