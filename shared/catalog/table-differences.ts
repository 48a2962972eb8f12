import { ObjectDamaged } from '../errors.ts';
import type { CatalogDifference, CatalogPartition, DayPublication } from '../ports/catalog.ts';
import type { TablePlace } from './table-place.ts';
import { partitionsOfDay, shownCommits, type TableState } from './table-state.ts';

const PARALLEL_DAYS = 32;

/** How what readers have of a table differs from the publications of all its days. */
export async function tableDifferences(
  place: TablePlace,
  state: TableState | undefined,
  days: DayPublication[],
): Promise<CatalogDifference[]> {
  if (!state) return days.length > 0 ? [{ kind: 'unreadable', what: 'it is missing' }] : [];
  const shown = shownCommits(state);
  const found: CatalogDifference[] = [];
  for (let from = 0; from < days.length; from += PARALLEL_DAYS) {
    const some = days.slice(from, from + PARALLEL_DAYS);
    found.push(...(await Promise.all(some.map((day) => dayDifference(place, state, shown, day)))).flat());
  }
  const published = new Set(days.map(({ businessDate }) => businessDate));
  for (const [businessDate, commit] of shown) {
    if (published.has(businessDate)) continue;
    const what = `it shows commit ${commit} of ${businessDate}, which the ledger does not have`;
    found.push({ kind: 'ahead', businessDate, commit, what });
  }
  return found;
}

async function dayDifference(
  place: TablePlace,
  state: TableState,
  shown: ReadonlyMap<string, number>,
  { businessDate, commit, partitions }: DayPublication,
): Promise<CatalogDifference[]> {
  const wanted = filesOf(partitions);
  const standing = shown.get(businessDate);
  if (standing === undefined && wanted === '') return [];
  const at = standing ?? 0;
  const stated = { businessDate, commit: at };
  if (at < commit) {
    const what = `it shows commit ${at} of ${businessDate}, and commit ${commit} is written`;
    return [{ kind: 'behind', ...stated, what }];
  }
  if (at > commit) {
    const what = `it shows commit ${at} of ${businessDate}, which the ledger does not have`;
    return [{ kind: 'ahead', ...stated, what }];
  }
  try {
    if (filesOf(await partitionsOfDay(place, state, businessDate)) === wanted) return [];
    const what = `its files of ${businessDate} are not those of commit ${commit}`;
    return [{ kind: 'other', ...stated, what }];
  } catch (error) {
    if (!(error instanceof ObjectDamaged)) throw error;
    return [{ kind: 'unreadable', what: `${error.where} is missing or damaged` }];
  }
}

/** Keys have the partition in them, so they say it too. */
function filesOf(partitions: CatalogPartition[]): string {
  return partitions
    .flatMap(({ files }) => files)
    .sort()
    .join('\n');
}
