import { keysAfter, planTableChange } from '../../shared/catalog/table-change.ts';
import { ObjectClosed, RunInconsistent } from '../../shared/errors.ts';
import { dayPartition } from '../../shared/keys/business-date.ts';
import { compareAndSwap, replace } from '../../shared/pipeline/store/compare-and-swap.ts';
import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import type {
  Catalog,
  CatalogDifference,
  CatalogFile,
  DayPublication,
  ShownDay,
  TableColumns,
} from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { catalogDifferences } from './catalog-differences.ts';
import { inOrder, type StoredCatalog, withListedDays, withoutEarlier } from './catalog-segments.ts';
import { isDaysTable } from './days-table.ts';
import { createIcebergFolder, type IcebergSetup } from './iceberg-folder.ts';
import { KnownCatalogs } from './known-catalogs.ts';
import { storedCatalog } from './read-catalog.ts';

/** An earlier version made no table of days. */
const UNMADE: CatalogDifference = { kind: 'unmade', what: 'other programs cannot read the table yet' };

/** A file that lists so many days has some 300 KB for 40 files a day. */
const MOST_DAYS = 64;

/**
 * The catalog of one machine: one JSON file for each dataset, replaced as a whole, so that all partitions of a day switch at once. It lists
 * the files of the last `mostDays`; those before are in segments. With `iceberg`, other programs are then shown the same days.
 */
export function createFileCatalog(
  store: ObjectStore,
  { iceberg, mostDays = MOST_DAYS }: { iceberg?: IcebergSetup; mostDays?: number } = {},
): Catalog {
  const keyOf = (dataset: string) => `catalog/${dataset}.json`;
  const catalogs = new KnownCatalogs(store, keyOf);
  const read = (dataset: string) => catalogs.read(dataset);
  const isOfDays = (table: string) => isDaysTable(table, async (other) => !!(await read(other)));
  const folder = iceberg && createIcebergFolder(store, iceberg);
  type Showing = Parameters<NonNullable<typeof folder>['show']>[2];
  const showAll = (table: string, of: Showing) =>
    folder?.show(table, async () => shownCatalog(catalogs, await read(table)), of);
  return {
    // Only other programs need it: our own query makes the table from the commits.
    hasDaysTable: folder !== undefined,
    ...DUCKDB,
    async publishDay(day) {
      const { dataset, businessDate, commit, facts = {} } = day;
      const standing = (await read(dataset))?.days[businessDate] ?? 0;
      const isShown =
        standing < commit
          ? await publishDay(store, catalogs, day, { key: keyOf(dataset), mostDays })
          : standing === commit;
      // Also if the catalog stood there already: whoever switched it may have died before other programs saw it.
      if (isShown) await showAll(dataset, { publishing: { businessDate, facts } });
      return isShown;
    },
    async tableOf(dataset) {
      const current = await read(dataset);
      return current && { columns: current.columns, partitionKeys: current.partitionKeys };
    },
    fieldIdsOf: async (table) => folder?.fieldIds(table),
    async standsAt({ dataset, businessDate, commit }) {
      return ((await read(dataset))?.days[businessDate] ?? 0) >= commit;
    },
    shownDay: async (table, businessDate) => shownDay(catalogs, await read(table), businessDate),
    differences: (table, days) =>
      unlessUnreadable(keyOf(table), async () => {
        const stored = await read(table);
        const catalog = stored && (await catalogs.whole(stored));
        if (!catalog && days.length > 0 && (await isOfDays(table))) return [UNMADE];
        const found = catalogDifferences(catalog, days);
        // A catalog that is wrong is mended first: the metadata follows from it.
        return found.length > 0 || !folder || !catalog ? found : folder.differences(table, catalog);
      }),
    async restore(table, days) {
      await restoreTable(store, catalogs, keyOf(table), days);
      await showAll(table, { again: true });
    },
    snapshots: async (table) => (await folder?.snapshots(table)) ?? [],
    daysOfSnapshot: async (table, snapshotId) => folder?.daysOfSnapshot(table, snapshotId),
    retire: async (table, which) =>
      (await folder?.retire(table, which)) ?? { snapshots: [], needed: new Map(), unneeded: [] },
    show: async (table) => showAll(table, {}),
    // A table appears with its first commit.
    open: async () => undefined,
    on: (drafts) => createFileCatalog(drafts, { ...(iceberg && { iceberg }), mostDays }),
    nameOf: keyOf,
  };
}

async function shownDay(
  catalogs: KnownCatalogs,
  current: StoredCatalog | undefined,
  businessDate: string,
): Promise<ShownDay | undefined> {
  const commit = current?.days[businessDate];
  if (!current || commit === undefined) return undefined;
  const listed = partitionsOf(current, businessDate);
  if (listed.length > 0) return { commit, partitions: listed };
  return { commit, partitions: partitionsOf(await catalogs.whole(current), businessDate) };
}

/** A catalog that cannot be read differs. One that this user may not read is an error: nobody knows. */
async function unlessUnreadable(
  key: string,
  compare: () => Promise<CatalogDifference[]>,
): Promise<CatalogDifference[]> {
  try {
    return await compare();
  } catch (error) {
    if (!(error instanceof RunInconsistent) || error instanceof ObjectClosed) throw error;
    const why = (error.why ?? error.message).replace(/^It /, 'it ');
    const isSegment = error.where !== undefined && error.where !== key;
    return [{ kind: 'unreadable', what: isSegment ? `its segment ${error.where}: ${why}` : why }];
  }
}

/** What other programs are to be shown: the files of the latest days, and those of all if that is not enough. */
function shownCatalog(catalogs: KnownCatalogs, latest: StoredCatalog | undefined) {
  return latest && { latest, whole: () => catalogs.whole(latest) };
}

/** Days that finish at the same time write the same file one after the other. */
function publishDay(
  store: ObjectStore,
  catalogs: KnownCatalogs,
  day: DayPublication,
  { key, mostDays }: { key: string; mostDays: number },
): Promise<boolean> {
  return compareAndSwap(key, async () => {
    const stored = await catalogs.latest(day.dataset);
    const standing = stored?.catalog.days[day.businessDate] ?? 0;
    if (standing > day.commit) return false;
    if (standing === day.commit) return true;
    const next = withDay(stored?.catalog, day, key);
    const moved = withoutEarlier(next, day.businessDate, mostDays);
    if (moved) await store.put(moved.key, moved.bytes);
    await catalogs.replace(day.dataset, moved?.catalog ?? next, stored);
    return true;
  });
}

/** A catalog that can be read keeps the days that it shows at later commits. It lists all days then, until the next one is published. */
function restoreTable(
  store: ObjectStore,
  catalogs: KnownCatalogs,
  key: string,
  days: DayPublication[],
): Promise<void> {
  return compareAndSwap(key, async () => {
    const stored = await store.get(key);
    const current = stored && (await readable(catalogs, stored.bytes, key));
    const later = days.filter(({ businessDate, commit }) => (current?.days[businessDate] ?? 0) <= commit);
    let restored = current;
    for (const day of later) restored = withDay(restored, day, key);
    if (restored) await replace(store, key, sealedBytes(key, restored, 1), stored);
  });
}

/** The catalog as far as it can be read: without a segment that cannot, it has the days that it lists itself. */
async function readable(
  catalogs: KnownCatalogs,
  bytes: Uint8Array,
  key: string,
): Promise<CatalogFile | undefined> {
  let stored: StoredCatalog | undefined;
  try {
    stored = storedCatalog(bytes, key);
    return await catalogs.whole(stored);
  } catch (error) {
    if (error instanceof ObjectClosed) throw error;
    return stored && withListedDays(stored);
  }
}

function partitionsOf({ partitions }: CatalogFile, businessDate: string): CatalogFile['partitions'] {
  const date = dayPartition(businessDate);
  return partitions.filter(
    ({ values }) => values.year === date.year && values.month === date.month && values.day === date.day,
  );
}

function withDay(current: StoredCatalog | undefined, day: DayPublication, key: string): StoredCatalog {
  const date = dayPartition(day.businessDate);
  const others = (current?.partitions ?? []).filter(
    ({ values }) => values.year !== date.year || values.month !== date.month || values.day !== date.day,
  );
  const { earlier } = current ?? {};
  return {
    dataset: day.dataset,
    ...changedColumns(current, day, key),
    days: { ...current?.days, [day.businessDate]: day.commit },
    partitions: inOrder([...others, ...day.partitions]),
    ...(earlier && { earlier }),
  };
}

/** DuckDB casts each file to the types of the catalog, and looks for a column by all its names: local/lake/dataset-view.ts. */
const DUCKDB = { castsNumbers: true, renames: true };

/** The columns and keys of the table after a publication: files of both must stay readable as one table. */
function changedColumns(current: CatalogFile | undefined, day: DayPublication, key: string): TableColumns {
  if (!current) return { columns: day.columns, partitionKeys: day.partitionKeys };
  const { columns, partitionKeys, problems } = planTableChange(
    current,
    day,
    DUCKDB,
    keysAfter(Object.keys(current.days), day.businessDate),
  );
  if (problems.length > 0) throw incompatible(key, problems.join('; '));
  return { columns, partitionKeys };
}

function incompatible(key: string, why: string): RunInconsistent {
  return new RunInconsistent({
    what: 'the layout does not fit what is published under its name',
    where: key,
    why,
    next: 'Give the changed layout another name, or convert the published days again into a new lake.',
  });
}
