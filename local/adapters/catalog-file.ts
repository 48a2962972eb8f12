import { RunInconsistent } from '../../shared/errors.ts';
import { dayPartition } from '../../shared/keys/business-date.ts';
import { compareAndSwap, replace } from '../../shared/pipeline/store/compare-and-swap.ts';
import type { Catalog, CatalogColumn, CatalogFile, DayPublication } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { parseCatalog } from './read-catalog.ts';

/** The catalog of one machine: one JSON file for each dataset, replaced as a whole, so that all partitions of a day switch at once. */
export function createFileCatalog(store: ObjectStore, prefix = 'catalog/'): Catalog {
  const keyOf = ({ dataset }: DayPublication) => `${prefix}${dataset}.json`;
  return {
    switchesAtOnce: true,
    publishDay: (day) => publishDay(store, keyOf(day), day),
    async standsAt(day) {
      const stored = await store.get(keyOf(day));
      const current = stored && parseCatalog(new TextDecoder().decode(stored.bytes), keyOf(day));
      return (current?.days[day.businessDate] ?? 0) >= day.commit;
    },
  };
}

/** Days that finish at the same time write the same file one after the other. */
function publishDay(store: ObjectStore, key: string, day: DayPublication): Promise<boolean> {
  return compareAndSwap(key, async () => {
    const stored = await store.get(key);
    const current = stored && parseCatalog(new TextDecoder().decode(stored.bytes), key);
    const standing = current?.days[day.businessDate] ?? 0;
    if (standing > day.commit) return false;
    if (standing === day.commit) return true;
    const bytes = new TextEncoder().encode(`${JSON.stringify(withDay(current, day, key), null, 1)}\n`);
    await replace(store, key, bytes, stored);
    return true;
  });
}

function withDay(current: CatalogFile | undefined, day: DayPublication, key: string): CatalogFile {
  const date = dayPartition(day.businessDate);
  const others = (current?.partitions ?? []).filter(
    ({ values }) => values.year !== date.year || values.month !== date.month || values.day !== date.day,
  );
  const partitions = [...others, ...day.partitions].sort((a, b) => (a.location < b.location ? -1 : 1));
  return {
    dataset: day.dataset,
    columns: united(current?.columns ?? [], day.columns, key),
    partitionKeys: samePartitionKeys(current?.partitionKeys, day.partitionKeys, key),
    days: { ...current?.days, [day.businessDate]: day.commit },
    partitions,
  };
}

/** Existing columns keep their place; new ones follow. Files of both must stay readable as one table. */
function united(existing: CatalogColumn[], added: CatalogColumn[], key: string): CatalogColumn[] {
  const columns = [...existing];
  for (const column of added) {
    const known = existing.find(({ name }) => name === column.name);
    if (!known) columns.push(column);
    else if (known.type !== column.type) {
      throw incompatible(
        key,
        `column ${column.name} is ${known.type} there and ${column.type} in the layout`,
      );
    }
  }
  return columns;
}

function samePartitionKeys(
  existing: CatalogColumn[] | undefined,
  keys: CatalogColumn[],
  catalogKey: string,
): CatalogColumn[] {
  if (existing && JSON.stringify(existing) !== JSON.stringify(keys)) {
    const names = (columns: CatalogColumn[]) => columns.map(({ name, type }) => `${name} ${type}`).join(', ');
    throw incompatible(catalogKey, `it is partitioned by ${names(existing)}, the layout by ${names(keys)}`);
  }
  return keys;
}

function incompatible(key: string, why: string): RunInconsistent {
  return new RunInconsistent({
    what: 'the layout does not fit what is published under its name',
    where: key,
    why,
    next: 'Give the changed layout another name, or convert the published days again into a new lake.',
  });
}
