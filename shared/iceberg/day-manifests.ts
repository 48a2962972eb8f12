import { createHash } from 'node:crypto';
import type { CatalogFile, CatalogPartition } from '../ports/catalog.ts';
import type { ManifestFile } from './manifest-list.ts';

/** The files that readers are to see of a day. */
export interface ShownFiles {
  businessDate: string;
  commit: number;
  partitions: CatalogPartition[];
}

/**
 * `day-2025-08-12-00003-5f0c2b91.avro`: the manifest of commit 3 of a day; other files of one commit make another name. So does another
 * `sequenceNumber` of the snapshot that adds it, where a commit may be shown again.
 */
export function manifestName(
  { businessDate, commit }: Omit<ShownFiles, 'partitions'>,
  bytes: Uint8Array,
  sequenceNumber?: number,
): string {
  return `day-${businessDate}-${String(commit).padStart(5, '0')}-${hashOf(bytes, sequenceNumber)}.avro`;
}

/** `snap-4236968652939767-5f0c2b91.avro`: of two publishers who show a commit at once, one may know of more days. */
export function manifestListName(snapshotId: number, bytes: Uint8Array): string {
  return `snap-${snapshotId}-${hashOf(bytes)}.avro`;
}

function hashOf(bytes: Uint8Array, sequenceNumber?: number): string {
  return createHash('sha256')
    .update(bytes)
    .update(`${sequenceNumber ?? ''}`)
    .digest('hex')
    .slice(0, 16);
}

/** What a snapshot has of a day: one manifest, or one for each partition spec that files of the day were written under. */
interface ManifestsOfDay {
  commit: number;
  manifests: ManifestFile[];
}

/** The manifests of each day that has a living file. */
export function manifestsByDay(manifests: ManifestFile[]): Map<string, ManifestsOfDay> {
  const days = new Map<string, ManifestsOfDay>();
  for (const manifest of manifests.filter(isLiving)) {
    const [, businessDate, commit] =
      /\/day-(\d{4}-\d{2}-\d{2})-(\d+)-[0-9a-f]+\.avro$/.exec(manifest.manifest_path) ?? [];
    if (businessDate === undefined) continue;
    const known = days.get(businessDate);
    if (known) known.manifests.push(manifest);
    else days.set(businessDate, { commit: Number(commit), manifests: [manifest] });
  }
  return days;
}

/** One whose files are all deleted is of no use once its own snapshot is not the last. */
function isLiving(manifest: ManifestFile): boolean {
  return manifest.added_files_count + manifest.existing_files_count > 0;
}

/** The days that a catalog shows otherwise than these manifests. */
export function changedDays({ days, partitions }: CatalogFile, manifests: ManifestFile[]): ShownFiles[] {
  const shown = manifestsByDay(manifests);
  const wanted = new Map<string, CatalogPartition[]>();
  for (const partition of partitions) {
    const { year, month, day } = partition.values;
    const date = `${year}-${month}-${day}`;
    const known = wanted.get(date);
    if (known) known.push(partition);
    else wanted.set(date, [partition]);
  }
  return [...new Set([...Object.keys(days), ...shown.keys()])].sort().flatMap((businessDate) => {
    const files = (wanted.get(businessDate) ?? []).filter((partition) => partition.files.length > 0);
    const commit = days[businessDate] ?? 0;
    const before = shown.get(businessDate)?.commit;
    // A day without files has no manifest.
    if (before === (files.length > 0 ? commit : undefined)) return [];
    return [{ businessDate, commit, partitions: files }];
  });
}
