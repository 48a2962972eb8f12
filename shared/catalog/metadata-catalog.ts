import { ObjectDamaged } from '../errors.ts';
import { changedDays } from '../iceberg/day-manifests.ts';
import type { TableMetadata } from '../iceberg/table-metadata.ts';
import type {
  Catalog,
  CatalogDifference,
  CatalogFile,
  DayPublication,
  RetiredSnapshots,
  RetiredWhich,
  ShownDay,
  ShownSnapshot,
  TableColumns,
} from '../ports/catalog.ts';
import type { ObjectInfo, ObjectStore } from '../ports/object-store.ts';
import { nextMetadata, type WantedTable } from './iceberg-table.ts';
import { hasFiles, NO_ROWS, type OverDamage } from './lost-metadata.ts';
import { type PointedTable, writeMetadata } from './metadata-file.ts';
import { rememberingStore } from './remembered-store.ts';
import { unneededObjects, withoutOld } from './retired-metadata.ts';
import type { ReaderSkills } from './table-change.ts';
import { tableDifferences } from './table-differences.ts';
import { daysOfSnapshot, shownSnapshots } from './table-history.ts';
import type { TablePlace } from './table-place.ts';
import {
  columnsOfTable,
  idsOfTable,
  partitionsOfDay,
  readTableState,
  shownCommits,
  type TableState,
} from './table-state.ts';
import { type AddedDay, changesOf, tableWithDays } from './table-with-days.ts';

/** Where readers learn which metadata file of a table counts. */
export interface TablePointer<Standing> {
  /** For people. */
  readonly where: string;
  /** What there is of the table, and its metadata file if it is kept as Iceberg; undefined if there is no such table. */
  read(): Promise<{ standing: Standing; metadataUri: string | undefined } | undefined>;
  /** Fails with `ObjectDamaged` if readers have rows of a table that is not kept as Iceberg. */
  requireEmpty(standing: Standing): Promise<void>;
  /** Points readers to another metadata file. Fails with `PreconditionFailed` if somebody else has changed the table since it was read. */
  point(standing: Standing | undefined, to: PointedTable): Promise<void>;
}

interface MetadataCatalogOptions<Standing> extends ReaderSkills {
  place: TablePlace;
  list: ObjectStore['list'];
  pointerOf: (table: string) => TablePointer<Standing>;
  /** Tries again as long as an attempt fails with `PreconditionFailed`. */
  untilSwapped: <T>(where: string, attempt: () => Promise<T>) => Promise<T>;
  now: () => Date;
}

/** A table as it was read in one moment. */
interface Read<Standing> {
  standing: Standing | undefined;
  state: TableState | undefined;
}

/** The catalog of tables whose metadata `pointerOf` points to. */
export function createMetadataCatalog<Standing>(options: MetadataCatalogOptions<Standing>): Catalog {
  const catalog = new MetadataCatalog(options);
  return {
    hasDaysTable: true,
    castsNumbers: options.castsNumbers,
    renames: options.renames,
    publishDay: (day) => catalog.publishDay(day),
    open: (table) => catalog.open(table),
    restore: (table, days) => catalog.restore(table, days),
    tableOf: (dataset) => catalog.tableOf(dataset),
    fieldIdsOf: (table) => catalog.fieldIdsOf(table),
    standsAt: (day) => catalog.standsAt(day),
    shownDay: (table, businessDate) => catalog.shownDay(table, businessDate),
    differences: (table, days) => catalog.differences(table, days),
    snapshots: (table) => catalog.snapshots(table),
    daysOfSnapshot: (table, snapshotId) => catalog.daysOfSnapshot(table, snapshotId),
    retire: (table, which) => catalog.retire(table, which),
    // Every program reads what the pointer names.
    show: async () => undefined,
    nameOf: (table) => options.pointerOf(table).where,
  };
}

/**
 * A catalog that is the metadata of Iceberg tables: a day has one manifest, whose name says its commit, and one pointer switches all its
 * partitions. What a publisher that died has written is never pointed to. A publisher that lost a race reads again; the files that it read
 * and the manifest that it wrote are as they were, so only the list of manifests is made anew.
 */
class MetadataCatalog<Standing> {
  readonly #options: MetadataCatalogOptions<Standing>;
  readonly #states = new Map<string, TableState>();

  constructor(options: MetadataCatalogOptions<Standing>) {
    this.#options = options;
  }

  publishDay(day: DayPublication): Promise<boolean> {
    const own = day.partitions.flatMap(({ files }) => files);
    return this.#swap(
      day.dataset,
      async (place, { standing, state }) => {
        const shown = (state && shownCommits(state).get(day.businessDate)) ?? 0;
        if (shown > day.commit) return { answer: false };
        if (shown === day.commit) return { answer: true };
        if (standing && !state) await this.#requireNew(day.dataset, standing, own);
        const { businessDate, facts = {} } = day;
        const wanted: WantedTable = {
          ...this.#wanted(day.dataset, state, [day]),
          changed: (listed) => changesOf(day, listed),
          publishing: { businessDate, facts },
        };
        return { answer: true, metadata: await nextMetadata(place, wanted, state?.metadata) };
      },
      { own },
    );
  }

  async open(table: Parameters<Catalog['open']>[0]): Promise<void> {
    await this.#swap(table.dataset, async (place, { standing, state }) => {
      if (standing && !state) await this.#options.pointerOf(table.dataset).requireEmpty(standing);
      const wanted = { ...this.#wanted(table.dataset, state, [table]), changed: () => [] };
      return { answer: undefined, metadata: await nextMetadata(place, wanted, state?.metadata) };
    });
  }

  async restore(table: string, days: DayPublication[]): Promise<void> {
    await this.#swap(
      table,
      async (place, { state }) => {
        const shown = state ? shownCommits(state) : new Map<string, number>();
        const later = days.filter(
          ({ businessDate, commit }) => (shown.get(businessDate) ?? commit) <= commit,
        );
        if (later.length === 0 && !state) return { answer: undefined };
        const wanted = this.#wanted(table, state, later);
        const written = new Set(later.map(({ businessDate }) => businessDate));
        const catalog: CatalogFile = {
          ...wanted.catalog,
          days: Object.fromEntries([
            ...shown,
            ...later.map(({ businessDate, commit }) => [businessDate, commit] as const),
          ]),
          partitions: later.flatMap(({ partitions }) => partitions),
        };
        for (const date of shown.keys()) {
          if (state && !written.has(date))
            catalog.partitions.push(...(await partitionsOfDay(place, state, date)));
        }
        const changed: WantedTable['changed'] = (listed) => changedDays(catalog, listed);
        const metadata = await nextMetadata(place, { ...wanted, changed, again: true }, state?.metadata);
        return { answer: undefined, metadata };
      },
      'over damage',
    );
  }

  async tableOf(dataset: string): Promise<TableColumns | undefined> {
    const { standing, state } = await this.#read(dataset);
    if (standing && !state) await this.#requireNew(dataset, standing);
    return state && columnsOfTable(state.metadata);
  }

  async fieldIdsOf(table: string): Promise<Record<string, number> | undefined> {
    const { state } = await this.#read(table);
    return state && idsOfTable(state.metadata);
  }

  async standsAt({ dataset, businessDate, commit, partitions }: DayPublication): Promise<boolean> {
    const { state } = await this.#read(dataset);
    if (!state) return false;
    const shown = shownCommits(state).get(businessDate);
    return shown === undefined ? partitions.every(({ files }) => files.length === 0) : shown >= commit;
  }

  async shownDay(table: string, businessDate: string): Promise<ShownDay | undefined> {
    const { state } = await this.#read(table);
    const commit = state && shownCommits(state).get(businessDate);
    if (!state || commit === undefined) return undefined;
    return { commit, partitions: await partitionsOfDay(this.#options.place, state, businessDate) };
  }

  async differences(table: string, days: DayPublication[]): Promise<CatalogDifference[]> {
    try {
      const { state } = await this.#read(table, this.#options.place, 'no');
      return await tableDifferences(this.#options.place, state, days);
    } catch (error) {
      if (!(error instanceof ObjectDamaged)) throw error;
      return [{ kind: 'unreadable', what: `${error.where} is missing or damaged` }];
    }
  }

  async snapshots(table: string): Promise<ShownSnapshot[]> {
    const { state } = await this.#read(table);
    return state ? shownSnapshots(state.metadata) : [];
  }

  async daysOfSnapshot(table: string, snapshotId: number): Promise<Record<string, number> | undefined> {
    const { state } = await this.#read(table);
    return state && daysOfSnapshot(this.#options.place, state.metadata, snapshotId);
  }

  async retire(table: string, which: RetiredWhich): Promise<RetiredSnapshots> {
    const { place, list, now } = this.#options;
    const nowMs = now().getTime();
    const snapshots = await this.#swap(table, async (_place, { state }) => {
      if (!state) return { answer: [] };
      const { metadata, retired } = withoutOld(state.metadata, which, nowMs);
      return { answer: retired, metadata: which.dryRun ? undefined : metadata };
    });
    const { state } = await this.#read(table);
    if (!state) return { snapshots, needed: new Map(), unneeded: [] };
    const stored = new Map<string, ObjectInfo>();
    for await (const info of list(`${place.publishedPrefix}${table}/metadata/`)) stored.set(info.key, info);
    const shown = which.dryRun
      ? { ...state, metadata: withoutOld(state.metadata, which, nowMs).metadata }
      : state;
    return { snapshots, ...(await unneededObjects(place, shown, stored, nowMs - which.graceMs)) };
  }

  /** Reads a table, lets `change` say what it is to be, and points readers there; again if somebody else was faster. */
  #swap<Answer>(
    table: string,
    change: (
      place: TablePlace,
      read: Read<Standing>,
    ) => Promise<{ answer: Answer; metadata?: TableMetadata | undefined }>,
    damage: OverDamage = NO_ROWS,
  ): Promise<Answer> {
    const { place, pointerOf, untilSwapped } = this.#options;
    const pointer = pointerOf(table);
    const remembered = { ...place, store: rememberingStore(place.store) };
    return untilSwapped(pointer.where, async () => {
      const read = await this.#read(table, remembered, damage);
      const { answer, metadata } = await change(remembered, read);
      if (metadata && metadata !== read.state?.metadata) {
        const to = await writeMetadata(remembered, table, metadata, read.state);
        await remembered.store.written();
        await pointer.point(read.standing, to);
      }
      return answer;
    });
  }

  /** A table without metadata is new, unless somebody wrote over its pointer: then a day that is published would hide all others. */
  async #requireNew(table: string, standing: Standing, own: readonly string[] = []): Promise<void> {
    const { place, list, pointerOf } = this.#options;
    const pointer = pointerOf(table);
    await pointer.requireEmpty(standing);
    if (!(await hasFiles(this.#options, table, own))) return;
    for await (const { key } of list(`${place.publishedPrefix}${table}/metadata/`)) {
      if (!key.endsWith('.metadata.json')) continue;
      throw new ObjectDamaged({
        what: 'the table no longer says where its metadata is',
        where: pointer.where,
        why: `Somebody wrote over it: there is ${key}, and perhaps later metadata.`,
        next: 'Nothing was changed for readers. Send the operator { "action": "adopt" }, which lists the published files again.',
      });
    }
  }

  async #read(
    table: string,
    place: TablePlace = this.#options.place,
    damage: OverDamage = NO_ROWS,
  ): Promise<Read<Standing>> {
    const found = await this.#options.pointerOf(table).read();
    const { standing, metadataUri } = found ?? { standing: undefined, metadataUri: undefined };
    if (metadataUri === undefined) return { standing, state: undefined };
    const known = this.#states.get(table);
    if (known?.uri === metadataUri) return { standing, state: known };
    try {
      const state = await readTableState(place, table, metadataUri);
      this.#states.set(table, state);
      return { standing, state };
    } catch (error) {
      if (!(error instanceof ObjectDamaged)) throw error;
      if (damage !== 'over damage' && (damage === 'no' || (await hasFiles(this.#options, table, damage.own))))
        throw error;
      return { standing, state: undefined };
    }
  }

  #wanted(
    dataset: string,
    state: TableState | undefined,
    added: AddedDay[],
  ): ReturnType<typeof tableWithDays> {
    const { now, pointerOf } = this.#options;
    const table = { dataset, state, where: pointerOf(dataset).where };
    return tableWithDays(table, added, this.#options, now().getTime());
  }
}
