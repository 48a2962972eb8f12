import { planTableChange } from '../../shared/catalog/table-change.ts';
import { ObjectClosed, RunInconsistent } from '../../shared/errors.ts';
import { dayPartition } from '../../shared/keys/business-date.ts';
import { compareAndSwap, replace } from '../../shared/pipeline/store/compare-and-swap.ts';
import { sealedBytes } from '../../shared/pipeline/store/sealed-json.ts';
import type { Catalog, CatalogColumn, CatalogFile, DayPublication } from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { catalogDifferences } from './catalog-differences.ts';
import { createIcebergFolder, type IcebergSetup } from './iceberg-folder.ts';
import { storedCatalog } from './read-catalog.ts';

/**
 * The catalog of one machine: one JSON file for each dataset, replaced as a whole, so that all partitions of a day switch at once. With
 * `iceberg`, other programs are then shown the same days.
 */
export function createFileCatalog(store: ObjectStore, { iceberg }: { iceberg?: IcebergSetup } = {}): Catalog {
  const keyOf = (dataset: string) => `catalog/${dataset}.json`;
  const catalogs = new KnownCatalogs(store, keyOf);
  const read = (dataset: string) => catalogs.read(dataset);
  const folder = iceberg && createIcebergFolder(store, iceberg);
  type Showing = Parameters<NonNullable<typeof folder>['show']>[2];
  const showAll = (table: string, of: Showing) => folder?.show(table, () => read(table), of);
  return {
    hasDaysTable: false,
    ...DUCKDB,
    async publishDay(day) {
      const { dataset, businessDate, commit, facts = {} } = day;
      const standing = (await read(dataset))?.days[businessDate] ?? 0;
      const isShown =
        standing < commit ? await publishDay(catalogs, keyOf(dataset), day) : standing === commit;
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
    async shownDay(table, businessDate) {
      const current = await read(table);
      const commit = current?.days[businessDate];
      if (!current || commit === undefined) return undefined;
      return { commit, partitions: partitionsOf(current, businessDate) };
    },
    async differences(table, days) {
      try {
        const catalog = await read(table);
        const found = catalogDifferences(catalog, days);
        // A catalog that is wrong is mended first: the metadata follows from it.
        if (found.length > 0 || !folder || !catalog) return found;
        return folder.differences(table, catalog);
      } catch (error) {
        if (!(error instanceof RunInconsistent) || error instanceof ObjectClosed) throw error;
        return [{ kind: 'unreadable', what: (error.why ?? error.message).replace(/^It /, 'it ') }];
      }
    },
    async restore(table, days) {
      await restoreTable(store, keyOf(table), days);
      await showAll(table, { again: true });
    },
    snapshots: async (table) => (await folder?.snapshots(table)) ?? [],
    daysOfSnapshot: async (table, snapshotId) => folder?.daysOfSnapshot(table, snapshotId),
    retire: async (table, which) =>
      (await folder?.retire(table, which)) ?? { snapshots: [], needed: new Map(), unneeded: [] },
    show: async (table) => showAll(table, {}),
    // A table appears with its first commit.
    open: async () => undefined,
    nameOf: keyOf,
  };
}

/** A catalog as it was read, with the tag of its bytes. */
interface ReadCatalog {
  tag: string;
  catalog: CatalogFile;
}

/** The catalogs that this process has read or written: it grows with the nights, and to check and parse it takes longer than to read it. */
class KnownCatalogs {
  private readonly store: ObjectStore;
  private readonly keyOf: (dataset: string) => string;
  private readonly known = new Map<string, ReadCatalog & { pin?: string }>();

  constructor(store: ObjectStore, keyOf: (dataset: string) => string) {
    this.store = store;
    this.keyOf = keyOf;
  }

  /** One that has not changed since the last time is not read again. */
  async read(dataset: string): Promise<CatalogFile | undefined> {
    const info = await this.store.head(this.keyOf(dataset));
    if (!info) return undefined;
    const before = this.known.get(dataset);
    if (before?.pin === info.pin) return before.catalog;
    const latest = await this.latest(dataset);
    // What was read is what the pin says, or something later: then the next look reads again.
    if (latest) this.known.set(dataset, { ...latest, pin: info.pin });
    return latest?.catalog;
  }

  /** Reads the bytes, and checks and parses them if they are not known. */
  async latest(dataset: string): Promise<ReadCatalog | undefined> {
    const key = this.keyOf(dataset);
    const stored = await this.store.get(key);
    if (!stored) return undefined;
    const { tag } = stored;
    const before = this.known.get(dataset);
    if (before?.tag === tag) return before;
    const read = { tag, catalog: storedCatalog(stored.bytes, key) };
    this.known.set(dataset, read);
    return read;
  }

  /** Writes the catalog that follows from one. Fails with `PreconditionFailed` if that is another one by now. */
  async replace(dataset: string, catalog: CatalogFile, before: ReadCatalog | undefined): Promise<void> {
    const key = this.keyOf(dataset);
    const bytes = sealedBytes(key, catalog, 1);
    const tag = await (before ? this.store.putIf(key, bytes, before.tag) : this.store.putOnce(key, bytes));
    this.known.set(dataset, { tag, catalog });
  }
}

/** Days that finish at the same time write the same file one after the other. */
function publishDay(catalogs: KnownCatalogs, key: string, day: DayPublication): Promise<boolean> {
  return compareAndSwap(key, async () => {
    const stored = await catalogs.latest(day.dataset);
    const standing = stored?.catalog.days[day.businessDate] ?? 0;
    if (standing > day.commit) return false;
    if (standing === day.commit) return true;
    await catalogs.replace(day.dataset, withDay(stored?.catalog, day, key), stored);
    return true;
  });
}

/** A catalog that can be read keeps the days that it shows at later commits. */
function restoreTable(store: ObjectStore, key: string, days: DayPublication[]): Promise<void> {
  return compareAndSwap(key, async () => {
    const stored = await store.get(key);
    const current = stored && readable(stored.bytes, key);
    const later = days.filter(({ businessDate, commit }) => (current?.days[businessDate] ?? 0) <= commit);
    let restored = current;
    for (const day of later) restored = withDay(restored, day, key);
    if (restored) await replace(store, key, sealedBytes(key, restored, 1), stored);
  });
}

function readable(bytes: Uint8Array, key: string): CatalogFile | undefined {
  try {
    return storedCatalog(bytes, key);
  } catch {
    return undefined;
  }
}

function partitionsOf({ partitions }: CatalogFile, businessDate: string): CatalogFile['partitions'] {
  const date = dayPartition(businessDate);
  return partitions.filter(
    ({ values }) => values.year === date.year && values.month === date.month && values.day === date.day,
  );
}

function withDay(current: CatalogFile | undefined, day: DayPublication, key: string): CatalogFile {
  const date = dayPartition(day.businessDate);
  const others = (current?.partitions ?? []).filter(
    ({ values }) => values.year !== date.year || values.month !== date.month || values.day !== date.day,
  );
  const partitions = [...others, ...day.partitions].sort((a, b) => (a.location < b.location ? -1 : 1));
  return {
    dataset: day.dataset,
    columns: changedColumns(current, day, key),
    partitionKeys: day.partitionKeys,
    days: { ...current?.days, [day.businessDate]: day.commit },
    partitions,
  };
}

/** DuckDB casts each file to the types of the catalog, and looks for a column by all its names: local/lake/dataset-view.ts. */
const DUCKDB = { castsNumbers: true, renames: true };

/** The columns of the table after a publication: files of both must stay readable as one table. */
function changedColumns(current: CatalogFile | undefined, day: DayPublication, key: string): CatalogColumn[] {
  if (!current) return day.columns;
  const { columns, problems } = planTableChange(current, day, DUCKDB);
  if (problems.length > 0) throw incompatible(key, problems.join('; '));
  return columns;
}

function incompatible(key: string, why: string): RunInconsistent {
  return new RunInconsistent({
    what: 'the layout does not fit what is published under its name',
    where: key,
    why,
    next: 'Give the changed layout another name, or convert the published days again into a new lake.',
  });
}
