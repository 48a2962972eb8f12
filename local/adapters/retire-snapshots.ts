import { namedObjects, retiredObjects } from '../../shared/catalog/retired-snapshots.ts';
import { uriOf } from '../../shared/catalog/table-place.ts';
import { type TableMetadata, withoutSnapshots } from '../../shared/iceberg/table-metadata.ts';
import { compareAndSwap } from '../../shared/pipeline/store/compare-and-swap.ts';
import type { RetiredSnapshots, RetiredWhich } from '../../shared/ports/catalog.ts';
import type { ObjectInfo } from '../../shared/ports/object-store.ts';
import { type FolderPlace, fileOf, lastVersion, metadataOf, storeNext } from './iceberg-metadata-files.ts';

/**
 * Lets go of old snapshots of a folder: a new version of the metadata is written without them. What only earlier versions name can be removed
 * once the grace time of their readers is over. A file that no version names yet is somebody's who is about to publish: it is left alone.
 */
export async function retireSnapshots(
  place: FolderPlace,
  dataset: string,
  which: RetiredWhich,
  now: Date,
): Promise<RetiredSnapshots> {
  const folder = `${place.publishedPrefix}${dataset}/metadata/`;
  const retired = await letGo(place, dataset, which, now);
  // In a lake that was moved, nothing is where the metadata says: the next commit makes it anew.
  if (!retired || retired.current.location !== uriOf(place, dataset))
    return { snapshots: [], needed: new Map(), unneeded: [] };
  const { current, version, snapshots } = retired;
  const stored = new Map<string, ObjectInfo>();
  for await (const info of place.store.list(folder)) stored.set(info.key, info);
  const inGrace: TableMetadata[] = [current];
  const before: TableMetadata[] = [];
  const shownMs = shownTimes(current, version);
  for (let earlier = version - 1; earlier > 0; earlier--) {
    if (!stored.has(`${folder}${fileOf(earlier)}`)) continue;
    const metadata = await metadataOf(place.store, folder, earlier);
    const replacedMs = shownMs.get(earlier + 1) ?? Number.NEGATIVE_INFINITY;
    if (metadata) (replacedMs > now.getTime() - which.graceMs ? inGrace : before).push(metadata);
  }
  const needed = await namedObjects(place, inGrace);
  const steps = (await retiredObjects(place, needed, before)).map((uris) =>
    uris.map((uri) => `${place.publishedPrefix}${uri.slice(place.root.length)}`),
  );
  // Those that the metadata names as its earlier versions stay.
  const least = Math.min(version, ...shownMs.keys());
  const old = Array.from({ length: least - 1 }, (_, index) => `${folder}${fileOf(index + 1)}`);
  const unneeded = [...steps, old].map((keys) => keys.flatMap((key) => stored.get(key) ?? []));
  return { snapshots, needed: needed.commits, unneeded };
}

/** The metadata without the snapshots that are let go of, and their ids. */
function letGo(
  place: FolderPlace,
  dataset: string,
  { replacedBy, dryRun }: RetiredWhich,
  now: Date,
): Promise<{ current: TableMetadata; version: number; snapshots: number[] } | undefined> {
  const folder = `${place.publishedPrefix}${dataset}/metadata/`;
  return compareAndSwap(folder, async () => {
    const version = await lastVersion(place.store, folder);
    const metadata = await metadataOf(place.store, folder, version);
    if (!metadata) return undefined;
    const fewer = withoutSnapshots(metadata, replacedBy.getTime());
    if (fewer === metadata) return { current: metadata, version, snapshots: [] };
    const kept = new Set(fewer.snapshots.map((one) => one['snapshot-id']));
    const snapshots = metadata.snapshots.map((one) => one['snapshot-id']).filter((id) => !kept.has(id));
    if (dryRun) return { current: fewer, version, snapshots };
    const next = { ...fewer, 'last-updated-ms': Math.max(now.getTime(), metadata['last-updated-ms'] + 1) };
    await storeNext(place, dataset, { version, metadata }, next);
    const current = (await metadataOf(place.store, folder, version + 1)) ?? next;
    return { current, version: version + 1, snapshots };
  });
}

/** When each version of the metadata was shown, as far as it says. */
function shownTimes(current: TableMetadata, version: number): Map<number, number> {
  const times = new Map([[version, current['last-updated-ms']]]);
  for (const { 'timestamp-ms': ms, 'metadata-file': file } of current['metadata-log']) {
    const [, number] = /\/v(\d+)\.metadata\.json$/.exec(file) ?? [];
    if (number !== undefined) times.set(Number(number), ms);
  }
  return times;
}
