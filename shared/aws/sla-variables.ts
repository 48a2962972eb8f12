import { UsageError } from '../errors.ts';
import { calendarProblems, type NightCalendar } from '../keys/night-calendar.ts';
import type { SlaSettings } from '../operations/sla-settings.ts';
import type { FunctionVariables } from './function-variables.ts';

/** The SLA from the environment. Fails with a `UsageError` that names every wrong variable. */
export function slaOfVariables({ need, optional }: FunctionVariables): SlaSettings {
  const calendar: NightCalendar = {
    timeZone: optional('SLA_TIME_ZONE') ?? 'America/Sao_Paulo',
    deadline: optional('SLA_DEADLINE') ?? '09:00',
    businessDate: (optional('SLA_BUSINESS_DATE') ?? 'day-before') as NightCalendar['businessDate'],
    holidays: listed(optional('SLA_HOLIDAYS')),
    weekends: (optional('SLA_WEEKENDS') ?? 'silent') as NightCalendar['weekends'],
  };
  const problems = calendarProblems(calendar);
  if (problems.length === 0) return { calendar, layouts: listed(need('SLA_LAYOUTS')) };
  throw new UsageError({
    what: 'the SLA is not configured correctly',
    why: problems.join('; '),
    next: "Correct the stage's settings and deploy again.",
  });
}

function listed(text = ''): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
