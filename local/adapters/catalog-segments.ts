import { createHash } from 'node:crypto';
import * as z from 'zod';
import { damagedDocument } from '../../shared/pipeline/store/damaged-document.ts';
import { isTooDeep } from '../../shared/pipeline/store/json-depth.ts';
import { sealedBytes, sealOf } from '../../shared/pipeline/store/sealed-json.ts';
import type { CatalogFile, CatalogPartition } from '../../shared/ports/catalog.ts';

/**
 * The catalog file of a table. It names the commit of every day, and lists the files of the latest ones; those of earlier days are in
 * segments, so that a commit does not write the whole history again.
 */
export interface StoredCatalog extends CatalogFile {
  /** Keys of the segments, in the order in which they were written. */
  earlier?: string[] | undefined;
}

/** The files of some days, `catalog/<table>/…json`: it is written once and never changed. What it says of a day counts for that commit. */
export type CatalogSegment = Pick<CatalogFile, 'dataset' | 'days' | 'partitions'>;

export const partitionsShape = z.array(
  z.looseObject({
    values: z.record(z.string(), z.string().nullable()),
    location: z.string(),
    files: z.array(z.string()),
  }),
);
const segmentShape = z.object({
  dataset: z.string().min(1),
  days: z.record(z.string(), z.number().int()),
  partitions: partitionsShape,
});

/** yyyy-MM-dd */
function dateOf({ values: { year, month, day } }: CatalogPartition): string {
  return `${year}-${month}-${day}`;
}

/** The order of partitions in a catalog, which is that of the rows of a query. */
export function inOrder(partitions: CatalogPartition[]): CatalogPartition[] {
  return partitions.sort((a, b) => (a.location < b.location ? -1 : 1));
}

/** The catalog with the files of all days. A day that was moved twice, or published again since, is as the last that was written says. */
export async function wholeCatalog(
  { earlier = [], ...catalog }: StoredCatalog,
  read: (key: string) => CatalogSegment | Promise<CatalogSegment>,
): Promise<CatalogFile> {
  if (earlier.length === 0) return catalog;
  const listed = new Set(catalog.partitions.map(dateOf));
  const partitions = [...catalog.partitions];
  for (const key of earlier.toReversed()) {
    const segment = await read(key);
    const counts = new Set(
      Object.entries(segment.days).flatMap(([date, commit]) =>
        catalog.days[date] === commit && !listed.has(date) ? [date] : [],
      ),
    );
    partitions.push(...segment.partitions.filter((partition) => counts.has(dateOf(partition))));
    for (const date of counts) listed.add(date);
  }
  return { ...catalog, partitions: inOrder(partitions) };
}

/** A catalog of the days alone whose files it lists itself. */
export function withListedDays({ earlier: _earlier, ...catalog }: StoredCatalog): CatalogFile {
  const listed = new Set(catalog.partitions.map(dateOf));
  const days = Object.fromEntries(Object.entries(catalog.days).filter(([date]) => listed.has(date)));
  return { ...catalog, days };
}

/** A catalog that lists more than `mostDays`, as one that lists only `kept`, and a segment of the others; undefined if it is short enough. */
export function withoutEarlier(
  catalog: StoredCatalog,
  kept: string,
  mostDays: number,
): { catalog: StoredCatalog; key: string; bytes: Uint8Array } | undefined {
  const { dataset, days, partitions, earlier = [] } = catalog;
  const dates = [...new Set(partitions.map(dateOf))].filter((date) => date !== kept).sort();
  if (dates.length < mostDays) return undefined;
  const segment: CatalogSegment = {
    dataset,
    days: Object.fromEntries(dates.map((date) => [date, days[date] ?? 0])),
    partitions: partitions.filter((partition) => dateOf(partition) !== kept),
  };
  const hash = createHash('sha256').update(JSON.stringify(segment)).digest('hex').slice(0, 16);
  const key = `catalog/${dataset}/${dates[0]}-${dates.at(-1)}-${hash}.json`;
  return {
    catalog: {
      ...catalog,
      partitions: partitions.filter((partition) => dateOf(partition) === kept),
      earlier: [...earlier, key],
    },
    key,
    bytes: sealedBytes(key, segment, 1),
  };
}

/** The segment stored as `key`, with every bit as it was written. Errors: `ObjectDamaged` if it is missing or not that. */
export function storedSegment(bytes: Uint8Array | undefined, key: string): CatalogSegment {
  if (!bytes) throw damagedDocument(key, 'it is missing');
  if (isTooDeep(bytes)) throw damagedDocument(key, 'it is nested deeper than any catalog');
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // The parser's own error would quote the text.
    throw damagedDocument(key, 'it is not JSON');
  }
  const parsed = segmentShape.safeParse(json);
  if (!parsed.success || sealOf(key, bytes) !== 'whole' || !key.startsWith(`catalog/${parsed.data.dataset}/`))
    throw damagedDocument(key, 'its bytes are not those that were written');
  return parsed.data;
}
