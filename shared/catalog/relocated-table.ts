import { boundSpec } from '../iceberg/bound-spec.ts';
import { manifestListName, manifestName, manifestsByDay } from '../iceberg/day-manifests.ts';
import { formOf, manifestBytes } from '../iceberg/manifest.ts';
import { type ManifestFile, manifestListBytes } from '../iceberg/manifest-list.ts';
import { type Snapshot, type TableMetadata, withSnapshots } from '../iceberg/table-metadata.ts';
import { entriesOf, manifestsOf } from './stored-manifests.ts';
import { storeMetadata, type TablePlace, uriOf } from './table-place.ts';

/**
 * The metadata of a table whose lake was moved to another folder: metadata names files by their whole paths, so its lists and manifests are
 * written again with the paths of now. Ids, numbers and times stay, so that a snapshot is read by the same id as before. A snapshot is left out if
 * something of it is gone or damaged; undefined if that is the current one: then the table is made anew.
 */
export async function relocated(
  place: TablePlace,
  dataset: string,
  metadata: TableMetadata,
): Promise<TableMetadata | undefined> {
  const location = uriOf(place, dataset);
  if (!metadata.location.endsWith(`/${dataset}`)) return undefined;
  const before = { ...place, root: metadata.location.slice(0, -dataset.length) };
  const move = { place, before, dataset, metadata, moved: new Map<string, ManifestFile>() };
  const snapshots: Snapshot[] = [];
  for (const snapshot of metadata.snapshots) {
    const manifests = await manifestsOf(before, snapshot);
    const now = manifests && (await movedManifests(move, manifests));
    if (!now) {
      if (snapshot['snapshot-id'] === metadata['current-snapshot-id']) return undefined;
      // Nobody can read it back any more.
      continue;
    }
    const { 'snapshot-id': id, 'sequence-number': sequenceNumber } = snapshot;
    const list = manifestListBytes({ id, sequenceNumber }, snapshot['parent-snapshot-id'], now);
    const path = await storeMetadata(place, dataset, manifestListName(id, list), list);
    snapshots.push({ ...snapshot, 'manifest-list': path });
  }
  // The earlier metadata files name the paths of before.
  return { ...withSnapshots(metadata, snapshots), location, 'metadata-log': [] };
}

interface Move {
  place: TablePlace;
  before: TablePlace;
  dataset: string;
  metadata: TableMetadata;
  moved: Map<string, ManifestFile>;
}

/** A manifest that several snapshots have is written once. */
async function movedManifests(move: Move, manifests: ManifestFile[]): Promise<ManifestFile[] | undefined> {
  const now: ManifestFile[] = [];
  for (const manifest of manifests) {
    const path = manifest.manifest_path;
    const moved = move.moved.get(path) ?? (await movedManifest(move, manifest));
    if (!moved) return undefined;
    move.moved.set(path, moved);
    now.push(moved);
  }
  return now;
}

async function movedManifest(
  { place, before, dataset, metadata }: Move,
  manifest: ManifestFile,
): Promise<ManifestFile | undefined> {
  const entries = await entriesOf(before, metadata, manifest);
  const spec = boundSpec(metadata, manifest.partition_spec_id);
  if (!entries || !spec) return undefined;
  const bytes = manifestBytes(
    formOf(metadata, spec),
    entries.map((entry) => ({
      ...entry,
      file: { ...entry.file, path: `${place.root}${entry.file.path.slice(before.root.length)}` },
    })),
  );
  // One without a living file is of no day: its name only has to be its own.
  const [[businessDate, { commit }] = ['deleted', { commit: 0 }]] = manifestsByDay([manifest]);
  const name = manifestName({ businessDate, commit }, bytes, manifest.sequence_number);
  const path = await storeMetadata(place, dataset, name, bytes);
  return { ...manifest, manifest_path: path, manifest_length: bytes.length };
}
