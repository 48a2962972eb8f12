import { ObjectDamaged, ObjectNotFound } from '../errors.ts';
import { boundSpec } from '../iceberg/bound-spec.ts';
import { type ManifestEntry, readManifest } from '../iceberg/manifest.ts';
import { type ManifestFile, readManifestList } from '../iceberg/manifest-list.ts';
import type { Snapshot, TableMetadata } from '../iceberg/table-metadata.ts';
import type { TablePlace } from './table-place.ts';

/** The manifests of a snapshot; undefined if its list is gone or damaged. */
export function manifestsOf(
  place: TablePlace,
  { 'manifest-list': uri }: Snapshot,
): Promise<ManifestFile[] | undefined> {
  return unlessLost(place, uri, (bytes) => readManifestList(bytes, uri));
}

/** The entries of a manifest; undefined if it is gone or damaged. */
export async function entriesOf(
  place: TablePlace,
  metadata: TableMetadata,
  { manifest_path: uri, partition_spec_id: id }: ManifestFile,
): Promise<ManifestEntry[] | undefined> {
  const spec = boundSpec(metadata, id);
  return spec && unlessLost(place, uri, (bytes) => readManifest(bytes, spec.keys, uri));
}

/** What is read from an object that the metadata names; undefined if it is gone, damaged, or not in this lake. */
export async function unlessLost<T>(
  place: TablePlace,
  uri: string,
  read: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  if (!uri.startsWith(place.root)) return undefined;
  try {
    const stored = await place.store.get(`${place.publishedPrefix}${uri.slice(place.root.length)}`);
    return stored && read(stored.bytes);
  } catch (error) {
    if (error instanceof ObjectDamaged || error instanceof ObjectNotFound) return undefined;
    throw error;
  }
}
