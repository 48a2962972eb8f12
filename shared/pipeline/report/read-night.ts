import { dayCompletion } from '../../day/expected-files.ts';
import { RunInconsistent } from '../../errors.ts';
import { addDays } from '../../keys/business-date.ts';
import { instantOf, type NightCalendar } from '../../keys/night-calendar.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { dayFacts } from '../../report/day-facts.ts';
import type {
  CommitFacts,
  DayFacts,
  NightFacts,
  RejectFacts,
  RejectGroupFacts,
} from '../../report/night-facts.ts';
import { rejectExample } from '../../report/reject-example.ts';
import type { LedgerEntry } from '../../run/ledger-entry.ts';
import { dayStatus } from '../operate/day-status.ts';
import { lakeHistory } from '../operate/lake-history.ts';
import { readRejects } from '../operate/read-rejects.ts';
import { statusLayout } from '../operate/status-layout.ts';
import { dayEntries, ledgerDays } from '../store/day-ledger.ts';
import { inParallel } from '../store/in-parallel.ts';
import { layoutCommits } from '../store/layout-commits.ts';
import { publicationTime } from '../watch/publication-time.ts';
import { readRun } from './read-run.ts';

/** What a report needs to know besides the lake. */
export interface ReportSettings {
  /** As commands name the lake. */
  lake: string;
  timeZone: string;
  /** When days must be published; without it nothing is late. */
  sla?: Pick<NightCalendar, 'deadline' | 'businessDate'> | undefined;
  billing: NightFacts['billing'];
  /** Show the bytes of rejected records, apart from fields about a person. */
  showRejects: boolean;
}

const NIGHTS = 30;
const PARALLEL_DAYS = 8;
const PARALLEL_RUNS = 8;
/** Rejects beyond these are counted by the ledger alone, by reason. */
const MOST_REJECTS = 200_000;
const EXAMPLES = 3;

export type ReportPorts = Pick<PipelinePorts, 'lake' | 'catalog' | 'settings' | 'clock' | 'publishedPrefix'>;

/** Everything that the lake knows of a day. Fails with `RunInconsistent` if no file of it was split, as `status` does. */
export async function readNight(
  ports: ReportPorts,
  dataset: string,
  businessDate: string,
  settings: ReportSettings,
): Promise<NightFacts> {
  const { lake } = ports;
  const { damaged: unreadable = [], ...status } = await dayStatus(ports, dataset, businessDate);
  const damaged = [...unreadable];
  const entries = await dayEntries(lake, dataset, businessDate, [], []);
  const { commits, today } = await readCommits(ports, dataset, businessDate, settings, damaged);
  const day = dayCompletion(status.expectation, entries);
  const publishedAt = await publicationTime(ports, dataset, businessDate, day, entries);
  const deadline = deadlineOf(businessDate, settings);
  return {
    ...{ dataset, businessDate, readAt: ports.clock.now().toISOString() },
    ...{ lake: settings.lake, timeZone: settings.timeZone, deadline, status },
    publishedAt: publishedAt?.toISOString(),
    files: await inParallel(entries, PARALLEL_RUNS, (entry) => readRun(lake, entry)),
    commits,
    rejects: await rejectsOfDay(ports, { dataset, businessDate, entries }, settings, damaged),
    past: await pastNights(ports, dataset, businessDate, settings),
    ...{ today, damaged, billing: settings.billing },
  };
}

/** When the day had to be published. ISO 8601. */
export function deadlineOf(businessDate: string, { sla, timeZone }: ReportSettings): string | undefined {
  if (!sla) return undefined;
  const morning = sla.businessDate === 'same-day' ? businessDate : addDays(businessDate, 1);
  return instantOf(morning, sla.deadline, timeZone).toISOString();
}

/** Adds what cannot be read, once; any other error is one. */
function note(damaged: NightFacts['damaged'], error: unknown): void {
  if (!(error instanceof RunInconsistent)) throw error;
  const { where = '', message } = error;
  if (!damaged.some(({ key }) => key === where)) damaged.push({ key: where, why: message });
}

async function readCommits(
  ports: ReportPorts,
  dataset: string,
  businessDate: string,
  settings: ReportSettings,
  damaged: NightFacts['damaged'],
): Promise<{ commits: CommitFacts[]; today: DayFacts | undefined }> {
  const [day] = await layoutCommits(ports.lake, dataset, businessDate);
  if (!day) return { commits: [], today: undefined };
  const { lines } = await lakeHistory(ports, { dataset, businessDate }).catch((error: unknown) => {
    note(damaged, error);
    return { lines: [] };
  });
  const stateOf = new Map(lines.map(({ commit, state }) => [commit, state]));
  const commits = day.commits.map((commit) => ({
    commit,
    state: stateOf.get(commit.commit) ?? ('unknown' as const),
  }));
  for (const { error } of day.damaged) note(damaged, error);
  const seen = commits.find(({ state }) => state === 'current')?.commit;
  const today =
    seen && dayFacts(day.commits, seen, settings.billing.region, deadlineOf(businessDate, settings));
  return { commits, today };
}

/** The last published nights before a day. One that cannot be read is left out. */
async function pastNights(
  { lake }: ReportPorts,
  dataset: string,
  businessDate: string,
  settings: ReportSettings,
): Promise<DayFacts[]> {
  const dates = [...((await ledgerDays(lake, dataset)).get(dataset) ?? [])];
  const before = dates.filter((date) => date < businessDate).sort();
  const nights = await inParallel(before.slice(-NIGHTS), PARALLEL_DAYS, async (date) => {
    const [day] = await layoutCommits(lake, dataset, date);
    return day && dayFacts(day.commits, undefined, settings.billing.region, deadlineOf(date, settings));
  });
  return nights.filter((night) => night !== undefined);
}

async function rejectsOfDay(
  ports: ReportPorts,
  {
    dataset,
    businessDate,
    entries,
  }: { dataset: string; businessDate: string; entries: Pick<LedgerEntry, 'sourceKey' | 'state'>[] },
  { showRejects }: ReportSettings,
  damaged: NightFacts['damaged'],
): Promise<RejectFacts> {
  const groups = new Map<string, RejectGroupFacts>();
  const refused = new Set(
    entries.filter(({ state }) => state === 'refused').map(({ sourceKey }) => sourceKey),
  );
  let looked = 0;
  let ofRefused = 0;
  try {
    const layout = await statusLayout(ports.lake, dataset, businessDate);
    for await (const reject of readRejects(ports, { dataset, businessDate })) {
      if (looked + ofRefused === MOST_REJECTS) break;
      const isRefused = refused.has(reject.sourceKey);
      if (isRefused) ofRefused++;
      else looked++;
      const { reason, field } = reject;
      const name = JSON.stringify([reason, field, isRefused]);
      const group = groups.get(name) ?? { reason, field, count: 0, isRefused, examples: [] };
      groups.set(name, group);
      group.count++;
      if (group.examples.length < EXAMPLES) group.examples.push(rejectExample(layout, reject, showRejects));
    }
  } catch (error) {
    note(damaged, error);
  }
  const sorted = [...groups.values()].sort(
    (a, b) =>
      Number(a.isRefused) - Number(b.isRefused) || b.count - a.count || (a.reason < b.reason ? -1 : 1),
  );
  return { groups: sorted, looked, ofRefused, areShown: showRejects };
}
