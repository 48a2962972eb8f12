import { metadataFaults, nextMetadata, type WantedTable } from '../../shared/catalog/iceberg-table.ts';
import { rememberingStore } from '../../shared/catalog/remembered-store.ts';
import { daysOfSnapshot, shownSnapshots } from '../../shared/catalog/table-history.ts';
import { uriOf } from '../../shared/catalog/table-place.ts';
import { changedDays, manifestsByDay, type ShownFiles } from '../../shared/iceberg/day-manifests.ts';
import type { FieldIds } from '../../shared/iceberg/field-ids.ts';
import type { ManifestFile } from '../../shared/iceberg/manifest-list.ts';
import type { TableMetadata } from '../../shared/iceberg/table-metadata.ts';
import { namedIds } from '../../shared/iceberg/table-schema.ts';
import { compareAndSwap } from '../../shared/pipeline/store/compare-and-swap.ts';
import { claimFieldIds } from '../../shared/pipeline/store/field-ids.ts';
import type {
  CatalogDifference,
  CatalogFile,
  RetiredWhich,
  ShownSnapshot,
} from '../../shared/ports/catalog.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import { type StoredCatalog, withListedDays } from './catalog-segments.ts';
import {
  type FolderPlace,
  fileOf,
  lastVersion,
  metadataOf,
  pointHint,
  storeNext,
} from './iceberg-metadata-files.ts';
import { retireSnapshots } from './retire-snapshots.ts';

/** The paths by which other programs find a lake's tables. */
export interface IcebergSetup {
  /** Absolute path of the published root, which the metadata puts before each key; ends in `/`. */
  root: string;
  publishedPrefix: string;
  now: () => Date;
}

/**
 * Shows tables to other programs as Iceberg tables that are folders: `<table>/metadata/v<n>.metadata.json`, of which the last one counts, and
 * `version-hint.text`, which says n. The names are those of Iceberg's Hadoop tables (org.apache.iceberg.hadoop.HadoopTableOperations; DuckDB's
 * `iceberg_scan`). A version is written only if nobody else has, so of several publishers one goes on from the other.
 */
export function createIcebergFolder(lake: ObjectStore, { root, publishedPrefix, now }: IcebergSetup) {
  const place = { store: lake, root, publishedPrefix };
  const currentMetadata = async (dataset: string) => {
    const folder = `${publishedPrefix}${dataset}/metadata/`;
    return metadataOf(lake, folder, await lastVersion(lake, folder));
  };
  return {
    /** The ids that fields have in the metadata of a table. */
    async fieldIds(dataset: string): Promise<FieldIds | undefined> {
      const metadata = await currentMetadata(dataset);
      return metadata && idsOf(metadata);
    },

    async snapshots(dataset: string): Promise<ShownSnapshot[]> {
      const metadata = await currentMetadata(dataset);
      return metadata ? shownSnapshots(metadata) : [];
    },

    async daysOfSnapshot(dataset: string, snapshotId: number): Promise<Record<string, number> | undefined> {
      const metadata = await currentMetadata(dataset);
      return metadata && daysOfSnapshot(place, metadata, snapshotId);
    },

    /** How the metadata of a table differs from its catalog. A lake of an earlier version has none, which the next commit mends. */
    differences: (dataset: string, catalog: CatalogFile) => metadataDifferences(place, dataset, catalog),

    retire: (dataset: string, which: RetiredWhich) => retireSnapshots(place, dataset, which, now()),

    /** Shows what `readCatalog` answers with. May be repeated. */
    show(
      dataset: string,
      readCatalog: () => Promise<ShownCatalog | undefined>,
      { publishing, again }: Pick<WantedTable, 'publishing' | 'again'> = {},
    ): Promise<void> {
      const folder = `${publishedPrefix}${dataset}/metadata/`;
      return compareAndSwap(folder, async () => {
        // The catalog only moves on: read after the metadata, it is not older than what that was made from.
        const version = await lastVersion(lake, folder);
        const current = await metadataOf(lake, folder, version);
        const read = await readCatalog();
        if (!read) return;
        const { latest: catalog } = read;
        const known = async () => current && idsOf(current);
        const ids = await claimFieldIds(lake, dataset, catalog, known);
        const changed: WantedTable['changed'] = (shown) => changesOf(read, shown);
        const wanted = { catalog, changed, ids, publishing, again, nowMs: now().getTime() };
        const store = rememberingStore(lake);
        const next = await nextMetadata({ ...place, store }, { ...wanted, mayGoBack: true }, current);
        await store.written();
        if (next === current) {
          await pointHint(lake, folder, version);
          return;
        }
        await storeNext(place, dataset, { version, metadata: current }, next);
      });
    },
  };
}

/** A catalog that lists the files of the latest days, and the whole of it if that is not enough. */
interface ShownCatalog {
  latest: StoredCatalog;
  whole: () => Promise<CatalogFile>;
}

/** Days whose files the catalog does not list are as they are to be shown if their manifests have their commits: then only the others count. */
async function changesOf({ latest, whole }: ShownCatalog, shown: ManifestFile[]): Promise<ShownFiles[]> {
  if (latest.earlier === undefined) return changedDays(latest, shown);
  const listed = withListedDays(latest);
  const manifests = manifestsByDay(shown);
  const apart = Object.entries(latest.days).filter(([date]) => !Object.hasOwn(listed.days, date));
  if (apart.some(([date, commit]) => manifests.get(date)?.commit !== commit))
    return changedDays(await whole(), shown);
  for (const [date] of apart) manifests.delete(date);
  const left = [...manifests.values()].flatMap((one) => one.manifests);
  return changedDays(listed, left);
}

async function metadataDifferences(
  place: FolderPlace,
  dataset: string,
  catalog: CatalogFile,
): Promise<CatalogDifference[]> {
  const folder = `${place.publishedPrefix}${dataset}/metadata/`;
  const version = await lastVersion(place.store, folder);
  if (version === 0) return [{ kind: 'unshown', what: 'other programs cannot read the table yet' }];
  const metadata = await metadataOf(place.store, folder, version);
  const unreadable = (what: string): CatalogDifference => ({ kind: 'unreadable', what });
  if (!metadata)
    return [unreadable(`${folder}${fileOf(version)}, by which other programs read it, is damaged`)];
  const location = uriOf(place, dataset);
  if (metadata.location !== location) {
    const what = `other programs are told to look for the table in ${metadata.location}, and it is in ${location}`;
    return [{ kind: 'unshown', what }];
  }
  const { lagging, lost } = await metadataFaults(place, catalog, metadata);
  return [
    ...lost.map((path) => unreadable(`${path}, by which other programs read it, is missing or damaged`)),
    ...lagging.map(({ businessDate, commit }): CatalogDifference => {
      const what = `other programs do not see commit ${commit} of ${businessDate}`;
      return { kind: 'behind', businessDate, commit, what };
    }),
  ];
}

/** Of all schemas that the table had: an id is never given to another name. */
function idsOf({ schemas }: TableMetadata): FieldIds {
  return Object.fromEntries(schemas.flatMap(({ fields }) => namedIds(fields)));
}
