import { ObjectDamaged } from '../../shared/errors.ts';
import { type TableMetadata, tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { compareAndSwap, replace } from '../../shared/pipeline/store/compare-and-swap.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';

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

/** The hint never goes back: a publisher may be slow. */
export async function pointHint(lake: ObjectStore, folder: string, version: number): Promise<void> {
  const key = `${folder}version-hint.text`;
  await compareAndSwap(key, async () => {
    const stored = await lake.get(key);
    if (stored && (await hintedVersion(lake, folder)) >= version) return;
    await replace(lake, key, Buffer.from(String(version)), stored);
  });
}
