import { keysAfter, planTableChange } from '../../catalog/table-change.ts';
import type { DayCommit } from '../../day/day-commit.ts';
import { UsageError } from '../../errors.ts';
import { asideKey } from '../../keys/lake-keys.ts';
import type { CatalogFile, DayPublication, ShownSnapshot } from '../../ports/catalog.ts';
import type { PipelinePorts } from '../../ports/pipeline-ports.ts';
import { publicationOf } from '../publish/free-commit.ts';
import { ledgerDays } from '../store/day-ledger.ts';
import { type CommitsOfDay, layoutCommits } from '../store/layout-commits.ts';
import type { AsOf } from './as-of.ts';
import { type Anchor, anchorsOf, type KnownLayout, momentOf } from './as-of-anchor.ts';

type StatePorts = Pick<PipelinePorts, 'lake' | 'catalog' | 'publishedPrefix'>;

/** What readers saw of a lake. */
interface LakeState {
  catalogs: CatalogFile[];
  /** Days of a table whose files are no longer stored as they were, so that this state cannot be read any more. */
  gone: { table: string; businessDate: string; commit: number; lost: LostFile }[];
}

/** A file of a commit that is not as it was: `clean` removed it, `repair` moved it aside because it was damaged, or it is damaged. */
interface LostFile {
  key: string;
  how: 'removed' | 'aside' | 'damaged';
}

/**
 * What readers saw of a lake after a commit, at a time, or in a snapshot. A snapshot that is still kept says itself which commit of each day
 * it has, so that every program reads the same rows; before the first one the times of the commits decide. Fails with `UsageError` if the lake
 * has no such state, and with `ObjectDamaged` if a commit that it may consist of cannot be read.
 */
export async function lakeAsOf(ports: StatePorts, asOf: AsOf): Promise<LakeState> {
  const layouts = await knownLayouts(ports);
  const anchors = anchorsOf(layouts, asOf);
  const last = momentOf(anchors, asOf);
  const state: LakeState = { catalogs: [], gone: [] };
  for (const layout of layouts) {
    const anchor = anchors.find((one) => one.layout === layout.name);
    // Of several layouts that have this commit each is looked at when its own was shown: also a table of it without rows in that commit.
    const at = anchor?.at ?? last;
    for (const [table, snapshots] of layout.tables) {
      const shown = await shownIn(ports, table, snapshotAt(snapshots, anchor, table, at));
      const commits = layout.days.flatMap((day) => commitAt(day, table, shown, anchor, at) ?? []);
      const catalog = tableWith(ports, table, commits);
      if (!catalog) continue;
      state.catalogs.push(catalog);
      for (const commit of commits) {
        const lost = isLast(layout, commit) ? undefined : await lostFile(ports, commit, table);
        if (lost) state.gone.push({ table, businessDate: commit.businessDate, commit: commit.commit, lost });
      }
    }
  }
  if (state.catalogs.length === 0) throw nothingYet(layouts, asOf);
  return state;
}

async function knownLayouts({ lake, catalog }: StatePorts): Promise<KnownLayout[]> {
  const layouts: KnownLayout[] = [];
  for (const name of [...(await ledgerDays(lake)).keys()].sort()) {
    const days = await layoutCommits(lake, name);
    const names = days.flatMap(({ commits }) =>
      commits.flatMap((commit) => commit.tables.map(({ dataset }) => dataset)),
    );
    const tables = new Map<string, ShownSnapshot[]>();
    for (const table of new Set(names)) tables.set(table, await catalog.snapshots(table));
    if (tables.size > 0) layouts.push({ name, days, tables });
  }
  return layouts;
}

function snapshotAt(
  snapshots: ShownSnapshot[],
  anchor: Anchor | undefined,
  table: string,
  at: Date,
): ShownSnapshot | undefined {
  if (!anchor) return snapshots.findLast(({ shownAt }) => Date.parse(shownAt) <= at.getTime());
  const { snapshot, businessDate, commit } = anchor;
  if (snapshot?.table === table) return snapshots.find(({ id }) => id === snapshot.id);
  return snapshots.findLast((one) => one.businessDate === businessDate && one.commit === commit);
}

/** The commit of each day that a snapshot has files of. */
async function shownIn(
  { catalog }: StatePorts,
  table: string,
  snapshot: ShownSnapshot | undefined,
): Promise<Map<string, number> | undefined> {
  const days = snapshot && (await catalog.daysOfSnapshot(table, snapshot.id));
  return days && new Map(Object.entries(days));
}

/** The commit of a day that readers of a table saw, if they saw any. */
function commitAt(
  { businessDate, commits, damaged }: CommitsOfDay,
  table: string,
  shown: Map<string, number> | undefined,
  anchor: Anchor | undefined,
  at: Date,
): DayCommit | undefined {
  const number = shown?.get(businessDate);
  const most = anchor?.businessDate === businessDate ? anchor.commit : Number.POSITIVE_INFINITY;
  const isSeen = (commit: DayCommit) =>
    number !== undefined
      ? commit.commit === number
      : commit.commit <= most &&
        (commit.commit === most || Date.parse(commit.committedAt) <= at.getTime()) &&
        // A day without files has no place in a snapshot.
        (shown === undefined || !hasFiles(commit, table));
  const seen = commits.findLast(isSeen);
  const last = seen?.commit ?? 0;
  const next = commits.find(({ commit }) => commit > last)?.commit ?? Number.POSITIVE_INFINITY;
  const unknown = damaged.find(({ commit }) =>
    number !== undefined ? commit === number : commit > last && commit < next && commit <= most,
  );
  // It may be the one that readers saw.
  if (unknown && (number !== undefined || shown === undefined)) throw unknown.error;
  return seen;
}

function hasFiles({ tables }: DayCommit, name: string): boolean {
  return tables.some(({ dataset, partitions }) => dataset === name && partitions.length > 0);
}

/** A table whose days stand at these commits. */
function tableWith({ catalog }: StatePorts, table: string, commits: DayCommit[]): CatalogFile | undefined {
  let made: CatalogFile | undefined;
  for (const commit of commits.toSorted((a, b) => (a.committedAt < b.committedAt ? -1 : 1))) {
    const committed = commit.tables.find(({ dataset }) => dataset === table);
    if (committed) made = withDay(made, publicationOf(commit, committed), catalog);
  }
  made?.partitions.sort((a, b) => (a.location < b.location ? -1 : 1));
  return made;
}

function withDay(
  table: CatalogFile | undefined,
  day: DayPublication,
  skills: StatePorts['catalog'],
): CatalogFile {
  const { dataset, businessDate, commit } = day;
  const { columns, partitionKeys } = table
    ? planTableChange(table, day, skills, keysAfter(Object.keys(table.days), businessDate))
    : day;
  return {
    dataset,
    columns,
    partitionKeys,
    days: { ...table?.days, [businessDate]: commit },
    partitions: [...(table?.partitions ?? []), ...day.partitions],
  };
}

/** What readers see now is kept whatever happens. */
function isLast({ days }: KnownLayout, { businessDate, commit }: DayCommit): boolean {
  return days.find((day) => day.businessDate === businessDate)?.commits.at(-1)?.commit === commit;
}

/** The first file of a table that is not stored as a commit has it. */
export async function lostFile(
  { lake, publishedPrefix }: Pick<StatePorts, 'lake' | 'publishedPrefix'>,
  { tables }: DayCommit,
  name: string,
): Promise<LostFile | undefined> {
  const partitions = tables.find(({ dataset }) => dataset === name)?.partitions ?? [];
  for (const object of partitions.flatMap(({ objects }) => objects)) {
    const key = `${publishedPrefix}${object.key}`;
    const found = await lake.head(key);
    if (found?.sizeBytes === object.bytes) continue;
    if (found) return { key, how: 'damaged' };
    return { key, how: (await lake.head(asideKey(key))) ? 'aside' : 'removed' };
  }
  return undefined;
}

function nothingYet(layouts: KnownLayout[], { text }: AsOf): UsageError {
  const [first] = layouts
    .flatMap(({ days }) => days.flatMap(({ commits }) => commits))
    .sort((a, b) => (a.committedAt < b.committedAt ? -1 : 1));
  return new UsageError({
    what: `nothing was published as of ${text}`,
    next: first
      ? `The first commit is ${first.businessDate}/${first.commit} of ${first.dataset}, at ${first.committedAt}.`
      : 'Nothing was ever published here; status says what a day waits for.',
  });
}
