import { manifestsByDay } from '../iceberg/day-manifests.ts';
import type { TableMetadata } from '../iceberg/table-metadata.ts';
import type { ShownSnapshot } from '../ports/catalog.ts';
import { manifestsOf } from './stored-manifests.ts';
import type { TablePlace } from './table-place.ts';

/** The snapshots that the metadata of a table has, in the order in which they were shown. */
export function shownSnapshots(metadata: TableMetadata): ShownSnapshot[] {
  return [...metadata.snapshots]
    .sort((a, b) => a['sequence-number'] - b['sequence-number'])
    .map(({ 'snapshot-id': id, 'timestamp-ms': ms, summary }) => ({
      id,
      businessDate: summary['business-date'] ?? '',
      commit: Number(summary.commit ?? 0),
      shownAt: new Date(ms).toISOString(),
      isCurrent: id === metadata['current-snapshot-id'],
      totalRows: Number(summary['total-records'] ?? 0),
      totalFiles: Number(summary['total-data-files'] ?? 0),
    }));
}

/** The commit of each day that has files in a snapshot, which the names of its manifests say. */
export async function daysOfSnapshot(
  place: TablePlace,
  metadata: TableMetadata,
  snapshotId: number,
): Promise<Record<string, number> | undefined> {
  const snapshot = metadata.snapshots.find((one) => one['snapshot-id'] === snapshotId);
  const manifests = snapshot && (await manifestsOf(place, snapshot));
  if (!manifests) return undefined;
  return Object.fromEntries([...manifestsByDay(manifests)].map(([date, { commit }]) => [date, commit]));
}
