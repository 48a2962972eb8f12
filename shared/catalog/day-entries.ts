import { ObjectNotFound, RunInconsistent } from '../errors.ts';
import type { ShownFiles } from '../iceberg/day-manifests.ts';
import { describedColumns } from '../iceberg/described-rows.ts';
import type { FieldIds } from '../iceberg/field-ids.ts';
import { fileMetrics } from '../iceberg/file-metrics.ts';
import {
  type DataFile,
  type EncodedDataFile,
  EntryStatus,
  type ManifestEntry,
  type WrittenEntry,
} from '../iceberg/manifest.ts';
import type { ManifestFile } from '../iceberg/manifest-list.ts';
import { partitionTuple } from '../iceberg/partition-spec.ts';
import { columnsUnlikeFile } from '../iceberg/readable-columns.ts';
import { decodeFooter, footerLengthBytes, TAIL_BYTES } from '../parquet/footer.ts';
import type { CatalogColumn, CatalogPartition, TableColumns } from '../ports/catalog.ts';
import type { DescribedColumn } from '../ports/object-store.ts';
import { type TablePlace, uriOf } from './table-place.ts';

const PARALLEL_READS = 16;
/** Most footers fit, so that one read is enough. */
const FIRST_READ_BYTES = 32 * 1024;

interface TableOfFiles {
  catalog: TableColumns;
  ids: FieldIds;
}

/**
 * The entries of a day's manifests. A file that a manifest before has keeps what is known of it, so only the footers of new files are read;
 * one that is gone is noted as deleted by this snapshot, for those who read changes. The tuple of an entry has the keys of its file.
 */
export async function entriesOfDay(
  place: TablePlace,
  table: TableOfFiles,
  day: ShownFiles,
  before: StandingManifest[],
  { id, leftOut }: { id: number; leftOut: Set<string> },
): Promise<WrittenEntry[]> {
  const standing = new Map(
    before.flatMap(({ manifest, entries }) =>
      entries.flatMap((entry) =>
        entry.status === EntryStatus.DELETED ? [] : [[entry.file.path, { manifest, entry }] as const],
      ),
    ),
  );
  const files = day.partitions.flatMap(({ values, files }) => {
    const tuple = () => partitionTuple(keysOf(table.catalog, values, files[0] ?? ''), values);
    let partition: DataFile['partition'] | undefined;
    return files.map((key) => ({ key, partition: () => (partition ??= tuple()) }));
  });
  const entries: WrittenEntry[] = [];
  const { parallelReads = PARALLEL_READS } = place;
  const fitting = new Map<DescribedColumn[], boolean>();
  for (let from = 0; from < files.length; from += parallelReads) {
    const some = files.slice(from, from + parallelReads).map(async ({ key, partition }) => {
      const known = standing.get(uriOf(place, key));
      if (known)
        return withNumbers(known.entry, known.manifest, EntryStatus.EXISTING, known.entry.snapshotId);
      const described = describedFile(place, table, key, { leftOut, fitting });
      const file = described ?? (await dataFile(place, table, key, leftOut));
      return added({ ...file, partition: partition() });
    });
    entries.push(...(await Promise.all(some)));
  }
  const wanted = new Set(files.map(({ key }) => uriOf(place, key)));
  for (const [path, known] of standing) {
    if (!wanted.has(path)) entries.push(withNumbers(known.entry, known.manifest, EntryStatus.DELETED, id));
  }
  return entries;
}

/** A manifest that shows a day now. */
export interface StandingManifest {
  manifest: ManifestFile;
  entries: ManifestEntry[];
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

function added(file: DataFile | EncodedDataFile): WrittenEntry {
  return {
    status: EntryStatus.ADDED,
    snapshotId: null,
    sequenceNumber: null,
    fileSequenceNumber: null,
    file,
  };
}

/** A file as the process that wrote it knows it, if its fields have the ids that they have in the table. */
function describedFile(
  place: TablePlace,
  { ids, catalog }: TableOfFiles,
  key: string,
  { leftOut, fitting }: { leftOut: Set<string>; fitting: Map<DescribedColumn[], boolean> },
): Omit<EncodedDataFile, 'partition'> | undefined {
  const known = place.store.described?.(`${place.publishedPrefix}${key}`);
  if (!known) return undefined;
  const { columns, sizeBytes, recordCount, metrics } = known;
  // Thousands of files of a day have one schema.
  let isFitting = fitting.get(columns);
  if (isFitting === undefined) {
    isFitting = columns.every(({ name, id }) => ids[name] === id);
    fitting.set(columns, isFitting);
    if (isFitting) for (const column of columnsUnlikeFile(columns, catalog)) leftOut.add(column);
  }
  if (!isFitting) return undefined;
  return { path: uriOf(place, key), fileSizeBytes: sizeBytes, recordCount, encodedMetrics: metrics };
}

async function dataFile(
  place: TablePlace,
  { ids, catalog }: TableOfFiles,
  key: string,
  leftOut: Set<string>,
): Promise<Omit<DataFile, 'partition'>> {
  const stored = `${place.publishedPrefix}${key}`;
  const { sizeBytes, footer } = await footerOf(place, stored);
  const known = new Map(Object.entries(ids));
  for (const name of columnsUnlikeFile(describedColumns(footer.schema), catalog)) leftOut.add(name);
  return {
    path: uriOf(place, key),
    fileSizeBytes: sizeBytes,
    ...fileMetrics(footer, (name) => known.get(name)),
  };
}

/** The keys of a partition, with the types that its table has them in. */
function keysOf(
  { columns, partitionKeys }: TableColumns,
  values: CatalogPartition['values'],
  where: string,
): CatalogColumn[] {
  return Object.keys(values).map((name) => {
    const column = [...partitionKeys, ...columns].find(
      (one) => one.name === name || one.formerly?.includes(name),
    );
    if (column) return { name, type: column.type };
    throw new RunInconsistent({
      what: `a published file is partitioned by '${name}', which is no column of its table`,
      where,
      next: 'See what is damaged: "npx positional-lake verify", with the folder of the lake.',
    });
  });
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
