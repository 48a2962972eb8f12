import { manifestsByDay } from '../iceberg/day-manifests.ts';
import type { TableMetadata } from '../iceberg/table-metadata.ts';
import { manifestsOf } from './stored-manifests.ts';
import type { TablePlace } from './table-place.ts';

/** What some metadata files name, directly and in the lists of their snapshots. */
interface NamedObjects {
  lists: Set<string>;
  manifests: Set<string>;
  /** Business date → the commits that a snapshot shows. */
  commits: Map<string, Set<number>>;
}

/** Reads each list once, but none of those in `known`. A list that is gone names nothing. */
export async function namedObjects(
  place: TablePlace,
  metadata: TableMetadata[],
  known: ReadonlySet<string> = new Set(),
): Promise<NamedObjects> {
  const named: NamedObjects = { lists: new Set(), manifests: new Set(), commits: new Map() };
  for (const snapshot of metadata.flatMap(({ snapshots }) => snapshots)) {
    const list = snapshot['manifest-list'];
    if (known.has(list) || named.lists.has(list)) continue;
    named.lists.add(list);
    const manifests = (await manifestsOf(place, snapshot)) ?? [];
    for (const { manifest_path: path } of manifests) named.manifests.add(path);
    for (const [date, { commit }] of manifestsByDay(manifests))
      named.commits.set(date, (named.commits.get(date) ?? new Set()).add(commit));
  }
  return named;
}

/** What only metadata that was let go of names, in the order in which it is to be removed. */
export async function retiredObjects(
  place: TablePlace,
  needed: NamedObjects,
  retired: TableMetadata[],
): Promise<string[][]> {
  const { lists, manifests } = await namedObjects(place, retired, needed.lists);
  return [[...manifests].filter((path) => !needed.manifests.has(path)), [...lists]];
}
