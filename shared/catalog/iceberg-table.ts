import { specOfKeys } from '../iceberg/bound-spec.ts';
import {
  changedDays,
  manifestListName,
  manifestName,
  manifestsByDay,
  type ShownFiles,
} from '../iceberg/day-manifests.ts';
import type { FieldIds } from '../iceberg/field-ids.ts';
import { formOf, manifestBytes, type WrittenEntry } from '../iceberg/manifest.ts';
import { type ManifestFile, manifestFile, manifestListBytes } from '../iceberg/manifest-list.ts';
import {
  columnsBeyondPromotion,
  leftOutColumns,
  notingLeftOut,
  withoutColumns,
} from '../iceberg/readable-columns.ts';
import { type SnapshotOf, snapshotIdOf, snapshotOf } from '../iceberg/snapshot.ts';
import {
  newTable,
  type Snapshot,
  type TableMetadata,
  withColumns,
  withSnapshot,
  withSpecs,
} from '../iceberg/table-metadata.ts';
import type { CatalogFile, TableColumns } from '../ports/catalog.ts';
import { entriesOfDay, type StandingManifest } from './day-entries.ts';
import { relocated } from './relocated-table.ts';
import { entriesOf, manifestsOf } from './stored-manifests.ts';
import { storeMetadata, type TablePlace, uriOf } from './table-place.ts';

/** What readers are to see. */
export interface WantedTable {
  catalog: TableColumns & { dataset: string };
  /** The days that the manifests of a snapshot show otherwise than they are to be shown. */
  changed: (shown: ManifestFile[]) => ShownFiles[] | Promise<ShownFiles[]>;
  ids: FieldIds;
  /** The commit that is being published, which the snapshot is named after, with facts about it for people. */
  publishing?: { businessDate: string; facts: Record<string, string> } | undefined;
  /**
   * An older catalog may have been put back, so that a day goes back, and then on to a commit that was shown before: its manifest must not
   * take the name of the earlier one, which somebody may be about to remove.
   */
  mayGoBack?: boolean;
  /** The manifests of all days are made anew, as after damage. */
  again?: boolean | undefined;
  /** Properties of ours that the table has from now on, besides those that it has. */
  properties?: Record<string, string> | undefined;
  nowMs: number;
}

/** A snapshot that is being made. */
interface NextSnapshot extends SnapshotOf {
  id: number;
  sequenceNumber: number;
  timestampMs: number;
  schemaId: number;
}

/**
 * The metadata that shows the days of a catalog. Its manifests and its list are written, which no reader sees before the metadata itself is
 * stored. Answers with `current` if that shows them already. A day has one manifest for each list of keys that its files are partitioned by,
 * mostly one, so a commit writes as many, however long the history is.
 */
export async function nextMetadata(
  place: TablePlace,
  wanted: WantedTable,
  current: TableMetadata | undefined,
): Promise<TableMetadata> {
  const { catalog, publishing } = wanted;
  const location = uriOf(place, catalog.dataset);
  // In a lake that was moved, nothing is where the metadata says.
  const standing =
    current && current.location !== location ? await relocated(place, catalog.dataset, current) : current;
  const parent = standing?.snapshots.find((one) => one['snapshot-id'] === standing['current-snapshot-id']);
  const listed = parent && !wanted.again ? ((await manifestsOf(place, parent)) ?? []) : [];
  const changed = await wanted.changed(listed);
  const leftOut = new Set(
    standing && [...leftOutColumns(standing), ...columnsBeyondPromotion(standing, catalog)],
  );
  const of = namesake(catalog.dataset, changed, publishing?.businessDate);
  const id = freeId(of, standing?.snapshots ?? []);
  const days = await entriesOfDays(place, wanted, standing, changed, listed, { id, leftOut });
  const base = withSpecs(
    tableWith(wanted, standing, location, leftOut),
    days.flatMap(keysOfFiles),
    wanted.ids,
  );
  if (changed.length === 0 && base === current) return current;
  const timestampMs = Math.max(wanted.nowMs, base['last-updated-ms'] + 1);
  if (changed.length === 0) return { ...base, 'last-updated-ms': timestampMs };
  const next = {
    ...of,
    id,
    timestampMs,
    sequenceNumber: base['last-sequence-number'] + 1,
    schemaId: base['current-schema-id'],
  };
  const made = await writeManifests(place, base, days, { ...next, mayGoBack: wanted.mayGoBack === true });
  const manifests = [...unchangedManifests(listed, changed), ...made];
  const list = manifestListBytes(next, parent?.['snapshot-id'], manifests);
  const listPath = await storeMetadata(place, catalog.dataset, manifestListName(id, list), list);
  return withSnapshot(base, snapshotOf(next, parent, listPath, manifests, publishing?.facts ?? {}));
}

/** The table with the columns of the catalog, but for those that its readers cannot read. */
function tableWith(
  { catalog, ids, properties, nowMs }: WantedTable,
  standing: TableMetadata | undefined,
  location: string,
  leftOut: ReadonlySet<string>,
): TableMetadata {
  const columns = withoutColumns(catalog, leftOut);
  const base = standing ? withColumns(standing, columns, ids) : newTable(columns, ids, location, nowMs);
  const left = notingLeftOut(base, leftOut);
  const noted = { ...left, properties: { ...left.properties, ...properties } };
  return standing && JSON.stringify(noted) === JSON.stringify(standing) ? standing : noted;
}

/** Days that the metadata shows otherwise than a catalog, and manifests of it that cannot be read. */
export async function metadataFaults(
  place: TablePlace,
  catalog: CatalogFile,
  metadata: TableMetadata,
): Promise<{ lagging: ShownFiles[]; lost: string[] }> {
  const current = metadata.snapshots.find((one) => one['snapshot-id'] === metadata['current-snapshot-id']);
  const listed = (current && (await manifestsOf(place, current))) ?? [];
  const lost: string[] = [];
  for (const manifest of listed)
    if (!(await entriesOf(place, metadata, manifest))) lost.push(manifest.manifest_path);
  return { lagging: changedDays(catalog, listed), lost };
}

/** The entries of the manifests of the days that changed. Columns that a new file has in another type are added to `leftOut`. */
async function entriesOfDays(
  place: TablePlace,
  wanted: WantedTable,
  standing: TableMetadata | undefined,
  changed: ShownFiles[],
  listed: ManifestFile[],
  { id, leftOut }: { id: number; leftOut: Set<string> },
): Promise<DayEntries[]> {
  const days = manifestsByDay(listed);
  const found: DayEntries[] = [];
  for (const day of changed) {
    const before: StandingManifest[] = [];
    for (const manifest of days.get(day.businessDate)?.manifests ?? []) {
      const entries = standing && (await entriesOf(place, standing, manifest));
      if (entries) before.push({ manifest, entries });
    }
    found.push({ day, entries: await entriesOfDay(place, wanted, day, before, { id, leftOut }) });
  }
  return found;
}

interface DayEntries {
  day: ShownFiles;
  entries: WrittenEntry[];
}

/** The lists of keys that files of a day are partitioned by. */
function keysOfFiles({ entries }: DayEntries): string[][] {
  const lists = entries.map(({ file }) => Object.keys(file.partition));
  return [...new Map(lists.map((keys) => [keys.join('/'), keys])).values()];
}

async function writeManifests(
  place: TablePlace,
  metadata: TableMetadata,
  days: DayEntries[],
  { dataset, id, sequenceNumber, mayGoBack }: NextSnapshot & { mayGoBack: boolean },
): Promise<ManifestFile[]> {
  const made: ManifestFile[] = [];
  for (const one of days) {
    for (const keys of keysOfFiles(one)) {
      const spec = specOfKeys(metadata, keys);
      if (!spec) throw new Error(`no partition spec of ${dataset} has the keys ${keys.join(', ')}`);
      const entries = one.entries.filter(({ file }) => hasKeys(file.partition, keys));
      const bytes = manifestBytes(formOf(metadata, spec), entries);
      const name = manifestName(one.day, bytes, mayGoBack ? sequenceNumber : undefined);
      const path = await storeMetadata(place, dataset, name, bytes);
      const written = { path, lengthBytes: bytes.length, snapshotId: id, sequenceNumber };
      made.push(manifestFile(written, entries, spec));
    }
  }
  return made;
}

function hasKeys(partition: object, keys: string[]): boolean {
  return Object.keys(partition).join('/') === keys.join('/');
}

function unchangedManifests(listed: ManifestFile[], changed: ShownFiles[]): ManifestFile[] {
  const days = manifestsByDay(listed);
  for (const { businessDate } of changed) days.delete(businessDate);
  return [...days.values()].flatMap(({ manifests }) => manifests);
}

/** The commit that a snapshot is named after: the one that is being published, else the last that it shows newly. */
function namesake(dataset: string, changed: ShownFiles[], publishing: string | undefined): SnapshotOf {
  const day = changed.find(({ businessDate }) => businessDate === publishing) ?? changed.at(-1);
  return { dataset, businessDate: day?.businessDate ?? '', commit: day?.commit ?? 0 };
}

/** A commit that is shown again, as when the table is made anew, has another id. */
function freeId(of: SnapshotOf, snapshots: Snapshot[]): number {
  const taken = new Set(snapshots.map((snapshot) => snapshot['snapshot-id']));
  let again = 0;
  while (taken.has(snapshotIdOf(of, again))) again++;
  return snapshotIdOf(of, again);
}
