import { UsageError } from '../../errors.ts';
import { snapshotIdOf } from '../../iceberg/snapshot.ts';
import type { ShownSnapshot } from '../../ports/catalog.ts';
import type { CommitsOfDay } from '../store/layout-commits.ts';
import type { AsOf } from './as-of.ts';

/** A layout whose files were published, with its tables and the snapshots of them that are kept. */
export interface KnownLayout {
  name: string;
  days: CommitsOfDay[];
  tables: Map<string, ShownSnapshot[]>;
}

/** The commit of a layout that somebody asks for, and the snapshot that named it. */
export interface Anchor {
  layout: string;
  businessDate: string;
  commit: number;
  /** When readers saw it, as far as that is known. */
  at: Date;
  snapshot?: { table: string; id: number };
}

const MOST_LISTED = 12;

/** The commits that are asked for, of each layout that has one; none if a time is. Fails with `UsageError` if nothing has that name. */
export function anchorsOf(layouts: KnownLayout[], asOf: AsOf): Anchor[] {
  switch (asOf.by) {
    case 'time':
      return [];
    case 'commit': {
      const found = layouts.flatMap((layout) => commitAnchor(layout, asOf.businessDate, asOf.commit) ?? []);
      if (found.length === 0) throw noCommit(layouts, asOf);
      return found;
    }
    case 'snapshot': {
      const found = layouts.flatMap((layout) => snapshotAnchor(layout, asOf.id) ?? []);
      if (found.length === 0) throw noSnapshot(layouts, asOf);
      return found;
    }
  }
}

/** The moment at which the rest of the lake is looked at: when the last commit that is asked for was shown. */
export function momentOf(anchors: Anchor[], asOf: AsOf): Date {
  if (asOf.by === 'time') return asOf.at;
  return new Date(Math.max(...anchors.map(({ at }) => at.getTime())));
}

function commitAnchor({ name, days }: KnownLayout, businessDate: string, commit: number): Anchor | undefined {
  const found = days
    .find((day) => day.businessDate === businessDate)
    ?.commits.find((one) => one.commit === commit);
  return found && { layout: name, businessDate, commit, at: new Date(found.committedAt) };
}

/** The id of a snapshot follows from table, day and commit, so it says what it showed also when no metadata has it any more. */
function snapshotAnchor(layout: KnownLayout, id: number): Anchor | undefined {
  for (const [table, snapshots] of layout.tables) {
    const shown = snapshots.find((one) => one.id === id);
    if (!shown) continue;
    const { businessDate, commit, shownAt } = shown;
    return { layout: layout.name, businessDate, commit, at: new Date(shownAt), snapshot: { table, id } };
  }
  for (const table of layout.tables.keys()) {
    for (const { businessDate, commits } of layout.days) {
      const known = commits.find(
        ({ commit }) => snapshotIdOf({ dataset: table, businessDate, commit }) === id,
      );
      if (known) return commitAnchor(layout, businessDate, known.commit);
    }
  }
  return undefined;
}

function noCommit(
  layouts: KnownLayout[],
  { text, businessDate }: Extract<AsOf, { by: 'commit' }>,
): UsageError {
  const known = layouts.flatMap(({ name, days }) =>
    days
      .filter((day) => day.businessDate === businessDate)
      .map(
        ({ commits }) => `${name} has ${listed(commits.map(({ commit }) => `${businessDate}/${commit}`))}`,
      ),
  );
  const dates = [...new Set(layouts.flatMap(({ days }) => days.map((day) => day.businessDate)))].sort();
  return new UsageError({
    what: `there is no commit ${text}`,
    next:
      known.length > 0
        ? `${known.join('; ')}.`
        : dates.length > 0
          ? `There are commits of ${listed(dates)}.`
          : 'No day of the lake is published yet.',
  });
}

function noSnapshot(layouts: KnownLayout[], { text }: AsOf): UsageError {
  const known = layouts.flatMap(({ tables }) =>
    [...tables].flatMap(([table, snapshots]) =>
      snapshots.map(({ id, businessDate, commit, shownAt }) => ({
        shownAt,
        said: `${id} (${table} after ${businessDate}/${commit})`,
      })),
    ),
  );
  known.sort((a, b) => (a.shownAt < b.shownAt ? -1 : 1));
  return new UsageError({
    what: `no table here has a snapshot ${text}`,
    next: `${
      known.length === 0
        ? 'This lake keeps no snapshots.'
        : `The last ones are ${listed(known.map(({ said }) => said))}.`
    } A commit is written with its day, such as 2025-08-12/1; "npx positional-lake history --lake DIR" lists all.`,
  });
}

/** The last of many. */
function listed(names: string[]): string {
  return `${names.length > MOST_LISTED ? `… ` : ''}${names.slice(-MOST_LISTED).join(', ')}`;
}
