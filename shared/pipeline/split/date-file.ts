import { BusinessDateUnknown } from '../../errors.ts';
import { daysBetween } from '../../keys/business-date.ts';
import { datesOfKey, type KeyDates } from '../../keys/key-dates.ts';
import type { BusinessDateRules, Layout } from '../../layout/layout.ts';
import { isRefusal, type Refusal, refuse } from '../../refusal.ts';
import type { ConvertRequest } from './convert-request.ts';
import type { FileGeometry } from './file-geometry.ts';

/** The business date of a file. Only a file that cannot be read may have none. */
export type FileDate =
  | { businessDate: string; warnings: string[]; refusal?: Refusal }
  | { businessDate: null; warnings: string[]; refusal: Refusal };

/** A file whose header has been read. */
interface ProbedFile {
  geometry: { header: Pick<NonNullable<FileGeometry['header']>, 'values'> | null };
}

interface ChosenDate {
  businessDate: string;
  /** What says it, as people call it. */
  origin: 'command' | KeyDates['origin'] | 'header';
}

/**
 * Finds the business date of a file: in the request, its key or its header. If another of them says another date, that is a warning; if
 * it is the header, the layout may refuse the file. A date far from `now` is a warning too. Fails with `BusinessDateUnknown` if nothing
 * says a date, or a key says several and nothing else says which.
 */
export function dateFile(
  request: Pick<ConvertRequest, 'sourceKey' | 'businessDate'>,
  layout: Pick<Layout, 'businessDate' | 'files'>,
  file: ProbedFile | Refusal,
  now: Date,
): FileDate {
  const { sourceKey } = request;
  const header = isRefusal(file) ? undefined : headerDate(file, layout.businessDate);
  const key = datesOfKey(sourceKey, layout.files);
  const chosen = chosenDate(request.businessDate, key, header);
  if (!chosen) {
    if (isRefusal(file)) return { businessDate: null, warnings: [], refusal: file };
    throw unknownDate(sourceKey, key);
  }
  const { businessDate } = chosen;
  const warnings = [
    ...keyWarnings(chosen, key),
    ...headerWarnings(file, layout.businessDate),
    ...distanceWarnings(businessDate, layout.businessDate, now),
  ].map((warning) => `${sourceKey}: ${warning}`);
  if (header === undefined || header === businessDate) return { businessDate, warnings };
  const difference = `its header says ${header}, and ${saying(chosen.origin)} says ${businessDate}`;
  if (layout.businessDate.onMismatch !== 'refuse') {
    return { businessDate, warnings: [`${sourceKey}: ${difference}`, ...warnings] };
  }
  const next =
    'Ask which is right; to load it all the same, pass --business-date with a layout that only warns.';
  const refusal = refuse('business-date-mismatch', { where: sourceKey, what: difference, next });
  return { businessDate, warnings, refusal };
}

/** The request counts before the key, and the key before the header, which decides if the key says several days. */
function chosenDate(
  requested: string | undefined,
  { origin, dates }: KeyDates,
  header: string | undefined,
): ChosenDate | undefined {
  if (requested !== undefined) return { businessDate: requested, origin: 'command' };
  const [only, another] = dates;
  if (only !== undefined && another === undefined) return { businessDate: only, origin };
  return header === undefined ? undefined : { businessDate: header, origin: 'header' };
}

/** Who says a date, as a person is told: the command is not the file's. */
function saying(origin: ChosenDate['origin']): string {
  return origin === 'command' ? 'the command' : `its ${origin}`;
}

function keyWarnings({ businessDate, origin }: ChosenDate, key: KeyDates): string[] {
  const warnings: string[] = [];
  if (key.dates.length > 0 && !key.dates.includes(businessDate)) {
    warnings.push(
      `${saying(key.origin)} says ${key.dates.join(' and ')}, and ${saying(origin)} says ${businessDate}`,
    );
  }
  if (key.others.length > 0 && !key.others.includes(businessDate)) {
    warnings.push(`its name says ${key.others.join(' and ')}, and ${saying(origin)} says ${businessDate}`);
  }
  return warnings;
}

/** A header that should say the date and does not: nothing holds the date of the key against it. */
function headerWarnings(file: ProbedFile | Refusal, { headerField }: BusinessDateRules): string[] {
  const header = isRefusal(file) ? null : file.geometry.header;
  if (!header || headerField === undefined || header.values[headerField]?.text) return [];
  return [`its header holds no date in ${headerField}`];
}

function distanceWarnings(
  businessDate: string,
  { mostDaysAgo, mostDaysAhead }: BusinessDateRules,
  now: Date,
): string[] {
  const days = daysBetween(now.toISOString().slice(0, 10), businessDate);
  if (-days > mostDaysAgo) {
    return [
      `its business date ${businessDate} is ${-days} days ago, more than the ${mostDaysAgo} of "businessDate.mostDaysAgo" of the layout`,
    ];
  }
  if (days > mostDaysAhead) {
    return [
      `its business date ${businessDate} is ${days} days ahead, more than the ${mostDaysAhead} of "businessDate.mostDaysAhead" of the layout`,
    ];
  }
  return [];
}

function unknownDate(where: string, { origin, dates }: KeyDates): BusinessDateUnknown {
  if (dates.length === 0) {
    return new BusinessDateUnknown({
      what: 'nothing says which business date this file belongs to',
      where,
      why: 'Its key has no year=/month=/day=, its name no date of eight digits, and the layout names no header field that holds one.',
      next: 'Pass --business-date yyyy-MM-dd, or name the header field in "businessDate" of the layout.',
    });
  }
  return new BusinessDateUnknown({
    what: `${saying(origin)} says ${dates.join(' and ')}, and nothing says which of them is the business date`,
    where,
    why: 'Eight digits that are a day count as a date, whatever they mean to the sender.',
    next: 'Pass --business-date yyyy-MM-dd, or say in "files" of the layout where the date is, for example "mov_{yyyyMMdd}_*".',
  });
}

function headerDate({ geometry }: ProbedFile, { headerField }: BusinessDateRules): string | undefined {
  return (headerField && geometry.header?.values[headerField]?.text) || undefined;
}
