import { dayCompletion } from '../../day/expected-files.ts';
import { RunInconsistent } from '../../errors.ts';
import { dayFacts } from '../../report/day-facts.ts';
import type { MonthFacts } from '../../report/month-report.ts';
import { dayStatus } from '../operate/day-status.ts';
import { dayEntries, ledgerDays } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { layoutCommits } from '../store/layout-commits.ts';
import { publicationTime } from '../watch/publication-time.ts';
import { deadlineOf, type ReportPorts, type ReportSettings } from './read-night.ts';

const PARALLEL_DAYS = 4;

/** What the lake knows of the days of a month, `yyyy-MM`. A day that cannot be read is one whose state is not known, and no error. */
export async function readMonth(
  ports: ReportPorts,
  dataset: string,
  month: string,
  settings: ReportSettings,
): Promise<MonthFacts> {
  const dates = [...((await ledgerDays(ports.lake, dataset)).get(dataset) ?? [])];
  const ofMonth = dates.filter((date) => date.startsWith(`${month}-`)).sort();
  return {
    ...{ dataset, month, readAt: ports.clock.now().toISOString(), lake: settings.lake },
    ...{ timeZone: settings.timeZone, region: settings.billing.region },
    days: await inParallel(ofMonth, PARALLEL_DAYS, (date) => readDay(ports, dataset, date, settings)),
  };
}

async function readDay(
  ports: ReportPorts,
  dataset: string,
  businessDate: string,
  settings: ReportSettings,
): Promise<MonthFacts['days'][number]> {
  const deadline = deadlineOf(businessDate, settings);
  try {
    const { damaged = [], ...status } = await dayStatus(ports, dataset, businessDate);
    const [day] = await layoutCommits(ports.lake, dataset, businessDate);
    const commits = day?.commits ?? [];
    const seen = commits.find(({ commit }) => commit === status.published?.commit);
    const entries = await dayEntries(ports.lake, dataset, businessDate, [], []);
    const completion = dayCompletion(status.expectation, entries);
    const publishedAt = await publicationTime(ports, dataset, businessDate, completion, entries);
    return {
      ...{ businessDate, deadline, status, damaged, commits: commits.length },
      publishedAt: publishedAt?.toISOString(),
      seen: seen && dayFacts(commits, seen, settings.billing.region, deadline),
    };
  } catch (error) {
    if (!(error instanceof RunInconsistent)) throw error;
    return {
      ...{ businessDate, deadline, commits: 0, status: UNKNOWN },
      damaged: [{ key: error.where ?? '', why: error.message }],
    };
  }
}

/** The status of a day of which nothing can be read. */
const UNKNOWN: MonthFacts['days'][number]['status'] = {
  expectation: { origin: 'nobody', files: undefined },
  counts: { loaded: 0, running: 0, refused: 0, failed: 0, missing: 0 },
  files: [],
  totals: { records: 0, rows: 0, rejected: 0, corrected: 0, sums: {} },
  published: null,
};
