import { PipelineError, PreconditionFailed, UsageError } from '../../errors.ts';
import { commitReportKey } from '../../keys/lake-keys.ts';
import type { KeptReports, PipelinePorts } from '../../ports/pipeline-ports.ts';
import { lastCommit } from '../store/day-ledger.ts';
import { nightReportPage } from './write-night.ts';

type KeepPorts = Pick<PipelinePorts, 'lake' | 'catalog' | 'settings' | 'clock' | 'publishedPrefix'>;

/**
 * Writes the report of a commit next to it, once: what people sign does not change any more. Answers its key, also if somebody else wrote
 * it. Fails as reading the day does.
 */
async function keepReport(
  ports: KeepPorts,
  reports: KeptReports,
  day: { dataset: string; businessDate: string },
  commit: number,
): Promise<string> {
  const key = commitReportKey(day.dataset, day.businessDate, commit);
  const { timeZone, deadline, businessDate, region, language } = reports;
  const settings = {
    ...{ lake: 'aws', timeZone, showRejects: false, sla: { deadline, businessDate } },
    billing: { region, isMeasured: true },
  };
  const page = await nightReportPage(ports, day, settings, language);
  try {
    await ports.lake.putOnce(key, new TextEncoder().encode(page));
  } catch (error) {
    if (!(error instanceof PreconditionFailed)) throw error;
  }
  return key;
}

/**
 * The same after a publication, which must not fail for it: answers where the report is, or why there is none, as a sentence. Undefined for a
 * lake that keeps none.
 */
export async function reportSentence(
  ports: KeepPorts,
  day: { dataset: string; businessDate: string },
  commit: number,
): Promise<string | undefined> {
  const { reports } = ports.settings;
  if (!reports) return undefined;
  try {
    return `Its report: ${reports.place}${await keepReport(ports, reports, day, commit)}`;
  } catch (error) {
    // Errors of others might quote what is in a file.
    const why = error instanceof PipelineError ? error.message : (error as Error).name;
    return `Its report could not be written: ${why}`;
  }
}

/** The key of the report of a commit, by default of the last one; it is written now if nobody wrote it. Fails if there is no such commit. */
export async function foundReport(
  ports: KeepPorts,
  day: { dataset: string; businessDate: string },
  number: number | undefined,
): Promise<string> {
  const { dataset, businessDate } = day;
  const last = await lastCommit(ports.lake, dataset, businessDate);
  const commit = number ?? last?.commit;
  const key = commit === undefined ? undefined : commitReportKey(dataset, businessDate, commit);
  if (key !== undefined && (await ports.lake.head(key))) return key;
  const { reports } = ports.settings;
  if (reports && last && commit === last.commit) return keepReport(ports, reports, day, last.commit);
  throw new UsageError({
    what:
      number === undefined
        ? 'the day is not published, so it has no report'
        : `there is no report of commit ${number}`,
    where: `${dataset} of ${businessDate}`,
    next: last
      ? `The last commit is ${last.commit}.`
      : 'Look at its status; publish it when its files are loaded.',
  });
}
