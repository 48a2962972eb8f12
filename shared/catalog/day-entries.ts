import { ObjectNotFound } from '../errors.ts';
import type { ShownFiles } from '../iceberg/day-manifests.ts';
import type { FieldIds } from '../iceberg/field-ids.ts';
import { fileMetrics } from '../iceberg/file-metrics.ts';
import { type DataFile, EntryStatus, type ManifestEntry } from '../iceberg/manifest.ts';
import type { ManifestFile } from '../iceberg/manifest-list.ts';
import { partitionTuple } from '../iceberg/partition-spec.ts';
import { columnsUnlikeFile } from '../iceberg/readable-columns.ts';
import { decodeFooter, footerLengthBytes, TAIL_BYTES } from '../parquet/footer.ts';
import type { TableColumns } from '../ports/catalog.ts';
import { type TablePlace, uriOf } from './table-place.ts';

const PARALLEL_READS = 16;
/** Most footers fit, so that one read is enough. */
const FIRST_READ_BYTES = 32 * 1024;

interface TableOfFiles {
  catalog: TableColumns;
  ids: FieldIds;
}

/**
 * The entries of a day's manifest. A file that the manifest before has keeps what is known of it, so only the footers of new files are read;
 * one that is gone is noted as deleted by this snapshot, for those who read changes.
 */
export async function entriesOfDay(
  place: TablePlace,
  table: TableOfFiles,
  day: ShownFiles,
  before: { manifest: ManifestFile; entries: ManifestEntry[] } | undefined,
  { id, leftOut }: { id: number; leftOut: Set<string> },
): Promise<ManifestEntry[]> {
  const standing = new Map(
    before?.entries.flatMap((entry) =>
      entry.status === EntryStatus.DELETED ? [] : [[entry.file.path, entry] as const],
    ),
  );
  const files = day.partitions.flatMap(({ values, files }) => files.map((key) => ({ key, values })));
  const entries: ManifestEntry[] = [];
  const { parallelReads = PARALLEL_READS } = place;
  for (let from = 0; from < files.length; from += parallelReads) {
    const some = files.slice(from, from + parallelReads).map(async ({ key, values }) => {
      const known = standing.get(uriOf(place, key));
      if (known && before) return withNumbers(known, before.manifest, EntryStatus.EXISTING, known.snapshotId);
      return added(await dataFile(place, table, key, values, leftOut));
    });
    entries.push(...(await Promise.all(some)));
  }
  const wanted = new Set(files.map(({ key }) => uriOf(place, key)));
  for (const [path, known] of standing) {
    if (!wanted.has(path) && before)
      entries.push(withNumbers(known, before.manifest, EntryStatus.DELETED, id));
  }
  return entries;
}

/** The numbers that an entry took from its manifest, written out: it moves to a manifest of another snapshot. */
function withNumbers(
  entry: ManifestEntry,
  { added_snapshot_id, sequence_number }: ManifestFile,
  status: number,
  snapshotId: number | null,
): ManifestEntry {
  return {
    status,
    snapshotId: snapshotId ?? added_snapshot_id,
    sequenceNumber: entry.sequenceNumber ?? sequence_number,
    fileSequenceNumber: entry.fileSequenceNumber ?? sequence_number,
    file: entry.file,
  };
}

function added(file: DataFile): ManifestEntry {
  return {
    status: EntryStatus.ADDED,
    snapshotId: null,
    sequenceNumber: null,
    fileSequenceNumber: null,
    file,
  };
}

async function dataFile(
  place: TablePlace,
  { ids, catalog }: TableOfFiles,
  key: string,
  values: Record<string, string | null>,
  leftOut: Set<string>,
): Promise<DataFile> {
  const stored = `${place.publishedPrefix}${key}`;
  const { sizeBytes, footer } = await footerOf(place, stored);
  for (const name of columnsUnlikeFile(footer.schema, catalog)) leftOut.add(name);
  return {
    path: uriOf(place, key),
    partition: partitionTuple(catalog.partitionKeys, values),
    fileSizeBytes: sizeBytes,
    ...fileMetrics(footer, (name) => (Object.hasOwn(ids, name) ? ids[name] : undefined)),
  };
}

async function footerOf({ store }: TablePlace, key: string) {
  const info = await store.head(key);
  if (!info) {
    throw new ObjectNotFound({
      what: 'a published file is missing, so the table cannot be shown to other engines',
      where: key,
      next: 'See what is damaged: "npx positional-lake verify", with the folder of the lake.',
    });
  }
  const { sizeBytes } = info;
  const startByte = Math.max(0, sizeBytes - FIRST_READ_BYTES);
  const end = await store.readRange(key, { startByte, endByte: sizeBytes });
  const lengthBytes = footerLengthBytes(end.subarray(-TAIL_BYTES), sizeBytes);
  const footer =
    lengthBytes <= end.length
      ? end.subarray(end.length - lengthBytes)
      : await store.readRange(key, { startByte: sizeBytes - lengthBytes, endByte: sizeBytes });
  return { sizeBytes, footer: decodeFooter(footer.subarray(0, -TAIL_BYTES)) };
}
