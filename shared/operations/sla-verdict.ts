import { localTime } from '../keys/night-calendar.ts';

/** The four looks at a night: 03:30, 07:30, 08:30 and 09:00. */
export const SLA_CHECKS = ['arrivals', 'at-risk', 'alarm', 'deadline'] as const;
export type SlaCheck = (typeof SLA_CHECKS)[number];

/** What a check needs to know about a night. */
interface SlaSituation {
  dataset: string;
  businessDate: string;
  deadline: Date;
  timeZone: string;
  now: Date;
  expectedFiles: number | undefined;
  arrivedFiles: number;
  loadedFiles: number;
  missingFiles: number;
  /** Names of the missing files, if names are expected. */
  missingNames: string[];
  notStarted: string[];
  /** Files that stopped, as `name (refused)`. */
  stopped: string[];
  percentDone: number;
  estimatedEnd: Date | undefined;
  publishedAt: Date | undefined;
}

export interface SlaVerdict {
  /** Undefined if nobody needs to be told. */
  tell: { kind: 'success' | 'warning' | 'failure'; subject: string; message: string } | undefined;
  /** One sentence, whether people are told or not. */
  sentence: string;
  /** From publication, or its estimate, to the deadline; undefined if nothing can be estimated. */
  marginMinutes: number | undefined;
  /** Published by the deadline. */
  met: boolean;
}

/** Judges a night at one check. A day published late is missed; a day published in time and corrected later is still met. */
export function slaVerdict(check: SlaCheck, night: SlaSituation): SlaVerdict {
  const { publishedAt } = night;
  const met = publishedAt !== undefined && publishedAt <= night.deadline;
  const marginMinutes = marginOf(check, night);
  const verdict = (sentence: string, tell: SlaVerdict['tell']): SlaVerdict => {
    return { sentence, tell, marginMinutes, met };
  };
  const day = `${night.dataset} of ${night.businessDate}`;
  if (check === 'arrivals') {
    const sentence = arrivalSentence(day, night);
    const isShort = night.missingFiles > 0 || night.arrivedFiles === 0 || night.notStarted.length > 0;
    const subject = night.arrivedFiles === 0 ? `No file yet: ${day}` : `Files missing: ${day}`;
    return verdict(sentence, isShort ? { kind: 'warning', subject, message: sentence } : undefined);
  }
  if (check === 'deadline') {
    const sentence = met ? metSentence(day, night, publishedAt) : missedSentence(day, night);
    const subject = met ? `SLA met: ${day}` : `SLA missed: ${day}`;
    return verdict(sentence, { kind: met ? 'success' : 'failure', subject, message: sentence });
  }
  if (publishedAt) {
    return verdict(`${day} was published at ${localTime(publishedAt, night.timeZone)}.`, undefined);
  }
  const sentence = progressSentence(day, night);
  return check === 'at-risk'
    ? verdict(sentence, { kind: 'warning', subject: `SLA at risk: ${day}`, message: sentence })
    : verdict(sentence, { kind: 'failure', subject: `SLA alarm: ${day}`, message: sentence });
}

function marginOf(
  check: SlaCheck,
  { deadline, publishedAt, estimatedEnd, now }: SlaSituation,
): number | undefined {
  const end = publishedAt ?? estimatedEnd;
  if (end) return wholeMinutes(deadline.getTime() - end.getTime());
  // Nothing is parsed at the deadline: late by at least the time that has passed since.
  return check === 'deadline' ? Math.min(0, wholeMinutes(deadline.getTime() - now.getTime())) : undefined;
}

function wholeMinutes(ms: number): number {
  // `|| 0` turns -0 into 0.
  return Math.floor(ms / 60_000) || 0;
}

function arrivalSentence(day: string, night: SlaSituation): string {
  const { expectedFiles, arrivedFiles, missingFiles, missingNames } = night;
  const came = `${day}: ${arrivedFiles}${expectedFiles === undefined ? '' : ` of ${expectedFiles}`} files have arrived`;
  const missing =
    missingNames.length > 0
      ? `; missing: ${some(missingNames)}`
      : missingFiles > 0
        ? `; ${missingFiles} are missing, and no names are configured to say which`
        : '';
  const next =
    missingFiles > 0 || arrivedFiles === 0 ? ' Ask the mainframe operators whether they were sent.' : '';
  return `${came}${missing}.${next}${standstill(night)}`;
}

function progressSentence(day: string, night: SlaSituation): string {
  const { percentDone, estimatedEnd, deadline, timeZone, loadedFiles, expectedFiles } = night;
  const time = (at: Date) => localTime(at, timeZone);
  const files = `${loadedFiles}${expectedFiles === undefined ? '' : ` of ${expectedFiles}`} files are loaded`;
  const done = `${day} is not published: ${percentDone.toFixed(0)} % is done, ${files}.`;
  const missing =
    night.missingFiles > 0 ? ` ${night.missingFiles} have not arrived${listed(night.missingNames)}.` : '';
  if (!estimatedEnd)
    return `${done}${missing} Nothing is parsed yet, so there is no estimate of the end.${standstill(night)}`;
  const minutes = wholeMinutes(deadline.getTime() - estimatedEnd.getTime());
  const relation = minutes >= 0 ? `${minutes} minutes before` : `${-minutes} minutes after`;
  const assumption =
    night.missingFiles > 0 || night.stopped.length > 0 ? ' if what is missing or stopped continues now' : '';
  return `${done}${missing} At the rate so far it ends at ${time(estimatedEnd)}${assumption}, ${relation} the deadline of ${time(deadline)}.${standstill(night)}`;
}

/** Files that need somebody's help, and what to do about them. */
function standstill({ stopped, notStarted }: SlaSituation): string {
  const parts = [
    stopped.length > 0
      ? ` Stopped: ${some(stopped)}; see the ledger for why, then redrive or send them again.`
      : '',
    notStarted.length > 0
      ? ` Arrived, but no execution took them: ${some(notStarted)}; see the dead-letter queue of the starter, or start them by hand.`
      : '',
  ];
  return parts.join('');
}

function metSentence(day: string, { deadline, timeZone }: SlaSituation, publishedAt: Date): string {
  const minutes = wholeMinutes(deadline.getTime() - publishedAt.getTime());
  return `${day} was published at ${localTime(publishedAt, timeZone)}, ${minutes} minutes before the deadline of ${localTime(deadline, timeZone)}.`;
}

function missedSentence(day: string, night: SlaSituation): string {
  const { publishedAt, deadline, timeZone } = night;
  if (!publishedAt)
    return `Missed the deadline of ${localTime(deadline, timeZone)}: ${progressSentence(day, night)}`;
  const minutes = -wholeMinutes(deadline.getTime() - publishedAt.getTime());
  return `${day} was published at ${localTime(publishedAt, timeZone)}, ${minutes} minutes after the deadline of ${localTime(deadline, timeZone)}.`;
}

function listed(names: string[]): string {
  return names.length > 0 ? `: ${some(names)}` : '';
}

/** Messages also go out as SMS. */
function some(names: string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
