import { createHash } from 'node:crypto';
import type { ManifestFile } from './manifest-list.ts';
import type { Snapshot } from './table-metadata.ts';

/** What a snapshot shows newly: commit n of a business date. */
export interface SnapshotOf {
  dataset: string;
  businessDate: string;
  commit: number;
}

/**
 * The id of the snapshot that shows a commit: the same each time, so that nobody shows it twice. `again` tells apart those that make a table
 * anew. It is a number that a double holds, since many programs read JSON that way.
 *
 *     sha256 → 13 hex digits → 52 bits
 */
export function snapshotIdOf({ dataset, businessDate, commit }: SnapshotOf, again = 0): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([dataset, businessDate, commit, again]))
    .digest('hex');
  return Number.parseInt(hash.slice(0, 13), 16) || 1;
}

/** A snapshot that has these manifests. `facts` are what people want to know of the commit, by name. */
export function snapshotOf(
  of: SnapshotOf & { id: number; sequenceNumber: number; timestampMs: number; schemaId: number },
  parent: Snapshot | undefined,
  manifestList: string,
  manifests: ManifestFile[],
  facts: Record<string, string>,
): Snapshot {
  return {
    'snapshot-id': of.id,
    ...(parent && { 'parent-snapshot-id': parent['snapshot-id'] }),
    'sequence-number': of.sequenceNumber,
    'timestamp-ms': of.timestampMs,
    summary: {
      ...summaryOf(of.id, manifests),
      'business-date': of.businessDate,
      commit: String(of.commit),
      ...facts,
    },
    'manifest-list': manifestList,
    'schema-id': of.schemaId,
  };
}

/** The figures that the specification names ("Optional Snapshot Summary Fields"). */
function summaryOf(id: number, manifests: ManifestFile[]): Record<string, string> {
  const own = manifests.filter((manifest) => manifest.added_snapshot_id === id);
  const sum = (list: ManifestFile[], of: (manifest: ManifestFile) => number) =>
    list.reduce((total, manifest) => total + of(manifest), 0);
  const added = sum(own, (manifest) => manifest.added_files_count);
  const deleted = sum(own, (manifest) => manifest.deleted_files_count);
  const figures = {
    'added-data-files': added,
    'added-records': sum(own, (manifest) => manifest.added_rows_count),
    'deleted-data-files': deleted,
    'deleted-records': sum(own, (manifest) => manifest.deleted_rows_count),
    'total-data-files': sum(manifests, (one) => one.added_files_count + one.existing_files_count),
    'total-records': sum(manifests, (one) => one.added_rows_count + one.existing_rows_count),
    'total-delete-files': 0,
    'total-position-deletes': 0,
    'total-equality-deletes': 0,
  };
  const operation = deleted === 0 ? 'append' : added === 0 ? 'delete' : 'overwrite';
  return {
    operation,
    ...Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, String(figure)])),
  };
}
