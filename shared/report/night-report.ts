import type { ControlTotalResult } from '../totals/control-totals.ts';
import { type ByteAccount, byteAccount } from './byte-account.ts';
import { comparisons, type DayComparison } from './day-comparison.ts';
import { type NightCost, nightCost } from './night-cost.ts';
import type {
  CommitFacts,
  DayFacts,
  FileFacts,
  NightFacts,
  RejectFacts,
  StatusFacts,
} from './night-facts.ts';
import { type PartitionShare, partitionShares } from './night-shares.ts';
import { type FileTimeline, fileTimeline } from './night-timeline.ts';
import { type NightVerdict, nightVerdict, type Task, tasksOf } from './night-verdict.ts';
import { type RecordAccount, recordAccount, shownVersions } from './record-account.ts';

/** The report of one night, as data: what its page shows, and holds as JSON. Texts of the pipeline in it are English. */
export interface NightReport {
  /** Of these keys; a later one only has more. */
  format: 1;
  dataset: string;
  businessDate: string;
  readAt: string;
  lake: string;
  timeZone: string;
  verdict: NightVerdict;
  tasks: Task[];
  tasksLeftOut: number;
  counts: StatusFacts['counts'];
  expectation: StatusFacts['expectation'];
  totals: StatusFacts['totals'];
  inputBytes: number;
  files: FileLine[];
  /** Files beyond those in the lists of files; all sums include them. */
  filesLeftOut: number;
  timelines: FileTimeline[];
  bytes: ByteAccount[];
  records: RecordAccount;
  rejects: RejectFacts;
  /** Rejected records by reason, as the ledger counted them. */
  reasons: Record<string, number>;
  /** Values that became null because they are invalid, by field. */
  nulled: Record<string, number>;
  partitions: { shares: PartitionShare[]; leftOut: number };
  comparisons: DayComparison[];
  /** Nights before this one, and this one as it was published. */
  nights: DayFacts[];
  /** The last ones. */
  commits: CommitLine[];
  commitsLeftOut: number;
  cost?: NightCost;
}

interface FileLine {
  file: string;
  status: string;
  isSupplement: boolean;
  inputBytes: number;
  read?: number;
  rows?: number;
  rejected?: number;
  run?: string;
  version: string;
  updatedAt: string;
  totals: ControlTotalResult[];
}

/** A commit, and who made it. */
interface CommitLine {
  commit: number;
  committedAt: string;
  by?: string;
  kind: 'publication' | 'partial' | 'rollback';
  reason?: string;
  state: CommitFacts['state'];
  files: number;
  records: number;
  rows: number;
  rejected: number;
}

/** More than people look through, and than a page of 300 KB has room for; sums are of all of them. */
const MOST_FILES = 40;
const MOST_TASKS = 40;
const MOST_COMMITS = 40;
const MOST_GROUPS = 40;
/** Ranges that are drawn one by one, of all files together. */
const MOST_DRAWN = 600;

/** What is known of a night, added up and judged. */
export function nightReport(facts: NightFacts): NightReport {
  const { status, files, dataset, businessDate, readAt, lake, timeZone, rejects, past } = facts;
  const verdict = nightVerdict(facts);
  const inputBytes = shownVersions(facts).reduce((sum, { loaded }) => sum + loaded.inputBytes, 0);
  const cost = nightCost(facts);
  const { rows, records, rejected, sums } = status.totals;
  const figures = facts.today ?? { rows, records, rejected, bytes: inputBytes, sums };
  const listed = listedFiles(files);
  const tasks = tasksOf(facts);
  const isDrawn = listed.reduce((sum, { parts }) => sum + parts.length, 0) <= MOST_DRAWN;
  return {
    ...{ format: 1, dataset, businessDate, readAt, lake, timeZone, verdict },
    tasks: tasks.slice(0, MOST_TASKS),
    tasksLeftOut: Math.max(0, tasks.length - MOST_TASKS),
    ...{ counts: status.counts, expectation: status.expectation, totals: status.totals, inputBytes },
    files: listed.map((file) => fileLine(file, status)),
    filesLeftOut: files.length - listed.length,
    timelines: listed.map((file) => fileTimeline(file, readAt, isDrawn)),
    bytes: listed.map((file) => byteAccount(file, isDrawn)).filter((account) => account !== undefined),
    records: recordAccount(facts),
    rejects: { ...rejects, groups: rejects.groups.slice(0, MOST_GROUPS) },
    reasons: countsOf(shownVersionsOf(facts).map(({ entry }) => entry.reasons)),
    nulled: countsOf(shownVersionsOf(facts).map(({ entry }) => entry.nulled)),
    partitions: partitionShares(facts),
    comparisons: comparisons(businessDate, figures, past),
    nights: [...past, ...(facts.today ? [facts.today] : [])],
    commits: facts.commits.slice(-MOST_COMMITS).map(commitLine),
    commitsLeftOut: Math.max(0, facts.commits.length - MOST_COMMITS),
    ...(cost && { cost }),
  };
}

/** The files of the lists in the order of their names: those that did not load, if there are too many, and then the first others. */
function listedFiles(files: FileFacts[]): FileFacts[] {
  const byName = [...files].sort((a, b) => (a.entry.sourceKey < b.entry.sourceKey ? -1 : 1));
  const isLoaded = ({ entry }: FileFacts) => entry.state === 'loaded';
  const first = [...byName.filter((file) => !isLoaded(file)), ...byName.filter(isLoaded)].slice(
    0,
    MOST_FILES,
  );
  return byName.filter((file) => first.includes(file));
}

/** Files whose entry tells of the version that is loaded, or of a refused one that no version stands beside. */
function shownVersionsOf({ files, status }: NightFacts): FileFacts[] {
  const hidden = new Set(status.files.filter((file) => file.hidden).map(({ name }) => name));
  return files.filter(({ entry }) => !hidden.has(entry.sourceKey));
}

function countsOf(counts: (Record<string, number> | undefined)[]): Record<string, number> {
  const sum = new Map<string, number>();
  for (const [name, count] of counts.flatMap((one) => Object.entries(one ?? {}))) {
    sum.set(name, (sum.get(name) ?? 0) + count);
  }
  return Object.fromEntries([...sum].sort(([, a], [, b]) => b - a));
}

function fileLine({ entry }: FileFacts, status: StatusFacts): FileLine {
  const line = status.files.find(({ name }) => name === entry.sourceKey);
  const records = entry.records ?? entry.loaded?.records;
  return {
    file: entry.sourceKey,
    status: line?.status ?? entry.state,
    isSupplement: line?.supplementOf !== undefined,
    inputBytes: entry.inputBytes,
    ...(records && { read: records.read, rejected: records.rejected }),
    ...(entry.loaded && { rows: entry.loaded.rows }),
    ...(entry.runId !== null && { run: entry.runId }),
    ...{ version: entry.version, updatedAt: entry.updatedAt, totals: entry.controlTotals ?? [] },
  };
}

function commitLine({ commit, state }: CommitFacts): CommitLine {
  const { by, partial, rollback, files, committedAt } = commit;
  const sum = (of: (file: (typeof files)[number]) => number) =>
    files.reduce((all, file) => all + of(file), 0);
  const reason = rollback?.reason ?? partial?.reason;
  return {
    ...{ commit: commit.commit, committedAt, state },
    ...(by !== undefined && { by }),
    kind: rollback ? 'rollback' : partial ? 'partial' : 'publication',
    ...(reason !== undefined && { reason }),
    files: files.length,
    records: sum(({ recordsRead }) => recordsRead),
    rows: sum(({ rows }) => rows),
    rejected: sum(({ rejectedRows }) => rejectedRows),
  };
}
