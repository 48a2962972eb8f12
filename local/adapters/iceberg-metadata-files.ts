import { type TablePlace, uriOf } from '../../shared/catalog/table-place.ts';
import { ObjectDamaged } from '../../shared/errors.ts';
import { following, type TableMetadata, tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { compareAndSwap, replace } from '../../shared/pipeline/store/compare-and-swap.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

/** Where the folder of a table is, and the whole store, which a folder of metadata needs. */
export type FolderPlace = TablePlace & { store: ObjectStore };

export function fileOf(version: number): string {
  return `v${version}.metadata.json`;
}

/** The number of the last metadata file, 0 if there is none. The hint may be behind, or missing. */
export async function lastVersion(lake: ObjectStore, folder: string): Promise<number> {
  let version = await hintedVersion(lake, folder);
  if (version === 0) {
    for await (const key of lake.listFolder(folder)) {
      version = Math.max(version, Number(/\/v(\d+)\.metadata\.json$/.exec(key)?.[1] ?? 0));
    }
  }
  while (await lake.head(`${folder}${fileOf(version + 1)}`)) version++;
  return version;
}

async function hintedVersion(lake: ObjectStore, folder: string): Promise<number> {
  const stored = await lake.get(`${folder}version-hint.text`);
  const text = stored ? Buffer.from(stored.bytes).toString('latin1') : '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}

/** Undefined if there is none that can be read: then the table is made anew from the catalog. */
export async function metadataOf(
  lake: ObjectStore,
  folder: string,
  version: number,
): Promise<TableMetadata | undefined> {
  const key = `${folder}${fileOf(version)}`;
  const stored = version > 0 ? await lake.get(key) : undefined;
  try {
    return stored && fromJsonBytes(stored.bytes, key, tableMetadataShape);
  } catch (error) {
    if (error instanceof ObjectDamaged) return undefined;
    throw error;
  }
}

/** Stores the metadata that follows a version, unless somebody else has: `PreconditionFailed`. Then the hint says it. */
export async function storeNext(
  place: FolderPlace,
  dataset: string,
  current: { version: number; metadata: TableMetadata | undefined },
  next: TableMetadata,
): Promise<void> {
  const { version, metadata } = current;
  const folder = `${place.publishedPrefix}${dataset}/metadata/`;
  const earlier = uriOf(place, `${dataset}/metadata/${fileOf(version)}`);
  const stored = metadata ? following(next, earlier, metadata['last-updated-ms']) : next;
  await place.store.putOnce(`${folder}${fileOf(version + 1)}`, Buffer.from(JSON.stringify(stored)));
  await pointHint(place.store, folder, version + 1);
}

/** The hint never goes back: a publisher may be slow. */
export async function pointHint(lake: ObjectStore, folder: string, version: number): Promise<void> {
  const key = `${folder}version-hint.text`;
  await compareAndSwap(key, async () => {
    const stored = await lake.get(key);
    if (stored && (await hintedVersion(lake, folder)) >= version) return;
    await replace(lake, key, Buffer.from(String(version)), stored);
  });
}
