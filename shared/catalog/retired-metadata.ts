import { type TableMetadata, withoutSnapshots } from '../iceberg/table-metadata.ts';
import type { RetiredSnapshots, RetiredWhich } from '../ports/catalog.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import { metadataNumber } from './metadata-file.ts';
import { namedObjects, retiredObjects } from './retired-snapshots.ts';
import type { TablePlace } from './table-place.ts';
import { readTableMetadata, type TableState } from './table-state.ts';

/** The metadata without the snapshots that are let go of, and their ids; the same metadata if there are none. */
export function withoutOld(
  metadata: TableMetadata,
  { replacedBy }: RetiredWhich,
  nowMs: number,
): { metadata: TableMetadata; retired: number[] } {
  const fewer = withoutSnapshots(metadata, replacedBy.getTime());
  if (fewer === metadata) return { metadata, retired: [] };
  const kept = new Set(fewer.snapshots.map((one) => one['snapshot-id']));
  return {
    metadata: { ...fewer, 'last-updated-ms': Math.max(nowMs, metadata['last-updated-ms'] + 1) },
    retired: metadata.snapshots.map((one) => one['snapshot-id']).filter((id) => !kept.has(id)),
  };
}

/**
 * What nobody needs of the metadata of a table: readers may still be at work on metadata that was replaced after `graceFromMs`. What those who
 * lost a race wrote goes once the number that they wanted is older than all that the metadata names.
 */
export async function unneededObjects(
  place: TablePlace,
  { uri, metadata }: TableState,
  stored: ReadonlyMap<string, ObjectInfo>,
  graceFromMs: number,
): Promise<Pick<RetiredSnapshots, 'needed' | 'unneeded'>> {
  const log = metadata['metadata-log'];
  const inGrace = [metadata];
  const before: TableMetadata[] = [];
  for (const [index, { 'metadata-file': file }] of log.entries()) {
    const earlier = await readTableMetadata(place, file);
    const replacedMs = log[index + 1]?.['timestamp-ms'] ?? metadata['last-updated-ms'];
    if (earlier) (replacedMs > graceFromMs ? inGrace : before).push(earlier);
  }
  const least = Math.min(...[uri, ...log.map((one) => one['metadata-file'])].map(metadataNumber));
  const old = [...stored.keys()].filter((key) => {
    const number = metadataNumber(key);
    return number >= 0 && number < least;
  });
  for (const key of old) {
    const named = `${place.root}${key.slice(place.publishedPrefix.length)}`;
    const earlier = await readTableMetadata(place, named);
    if (earlier) before.push(earlier);
  }
  const needed = await namedObjects(place, inGrace);
  const steps = (await retiredObjects(place, needed, before)).map((uris) =>
    uris.map((one) => `${place.publishedPrefix}${one.slice(place.root.length)}`),
  );
  const unneeded = [...steps, old].map((keys) => keys.flatMap((key) => stored.get(key) ?? []));
  return { needed: needed.commits, unneeded };
}
