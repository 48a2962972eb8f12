import { boundSpec } from '../../shared/iceberg/bound-spec.ts';
import { manifestsByDay } from '../../shared/iceberg/day-manifests.ts';
import { EntryStatus, readManifest } from '../../shared/iceberg/manifest.ts';
import { readManifestList } from '../../shared/iceberg/manifest-list.ts';
import { tableMetadataShape } from '../../shared/iceberg/table-metadata.ts';
import { fromJsonBytes } from '../../shared/pipeline/store/json-object.ts';
import type { NightCatalog, NightLake } from './night-lake.ts';

/** Where other programs find the tables of a night. */
export const NIGHT_TABLES = { root: '/lake/processed/', publishedPrefix: 'processed/' };

/**
 * What is wrong with what other programs see: each day of a table must be exactly what some catalog showed of its commit, now and in every
 * snapshot that the metadata still has, and every file of them must be there.
 */
export function icebergProblems(lake: NightLake): string[] {
  const hints = lake.keys().filter((key) => key.endsWith('/metadata/version-hint.text'));
  return hints.flatMap((hint) => {
    try {
      return tableProblems(lake, hint);
    } catch (error) {
      return [`${hint}: ${error instanceof Error ? error.message : error}`];
    }
  });
}

function tableProblems(lake: NightLake, hint: string): string[] {
  const folder = hint.slice(0, hint.lastIndexOf('/') + 1);
  const table = folder.split('/')[1]!;
  const key = `${folder}v${lake.textOf(hint)}.metadata.json`;
  const metadata = fromJsonBytes(lake.bytesOf(key), key, tableMetadataShape);
  const texts = lake.catalogTexts.get(`catalog/${table}.json`) ?? [];
  const catalogs = texts.map((text) => lake.wholeCatalog(text));
  const there = new Set(lake.keys());
  const known = new Set<string>();
  return metadata.snapshots.flatMap(({ 'manifest-list': list }) =>
    [...manifestsByDay(readManifestList(lake.bytesOf(keyOf(list)), list))].flatMap(
      ([date, { commit, manifests }]) => {
        const paths = manifests.map(({ manifest_path: path }) => path);
        if (known.has(paths.join())) return [];
        known.add(paths.join());
        const entries = manifests.flatMap(({ manifest_path: path, partition_spec_id: spec }) =>
          readManifest(lake.bytesOf(keyOf(path)), boundSpec(metadata, spec)?.keys ?? [], path),
        );
        const living = entries.filter(({ status }) => status !== EntryStatus.DELETED);
        const files = living.map(({ file }) => keyOf(file.path)).sort();
        const isKnown = catalogs.some(
          (catalog) => catalog.days[date] === commit && filesOf(catalog, date) === files.join(),
        );
        return [
          ...(isKnown
            ? []
            : [`${table}: other programs see files of ${date} that commit ${commit} never had`]),
          ...files
            .filter((file) => !there.has(file))
            .map((file) => `${table}: a snapshot of commit ${commit} of ${date} has ${file}, which is gone`),
        ];
      },
    ),
  );
}

function filesOf({ partitions }: NightCatalog, date: string): string {
  const ofDay = partitions.filter(({ values }) => `${values.year}-${values.month}-${values.day}` === date);
  return ofDay
    .flatMap(({ files }) => files.map((file) => `processed/${file}`))
    .sort()
    .join();
}

function keyOf(uri: string): string {
  return `${NIGHT_TABLES.publishedPrefix}${uri.slice(NIGHT_TABLES.root.length)}`;
}
