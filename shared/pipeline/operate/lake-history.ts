import { ledgerHash } from '../../day/commit-facts.ts';
import type { DayCommit } from '../../day/day-commit.ts';
import { UsageError } from '../../errors.ts';
import type { ShownSnapshot } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { isVisible } from '../publish/catch-up-catalog.ts';
import { ledgerDays } from '../store/day-ledger.ts';
import { type CommitsOfDay, layoutCommits } from '../store/layout-commits.ts';
import { lostFile } from './lake-as-of.ts';

/** A commit of a day, for people who ask what readers saw when. */
export interface HistoryLine {
  dataset: string;
  businessDate: string;
  commit: number;
  committedAt: string;
  /** Who published it, if that is recorded: a user of the machine. */
  by: string | null;
  /** `publication`, one in part, or a rollback. */
  kind: 'publication' | 'partial' | 'rollback';
  /** Why it was published in part, or rolled back. */
  reason: string | null;
  files: number;
  records: number;
  rows: number;
  rejectedRows: number;
  /** `current`: readers see it. `pending`: they do not see it yet. `replaced`: it can be read back. `expired`: its files are gone. */
  state: 'current' | 'pending' | 'replaced' | 'expired';
  /** SHA-256 of what the ledger says of the commit; the summaries of its snapshots have it too. */
  ledgerHash: string;
  /** The snapshots that other programs can read back of it, by table. */
  snapshots: KeptSnapshot[];
}

/** A snapshot by which other programs read back a commit of a day. */
export interface KeptSnapshot {
  table: string;
  id: number;
  shownAt: string;
  isCurrent: boolean;
}

interface LakeHistory {
  lines: HistoryLine[];
  /** Commits that cannot be read, with the reason. */
  damaged: { key: string; why: string }[];
}

type HistoryPorts = Pick<PipelinePorts, 'lake' | 'catalog' | 'publishedPrefix'>;

/** All commits of a lake, of one dataset or of one day, in the order in which they were written. */
export async function lakeHistory(
  ports: HistoryPorts,
  { dataset, businessDate }: { dataset?: string | undefined; businessDate?: string | undefined },
): Promise<LakeHistory> {
  const names = [...(await ledgerDays(ports.lake)).keys()].sort();
  if (dataset !== undefined && !names.includes(dataset)) {
    throw new UsageError({
      what: `the ledger has no dataset '${dataset}'`,
      next: names.length === 0 ? 'It is empty.' : `It has ${names.join(', ')}.`,
    });
  }
  const history: LakeHistory = { lines: [], damaged: [] };
  for (const layout of dataset === undefined ? names : [dataset]) {
    const days = await layoutCommits(ports.lake, layout, businessDate);
    const snapshots = await snapshotsOf(ports, days);
    for (const day of days) {
      history.lines.push(...(await linesOf(ports, day, snapshots)));
      for (const { error } of day.damaged)
        history.damaged.push({ key: error.where ?? '', why: error.message });
    }
  }
  history.lines.sort((a, b) => (a.committedAt < b.committedAt ? -1 : a.committedAt > b.committedAt ? 1 : 0));
  return history;
}

type SnapshotsByTable = Map<string, ShownSnapshot[]>;

async function snapshotsOf({ catalog }: HistoryPorts, days: CommitsOfDay[]): Promise<SnapshotsByTable> {
  const tables = days.flatMap(({ commits }) =>
    commits.flatMap((commit) => commit.tables.map(({ dataset }) => dataset)),
  );
  const found: SnapshotsByTable = new Map();
  for (const table of new Set(tables)) found.set(table, await catalog.snapshots(table));
  return found;
}

async function linesOf(
  ports: HistoryPorts,
  { commits }: CommitsOfDay,
  snapshots: SnapshotsByTable,
): Promise<HistoryLine[]> {
  const lines: HistoryLine[] = [];
  let isShown = false;
  for (const commit of commits.toReversed()) {
    const isCurrent: boolean = !isShown && (await isVisible(ports, commit));
    const state = isCurrent ? 'current' : isShown ? await pastState(ports, commit) : 'pending';
    isShown ||= isCurrent;
    lines.push(lineOf(commit, state, snapshots));
  }
  return lines.reverse();
}

async function pastState(ports: HistoryPorts, commit: DayCommit): Promise<'replaced' | 'expired'> {
  for (const { dataset } of commit.tables) {
    if (await lostFile(ports, commit, dataset)) return 'expired';
  }
  return 'replaced';
}

function lineOf(commit: DayCommit, state: HistoryLine['state'], snapshots: SnapshotsByTable): HistoryLine {
  const { dataset, businessDate, committedAt, by, files, tables, partial, rollback } = commit;
  const sum = (of: (file: DayCommit['files'][number]) => number) =>
    files.reduce((total, file) => total + of(file), 0);
  return {
    ...{ dataset, businessDate, commit: commit.commit, committedAt, by: by ?? null },
    kind: rollback ? 'rollback' : partial ? 'partial' : 'publication',
    reason: rollback?.reason ?? partial?.reason ?? null,
    files: files.length,
    records: sum(({ recordsRead }) => recordsRead),
    rows: sum(({ rows }) => rows),
    rejectedRows: sum(({ rejectedRows }) => rejectedRows),
    state,
    ledgerHash: ledgerHash(commit),
    snapshots: tables.flatMap(({ dataset: table }) =>
      keptOf(table, snapshots.get(table) ?? [], businessDate)
        .filter((one) => one.commit === commit.commit)
        .map(({ commit: _commit, ...kept }) => kept),
    ),
  };
}

function keptOf(
  table: string,
  snapshots: ShownSnapshot[],
  businessDate: string,
): (KeptSnapshot & { commit: number })[] {
  const ofDay = snapshots.filter((one) => one.businessDate === businessDate);
  return ofDay.map(({ id, commit, shownAt, isCurrent }) => ({ table, id, commit, shownAt, isCurrent }));
}

/** The snapshots of a day that other programs can read back, of all tables of a commit. */
export async function snapshotsOfDay(
  { catalog }: Pick<HistoryPorts, 'catalog'>,
  { businessDate, tables }: DayCommit,
): Promise<(KeptSnapshot & { commit: number })[]> {
  const kept = tables.map(async ({ dataset }) =>
    keptOf(dataset, await catalog.snapshots(dataset), businessDate),
  );
  return (await Promise.all(kept)).flat();
}
