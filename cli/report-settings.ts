import { priceTable } from '../shared/cost/price-table.ts';
import { isTimeZone } from '../shared/keys/night-calendar.ts';
import type { ReportSettings } from '../shared/pipeline/report/read-night.ts';
import { languageOf, REPORT_LANGUAGES, type ReportLanguage } from '../shared/report/words/languages.ts';
import { isSet, oneOf, text, usageError } from '../terminal/command-line.ts';
import type { FlagValues } from '../terminal/parse-flags.ts';

/** The flags of what a report shows and how. */
export const REPORT_FLAGS = {
  lang: oneOf(REPORT_LANGUAGES, 'L', 'en or pt; by default that of the locale (LC_ALL, LANG)'),
  'show-rejects': isSet(
    'shows the values of rejected records, and not only their shape; never those about a person',
  ),
  deadline: text('HH:mm', 'the hour on the morning after by which days must be published; SLA_DEADLINE'),
  'time-zone': text('Z', 'of all hours, such as America/Sao_Paulo; SLA_TIME_ZONE, else that of this machine'),
  region: text('R', 'whose prices the cost is worked out with; sa-east-1 by default'),
};

type Flags = FlagValues<typeof REPORT_FLAGS>;

/** Settings of a report: from its flags, else from the environment of a stage, else from the machine. */
export function reportSettings(
  flags: Partial<Flags>,
  lake: string,
  environment: Record<string, string | undefined>,
): { settings: ReportSettings; language: ReportLanguage } {
  const isAws = lake === 'aws';
  const timeZone =
    flags['time-zone'] ??
    (environment.SLA_TIME_ZONE || undefined) ??
    (isAws ? 'America/Sao_Paulo' : Intl.DateTimeFormat().resolvedOptions().timeZone);
  if (!isTimeZone(timeZone))
    throw usageError(`'${timeZone}' is not a time zone`, 'Give one such as America/Sao_Paulo');
  const deadline = flags.deadline ?? (environment.SLA_DEADLINE || undefined) ?? (isAws ? '09:00' : undefined);
  if (deadline !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(deadline)) {
    throw usageError(`the deadline '${deadline}' is not a time as HH:mm`, 'Give one such as 09:00');
  }
  const businessDate = environment.SLA_BUSINESS_DATE === 'same-day' ? 'same-day' : 'day-before';
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || undefined;
  const language = REPORT_LANGUAGES.find((one) => one === flags.lang);
  if (flags.lang !== undefined && !language) {
    throw usageError(`--lang '${flags.lang}' is not known`, `Give one of ${REPORT_LANGUAGES.join(', ')}`);
  }
  // One that is named must have prices; a stage may be elsewhere.
  if (flags.region !== undefined) priceTable(flags.region);
  return {
    language: language ?? languageOf(locale),
    settings: {
      ...{ lake, timeZone, showRejects: flags['show-rejects'] === true },
      ...(deadline !== undefined && { sla: { deadline, businessDate } }),
      billing: { region: flags.region ?? 'sa-east-1', isMeasured: isAws },
    },
  };
}
